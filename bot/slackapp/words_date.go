package slackapp

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"toban/rotation"
)

var (
	isoDate    = regexp.MustCompile(`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})`)
	slashDate  = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:$|[^\d/])`)
	kanjiDate  = regexp.MustCompile(`^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日`)
	ordinal    = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?$`)
	inBrackets = regexp.MustCompile(`^\(([日月火水木金土])(?:曜日?)?\)`)
)

var relativeDays = []struct {
	word string
	days int
}{
	{"today", 0},
	{"今日", 0},
	{"本日", 0},
	{"きょう", 0},
	{"tomorrow", 1},
	{"明日", 1},
	{"あした", 1},
	{"あす", 1},
	{"明後日", 2},
	{"あさって", 2},
	{"yesterday", -1},
	{"昨日", -1},
	{"きのう", -1},
}

var weekdays = map[string]time.Weekday{
	"日曜": time.Sunday, "月曜": time.Monday, "火曜": time.Tuesday, "水曜": time.Wednesday,
	"木曜": time.Thursday, "金曜": time.Friday, "土曜": time.Saturday,
}

// date reads a day from the beginning of words. rest is what stands directly
// behind it in the last word it used.
func date(words []string, now time.Time) (day rotation.Date, rest string, used int, why doubt) {
	first := strings.ToLower(strings.TrimRight(words[0], ",、"))
	if m := isoDate.FindStringSubmatch(first); m != nil {
		rest = strings.TrimLeft(first[len(m[0]):], "t")
		return checked(number(m[1]), number(m[2]), number(m[3]), rest, 1)
	}
	if m := kanjiDate.FindStringSubmatch(first); m != nil {
		if m[1] != "" {
			return checked(number(m[1]), number(m[2]), number(m[3]), first[len(m[0]):], 1)
		}
		return coming(now, number(m[2]), number(m[3]), first[len(m[0]):], 1)
	}
	if m := slashDate.FindStringSubmatch(first); m != nil {
		return coming(now, number(m[1]), number(m[2]), first[len(m[1])+1+len(m[2]):], 1)
	}
	for _, r := range relativeDays {
		if rest, ok := strings.CutPrefix(first, r.word); ok {
			return plusDays(now, r.days), strings.TrimPrefix(rest, "の"), 1, ""
		}
	}
	return named(words, first, now)
}

// named reads weekdays and the names of months: "fri", "金曜日", "3 Dec",
// "Dec 3rd", also behind a weekday as in "Thu 3 Dec".
func named(words []string, first string, now time.Time) (day rotation.Date, rest string, used int, why doubt) {
	weekday, rest, isWeekday := weekdayWord(first)
	if isWeekday && rest == "" && len(words) > 1 {
		if day, rest, used, why := monthDay(words[1:], now); why == "" {
			coming := rotation.Date{Year: day.Year + 1, Month: day.Month, Day: day.Day}
			switch weekday {
			case weekdayOf(day):
			case weekdayOf(coming): // the weekday tells the year
				day = coming
			default:
				return day, "", used + 1, wrongDay
			}
			return day, rest, used + 1, ""
		}
	}
	if !isWeekday {
		return monthDay(words, now)
	}
	ahead := (int(weekday) - int(now.Weekday()) + 7) % 7
	if ahead == 0 {
		return day, "", 1, isToday
	}
	return plusDays(now, ahead), rest, 1, ""
}

func weekdayWord(word string) (day time.Weekday, rest string, ok bool) {
	for name, day := range weekdays {
		if rest, ok := strings.CutPrefix(word, name); ok {
			return day, strings.TrimPrefix(strings.TrimPrefix(rest, "日"), "の"), true
		}
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		full := strings.ToLower(day.String())
		if word == full || word == full[:3] || word == "tues" && day == time.Tuesday || (word == "thur" || word == "thurs") && day == time.Thursday {
			return day, "", true
		}
	}
	return 0, "", false
}

func monthDay(words []string, now time.Time) (day rotation.Date, rest string, used int, why doubt) {
	if len(words) < 2 {
		return day, "", 1, notADate
	}
	a, b := strings.ToLower(words[0]), strings.ToLower(strings.TrimRight(words[1], ","))
	month, ok := monthWord(a)
	m := ordinal.FindStringSubmatch(b)
	if !ok {
		month, ok = monthWord(b)
		m = ordinal.FindStringSubmatch(a)
	}
	if !ok || m == nil {
		return day, "", 1, notADate
	}
	if len(words) > 2 && len(words[2]) == 4 && number(words[2]) > 2000 {
		return checked(number(words[2]), int(month), number(m[1]), "", 3)
	}
	return coming(now, int(month), number(m[1]), "", 2)
}

func monthWord(word string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		full := strings.ToLower(m.String())
		if word == full || word == full[:3] {
			return m, true
		}
	}
	return 0, false
}

// lately is how long ago a day without a year may have been: who writes 11/22
// on the 23rd means yesterday, and is told that it has passed.
const lately = 31

// coming is the next such day, counted from lately on. What does not exist
// within a year (2/29) is refused.
func coming(now time.Time, month, day int, rest string, used int) (rotation.Date, string, int, doubt) {
	earliest := rotation.DateOf(now.AddDate(0, 0, -lately), now.Location()).String()
	day0, left0, why0 := rotation.Date{}, "", noSuchDay
	for _, year := range []int{now.Year() - 1, now.Year(), now.Year() + 1} {
		d, left, _, why := checked(year, month, day, rest, used)
		if why == noSuchDay || d.String() < earliest {
			continue
		}
		if why == "" { // a weekday in brackets may tell the year
			return d, left, used, ""
		}
		if why0 == noSuchDay {
			day0, left0, why0 = d, left, why
		}
	}
	return day0, left0, used, why0
}

// checked refuses days that no calendar has, and a weekday in brackets that is
// not that day's.
func checked(year, month, day int, rest string, used int) (rotation.Date, string, int, doubt) {
	d := rotation.Date{Year: year, Month: time.Month(month), Day: day}
	if t := noon(d); year < 2000 || year > 2200 || t.Month() != d.Month || t.Day() != day {
		return d, "", used, noSuchDay
	}
	if m := inBrackets.FindStringSubmatch(rest); m != nil {
		if weekdays[m[1]+"曜"] != weekdayOf(d) {
			return d, "", used, wrongDay
		}
		rest = rest[len(m[0]):]
	}
	return d, strings.TrimPrefix(rest, "の"), used, ""
}

func plusDays(now time.Time, days int) rotation.Date {
	y, m, d := now.Date()
	return rotation.DateOf(time.Date(y, m, d+days, 12, 0, 0, 0, time.UTC), time.UTC)
}

func weekdayOf(d rotation.Date) time.Weekday {
	return noon(d).Weekday()
}

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}

func noon(d rotation.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
}
