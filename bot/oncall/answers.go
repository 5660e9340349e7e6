package oncall

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"time"

	"toban/rotation"
)

// writeAnswers prints one answer per instant, as it reads them.
func (c *Command) writeAnswers(s *rotation.Schedule, stdin io.Reader, out *bufio.Writer) error {
	p := &printer{out: out, schedule: s, name: s.Name(), zone: s.Zone()}
	answer := map[string]func(time.Time){"json": p.answerJSON, "csv": p.answerCSV}[c.Output]
	if answer == nil {
		answer = p.answerText
	}
	if c.Output == "csv" {
		p.row("rotation", "at", "on_call", "shift_start", "shift_end", "because")
	}
	if len(c.At) == 0 {
		answer(time.Now().Truncate(time.Second))
	}
	for _, value := range c.At {
		if value == "-" {
			if err := eachLine(s, stdin, out, answer); err != nil {
				return err
			}
			continue
		}
		at, err := moment(s, "--at", value, shiftOn)
		if err != nil {
			return err
		}
		answer(at)
	}
	return nil
}

// eachLine reads an instant a line; empty lines are passed over. Before it waits
// for more input it lets go of the answers so far, so that a program at the
// other end of two pipes gets each answer as it asks.
func eachLine(s *rotation.Schedule, stdin io.Reader, out *bufio.Writer, answer func(time.Time)) error {
	in := bufio.NewReaderSize(stdin, 1<<16)
	for n := 1; ; n++ {
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		line, err := in.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return fmt.Errorf("read standard input: %w", err)
		}
		if line := bytes.TrimSpace(line); len(line) > 0 {
			var at time.Time
			if at.UnmarshalText(line) != nil {
				where := fmt.Sprintf("standard input:%d: at", n)
				typed, err := moment(s, where, string(line[:min(len(line), 80)]), shiftOn)
				if err != nil {
					return err
				}
				at = typed
			}
			answer(at)
		}
		if err == io.EOF {
			return nil
		}
	}
}

// answerJSON prints the object that section 3 of the contract shows.
func (p *printer) answerJSON(at time.Time) {
	x := p.schedule.Explain(at)
	b := p.begin()
	b = append(b, `,"at":`...)
	b = appendInstant(b, at)
	b = append(b, `,"on_call":`...)
	b = appendPerson(b, x.OnCall)
	b = append(b, `,"shift":`...)
	if x.Shift == nil {
		b = append(b, "null"...)
	} else {
		b = append(b, `{"start":`...)
		b = appendInstant(b, x.Shift.Start)
		b = append(b, `,"end":`...)
		b = append(appendInstant(b, x.Shift.End), '}')
	}
	b = append(b, `,"because":`...)
	b = appendString(b, x.Because.String())
	p.end(b)
}

func (p *printer) answerCSV(at time.Time) {
	x := p.schedule.Explain(at)
	var start, end string
	if x.Shift != nil {
		start, end = utc(x.Shift.Start), utc(x.Shift.End)
	}
	p.row(p.name, utc(at), string(x.OnCall), start, end, x.Because.String())
}

func (p *printer) answerText(at time.Time) {
	x := p.schedule.Explain(at)
	who := string(x.OnCall)
	if x.OnCall == rotation.Nobody {
		who = "nobody"
	}
	fmt.Fprintf(p.out, "%s  %s  (%s", p.local(at), who, x.Because)
	if x.Shift != nil {
		fmt.Fprintf(p.out, "; shift %s to %s", p.local(x.Shift.Start), p.local(x.Shift.End))
	}
	p.out.WriteString(")\n")
}
