package reading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// within is how long a reading may take; the dictionary takes half a second.
const within = 8 * time.Second

// Command is the hidden command "bot reading": a title on standard input, its
// words on standard output.
type Command struct{}

// Run reads one title.
func (Command) Run(stdin io.Reader, stdout io.Writer) error {
	title, err := io.ReadAll(io.LimitReader(stdin, 4096))
	if err != nil {
		return err
	}
	words, err := Words(string(title))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, strings.Join(words, " "))
	return err
}

// Child has program, which is our own, read a title in a process of its own
// that inherits nothing. It fails where the title cannot be read as a whole,
// and after eight seconds.
func Child(ctx context.Context, program, title string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c := exec.CommandContext(ctx, program, "reading")
	c.Env, c.Stdin, c.WaitDelay = []string{}, strings.NewReader(title), time.Second
	out, err := c.Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("read a title: %w: %s", err, strings.TrimSpace(string(failed.Stderr)))
	}
	if err != nil {
		return nil, fmt.Errorf("read a title: %w", err)
	}
	return strings.Fields(string(out)), nil
}
