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

// meaning writes what a text may mean as the tables below do: a date alone, a
// time, several joined by "or", or why it is refused; "+" says that words are left.
func meaning(said string, g grammar) string {
	found, rest, err := g.read(strings.Join(split(said).texts(0), " "))
	if e, ok := errors.AsType[*whenError](err); ok {
		return "? " + string(e.why)
	}
	var all []string
	for _, w := range found {
		switch {
		case !w.alone:
			all = append(all, w.at.In(g.zone).Format("2006-01-02T15:04"))
		case w.days.first == w.days.last:
			all = append(all, w.days.first.String())
		default:
			all = append(all, w.days.first.String()+".."+w.days.last.String())
		}
	}
	text := strings.Join(all, " or ")
	if rest != "" {
		text += "+"
	}
	return text
}

func typedAt(now time.Time) grammar { return grammar{now: now, anchor: now, zone: now.Location()} }

func TestTimesThatPeopleType(t *testing.T) {
	for _, tt := range []struct{ said, want string }{
		// dates
		{"2026-12-03", "2026-12-03"},
		{"2026/12/3", "2026-12-03"},
		{"2026.12.3", "2026-12-03"},
		{"12/3/2026", "2026-12-03 or 2026-03-12"},
		{"12/3", "2026-12-03"},
		{"１２／３", "2026-12-03"},
		{"12/3(木)", "2026-12-03"},
		{"12/3（木） 10:00", "2026-12-03T10:00"},
		{"12/3 (Thu) 10:00", "2026-12-03T10:00"},
		{"12/3木曜", "2026-12-03"},
		{"12月3日", "2026-12-03"},
		{"12月3日(木)", "2026-12-03"},
		{"12月3日(木)9時", "2026-12-03T09:00"},
		{"2027年1月2日", "2027-01-02"},
		{"11/23", "2026-11-23"},
		{"11/22", "2026-11-22"},
		{"1/5", "2027-01-05"},
		{"10/20", "2027-10-20 or 2026-10-20"},
		{"6/1", "2027-06-01 or 2026-06-01"},
		{"25日", "2026-11-25"},
		{"5日", "2026-12-05 or 2026-11-05"},
		{"the 25th", "2026-11-25"},
		{"来月5日", "2026-12-05"},
		{"来月の5日 9時", "2026-12-05T09:00"},
		{"3 Dec", "2026-12-03"},
		{"Dec 3rd", "2026-12-03"},
		{"Dec. 3", "2026-12-03"},
		{"3rd of December", "2026-12-03"},
		{"December 3, 2027", "2027-12-03"},
		{"Dec 3 2027 9pm", "2027-12-03T21:00"},
		{"Thu 3 Dec 10:00", "2026-12-03T10:00"},
		{"Thu, Dec 3", "2026-12-03"},
		{"Thu 12/3", "2026-12-03"},
		{"today", "2026-11-23"},
		{"今日", "2026-11-23"},
		{"本日 18時", "2026-11-23T18:00"},
		{"Tomorrow", "2026-11-24"},
		{"明日", "2026-11-24"},
		{"明後日", "2026-11-25"},
		{"明後日 9時", "2026-11-25T09:00"},
		{"あさって 18時", "2026-11-25T18:00"},
		{"day after tomorrow", "2026-11-25"},
		{"the day after tomorrow at 14:00", "2026-11-25T14:00"},
		{"yesterday", "2026-11-22"},
		{"おととい", "2026-11-21"},
		{"3日後", "2026-11-26"},
		{"in 3 days", "2026-11-26"},
		{"in a week", "2026-11-30"},
		{"2週間後", "2026-12-07"},
		{"3日後の9時", "2026-11-26T09:00"},
		{"2 days ago", "2026-11-21"},
		{"月末", "2026-11-30"},
		{"end of the month", "2026-11-30"},
		{"来月末", "2026-12-31"},
		{"end of next month", "2026-12-31"},
		// weekdays
		{"fri", "2026-11-27"},
		{"Friday 9:00", "2026-11-27T09:00"},
		{"fri 21:00", "2026-11-27T21:00"},
		{"金曜", "2026-11-27"},
		{"金曜日9時", "2026-11-27T09:00"},
		{"金曜21:30", "2026-11-27T21:30"},
		{"金曜の夜9時", "2026-11-27T21:00"},
		{"次の金曜", "2026-12-04 or 2026-11-27"},
		{"来週月曜", "2026-11-30"},
		{"来週の月曜", "2026-11-30"},
		{"来週月曜 9時", "2026-11-30T09:00"},
		{"来週金曜の夜9時", "2026-12-04T21:00"},
		{"来週日曜", "2026-12-06 or 2026-11-29"},
		{"来週月", "2026-11-30"},
		{"再来週の月曜", "2026-12-07"},
		{"今週の金曜", "2026-11-27"},
		{"先週の金曜", "2026-11-20"},
		{"next monday", "2026-11-30"},
		{"next fri 9pm", "2026-12-04T21:00 or 2026-11-27T21:00"},
		{"this friday", "2026-11-27"},
		{"last friday", "2026-11-20"},
		{"friday next week", "2026-12-04"},
		{"monday", "2026-11-23 or 2026-11-30"},
		{"月曜日", "2026-11-23 or 2026-11-30"},
		{"月曜 21時", "2026-11-23T21:00 or 2026-11-30T21:00"},
		// spans of days
		{"this weekend", "2026-11-28..2026-11-29"},
		{"今週末", "2026-11-28..2026-11-29"},
		{"週末", "2026-11-28..2026-11-29"},
		{"来週末", "2026-12-05..2026-12-06"},
		{"next weekend", "2026-11-28..2026-11-29 or 2026-12-05..2026-12-06"},
		{"next week", "2026-11-30..2026-12-06"},
		{"来週", "2026-11-30..2026-12-06"},
		{"今週", "2026-11-23..2026-11-29"},
		{"december", "2026-12-01..2026-12-31"},
		{"dec", "2026-12-01..2026-12-31"},
		{"December 2027", "2027-12-01..2027-12-31"},
		{"12月", "2026-12-01..2026-12-31"},
		{"2026-12", "2026-12-01..2026-12-31"},
		{"2027年2月", "2027-02-01..2027-02-28"},
		{"november", "2026-11-01..2026-11-30"},
		{"october", "2027-10-01..2027-10-31 or 2026-10-01..2026-10-31"},
		{"来月", "2026-12-01..2026-12-31"},
		{"next month", "2026-12-01..2026-12-31"},
		{"今月", "2026-11-01..2026-11-30"},
		// times of day
		{"tomorrow 9:00", "2026-11-24T09:00"},
		{"9:00 tomorrow", "2026-11-24T09:00"},
		{"9pm tomorrow", "2026-11-24T21:00"},
		{"明日 9時", "2026-11-24T09:00"},
		{"明日9時", "2026-11-24T09:00"},
		{"明日の9時半", "2026-11-24T09:30"},
		{"明日 ９時３０分", "2026-11-24T09:30"},
		{"明日 午後3時", "2026-11-24T15:00"},
		{"午後9時半", "2026-11-23T21:30"},
		{"明日 午前0時", "2026-11-24T00:00"},
		{"tomorrow 3pm", "2026-11-24T15:00"},
		{"tomorrow 3 p.m.", "2026-11-24T15:00"},
		{"tomorrow 12am", "2026-11-24T00:00"},
		{"tomorrow 12:30pm", "2026-11-24T12:30"},
		{"tomorrow noon", "2026-11-24T12:00"},
		{"noon tomorrow", "2026-11-24T12:00"},
		{"tomorrow 24:00", "2026-11-25T00:00"},
		{"明日25時", "2026-11-25T01:00"},
		{"25時", "2026-11-24T01:00"},
		{"9pm", "2026-11-23T21:00"},
		{"9 PM", "2026-11-23T21:00"},
		{"9:00", "2026-11-24T09:00"},
		{"13時", "2026-11-23T13:00"},
		{"0900", "2026-11-24T09:00"},
		{"tomorrow 0900", "2026-11-24T09:00"},
		{"tomorrow at 9", "2026-11-24T09:00 or 2026-11-24T21:00"},
		{"tomorrow at 15", "2026-11-24T15:00"},
		{"tomorrow morning at 9", "2026-11-24T09:00"},
		{"at 9 in the evening", "2026-11-23T21:00"},
		{"9 o'clock", "2026-11-23T21:00 or 2026-11-24T09:00"},
		{"明日の朝9時", "2026-11-24T09:00"},
		{"明日の昼1時", "2026-11-24T13:00"},
		{"夕方5時", "2026-11-23T17:00"},
		{"夜11時", "2026-11-23T23:00"},
		{"今晩22時", "2026-11-23T22:00"},
		{"今夜9時", "2026-11-23T21:00"},
		{"今夜1時", "2026-11-24T01:00"},
		{"tonight at 9", "2026-11-23T21:00"},
		{"tonight 9:30", "2026-11-23T21:30"},
		{"9pm tonight", "2026-11-23T21:00"},
		{"明日 午後12時", "2026-11-24T12:00 or 2026-11-25T00:00"},
		// parts of a day name no hour
		{"今夜", "2026-11-23T18:00 or 2026-11-23T21:00"},
		{"tonight", "2026-11-23T18:00 or 2026-11-23T21:00"},
		{"明日の朝", "2026-11-24T07:00 or 2026-11-24T09:00"},
		{"tomorrow morning", "2026-11-24T07:00 or 2026-11-24T09:00"},
		{"this evening", "2026-11-23T17:00 or 2026-11-23T19:00"},
		{"今日の夕方", "2026-11-23T17:00 or 2026-11-23T19:00"},
		{"日曜の朝", "2026-11-29T07:00 or 2026-11-29T09:00"},
		{"明晩", "2026-11-24T18:00 or 2026-11-24T21:00"},
		// midnight
		{"midnight", "2026-11-24T00:00"},
		{"深夜0時", "2026-11-24T00:00"},
		{"深夜2時", "2026-11-24T02:00"},
		{"今夜0時", "2026-11-24T00:00"},
		{"tomorrow midnight", "2026-11-24T00:00 or 2026-11-25T00:00"},
		{"明日の深夜0時", "2026-11-24T00:00 or 2026-11-25T00:00"},
		{"midnight tonight", "2026-11-24T00:00"},
		// from now
		{"now", "2026-11-23T12:00"},
		{"今", "2026-11-23T12:00"},
		{"今から", "2026-11-23T12:00"},
		{"+2h", "2026-11-23T14:00"},
		{"+1h30m", "2026-11-23T13:30"},
		{"+3d", "2026-11-26T12:00"},
		{"＋２時間", "2026-11-23T14:00"},
		{"30分後", "2026-11-23T12:30"},
		{"あと30分", "2026-11-23T12:30"},
		{"3時間後まで", "2026-11-23T15:00"},
		{"1時間半後", "2026-11-23T13:30"},
		{"in 2 hours", "2026-11-23T14:00"},
		{"in 90 min", "2026-11-23T13:30"},
		{"in an hour", "2026-11-23T13:00"},
		{"in half an hour", "2026-11-23T12:30"},
		{"2 hours from now", "2026-11-23T14:00"},
		{"2 hours ago", "2026-11-23T10:00"},
		{"1時間前", "2026-11-23T11:00"},
		// zones
		{"2026-12-03T09:00:00+01:00", "2026-12-03T17:00"},
		{"2026-12-03T00:00Z", "2026-12-03T09:00"},
		{"2026-12-03T09:00", "2026-12-03T09:00"},
		{"12/3 0:00 UTC", "2026-12-03T09:00"},
		{"12/3 9:00 JST", "2026-12-03T09:00"},
		{"12/3 9:00 Europe/Berlin", "2026-12-03T17:00"},
		{"12/3 9:00 america/new_york", "2026-12-03T23:00"},
		{"12/3 9:00 +01:00", "2026-12-03T17:00"},
		{"12/3 9:00+0100", "2026-12-03T17:00"},
		{"12/3 9:00 UTC-5", "2026-12-03T23:00"},
		{"12/3 9pm PT", "2026-12-04T14:00"},
		{"12/3 9時(日本時間)", "2026-12-03T09:00"},
		{"12/3 9:00 CST", "2026-12-04T00:00 or 2026-12-03T10:00 or 2026-12-03T23:00"},
		{"12/3 9:00 IST", "2026-12-03T12:30 or 2026-12-03T18:00 or 2026-12-03T16:00"},
		// a weekday that does not fit
		{"12/3(月)", "2026-12-03 or 2026-11-30"},
		{"12/3(金)", "2026-12-03 or 2026-12-04"},
		{"Fri 3 Dec", "2026-12-03 or 2026-12-04"},
		{"Mon 3 Dec 10:00", "2026-12-03T10:00 or 2026-11-30T10:00"},
		{"12月3日（金）9時", "2026-12-03T09:00 or 2026-12-04T09:00"},
		// two times
		{"18:00 +4h", "2026-11-23T18:00+"},
		{"9:00-12:00", "2026-11-24T09:00+"},
		{"18:00 tomorrow 9:00", "2026-11-23T18:00+"},
		{"12/3 12/5", "2026-12-03+"},
		{"12/3 fri", "2026-12-03+"},
		{"12時〜18時", "2026-11-24T12:00+"},
		{"明日9時から12時まで", "2026-11-24T09:00+"},
		// refused
		{"tomorrow 30:00", "2026-11-24+"},
		{"明日30時", "2026-11-24+"},
		{"朝13時", "? no such time"},
		{"13/3", "? no such day"},
		{"2/30", "? no such day"},
		{"2/29", "? no such day"},
		{"2026-02-29", "? no such day"},
		{"0/0", "? no such day"},
		{"13月1日", "? no such day"},
		{"3", "? not a date"},
		{"3時間", "? not a date"},
		{"+0h", "? not a date"},
		{"+", "? not a date"},
		{"12/3/4", "? not a date"},
		{"99999999-99-99", "? not a date"},
		{"<@U123>", "? not a date"},
		{"soon", "? not a date"},
		{"someday", "? not a date"},
		{"mondays", "? not a date"},
		{"2026", "? not a date"},
		{"", "? not a date"},
	} {
		if got := meaning(tt.said, typedAt(noon1123)); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.said, got, tt.want)
		}
	}
}

func TestTimesOnOtherDays(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.ParseInLocation("2006-01-02T15:04", text, tokyo)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct{ why, now, said, want string }{
		{"a Sunday: to some the week has begun", "2026-11-29T12:00", "next monday", "2026-11-30 or 2026-12-07"},
		{"in Japanese too", "2026-11-29T12:00", "来週月曜", "2026-11-30 or 2026-12-07"},
		{"and the whole week", "2026-11-29T12:00", "来週", "2026-11-30..2026-12-06 or 2026-12-07..2026-12-13"},
		{"the weekend that is now", "2026-11-29T12:00", "this weekend", "2026-11-28..2026-11-29"},
		{"on a Friday", "2026-11-27T12:00", "金曜21:30", "2026-11-27T21:30 or 2026-12-04T21:30"},
		{"a day that has passed this week", "2026-11-25T12:00", "this monday", "2026-11-30 or 2026-11-23"},
		{"two days ago", "2026-12-05T12:00", "12/3", "2026-12-03"},
		{"a month ago or in eleven", "2026-12-20T12:00", "11/10", "2027-11-10 or 2026-11-10"},
		{"over the new year", "2026-12-30T12:00", "1/3", "2027-01-03"},
		{"New Year's Eve, seen from January", "2027-01-02T12:00", "12/31", "2026-12-31"},
		{"the month that has just begun", "2026-12-05T12:00", "12月", "2026-12-01..2026-12-31"},
		{"the weekday tells the year", "2026-12-20T12:00", "11/10(水)", "2027-11-10"},
		{"the last of the month", "2026-11-30T12:00", "月末", "2026-11-30"},
		{"31st, in a month that has none", "2026-11-23T12:00", "31日", "2026-12-31"},
		{"after midnight, 25:00 is not over for some", "2026-11-24T00:30", "25時", "2026-11-24T01:00 or 2026-11-25T01:00"},
		{"leap day", "2028-01-10T12:00", "2/29", "2028-02-29"},
		{"midnight, typed at midnight", "2026-11-24T00:00", "midnight", "2026-11-25T00:00"},
	} {
		if got := meaning(tt.said, typedAt(day(tt.now))); got != tt.want {
			t.Errorf("%s: %q: got %s, want %s", tt.why, tt.said, got, tt.want)
		}
	}
}

func TestReadersOfEnglishMayWriteTheDayFirst(t *testing.T) {
	g := typedAt(noon1123)
	g.dayFirst = true
	for said, want := range map[string]string{
		"3/12": "2027-03-12 or 2026-12-03", // much nearer the other way round
		"12/3": "2026-12-03",
		"1/5":  "2027-01-05",
	} {
		if got := meaning(said, g); got != want {
			t.Errorf("%q: got %s, want %s", said, got, want)
		}
	}
}

// An end counts from its beginning.
func TestEnds(t *testing.T) {
	for _, tt := range []struct{ from, until, want string }{
		{"11/26 22時", "2時", "2026-11-27T02:00"},
		{"明日9時", "12時まで", "2026-11-24T12:00"},
		{"fri 18:00", "+4h", "2026-11-27T22:00"},
		{"fri 18:00", "for 4 hours", "2026-11-27T22:00"},
		{"fri 18:00", "4h", "2026-11-27T22:00"},
		{"今から", "3時間", "2026-11-23T15:00"},
		{"fri 18:00", "fri 20:00", "2026-11-27T20:00"},
		{"fri 18:00", "fri 9:00", "2026-12-04T09:00"},
		{"fri 18:00", "mon 9:00", "2026-11-30T09:00"},
		{"12/30", "1/3", "2027-01-03"},
		{"12/20", "12/19", "2026-12-19"},
		{"明日", "2日間", "2026-11-25"},
		{"18:00", "midnight", "2026-11-24T00:00"},
		{"tomorrow 18:00", "tomorrow at 9", "2026-11-24T21:00"},
	} {
		from, _, err := typedAt(noon1123).read(tt.from)
		if err != nil || len(from) != 1 {
			t.Fatalf("%s: %v, %v", tt.from, from, err)
		}
		if got := meaning(tt.until, typedAt(noon1123).ending(from[0])); got != tt.want {
			t.Errorf("%s to %s: got %s, want %s", tt.from, tt.until, got, tt.want)
		}
	}
}

func TestTimesOverClockChanges(t *testing.T) {
	now := time.Date(2027, 3, 27, 12, 0, 0, 0, berlin)
	for _, tt := range []struct{ why, said, want string }{
		{"skipped by the clock: refused", "3/28 2:30", "? no such time"},
		{"after the gap", "3/28 3:30", "2027-03-28T03:30:00+02:00"},
		{"a time shown twice is asked", "2027-10-31 2:30", "2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00"},
		{"a day later keeps the time of day", "+1d", "2027-03-28T12:00:00+02:00"},
		{"24 hours later does not", "+24h", "2027-03-28T13:00:00+02:00"},
		{"a zone decides", "3/28 2:30 JST", "2027-03-27T18:30:00+01:00"},
	} {
		found, _, err := typedAt(now).read(tt.said)
		var all []string
		for _, w := range found {
			all = append(all, w.at.In(berlin).Format(time.RFC3339))
		}
		said := strings.Join(all, " or ")
		if e, ok := errors.AsType[*whenError](err); ok {
			said = "? " + string(e.why)
		}
		if said != tt.want {
			t.Errorf("%s: %q = %s, want %s", tt.why, tt.said, said, tt.want)
		}
	}
}

// What is asked back can be read in one way only.
func TestChoicesAreExact(t *testing.T) {
	for _, said := range []string{"tonight", "next weekend", "12/3(金)", "12/3 9:00 CST", "2027-10-31 2:30", "monday", "october", "朝まで", "until monday"} {
		now := noon1123.In(berlin)
		found, _, err := typedAt(now).read(said)
		if err != nil || len(found) < 2 {
			t.Errorf("%q is not asked back: %v, %v", said, found, err)
		}
		for _, w := range found {
			again, rest, err := typedAt(now).read(w.exact())
			if err != nil || len(again) != 1 || again[0].days.first != w.days.first && w.alone || !w.alone && (!again[0].at.Equal(w.at) || rest != "") || again[0].ends != w.ends {
				t.Errorf("%q: %q reads as %v, %q, %v", said, w.exact(), again, rest, err)
			}
		}
	}
}

// What we print, people paste back.
func TestOurOwnTimesAreUnderstood(t *testing.T) {
	for day := range 400 {
		at := noon1123.AddDate(0, 0, day).Add(30 * time.Minute)
		for _, lang := range []string{msg.Japanese, msg.English} {
			c := msg.For(lang)
			for _, said := range []string{c.Dated(at, tokyo), c.Time(at, tokyo), c.When(at, tokyo, noon1123), c.At(at, tokyo)} {
				if day >= 365-lately && (said == c.Time(at, tokyo) || said == c.At(at, tokyo)) {
					continue
				}
				found, rest, err := typedAt(noon1123).read(split(said).folded())
				if err != nil || len(found) != 1 || !found[0].at.Equal(at) || rest != "" {
					t.Fatalf("%s: %q = %v, %q, %v; want %v", lang, said, found, rest, err, at)
				}
			}
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{"12/3 9:00", "明日9時半", "+2h", "Thu 3 Dec 10:00", "2026-12-03T09:00:00+09:00", "12月3日(木)", "24:00", "来週金曜の夜9時", "tonight at 9 CST", "1h30m", "end of next month", "深夜25時", "3 days ago 9:00 utc+14"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, said string) {
		for _, g := range []grammar{typedAt(noon1123.In(berlin)), typedAt(noon1123).ending(when{at: noon1123, zone: tokyo, alone: true})} {
			g.dayFirst = true
			text := split(said).folded()
			found, rest, err := g.read(text)
			switch {
			case err != nil && len(found) > 0, err == nil && len(found) == 0:
				t.Errorf("%q: %v, %v", said, found, err)
			case err == nil && len(rest) >= len(text):
				t.Errorf("%q: nothing was read", said)
			}
			for _, w := range found {
				if w.at.Year() < 1980 || w.at.Year() > 2300 || w.zone == nil {
					t.Errorf("%q: %+v", said, w)
				}
			}
		}
	})
}
