package oncall

import (
	"bufio"
	"fmt"
	"time"

	"toban/rotation"
)

// writeStretches prints the final schedule of the window, a stretch a line.
func (c *Command) writeStretches(s *rotation.Schedule, out *bufio.Writer) error {
	from, err := moment(s, "--from", c.From, dayBegins)
	if err != nil {
		return err
	}
	to, err := moment(s, "--to", c.To, dayBegins)
	if err != nil {
		return err
	}
	if !to.After(from) {
		return usage("--to: expected an instant after --from, not %q", c.To)
	}
	p := &printer{out: out, name: s.Name(), zone: s.Zone()}
	if c.Output == "ics" {
		return calendar(s, from, to).Write(out)
	}
	if c.Output == "csv" {
		p.row("rotation", "start", "end", "on_call")
	}
	for stretch := range s.Stretches(from, to) {
		switch c.Output {
		case "json":
			p.stretchJSON(stretch)
		case "csv":
			p.row(p.name, utc(stretch.Start), utc(stretch.End), string(stretch.OnCall))
		default:
			p.stretchText(stretch)
		}
	}
	return nil
}

func (p *printer) stretchJSON(s rotation.Stretch) {
	b := p.begin()
	b = append(b, `,"start":`...)
	b = appendInstant(b, s.Start)
	b = append(b, `,"end":`...)
	b = appendInstant(b, s.End)
	b = append(b, `,"on_call":`...)
	p.end(appendPerson(b, s.OnCall))
}

func (p *printer) stretchText(s rotation.Stretch) {
	who := string(s.OnCall)
	if s.OnCall == rotation.Nobody {
		who = "nobody"
	}
	fmt.Fprintf(p.out, "%s  to  %s  %s\n", p.local(s.Start), p.local(s.End), who)
}

func calendar(s *rotation.Schedule, from, to time.Time) rotation.Calendar {
	c := rotation.Calendar{Name: "On call: " + s.Name(), StampedAt: time.Now()}
	for stretch := range s.Stretches(from, to) {
		c.Entries = append(c.Entries, rotation.Entry{
			Rotation: s.Name(),
			Title:    string(stretch.OnCall) + " on call: " + s.Name(),
			Stretch:  stretch,
		})
	}
	return c
}
