package slackapp

import (
	"regexp"
	"strconv"
	"time"

	"toban/rotation"
)

var (
	isoDate     = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})`)
	isoMonth    = regexp.MustCompile(`^(\d{4})-(\d{1,2})`)
	digitDate   = regexp.MustCompile(`^(20\d{2})(\d{2})(\d{2})`)
	kanjiYear   = regexp.MustCompile(`^(\d{4}) ?年 ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?日)?`)
	kanjiDate   = regexp.MustCompile(`^(\d{1,2}) ?月 ?(\d{1,2}) ?日`)
	kanjiMonth  = regexp.MustCompile(`^(\d{1,2}) ?月`)
	kanjiDay    = regexp.MustCompile(`^(\d{1,2}) ?日`)
	slashYear   = regexp.MustCompile(`^(\d{1,2}) ?/ ?(\d{1,2}) ?/ ?(\d{4})`)
	slashDate   = regexp.MustCompile(`^(\d{1,2}) ?/ ?(\d{1,2})`)
	ordinalDay  = regexp.MustCompile(`^(?:the )?(\d{1,2})(?:st|nd|rd|th)`)
	monthFirst  = regexp.MustCompile(`^([a-z]{3,9})\.? (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?:,? (20\d{2}))?`)
	monthSecond = regexp.MustCompile(`^(?:the )?(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]{3,9})\.?(?:,? (20\d{2}))?`)
	monthAlone  = regexp.MustCompile(`^([a-z]{3,9})\.?(?:,? (20\d{2}))?`)
)

// days is one day, or the days from first to last.
type days struct {
	first, last rotation.Date
	ahead       bool   // meant only where the time of day lies ahead
	left        string // the words that this meaning leaves for the next time
}

func oneDay(d rotation.Date) days { return daysFrom(d, d) }

func daysFrom(first, last rotation.Date) days { return days{first: first, last: last} }

var relativeDays = map[string]int{
	"today": 0, "今日": 0, "本日": 0, "きょう": 0,
	"tomorrow": 1, "tmrw": 1, "tmr": 1, "tmw": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "明日": 1, "あした": 1, "あす": 1,
	"the day after tomorrow": 2, "day after tomorrow": 2, "明後日": 2, "あさって": 2, "明々後日": 3, "しあさって": 3,
	"yesterday": -1, "昨日": -1, "きのう": -1, "day before yesterday": -2, "the day before yesterday": -2, "一昨日": -2, "おととい": -2,
}

// dates reads the days that come next: several where it is not certain which.
func (g grammar) dates(s *scanner) (found []days, doubt doubt) {
	found, doubt = g.numbered(s)
	if doubt == "" {
		return g.besideWeekday(s, found)
	}
	if doubt != notADate {
		return nil, doubt
	}
	if n, ok := look(s, relativeDays); ok && n > 0 {
		return daysAfter(g.now.In(g.zone), n), ""
	} else if ok {
		return []days{oneDay(plusDays(g.now.In(g.zone), n))}, ""
	}
	return g.weekWords(s)
}

// dawn is the hour until which the night is not over to whoever is awake.
const dawn = 5

// daysAfter is the day so many days after now. Before dawn it is said of the
// day before too, as far as that lies ahead.
func daysAfter(now time.Time, n int) []days {
	day := oneDay(plusDays(now, n))
	if now.Hour() >= dawn {
		return []days{day}
	}
	awake := oneDay(plusDays(now, n-1))
	awake.ahead = true
	return []days{awake, day}
}

// numbered reads a date with numbers, or the name of a month.
func (g grammar) numbered(s *scanner) ([]days, doubt) {
	if m := s.match(isoDate); m != nil {
		return exactDay(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := s.match(digitDate); m != nil {
		return exactDay(number(m[1]), number(m[2]), number(m[3]))
	}
	if m := s.match(kanjiYear); m != nil && m[3] != "" {
		return exactDay(number(m[1]), number(m[2]), number(m[3]))
	} else if m != nil {
		return exactMonth(number(m[1]), number(m[2]))
	}
	if m := s.match(isoMonth); m != nil {
		return exactMonth(number(m[1]), number(m[2]))
	}
	if m := s.match(slashYear); m != nil {
		return eitherOrder(number(m[3]), number(m[1]), number(m[2]))
	}
	before := s.rest
	if m := s.match(slashDate); m != nil {
		if s.next("/") {
			s.rest = before
			return nil, notADate
		}
		found, doubt := g.coming(number(m[1]), number(m[2]))
		if g.dayFirst && doubt == "" {
			found = append(found, g.dayBeforeMonth(number(m[2]), number(m[1]), found)...)
		}
		return found, doubt
	}
	if m := s.match(kanjiDate); m != nil {
		return g.coming(number(m[1]), number(m[2]))
	}
	return g.spelled(s)
}

// spelled reads months and days by their words: "Dec 3rd", "3 Dec", "12月",
// "5日", "the 5th".
func (g grammar) spelled(s *scanner) (found []days, why doubt) {
	why = notADate
	s.try(func() bool {
		before := s.rest
		first := s.match(monthFirst)
		if month, ok := monthOf(first, 1); ok {
			found, why = g.maybeYear(first[3], int(month), number(first[2]))
			return true
		}
		s.rest = before
		second := s.match(monthSecond)
		month, ok := monthOf(second, 2)
		if ok {
			found, why = g.maybeYear(second[3], int(month), number(second[1]))
		}
		return ok
	})
	if why != notADate {
		return found, why
	}
	s.try(func() bool {
		m := s.match(monthAlone)
		month, ok := monthOf(m, 1)
		if ok && m[2] != "" {
			found, why = exactMonth(number(m[2]), int(month))
		} else if ok {
			found, why = g.comingMonth(int(month))
		}
		return ok
	})
	if why != notADate {
		return found, why
	}
	if m := s.match(kanjiMonth); m != nil {
		return g.comingMonth(number(m[1]))
	}
	s.try(func() bool {
		m := s.match(kanjiDay)
		if m == nil {
			m = s.match(ordinalDay)
		}
		if m == nil || s.next("間後前目") {
			return false
		}
		found, why = g.comingDayOfMonth(number(m[1]))
		return true
	})
	return found, why
}

func monthOf(m []string, i int) (time.Month, bool) {
	if m == nil {
		return 0, false
	}
	for month := time.January; month <= time.December; month++ {
		full := lowered(month.String())
		if m[i] == full || m[i] == full[:3] || m[i] == "sept" && month == time.September {
			return month, true
		}
	}
	return 0, false
}

func (g grammar) maybeYear(year string, month, day int) ([]days, doubt) {
	if year != "" {
		return exactDay(number(year), month, day)
	}
	return g.coming(month, day)
}

// lately is how many days ago a day without a year may have been, and soon how
// many days ahead it is certain that the next one is meant. Between the two it
// is asked.
const lately, soonDays = 31, 180

// coming is the next such day: who writes 11/22 on the 23rd means yesterday,
// and who writes it in the spring may mean either.
func (g grammar) coming(month, day int) ([]days, doubt) {
	from := noon(rotation.DateOf(g.anchor, g.zone))
	var next, last *rotation.Date
	for year := from.Year() - 1; year <= from.Year()+1; year++ {
		d, ok := calendarDay(year, month, day)
		switch {
		case !ok:
		case noon(d).Before(from):
			last = &d
		case next == nil:
			next = &d
		}
	}
	switch {
	case next == nil && (last == nil || from.Sub(noon(*last)) > lately*24*time.Hour):
		return nil, noSuchDay
	case next == nil, last != nil && from.Sub(noon(*last)) <= lately*24*time.Hour && noon(*next).Sub(from) > lately*24*time.Hour:
		return []days{oneDay(*last)}, ""
	case last == nil || noon(*next).Sub(from) <= soonDays*24*time.Hour:
		return []days{oneDay(*next)}, ""
	}
	return []days{oneDay(*next), oneDay(*last)}, ""
}

// dayBeforeMonth is the day that 3/12 is to readers of English outside America,
// where it is much nearer than the 12th of March.
func (g grammar) dayBeforeMonth(month, day int, found []days) []days {
	near := func(d days) bool {
		away := noon(d.first).Sub(noon(rotation.DateOf(g.anchor, g.zone))).Abs()
		return away <= lately*24*time.Hour
	}
	other, doubt := g.coming(month, day)
	if doubt != "" || len(other) != 1 || !near(other[0]) || near(found[0]) || other[0] == found[0] {
		return nil
	}
	return other
}

func (g grammar) comingMonth(month int) ([]days, doubt) {
	if month < 1 || month > 12 {
		return nil, noSuchDay
	}
	now := g.anchor.In(g.zone)
	ahead := (month - int(now.Month()) + 12) % 12
	next := monthAt(now, ahead)
	if ahead > 6 {
		return []days{next, monthAt(now, ahead-12)}, ""
	}
	return []days{next}, ""
}

// comingDayOfMonth is the next day of that number; where one was lately, it is
// asked which is meant.
func (g grammar) comingDayOfMonth(day int) (found []days, why doubt) {
	now := g.anchor.In(g.zone)
	if day < 1 || day > 31 {
		return nil, noSuchDay
	}
	for ahead := 0; len(found) == 0; ahead++ {
		month := noon(monthAt(now, ahead).first)
		if d, ok := calendarDay(month.Year(), int(month.Month()), day); ok && (ahead > 0 || day >= now.Day()) {
			found = append(found, oneDay(d))
		}
	}
	if d, ok := calendarDay(now.Year(), int(now.Month()), day); ok && day < now.Day() {
		found = append(found, oneDay(d))
	}
	return found, ""
}

// monthAt is the calendar month so many months from the one of now.
func monthAt(now time.Time, ahead int) days {
	first := time.Date(now.Year(), now.Month()+time.Month(ahead), 1, 12, 0, 0, 0, time.UTC)
	return daysFrom(rotation.DateOf(first, time.UTC), rotation.DateOf(first.AddDate(0, 1, -1), time.UTC))
}

func exactDay(year, month, day int) ([]days, doubt) {
	d, ok := calendarDay(year, month, day)
	if !ok {
		return nil, noSuchDay
	}
	return []days{oneDay(d)}, ""
}

func exactMonth(year, month int) ([]days, doubt) {
	if _, ok := calendarDay(year, month, 1); !ok {
		return nil, noSuchDay
	}
	return []days{monthAt(time.Date(year, time.Month(month), 1, 12, 0, 0, 0, time.UTC), 0)}, ""
}

// calendarDay refuses days that no calendar has, and years that nobody plans for.
func calendarDay(year, month, day int) (rotation.Date, bool) {
	d := rotation.Date{Year: year, Month: time.Month(month), Day: day}
	t := noon(d)
	return d, year >= 2000 && year <= 2200 && t.Month() == d.Month && t.Day() == day
}

func plusDays(now time.Time, days int) rotation.Date {
	y, m, d := now.Date()
	return rotation.DateOf(time.Date(y, m, d+days, 12, 0, 0, 0, time.UTC), time.UTC)
}

func weekdayOf(d rotation.Date) time.Weekday { return noon(d).Weekday() }

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
