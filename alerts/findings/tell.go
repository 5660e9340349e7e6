package findings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

const (
	tellWithin  = 30 * time.Second
	longestWait = 6 * time.Hour
)

// told is what the hook reads on its standard input.
type told struct {
	Reports []Report `json:"finding_identifiers"`
	Account string   `json:"account"`
	Region  string   `json:"region"`
	Control string   `json:"control"`
	Title   string   `json:"title"`
	WriteBack
}

// tellSource tells the team's own command of the oldest deed that the source
// does not know. A process that dies after the command and before the save runs
// it again: the command must not mind.
func (d *Desk) tellSource(ctx context.Context, id string, at time.Time) error {
	var r Record
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		r, err = tx.Finding(id)
		return err
	})
	if err != nil || len(r.Tell) == 0 {
		return err
	}
	f := r.Finding
	input, err := json.Marshal(told{r.Reports, f.Account, f.Region, f.Control, f.Title, r.Tell[0]})
	if err != nil {
		return err
	}
	run := d.Run
	if run == nil {
		run = execute
	}
	within, cancel := context.WithTimeout(ctx, tellWithin)
	failure := run(within, d.Settings.Hook, input)
	cancel()
	if ctx.Err() != nil {
		return ctx.Err() // told again after the restart
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		r, err := tx.Finding(id)
		if err != nil || len(r.Tell) == 0 {
			return err
		}
		deed := r.Tell[0].Deed
		if failure == nil {
			r.Tell, r.TellTries, r.TellWhy, r.TellAt = r.Tell[1:], 0, "", time.Time{}
			if len(r.Tell) > 0 {
				r.TellAt = at
			}
			r.log(at, "tell", "", deed)
			return tx.SaveFinding(r)
		}
		r.TellTries++
		r.TellWhy = failure.Error()
		r.TellAt = time.Now().Add(min(time.Minute<<min(r.TellTries-1, 10), longestWait))
		if r.TellTries == 1 {
			r.log(at, "tell_failed", "", deed)
		}
		d.trouble(fmt.Errorf("tell the source that finding %s is to %s (try %d, again at %s): %w", f.ID, deed, r.TellTries, r.TellAt.UTC().Format(time.RFC3339), failure))
		return tx.SaveFinding(r)
	})
}

// execute runs a command without a shell.
func execute(ctx context.Context, command []string, input []byte) error {
	if len(command) == 0 {
		return errors.New("no command is configured")
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = bytes.NewReader(input)
	cmd.WaitDelay = 2 * time.Second
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &limited{to: &said, left: 2 << 10}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", command[0], err, strings.TrimSpace(said.String()))
	}
	return nil
}

// limited keeps the first bytes of what a command says.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.to.Write(p[:n])
	l.left -= n
	return len(p), nil
}
