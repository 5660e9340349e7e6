package slackapp

import (
	"errors"
	"strings"
	"testing"
	"time"

	"toban/bot/msg"
)

var (
	tokyo, _  = time.LoadLocation("Asia/Tokyo")
	berlin, _ = time.LoadLocation("Europe/Berlin")
	noon1123  = time.Date(2026, 11, 23, 12, 0, 0, 0, tokyo) // a Monday
)

func TestDatesThatPeopleType(t *testing.T) {
	for _, tt := range []struct{ said, want string }{
		{"2026-12-03", "2026-12-03"},
		{"2026/12/3", "2026-12-03"},
		{"12/3", "2026-12-03"},
		{"１２／３", "2026-12-03"},
		{"12/3(木)", "2026-12-03"},
		{"12/3（木） 10:00", "2026-12-03T10:00"},
		{"12月3日", "2026-12-03"},
		{"12月3日(木)9時", "2026-12-03T09:00"},
		{"2027年1月2日", "2027-01-02"},
		{"11/23", "2026-11-23"},
		{"11/22", "2026-11-22"},
		{"10/20", "2027-10-20"},
		{"1/5", "2027-01-05"},
		{"today", "2026-11-23"},
		{"今日", "2026-11-23"},
		{"Tomorrow", "2026-11-24"},
		{"明日", "2026-11-24"},
		{"明後日", "2026-11-25"},
		{"あさって 18時", "2026-11-25T18:00"},
		{"yesterday", "2026-11-22"},
		{"tomorrow 9:00", "2026-11-24T09:00"},
		{"明日 9時", "2026-11-24T09:00"},
		{"明日9時", "2026-11-24T09:00"},
		{"明日の9時半", "2026-11-24T09:30"},
		{"明日 ９時３０分", "2026-11-24T09:30"},
		{"明日 午後3時", "2026-11-24T15:00"},
		{"明日 午前0時", "2026-11-24T00:00"},
		{"tomorrow 3pm", "2026-11-24T15:00"},
		{"tomorrow 12am", "2026-11-24T00:00"},
		{"tomorrow 12:30pm", "2026-11-24T12:30"},
		{"tomorrow noon", "2026-11-24T12:00"},
		{"tomorrow 24:00", "2026-11-25T00:00"},
		{"fri", "2026-11-27"},
		{"Friday 9:00", "2026-11-27T09:00"},
		{"金曜", "2026-11-27"},
		{"金曜日9時", "2026-11-27T09:00"},
		{"日曜の朝", "?"},
		{"Thu 3 Dec 10:00", "2026-12-03T10:00"},
		{"3 Dec", "2026-12-03"},
		{"Dec 3rd", "2026-12-03"},
		{"December 3, 2027", "2027-12-03"},
		{"now", "2026-11-23T12:00"},
		{"今", "2026-11-23T12:00"},
		{"+2h", "2026-11-23T14:00"},
		{"+1h30m", "2026-11-23T13:30"},
		{"+3d", "2026-11-26T12:00"},
		{"＋２時間", "2026-11-23T14:00"},
		{"30分後", "2026-11-23T12:30"},
		{"9:00", "2026-11-24T09:00"},
		{"13時", "2026-11-23T13:00"},
		{"2026-12-03T09:00:00+01:00", "2026-12-03T17:00"},
		{"2026-12-03T00:00Z", "2026-12-03T09:00"},
		{"2026-12-03T09:00", "2026-12-03T09:00"},

		{"monday", "? today or in a week"},
		{"月曜日", "? today or in a week"},
		{"12/3(月)", "? weekday differs"},
		{"Mon 3 Dec", "? weekday differs"},
		{"13/3", "? no such day"},
		{"2/30", "? no such day"},
		{"2/29", "? no such day"},
		{"2026-02-29", "? no such day"},
		{"0/0", "? no such day"},
		{"tomorrow 25:00", "2026-11-24+"}, // the date is taken, the odd word is left for the caller to refuse
		{"明日25時", "? not a date"},
		{"next friday", "? not a date"},
		{"来週の月曜", "? not a date"},
		{"3", "? not a date"},
		{"0900", "? not a date"},
		{"+0h", "? not a date"},
		{"+", "? not a date"},
		{"12/3/4", "? not a date"},
		{"99999999-99-99", "? not a date"},
		{"<@U123>", "? not a date"},
		{"", "? not a date"},
	} {
		words := split(tt.said).texts(0)
		got, used, err := parseWhen(words, noon1123, noon1123, tokyo)
		said := "?"
		if e, ok := errors.AsType[*whenError](err); ok {
			if said = "? " + string(e.why); tt.want == "?" {
				said = "?"
			}
		} else if got.alone {
			said = got.date.String()
			if used < len(words) {
				said += "+"
			}
		} else {
			said = got.at.In(tokyo).Format("2006-01-02T15:04")
		}
		if said != tt.want {
			t.Errorf("%q: got %s, want %s", tt.said, said, tt.want)
		}
	}
}

func TestDatesOverClockChanges(t *testing.T) {
	now := time.Date(2027, 3, 27, 12, 0, 0, 0, berlin)
	for _, tt := range []struct{ why, said, want string }{
		{"skipped by the clock: refused", "3/28 2:30", "?"},
		{"after the gap", "3/28 3:30", "2027-03-28T03:30:00+02:00"},
		{"shown twice: the first counts", "10/31 2:30", "2027-10-31T02:30:00+02:00"},
		{"a day later keeps the time of day", "+1d", "2027-03-28T12:00:00+02:00"},
		{"24 hours later does not", "+24h", "2027-03-28T13:00:00+02:00"},
	} {
		got, _, err := parseWhen(split(tt.said).texts(0), now, now, berlin)
		said := "?"
		if err == nil {
			said = got.at.In(berlin).Format(time.RFC3339)
		}
		if said != tt.want {
			t.Errorf("%s: %q = %s, want %s", tt.why, tt.said, said, tt.want)
		}
	}
}

// What we print, people paste back.
func TestOurOwnDatesAreUnderstood(t *testing.T) {
	for day := range 400 {
		at := noon1123.AddDate(0, 0, day).Add(30 * time.Minute)
		for _, lang := range []string{msg.Japanese, msg.English} {
			c := msg.For(lang)
			for _, said := range []string{c.Dated(at, tokyo), c.Time(at, tokyo)} {
				if day >= 365 && said == c.Time(at, tokyo) {
					continue
				}
				got, used, err := parseWhen(split(said).texts(0), noon1123, noon1123, tokyo)
				if err != nil || !got.at.Equal(at) || used != len(strings.Fields(said)) {
					t.Fatalf("%s: %q = %v (%d words), %v; want %v", lang, said, got.at, used, err, at)
				}
			}
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{"12/3 9:00", "明日9時半", "+2h", "Thu 3 Dec 10:00", "2026-12-03T09:00:00+09:00", "12月3日(木)", "24:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		words := split(said).texts(0)
		w, used, err := parseWhen(words, noon1123, noon1123, berlin)
		switch {
		case err != nil && used != 0:
			t.Errorf("%q: refused, yet %d words used", said, used)
		case err == nil && (used < 1 || used > len(words)):
			t.Errorf("%q: used %d of %d words", said, used, len(words))
		case err == nil && (w.at.Year() < 1999 || w.at.Year() > 2300):
			t.Errorf("%q: %v", said, w.at)
		}
	})
}
