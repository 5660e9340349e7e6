// Package oncall is the command "bot oncall": it says who is on call by a
// rotation file, without a database, an account or the network.
//
// It prints one answer per instant (--at) or one line per stretch of the final
// schedule (--from, --to). Instants are RFC 3339 going in and, but for text,
// UTC coming out. A wrong call and a wrong file are a [UsageError].
package oncall

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"

	"toban/rotation"
)

// Command holds the flags, with the tags that kong reads.
type Command struct {
	Rotation string   `required:"" placeholder:"FILE" help:"Rotation file, YAML or JSON."`
	At       []string `placeholder:"T" sep:"none" help:"Who is on call at this instant (RFC 3339); may be repeated. \"-\" reads one instant a line from standard input. Default: now."`
	From     string   `placeholder:"T" help:"The final schedule from this instant on (with --to)."`
	To       string   `placeholder:"T" help:"The end of the final schedule."`
	Output   string   `short:"o" enum:"text,json,csv,ics" default:"text" help:"Form of the output: ${enum}. ics needs --from and --to."`
}

// UsageError means that the call or the file is wrong: exit code 2. Its text
// says where, which field, and what was expected.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the cause, often a [*rotation.FileError].
func (e *UsageError) Unwrap() error { return e.Err }

// Run answers on stdout. Whatever was answered before an error stays written.
func (c *Command) Run(stdin io.Reader, stdout io.Writer) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	s, err := load(c.Rotation)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(stdout, 1<<16)
	defer func() {
		if failed := out.Flush(); err == nil {
			err = failed
		}
	}()
	if c.From != "" {
		return c.writeStretches(s, out)
	}
	return c.writeAnswers(s, stdin, out)
}

// check refuses flags that do not go together.
func (c *Command) check() error {
	switch {
	case (c.From == "") != (c.To == ""):
		return usage("--from, --to: expected both or neither")
	case c.From != "" && len(c.At) > 0:
		return usage("--at: expected either --at or --from with --to, not both")
	case c.Output == "ics" && c.From == "":
		return usage("--output: ics shows stretches, expected --from and --to with it")
	}
	return nil
}

func load(file string) (*rotation.Schedule, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("--rotation: expected a rotation file: %w", err)
	}
	r, err := rotation.Parse(data, file)
	if err != nil {
		return nil, &UsageError{err}
	}
	s, err := rotation.New(r)
	if err != nil {
		return nil, &UsageError{err}
	}
	return s, nil
}

// instant reads the value of a flag, or a line of standard input.
func instant(where string, value []byte) (time.Time, error) {
	var at time.Time
	if at.UnmarshalText(value) != nil {
		return at, usage("%s: expected an RFC 3339 instant such as 2026-12-02T10:00:00+09:00, not %q", where, value)
	}
	return at, nil
}

func usage(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}
