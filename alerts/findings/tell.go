package findings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

const (
	tellWithin  = 30 * time.Second
	waitDelay   = 2 * time.Second // for what the command left behind
	longestWait = 6 * time.Hour
)

// told is what the hook reads on its standard input.
type told struct {
	Reports []identifier `json:"finding_identifiers"`
	Account string       `json:"account"`
	Region  string       `json:"region"`
	Control string       `json:"control"`
	Title   string       `json:"title"`
	WriteBack
}

// identifier names a report as Security Hub takes it (BatchUpdateFindings,
// FindingIdentifiers).
type identifier struct {
	ID         string `json:"Id"`
	ProductARN string `json:"ProductArn"`
}

// tellSource tells the team's own command of the oldest deed that the source
// does not know, and reports whether it heard. Of several replicas one tells it.
// A process that dies after the command and before the save runs it again: the
// command must not mind.
//
// The lease is by the clock, not by when the turn began: the commands before
// this one may have taken longer than a lease.
func (d *Desk) tellSource(ctx context.Context, id string) (heard bool, err error) {
	var r Record
	err = d.Store.Update(ctx, func(tx Tx) (err error) {
		now := time.Now()
		if r, err = tx.Finding(id); err != nil || len(r.Tell) == 0 || r.TellAt.After(now) {
			r.Tell = nil // somebody else tells it
			return err
		}
		r.TellAt = now.Add(tellWithin + 2*waitDelay)
		return tx.SaveFinding(r)
	})
	if err != nil || len(r.Tell) == 0 {
		return err == nil, err
	}
	f := r.Finding
	about := []identifier{}
	for _, report := range r.Reports {
		if report.ID != "" {
			about = append(about, identifier{report.ID, report.ProductARN})
		}
	}
	input, err := json.Marshal(told{about, f.Account, f.Region, f.Control, f.Title, r.Tell[0]})
	if err != nil {
		return false, err
	}
	run := d.Run
	if run == nil {
		run = execute
	}
	within, cancel := context.WithTimeout(ctx, tellWithin)
	failure := run(within, d.Settings.Hook, input)
	cancel()
	if ctx.Err() != nil {
		return false, ctx.Err() // told again after the restart
	}
	return failure == nil, d.Store.Update(ctx, func(tx Tx) error {
		r, err := tx.Finding(id)
		if err != nil || len(r.Tell) == 0 {
			return err
		}
		now, deed := time.Now(), r.Tell[0].Deed
		if failure == nil {
			r.Tell, r.TellTries, r.TellWhy, r.TellAt = r.Tell[1:], 0, "", time.Time{}
			if len(r.Tell) > 0 {
				r.TellAt = now
			}
			r.log(now, "tell", "", deed)
			return tx.SaveFinding(r)
		}
		r.TellTries++
		r.TellWhy = failure.Error()
		r.TellAt = now.Add(min(time.Minute<<min(r.TellTries-1, 10), longestWait))
		if r.TellTries == 1 {
			r.log(now, "tell_failed", "", deed)
		}
		trouble := fmt.Errorf("tell the source that finding %s is to %s (try %d, again at %s): %w", f.ID, deed, r.TellTries, r.TellAt.UTC().Format(time.RFC3339), failure)
		if c, ok := errors.AsType[*commandError](failure); ok && c.said != "" {
			trouble = fmt.Errorf("%w: it says %q", trouble, c.said)
		}
		d.trouble(trouble)
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
	cmd.Env = handed(os.Environ())
	cmd.WaitDelay = waitDelay
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &limited{to: &said, left: 512}
	if err := cmd.Run(); err != nil {
		return &commandError{err, strings.TrimSpace(said.String())}
	}
	return nil
}

// handedOn is what a command may know of our environment: where things are, and
// who it is to AWS. Nothing else is passed on, least of all our own secrets.
var handedOn = regexp.MustCompile(`^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|SSL_CERT_FILE|SSL_CERT_DIR|(?i:https?_proxy|no_proxy|all_proxy)|AWS_\w+)=`)

// handed is never nil: a command without an environment inherits ours.
func handed(environment []string) []string {
	kept := []string{}
	for _, v := range environment {
		if handedOn.MatchString(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// commandError is how a command failed. What it said is for the log alone: it
// may name what a channel must not read.
type commandError struct {
	failed error
	said   string
}

func (e *commandError) Error() string { return e.failed.Error() }

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
