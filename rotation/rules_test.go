package rotation

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// parsed reads a rotation as people write it; what is left out is a daily
// rotation of ana, bo and cy in Tokyo since 23 November 2026, 10:00.
func parsed(t testing.TB, lines string) *Schedule {
	t.Helper()
	text := lines
	for _, usual := range []string{
		"name: platform", "zone: Asia/Tokyo", "start: 2026-11-23T10:00:00+09:00", "kind: daily",
		`handoff: "10:00"`, "members: [ana, bo, cy]",
	} {
		if key, _, _ := strings.Cut(usual, ":"); !strings.Contains("\n"+lines, "\n"+key+":") {
			text += "\n" + usual
		}
	}
	r, err := Parse([]byte(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return mustNew(t, r)
}

func instantOf(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// asks checks "instant person" lines; "-" is nobody.
func (s *Schedule) asks(t *testing.T, why string, answers ...string) {
	t.Helper()
	for _, answer := range answers {
		at, want, _ := strings.Cut(answer, " ")
		got := string(s.OnCall(instantOf(t, at)))
		if got == "" {
			got = "-"
		}
		if got != want {
			t.Errorf("%s: at %s %s is on call, want %s", why, at, got, want)
		}
	}
}

func TestTurns(t *testing.T) {
	for _, tt := range []struct {
		why, rotation string
		answers       []string
	}{
		{"at the handoff the incoming person holds the pager (rule 1)", "", []string{
			"2026-11-24T09:59:59.999999999+09:00 ana", "2026-11-24T10:00:00+09:00 bo",
		}},
		{"years ahead the turns go on", "", []string{
			"2031-11-23T10:00:00+09:00 cy", "2031-11-24T10:00:00+09:00 ana", // 1826 days are 608 rounds and two turns
		}},
		{"every three days", "every: 3", []string{
			"2026-11-26T09:59:00+09:00 ana", "2026-11-26T10:00:00+09:00 bo", "2026-11-29T10:00:00+09:00 cy",
		}},
		{"weekly keeps the weekday of the start", "kind: weekly", []string{
			"2026-11-30T09:59:00+09:00 ana", "2026-11-30T10:00:00+09:00 bo", "2026-12-07T10:00:00+09:00 cy",
		}},
		{"the zone decides the clock, not the offset of start (section 3)", "start: 2026-11-23T01:00:00Z", []string{
			"2026-11-24T00:59:59Z ana", "2026-11-24T01:00:00Z bo",
		}},
		{"a start before the handoff gives a short first shift (rule 4)", "start: 2026-11-23T08:00:00+09:00", []string{
			"2026-11-23T07:59:00+09:00 -", "2026-11-23T08:00:00+09:00 ana", "2026-11-23T10:00:00+09:00 bo",
		}},
		{"a start within the handoff's minute is on it: no day is lost", "every: 2\nstart: 2026-11-23T10:00:30+09:00", []string{
			"2026-11-23T10:00:29+09:00 -", "2026-11-23T10:00:30+09:00 ana", "2026-11-25T09:59:59+09:00 ana", "2026-11-25T10:00:00+09:00 bo", "2026-11-27T10:00:00+09:00 cy",
		}},
		{"and no week", "kind: weekly\nevery: 2\nstart: 2026-11-23T10:00:59.999999+09:00", []string{
			"2026-12-06T10:00:00+09:00 ana", "2026-12-07T09:59:59+09:00 ana", "2026-12-07T10:00:00+09:00 bo", "2026-12-21T10:00:00+09:00 cy",
		}},
		{"a start a minute after the handoff serves until the next one", "kind: weekly\nevery: 2\nstart: 2026-11-23T10:01:00+09:00", []string{
			"2026-11-30T09:59:59+09:00 ana", "2026-11-30T10:00:00+09:00 bo", "2026-12-14T10:00:00+09:00 cy",
		}},
		{"a start after the handoff serves until the next one (rule 4)", "start: 2026-11-23T12:00:00+09:00", []string{
			"2026-11-24T09:59:00+09:00 ana", "2026-11-24T10:00:00+09:00 bo",
		}},
		{"with longer turns too the first one ends at the first handoff after the start", "start: 2026-11-23T12:00:00+09:00\nevery: 2", []string{
			"2026-11-24T09:59:00+09:00 ana", "2026-11-24T10:00:00+09:00 bo", "2026-11-26T09:59:00+09:00 bo", "2026-11-26T10:00:00+09:00 cy",
		}},
		{"a weekly start after the handoff serves almost a week", "start: 2026-11-23T12:00:00+09:00\nkind: weekly", []string{
			"2026-11-30T09:59:00+09:00 ana", "2026-11-30T10:00:00+09:00 bo",
		}},
		{"nobody before the start, nobody without members (rule 6)", "members: []", []string{
			"2026-11-22T10:00:00+09:00 -", "2026-11-24T10:00:00+09:00 -",
		}},
	} {
		parsed(t, tt.rotation).asks(t, tt.why, tt.answers...)
	}
}

func TestClockChanges(t *testing.T) {
	for _, tt := range []struct {
		why, rotation string
		answers       []string
	}{
		{
			"a missing handoff happens right after the gap (rule 3)",
			"zone: Europe/Berlin\nstart: 2026-03-27T02:30:00+01:00\nhandoff: '02:30'",
			[]string{"2026-03-29T00:59:59Z bo", "2026-03-29T01:00:00Z cy", "2026-03-30T00:29:59Z cy", "2026-03-30T00:30:00Z ana"},
		},
		{
			"a handoff that comes twice counts at the first (rule 3)",
			"zone: Europe/Berlin\nstart: 2026-10-23T02:30:00+02:00\nhandoff: '02:30'",
			[]string{"2026-10-25T00:29:59Z bo", "2026-10-25T00:30:00Z cy", "2026-10-25T01:30:00Z cy", "2026-10-26T01:30:00Z ana"},
		},
		{
			"a day of 25 hours is one shift (rule 2)",
			"zone: Europe/Berlin\nstart: 2026-10-24T10:00:00+02:00",
			[]string{"2026-10-25T08:59:59Z ana", "2026-10-25T09:00:00Z bo"},
		},
		{
			"half an hour at Lord Howe (rule 2)",
			"zone: Australia/Lord_Howe\nstart: 2026-10-03T10:00:00+10:30",
			[]string{"2026-10-03T22:59:59Z ana", "2026-10-03T23:00:00Z bo"},
		},
		{
			"two hours at Troll: 02:30 is missing and happens at 03:00",
			"zone: Antarctica/Troll\nstart: 2026-03-28T02:30:00Z\nhandoff: '02:30'",
			[]string{"2026-03-29T00:59:59Z ana", "2026-03-29T01:00:00Z bo", "2026-03-30T00:30:00Z cy"},
		},
		{
			"midnight is missing in São Paulo",
			"zone: America/Sao_Paulo\nstart: 2018-11-03T00:00:00-03:00\nhandoff: '00:00'",
			[]string{"2018-11-04T02:59:59Z ana", "2018-11-04T03:00:00Z bo", "2018-11-05T02:00:00Z cy"},
		},
		{
			"Apia goes without 30 December: its handoff happens as the 31st begins",
			"zone: Pacific/Apia\nstart: 2011-12-29T10:00:00-10:00",
			[]string{"2011-12-30T09:59:59Z ana", "2011-12-30T10:00:00Z bo", "2011-12-30T20:00:00Z cy"},
		},
		{
			"elapsed hours pay no heed to clocks (rule 5)",
			"zone: Europe/Berlin\nstart: 2026-03-28T20:00:00+01:00\nkind: hours\nevery: 12",
			[]string{"2026-03-29T06:59:59Z ana", "2026-03-29T07:00:00Z bo", "2026-03-29T19:00:00Z cy"},
		},
		{
			"wall hours keep the clock (rule 5)",
			"zone: Europe/Berlin\nstart: 2026-03-28T20:00:00+01:00\nkind: hours\nclock: wall\nevery: 12",
			[]string{"2026-03-29T05:59:59Z ana", "2026-03-29T06:00:00Z bo", "2026-03-29T18:00:00Z cy"},
		},
		{
			"hour by hour the one at the missing hour has no time at all",
			"zone: Europe/Berlin\nstart: 2026-03-29T00:00:00+01:00\nkind: hours\nclock: wall",
			[]string{"2026-03-29T00:59:59Z bo", "2026-03-29T01:00:00Z ana", "2026-03-29T02:00:00Z bo"},
		},
		{
			"hour by hour the one at the repeated hour has two",
			"zone: Europe/Berlin\nstart: 2026-10-25T01:00:00+02:00\nkind: hours\nclock: wall",
			[]string{"2026-10-24T23:59:59Z ana", "2026-10-25T00:00:00Z bo", "2026-10-25T01:59:59Z bo", "2026-10-25T02:00:00Z cy"},
		},
		{
			"a start in the second 01:30 begins there, whatever came before",
			"zone: America/New_York\nstart: 2026-11-01T01:30:00-05:00\nkind: hours\nclock: wall",
			[]string{"2026-11-01T05:30:00Z -", "2026-11-01T06:30:00Z ana", "2026-11-01T07:30:00Z bo"},
		},
	} {
		parsed(t, tt.rotation).asks(t, tt.why, tt.answers...)
	}
}

func TestEdits(t *testing.T) {
	edit := func(at, members string) string {
		return fmt.Sprintf("  - {at: 2026-%s:00+09:00, members: [%s]}\n", at, members)
	}
	for _, tt := range []struct {
		why, edits string
		answers    []string
	}{
		{"who stays keeps the shift, then comes who follows in the new list", edit("11-24T15:00", "cy, bo, dee, ana"), []string{
			"2026-11-24T15:00:00+09:00 bo", "2026-11-25T10:00:00+09:00 dee", "2026-11-26T10:00:00+09:00 ana", "2026-11-27T10:00:00+09:00 cy",
		}},
		{"who leaves hands over at once to the next in the old order", edit("11-24T15:00", "dee, ana, cy"), []string{
			"2026-11-24T14:59:59+09:00 bo", "2026-11-24T15:00:00+09:00 cy", "2026-11-25T10:00:00+09:00 dee",
		}},
		{"the next in the old order who is still a member, round the end", edit("11-25T15:00", "bo, dee"), []string{
			"2026-11-25T14:59:59+09:00 cy", "2026-11-25T15:00:00+09:00 bo", "2026-11-26T10:00:00+09:00 dee",
		}},
		{"if nobody of old stays the new list begins", edit("11-24T15:00", "dee, eli"), []string{
			"2026-11-24T14:59:59+09:00 bo", "2026-11-24T15:00:00+09:00 dee", "2026-11-25T10:00:00+09:00 eli",
		}},
		{"an empty list means nobody, and a later list begins at its edit", edit("11-24T15:00", "") + edit("11-25T15:00", "dee, ana"), []string{
			"2026-11-24T15:00:00+09:00 -", "2026-11-25T14:59:59+09:00 -", "2026-11-25T15:00:00+09:00 dee", "2026-11-26T10:00:00+09:00 ana",
		}},
		{"several edits within one shift follow each other, in any order of writing", edit("11-24T16:00", "ana, dee") + edit("11-24T15:00", "ana, cy"), []string{
			"2026-11-24T14:59:59+09:00 bo", "2026-11-24T15:00:00+09:00 cy", "2026-11-24T16:00:00+09:00 ana", "2026-11-25T10:00:00+09:00 dee",
		}},
		{"an edit before the start is the list that starts", edit("11-20T15:00", "dee, ana"), []string{
			"2026-11-23T09:59:59+09:00 -", "2026-11-23T10:00:00+09:00 dee", "2026-11-24T10:00:00+09:00 ana",
		}},
		{"at the start the first member is on duty already, and leaves", edit("11-23T10:00", "dee, bo"), []string{
			"2026-11-23T10:00:00+09:00 bo", "2026-11-24T10:00:00+09:00 dee",
		}},
		{"at a handoff the incoming person is on duty, and stays", edit("11-24T10:00", "ana, dee, bo, cy"), []string{
			"2026-11-24T09:59:59+09:00 ana", "2026-11-24T10:00:00+09:00 bo", "2026-11-25T10:00:00+09:00 cy",
		}},
	} {
		parsed(t, "edits:\n"+tt.edits).asks(t, tt.why, tt.answers...)
	}
}

func TestSwapsAndOverrides(t *testing.T) {
	override := func(from, to, user, replaces string) string {
		return fmt.Sprintf("  - {start: 2026-11-%s:00+09:00, end: 2026-11-%s:00+09:00, user: %s, replaces: %s}\n", from, to, user, replaces)
	}
	const swap = `swaps:
  - a: {user: ana, start: 2026-11-23T10:00:00+09:00, end: 2026-11-24T10:00:00+09:00}
    b: {user: bo, start: 2026-11-24T10:00:00+09:00, end: 2026-11-25T10:00:00+09:00}
`
	for _, tt := range []struct {
		why, changes string
		answers      []string
	}{
		{"the override created last wins (rule 8)", "overrides:\n" + override("23T12:00", "23T18:00", "dee", "null") + override("23T14:00", "23T16:00", "eli", "null"), []string{
			"2026-11-23T11:59:59+09:00 ana", "2026-11-23T12:00:00+09:00 dee", "2026-11-23T14:00:00+09:00 eli", "2026-11-23T16:00:00+09:00 dee", "2026-11-23T18:00:00+09:00 ana",
		}},
		{"a cover lasts while its person would be on call (rule 8)", "overrides:\n" + override("23T12:00", "30T12:00", "dee", "bo"), []string{
			"2026-11-24T09:59:59+09:00 ana", "2026-11-24T10:00:00+09:00 dee", "2026-11-25T10:00:00+09:00 cy", "2026-11-27T10:00:00+09:00 dee",
		}},
		{"a cover of a cover works (rule 8)", "overrides:\n" + override("24T10:00", "25T10:00", "dee", "bo") + override("24T12:00", "24T14:00", "eli", "dee"), []string{
			"2026-11-24T10:00:00+09:00 dee", "2026-11-24T12:00:00+09:00 eli", "2026-11-24T14:00:00+09:00 dee",
		}},
		{"a cover written before what it covers finds nobody", "overrides:\n" + override("24T12:00", "24T14:00", "eli", "dee") + override("24T10:00", "25T10:00", "dee", "bo"), []string{
			"2026-11-24T12:00:00+09:00 dee",
		}},
		{"an end that is not after the start covers nothing (rule 8)", "overrides:\n" + override("23T12:00", "23T12:00", "dee", "null") + override("23T14:00", "23T12:00", "eli", "null"), []string{
			"2026-11-23T12:00:00+09:00 ana", "2026-11-23T13:00:00+09:00 ana",
		}},
		{"an override before the start counts (rule 10)", "overrides:\n" + override("22T12:00", "23T12:00", "dee", "null"), []string{
			"2026-11-22T11:59:59+09:00 -", "2026-11-22T12:00:00+09:00 dee", "2026-11-23T10:00:00+09:00 dee", "2026-11-23T12:00:00+09:00 ana",
		}},
		{"a swap is both covers at once (rule 9)", swap, []string{
			"2026-11-23T10:00:00+09:00 bo", "2026-11-24T09:59:59+09:00 bo", "2026-11-24T10:00:00+09:00 ana", "2026-11-25T10:00:00+09:00 cy",
		}},
		{"a swap back restores the turns", swap + `  - a: {user: bo, start: 2026-11-23T10:00:00+09:00, end: 2026-11-24T10:00:00+09:00}
    b: {user: ana, start: 2026-11-24T10:00:00+09:00, end: 2026-11-25T10:00:00+09:00}
`, []string{"2026-11-23T10:00:00+09:00 ana", "2026-11-24T10:00:00+09:00 bo"}},
		{"windows that share time are swapped together, not one after the other", `swaps:
  - a: {user: ana, start: 2026-11-23T10:00:00+09:00, end: 2026-11-25T10:00:00+09:00}
    b: {user: bo, start: 2026-11-23T10:00:00+09:00, end: 2026-11-25T10:00:00+09:00}
`, []string{"2026-11-23T10:00:00+09:00 bo", "2026-11-24T10:00:00+09:00 ana"}},
		{"an override is younger than every swap (section 3)", "overrides:\n" + override("23T12:00", "23T14:00", "dee", "ana") + override("23T15:00", "23T16:00", "dee", "bo") + swap, []string{
			"2026-11-23T12:00:00+09:00 bo", "2026-11-23T15:00:00+09:00 dee",
		}},
		{"for a hundred years", "overrides:\n  - {start: 2026-11-24T00:00:00Z, end: 9999-12-31T23:59:59Z, user: dee, replaces: bo}\n", []string{
			"2126-11-23T10:00:00+09:00 cy", "2126-11-24T10:00:00+09:00 ana", "2126-11-25T10:00:00+09:00 dee",
		}},
	} {
		parsed(t, tt.changes).asks(t, tt.why, tt.answers...)
	}
}

func TestExplain(t *testing.T) {
	s := parsed(t, `edits:
  - {at: 2026-11-26T15:00:00+09:00, members: [bo, cy]}
  - {at: 2026-12-10T10:00:00+09:00, members: []}
swaps:
  - id: S1
    a: {user: bo, start: 2026-11-24T10:00:00+09:00, end: 2026-11-25T10:00:00+09:00}
    b: {user: cy, start: 2026-11-25T10:00:00+09:00, end: 2026-11-26T10:00:00+09:00}
overrides:
  - {start: 2026-11-24T12:00:00+09:00, end: 2026-11-24T14:00:00+09:00, user: dee, replaces: cy}
  - {id: O2, start: 2026-11-24T13:00:00+09:00, end: 2026-11-24T14:00:00+09:00, user: eli}
  - {start: 2026-11-22T13:00:00+09:00, end: 2026-11-22T14:00:00+09:00, user: eli}
`)
	for _, tt := range []struct{ at, want string }{
		{"2026-11-22T10:00:00+09:00", "the rotation starts at 2026-11-23T01:00:00Z"},
		{"2026-11-22T13:00:00+09:00", "eli by override 3, until 2026-11-22T05:00:00Z"},
		{"2026-11-23T10:00:00+09:00", "ana's turn"},
		{"2026-11-24T10:00:00+09:00", "cy has bo's shift by swap S1, until 2026-11-25T01:00:00Z"},
		{"2026-11-24T12:00:00+09:00", "dee covers cy by override 1, until 2026-11-24T05:00:00Z"},
		{"2026-11-24T13:00:00+09:00", "eli instead of dee by override O2, until 2026-11-24T05:00:00Z"},
		{"2026-11-26T14:00:00+09:00", "ana's turn"},
		{"2026-11-26T15:00:00+09:00", "bo took over when ana left the members at 2026-11-26T06:00:00Z"},
		{"2026-12-10T10:00:00+09:00", "the rotation has no members"},
	} {
		if got := s.Explain(instantOf(t, tt.at)).Because.String(); got != tt.want {
			t.Errorf("at %s: %q, want %q", tt.at, got, tt.want)
		}
	}
}

func TestADateMeansTheShiftThatStartsOnIt(t *testing.T) {
	hourly := "kind: hours\nevery: 8\n"
	for _, tt := range []struct {
		why, rotation string
		date          Date
		want          string
	}{
		{"an ordinary day", "", Date{2026, time.November, 24}, "bo 2026-11-24T01:00:00Z 2026-11-25T01:00:00Z"},
		{"before the start there is none", "", Date{2026, time.November, 22}, ""},
		{"a week starts on its Monday", "kind: weekly", Date{2026, time.November, 30}, "bo 2026-11-30T01:00:00Z 2026-12-07T01:00:00Z"},
		{"and not on a Tuesday", "kind: weekly", Date{2026, time.December, 1}, ""},
		{"the short first shift starts on its day", "start: 2026-11-23T08:00:00+09:00", Date{2026, time.November, 23}, "ana 2026-11-22T23:00:00Z 2026-11-23T01:00:00Z"},
		{"of three shifts the first", hourly, Date{2026, time.November, 24}, "cy 2026-11-23T17:00:00Z 2026-11-24T01:00:00Z"},
		{"no date at all", "zone: Pacific/Apia\nstart: 2011-12-29T10:00:00-10:00", Date{2011, time.December, 30}, ""},
	} {
		got := ""
		if s, ok := parsed(t, tt.rotation).ShiftOnDate(tt.date.Year, tt.date.Month, tt.date.Day); ok {
			got = fmt.Sprint(s.User, " ", stamp(s.Start), " ", stamp(s.End))
		}
		if got != tt.want {
			t.Errorf("%s: %s has %q, want %q", tt.why, tt.date, got, tt.want)
		}
	}
}
