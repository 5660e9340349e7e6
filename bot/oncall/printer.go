package oncall

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"time"

	"toban/rotation"
)

// printer writes lines. It builds each in one buffer that it uses again, since
// standard input may bring millions.
type printer struct {
	out      *bufio.Writer
	schedule *rotation.Schedule
	name     string
	zone     *time.Location
	line     []byte
	head     []byte
	table    *csv.Writer
}

// begin starts an object with the name of the rotation.
func (p *printer) begin() []byte {
	if p.head == nil {
		p.head = appendString([]byte(`{"rotation":`), p.name)
	}
	return append(p.line[:0], p.head...)
}

// end closes the object and writes its line.
func (p *printer) end(b []byte) {
	p.line = append(b, '}', '\n')
	p.out.Write(p.line)
}

// row writes a line of comma-separated values. The table is kept from knowing
// that out is a buffer, or it would empty it on every line.
func (p *printer) row(fields ...string) {
	if p.table == nil {
		p.table = csv.NewWriter(struct{ io.Writer }{p.out})
	}
	p.table.Write(fields)
	p.table.Flush()
}

// local is an instant as people in the rotation's zone read it.
func (p *printer) local(at time.Time) string {
	const minutes, seconds = "2006-01-02 15:04 MST", "2006-01-02 15:04:05.999999999 MST"
	if at = at.In(p.zone); at.Second() == 0 && at.Nanosecond() == 0 {
		return at.Format(minutes)
	}
	return at.Format(seconds)
}

func utc(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

func appendInstant(b []byte, at time.Time) []byte {
	b = at.UTC().AppendFormat(append(b, '"'), time.RFC3339Nano)
	return append(b, '"')
}

func appendPerson(b []byte, p rotation.PersonID) []byte {
	if p == rotation.Nobody {
		return append(b, "null"...)
	}
	return appendString(b, string(p))
}

// appendString quotes s for JSON; most names need no escapes.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string always can be
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
