package rotation

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Calendar is an iCalendar file (RFC 5545) of who is on call when.
type Calendar struct {
	Name      string    // what calendar programs show
	StampedAt time.Time // when the calendar was made
	Entries   []Entry   // gaps are left out
}

// Entry is one stretch of one rotation. Its UID depends on the rotation and the
// start alone: when somebody else takes it over the event changes its title and
// no second one appears.
type Entry struct {
	Rotation string
	Title    string
	Stretch
}

// icsTime is a UTC instant, to the second as iCalendar has it.
const icsTime = "20060102T150405Z"

// Write writes the calendar in UTF-8 with CRLF line ends, folded at 75 octets.
func (c Calendar) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	line := func(name, value string) { fold(out, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Toban//on call//EN")
	line("CALSCALE", "GREGORIAN")
	line("X-WR-CALNAME", escapeText(c.Name))
	for _, e := range c.Entries {
		if e.OnCall == Nobody {
			continue
		}
		line("BEGIN", "VEVENT")
		line("UID", e.uid())
		line("DTSTAMP", c.StampedAt.UTC().Format(icsTime))
		line("DTSTART", e.Start.UTC().Format(icsTime))
		line("DTEND", e.End.UTC().Format(icsTime))
		line("SUMMARY", escapeText(e.Title))
		line("TRANSP", "TRANSPARENT") // being on call is not being busy
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return out.Flush()
}

func (e Entry) uid() string {
	sum := sha256.Sum256([]byte(e.Rotation + "\n" + stamp(e.Start)))
	return fmt.Sprintf("%x@toban", sum[:16])
}

var icsEscapes = strings.NewReplacer(`\`, `\\`, `;`, `\;`, `,`, `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escapeText writes a TEXT value (RFC 5545, 3.3.11), which has no control characters.
func escapeText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, icsEscapes.Replace(strings.ToValidUTF8(s, "\uFFFD")))
}

// fold writes a content line; what is longer than 75 octets continues after a
// space on the next line (RFC 5545, 3.1). No character is cut in two.
func fold(out *bufio.Writer, line string) {
	for room := 75; len(line) > room; room = 74 {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		out.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	out.WriteString(line + "\r\n")
}
