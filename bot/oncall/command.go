// Package oncall is the command "bot oncall": it says who is on call by a
// rotation file, without a database, an account or the network.
//
// The file has one rotation, a list of them, or is a whole configuration, of
// which the rotations alone are looked at. It prints one answer per instant
// (--at) or one line per stretch of the final schedule (--from, --to). Times
// are RFC 3339 going in and, but for text, UTC coming out; a time or a date
// without a zone is on the clock of the rotation. A wrong call and a wrong file
// are a [UsageError].
package oncall

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"toban/bot/config"
	"toban/rotation"
)

// Command holds the flags, with the tags that kong reads.
type Command struct {
	Rotation string   `required:"" placeholder:"FILE" help:"A rotation, or a whole config, in YAML or JSON."`
	Name     string   `placeholder:"NAME" help:"Which rotation, where the file has several."`
	At       []string `placeholder:"T" sep:"none" help:"Who is on call at this instant (RFC 3339, or 2026-12-02 10:00 on the rotation's clock); a date alone means the shift that starts on it. May be repeated. \"-\" reads one instant a line from standard input. Default: now."`
	From     string   `placeholder:"T" help:"The final schedule from this instant on (with --to); a date alone means its midnight on the rotation's clock."`
	To       string   `placeholder:"T" help:"The end of the final schedule; a date alone is left out, as it ends when that day begins."`
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
	s, err := load(c.Rotation, c.Name)
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

// load reads the rotation of that name; an empty one stands for the only one.
func load(file, name string) (*rotation.Schedule, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage("--rotation: expected a rotation file: %w", err)
	}
	all, err := config.Rotations(data, file)
	if err != nil {
		return nil, &UsageError{err}
	}
	one, err := choose(all, file, name)
	if err != nil {
		return nil, err
	}
	s, err := rotation.New(one)
	if err != nil {
		return nil, &UsageError{err}
	}
	return s, nil
}

func choose(all []rotation.Rotation, file, name string) (rotation.Rotation, error) {
	var names []string
	for _, r := range all {
		if r.Name == name || name == "" && len(all) == 1 {
			return r, nil
		}
		names = append(names, r.Name)
	}
	there := strings.Join(names, ", ")
	if name == "" {
		return rotation.Rotation{}, usage("--name: %s has %d rotations, expected the name of one: %s", file, len(all), there)
	}
	return rotation.Rotation{}, usage("--name: %s has no rotation %q, expected one of: %s", file, name, there)
}

func usage(format string, args ...any) error {
	return &UsageError{fmt.Errorf(format, args...)}
}
