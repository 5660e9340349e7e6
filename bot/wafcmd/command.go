// Package wafcmd is the command "bot waf": the summary and verdict that an
// alert about blocked requests carries, made offline from AWS WAF logs.
//
// It reads files one after the other (gzip by its content, "-" for standard
// input, which is also what it reads without any file) in bounded memory.
// Standard output holds the answer alone; progress and what is wrong with a
// file go to standard error.
package wafcmd

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"toban/alerts/waf"
)

// Command holds the arguments, with the tags that kong reads.
type Command struct {
	Files  []string `arg:"" optional:"" name:"file" help:"AWS WAF logs: JSON lines, arrays or gzip of them, raw or from Datadog. \"-\" or none: standard input."`
	Output string   `short:"o" enum:"text,json" default:"text" help:"Form of the output: ${enum}."`
	Top    int      `default:"10" placeholder:"N" help:"How many of each list are shown. Default: ${default}."`
}

// UsageError means that the call is wrong: exit code 2.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// ExitCode is that of a wrong call.
func (*UsageError) ExitCode() int { return 2 }

// Incomplete means that the answer stands, but not on all of the input: exit
// code 1.
type Incomplete struct{ Err error }

func (e *Incomplete) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Incomplete) Unwrap() error { return e.Err }

// ExitCode is that of a command that ran and whose answer is bad.
func (*Incomplete) ExitCode() int { return 1 }

const gcPercent = 15

// answer is what -o json prints.
type answer struct {
	Verdict waf.Verdict `json:"verdict"`
	waf.Summary
	Unread []string `json:"unread,omitempty"`
}

// Run prints the summary of all files together.
func (c *Command) Run(stdin io.Reader, stdout io.Writer) error {
	if c.Top < 1 {
		return &UsageError{fmt.Errorf("--top: expected 1 or more, not %d", c.Top)}
	}
	files, err := c.open(stdin)
	if err != nil {
		return err
	}
	// Reading makes little garbage, so collecting it often costs little and
	// keeps gigabytes of logs within 40 MiB.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	debug.FreeOSMemory() // what starting the program left behind
	a, broken := collect(files)
	a.Verdict = waf.Judge(a.Summary)
	a.Summary = a.Trim(c.Top)
	if err := c.write(a, stdout); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	switch {
	case broken != nil:
		return &Incomplete{fmt.Errorf("not everything could be read: %w", broken)}
	case a.Records == 0:
		return &Incomplete{errors.New("no WAF record found")}
	}
	return nil
}

func (c *Command) write(a answer, to io.Writer) error {
	out := bufio.NewWriter(to)
	if c.Output == "json" {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		if err := enc.Encode(a); err != nil {
			return err
		}
	} else {
		writeText(out, a)
	}
	return out.Flush()
}

// input is one file to read.
type input struct {
	name string
	io.Reader
	size int64 // 0 if unknown
}

// open checks that all files can be read before any is: a wrong name should not
// cost the minutes that the others take.
func (c *Command) open(stdin io.Reader) ([]input, error) {
	if len(c.Files) == 0 {
		return []input{{name: "standard input", Reader: stdin}}, nil
	}
	var files []input
	for _, name := range c.Files {
		if name == "-" {
			files = append(files, input{name: "standard input", Reader: stdin})
			continue
		}
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a directory", name)
		}
		if err != nil {
			return nil, &UsageError{fmt.Errorf("expected a log file: %w", err)}
		}
		files = append(files, input{name: name, Reader: &lazyFile{name: name}, size: info.Size()})
	}
	return files, nil
}

// collect counts all files into one answer. A file that cannot be read to its
// end is named; the others count.
func collect(files []input) (answer, error) {
	var a answer
	var broken []error
	var skipped waf.Skipped
	tally := waf.NewTally()
	shown := newProgress(os.Stderr, files)
	defer shown.done()
	for _, f := range files {
		stepped, err := tally.Collect(shown.watch(f))
		if len(files) > 1 {
			stepped = stepped.In(f.name)
		}
		skipped = skipped.Plus(stepped)
		if err != nil {
			a.Unread = append(a.Unread, fmt.Sprintf("%s: %v", f.name, err))
			broken = append(broken, fmt.Errorf("%s: %w", f.name, err))
		}
	}
	a.Summary = tally.Summary()
	a.Skipped = skipped
	return a, errors.Join(broken...)
}

// lazyFile opens its file at the first read and closes it at the end of it, so
// that a thousand files need one descriptor.
type lazyFile struct {
	name string
	file *os.File
}

func (l *lazyFile) Read(p []byte) (n int, err error) {
	if l.file == nil {
		if l.file, err = os.Open(l.name); err != nil {
			return 0, err
		}
	}
	n, err = l.file.Read(p)
	if err != nil {
		l.file.Close()
	}
	return n, err
}
