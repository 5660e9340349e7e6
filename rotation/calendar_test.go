package rotation

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestACalendarIsFoldedAndEscaped(t *testing.T) {
	long := strings.Repeat("当番🚀", 30)
	start := time.Date(2026, 12, 2, 1, 0, 0, 0, time.UTC)
	c := Calendar{Name: "a, b; c\\d\ne", StampedAt: start, Entries: []Entry{
		{"platform", long, Stretch{start, start.Add(time.Hour), "bo"}},
		{"platform", "nobody", Stretch{start.Add(time.Hour), start.Add(2 * time.Hour), Nobody}},
		{"platform", "cy", Stretch{start.Add(2 * time.Hour), start.Add(3 * time.Hour), "cy"}},
	}}
	var out bytes.Buffer
	if err := c.Write(&out); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutSuffix(out.String(), "END:VCALENDAR\r\n")
	if !ok || strings.Count(text, "BEGIN:VEVENT") != 2 {
		t.Errorf("two people should be on call:\n%s", text)
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("%d octets: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(text, "\r\n ", "")
	for _, want := range []string{`X-WR-CALNAME:a\, b\; c\\d\ne`, "SUMMARY:" + long, "DTSTART:20261202T010000Z"} {
		if !strings.Contains(whole, want+"\r\n") {
			t.Errorf("no line %q in:\n%s", want, whole)
		}
	}
	var again bytes.Buffer
	c.Entries[0].OnCall, c.Entries[0].Title = "eli", "eli"
	if err := c.Write(&again); err != nil {
		t.Fatal(err)
	}
	if a, b := uids(out.String()), uids(again.String()); len(a) != 2 || a[0] != b[0] || a[0] == a[1] {
		t.Errorf("the event of another person should stay the same event: %v, %v", a, b)
	}
}

func uids(text string) (found []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "UID:") {
			found = append(found, line)
		}
	}
	return found
}
