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
	"runtime/debug"

	"toban/alerts/waf"
)

// Command holds the arguments, with the tags that kong reads.
type Command struct {
	Files   []string `arg:"" optional:"" name:"file" help:"AWS WAF logs: JSON lines, arrays or gzip of them, raw or from Datadog. \"-\" or none: standard input."`
	Output  string   `short:"o" enum:"text,json" default:"text" help:"Form of the output: ${enum}."`
	Top     int      `default:"10" placeholder:"N" help:"How many of each list are shown. Default: ${default}."`
	Before  []string `sep:"none" placeholder:"FILE" help:"Logs of the day before: what changed is shown. May be given several times."`
	Counted string   `xor:"rule" placeholder:"RULE" help:"Take what this rule in count mode would have blocked as blocked, and leave out what others did block."`
	Tune    string   `xor:"rule" placeholder:"RULE" help:"Only what this rule blocked, and what to consider about it."`
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

// Small logs are read without collecting garbage; once this much is in use, it
// is collected as often as it takes to stay near that. With the pages of the
// program file that makes less than 40 MiB.
const memoryLimit = 20 << 20

// answer is what -o json prints.
type answer struct {
	Verdict waf.Verdict `json:"verdict"`
	waf.Summary
	Change *waf.Difference `json:"change,omitempty"` // against the day before
	Note   *waf.Note       `json:"note,omitempty"`
	Unread []string        `json:"unread,omitempty"`
}

// Run prints the summary of all files together.
func (c *Command) Run(stdin io.Reader, stdout io.Writer) error {
	if c.Top < 1 {
		return &UsageError{fmt.Errorf("--top: expected 1 or more, not %d", c.Top)}
	}
	files, err := open(c.Files, stdin)
	if err != nil {
		return err
	}
	var before []input
	if len(c.Before) > 0 {
		if before, err = open(c.Before, stdin); err != nil {
			return err
		}
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryLimit))
	debug.FreeOSMemory() // what starting the program left behind
	a, broken := c.collect(files)
	if len(before) > 0 {
		was, alsoBroken := c.collect(before)
		broken = errors.Join(broken, alsoBroken)
		a.Unread = append(a.Unread, was.Unread...)
		change := waf.Diff(a.Summary, was.Summary)
		a.Change = &change
	}
	a.Verdict = waf.Judge(a.Summary)
	if c.Tune != "" {
		note := waf.Tune(c.Tune, a.Summary, a.Stopped.N)
		a.Note = &note
	}
	a.Summary = a.Trim(c.Top)
	if err := c.write(a, stdout); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	switch {
	case broken != nil:
		return &Incomplete{fmt.Errorf("not everything could be read: %w", broken)}
	case a.Records == 0:
		return &Incomplete{errors.New("no WAF record found")}
	case a.Stopped.N == 0 && c.Tune+c.Counted != "":
		return &Incomplete{fmt.Errorf("the rule %s is in no record that counts here: is its name right?", c.Tune+c.Counted)}
	}
	return nil
}

// tally is empty and counts what is asked for.
func (c *Command) tally() *waf.Tally {
	switch {
	case c.Counted != "":
		return waf.CountedBy(c.Counted)
	case c.Tune != "":
		return waf.StoppedBy(c.Tune)
	}
	return waf.NewTally()
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
