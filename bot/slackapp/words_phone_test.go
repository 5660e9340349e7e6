package slackapp

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"toban/bot/msg"
)

// spanned is the meaning of a text that may hold a beginning and an end.
func spanned(said string, g grammar) string {
	var all []string
	for text := split(said).folded(); text != ""; {
		found, rest, err := g.read(text)
		all = append(all, strings.TrimSuffix(meaning(text, g), "+"))
		if err != nil || len(found) > 1 {
			break
		}
		text, g = rest, g.ending(found[0])
	}
	return strings.Join(all, " to ")
}

// What people type on a phone at night: it is read right, asked back or
// refused, and never guessed.
func TestTimesTypedOnAPhone(t *testing.T) {
	for _, tt := range []struct{ said, want string }{
		// blanks and signs where they are not expected
		{"tmrw 9am", "2026-11-24T09:00"},
		{"tmr", "2026-11-24"},
		{"tomorow 9pm", "2026-11-24T21:00"},
		{"明日9pm", "2026-11-24T21:00"},
		{"明日 9 時", "2026-11-24T09:00"},
		{"12 月 3 日 9 時 30 分", "2026-12-03T09:30"},
		{"9 時から18 時まで", "2026-11-24T09:00 to 2026-11-24T18:00"},
		{"あしたの朝9じ", "2026-11-24T09:00"},
		{"9p", "2026-11-23T21:00"},
		{"9:30p", "2026-11-23T21:30"},
		{"930pm", "2026-11-23T21:30"},
		{"12 / 3 9 : 00", "2026-12-03T09:00"},
		{"１２／３　９：００～１８：００", "2026-12-03T09:00 to 2026-12-03T18:00"},
		{"20261203", "2026-12-03"},
		{"1130", "2026-11-24T11:30 or 2026-11-30"},
		{"1203", "2026-11-23T12:03 or 2026-12-03"},
		{"0930 UTC", "2026-11-23T18:30"},
		{"tomorrow 1130", "2026-11-24T11:30"},
		{"03/12/2026", "2026-03-12 or 2026-12-03"},
		{"13/12/2026", "2026-12-13"},
		// hours
		{"9時から18時まで", "2026-11-24T09:00 to 2026-11-24T18:00"},
		{"明日 9-18時", "2026-11-24T09:00 to 2026-11-24T18:00"},
		{"12/3 9〜18時", "2026-12-03T09:00 to 2026-12-03T18:00"},
		{"12/3 9:00-18:00", "2026-12-03T09:00 to 2026-12-03T18:00"},
		{"tomorrow 9-5pm", "2026-11-24T09:00 or 2026-11-24T21:00"},
		{"tomorrow 9-5", "2026-11-24T09:00 or 2026-11-24T21:00"},
		{"tomorrow 14-17", "2026-11-24T14:00 to 2026-11-24T17:00"},
		{"tonight 10-6", "2026-11-23T22:00 to 2026-11-24T06:00 or 2026-11-24T18:00"},
		{"9-18", "? not a date"},
		{"10pm–6am tonight", "2026-11-23T22:00 to 2026-11-24T06:00"},
		{"6am tonight", "2026-11-24T06:00"},
		{"今夜 午前2時", "2026-11-24T02:00"},
		{"tomorrow evening 6am", "? no such time"},
		{"tonight 1pm", "? no such time"},
		{"今夜6時", "2026-11-23T18:00"},
		{"21時〜翌2時", "2026-11-23T21:00 to 2026-11-24T02:00"},
		{"21時から翌朝6時まで", "2026-11-23T21:00 to 2026-11-24T06:00"},
		{"金曜22時〜翌朝", "2026-11-27T22:00 to 2026-11-28T07:00 or 2026-11-28T09:00"},
		{"9pm to 6am the next day", "2026-11-23T21:00 to 2026-11-24T06:00"},
		{"翌朝", "? not a date"},
		{"今から朝まで", "2026-11-23T12:00 to 2026-11-24T07:00 or 2026-11-24T09:00"},
		{"now til morning", "2026-11-23T12:00 to 2026-11-24T07:00 or 2026-11-24T09:00"},
		{"朝まで", "2026-11-24T07:00 or 2026-11-24T09:00"},
		{"now until 6am", "2026-11-23T12:00 to 2026-11-24T06:00"},
		{"明日の夜9時半から3時間", "2026-11-24T21:30 to 2026-11-25T00:30"},
		// days
		{"12/3-12/5", "2026-12-03 to 2026-12-05"},
		{"12/28 - 1/4", "2026-12-28 to 2027-01-04"},
		{"12/3-5", "2026-12-03 to 2026-12-05"},
		{"12/3〜5", "2026-12-03 to 2026-12-05"},
		{"Nov 27-29", "2026-11-27 to 2026-11-29"},
		{"Nov 27 to 29", "2026-11-27 to 2026-11-29"},
		{"12/3 to 5", "2026-12-03 to 2026-12-05 or 2026-12-03T05:00 or 2026-12-03T17:00"},
		{"12/3から5日まで", "2026-12-03 to 2026-12-05"},
		{"来週の月曜から金曜", "2026-11-30 to 2026-12-04"},
		{"来週の月〜金", "2026-11-30 to 2026-12-04"},
		{"月〜金", "2026-11-23 or 2026-11-30"},
		{"金〜日", "2026-11-27 to 2026-11-29"},
		{"fri-sun", "2026-11-27 to 2026-11-29"},
		{"sat &amp; sun", "2026-11-28 to 2026-11-29"},
		{"the weekend", "2026-11-28..2026-11-29"},
		{"fri 18:00–mon 09:00", "2026-11-27T18:00 to 2026-11-30T09:00"},
		{"12/3（木）9:00〜12/4（金）9:00", "2026-12-03T09:00 to 2026-12-04T09:00"},
		// a weekday before a date in numbers that is another day: one day, or two
		{"fri 12/3", "2026-12-03 or 2026-12-04 or 2026-11-27"},
		{"fri 12/3 10:00", "2026-12-03T10:00 or 2026-12-04T10:00"},
		{"金曜 12/3", "2026-12-03 or 2026-12-04 or 2026-11-27"},
		{"thu 12/3", "2026-12-03"},
		// what nobody can know is refused
		{"ゴールデンウィーク", "? not a date"},
		{"年末年始", "? not a date"},
		{"お盆", "? not a date"},
		{"christmas", "? not a date"},
		{"月曜の朝イチ", "2026-11-23T07:00 or 2026-11-23T09:00 or 2026-11-30T07:00 or 2026-11-30T09:00"},
		{"eod", "? not a date"},
		{"asap", "? not a date"},
		{"あとで", "? not a date"},
		{"ｱｼﾀ", "? not a date"},
		{"毎週金曜", "? not a date"},
		{"9.30", "? not a date"},
		{"25/12", "? no such day"},
		{"11/31", "? no such day"},
		{"+5", "? not a date"},
	} {
		if got := spanned(tt.said, typedAt(noon1123)); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.said, got, tt.want)
		}
	}
}

// Every time that help and errors show can be typed.
func TestTimesThatWeShowAreRead(t *testing.T) {
	quoted := regexp.MustCompile("`([^`]+)`")
	for _, lang := range []string{msg.English, msg.Japanese} {
		say := msg.For(lang)
		g := typedAt(noon1123)
		g.dayFirst = lang == msg.English
		for _, text := range []string{
			say.Plain(msg.HelpDates, msg.Args{"Zone": "Asia/Tokyo"}), say.Plain(msg.ErrorWhen, msg.Args{"Text": "x"}),
			say.Plain(msg.ErrorWhenOrRotation, msg.Args{"Text": "x", "List": "y"}), say.Plain(msg.ErrorWhenDay, msg.Args{"Text": "x"}),
		} {
			shown := quoted.FindAllStringSubmatch(text, -1)
			if len(shown) == 0 {
				t.Errorf("no example in %q", text)
			}
			for _, said := range shown {
				if got := spanned(said[1], g); strings.Contains(got, "?") {
					t.Errorf("%s: %q reads as %s", lang, said[1], got)
				}
			}
		}
	}
}

// Before dawn "tonight" and "tomorrow" are said of the night that is not over
// too; only what lies ahead is offered.
func TestTimesTypedBeforeDawn(t *testing.T) {
	for _, tt := range []struct{ said, want string }{
		{"今夜2時", "2026-11-25T02:00"},
		{"今夜4時", "2026-11-24T04:00 or 2026-11-25T04:00"},
		{"tonight 5am", "2026-11-24T05:00 or 2026-11-25T05:00"},
		{"今夜22時", "2026-11-24T22:00"},
		{"tonight", "2026-11-24T18:00 or 2026-11-24T21:00"},
		{"明日", "2026-11-24 or 2026-11-25"},
		{"tomorrow 9am", "2026-11-24T09:00 or 2026-11-25T09:00"},
		{"tomorrow 2am", "2026-11-25T02:00"},
		{"明朝8時", "2026-11-24T08:00 or 2026-11-25T08:00"},
		{"今日9時", "2026-11-24T09:00"},
		{"今朝", "2026-11-24T07:00 or 2026-11-24T09:00"},
		{"last night 11pm", "2026-11-23T23:00"},
		{"今から朝まで", "2026-11-24T03:00 to 2026-11-24T07:00 or 2026-11-24T09:00"},
		{"4時〜翌6時", "2026-11-24T04:00 to 2026-11-24T06:00 or 2026-11-25T06:00"},
	} {
		if got := spanned(tt.said, typedAt(time.Date(2026, 11, 24, 3, 0, 0, 0, tokyo))); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.said, got, tt.want)
		}
	}
}
