package slackapp

import (
	"regexp"
	"strings"
	"time"

	"toban/rotation"
)

var weekdays = func() map[string]time.Weekday {
	all := map[string]time.Weekday{"tues": time.Tuesday, "weds": time.Wednesday, "thur": time.Thursday, "thurs": time.Thursday}
	for i, sign := range []string{"日", "月", "火", "水", "木", "金", "土"} {
		day := time.Weekday(i)
		all[sign+"曜"], all[sign+"曜日"], all["("+sign+")"], all["("+sign+"曜)"], all["("+sign+"曜日)"] = day, day, day, day, day
		full := lowered(day.String())
		for _, word := range []string{full, full[:3]} {
			all[word], all[word+"."], all["("+word+")"] = day, day, day
		}
	}
	return all
}()

// shortWeekdays follow a word for a week: 来週月.
var shortWeekdays = map[string]time.Weekday{"日": time.Sunday, "月": time.Monday, "火": time.Tuesday, "水": time.Wednesday, "木": time.Thursday, "金": time.Friday, "土": time.Saturday}

// A week is named by how many weeks it is from this one. English "next friday"
// and "this friday" do not name one.
type week struct {
	ahead   int
	loosely bool
}

var weekWords = map[string]week{
	"this week": {0, false}, "next week": {1, false}, "week after next": {2, false}, "the week after next": {2, false}, "last week": {-1, false},
	"今週": {0, false}, "来週": {1, false}, "再来週": {2, false}, "先週": {-1, false},
	"this": {0, true}, "this coming": {0, true}, "coming": {0, true}, "next": {1, true}, "last": {-1, true},
	"次の": {1, true}, "次": {1, true}, "今度の": {1, true}, "今度": {1, true},
}

var monthWords = map[string]int{
	"this month": 0, "next month": 1, "last month": -1, "month after next": 2,
	"今月": 0, "来月": 1, "再来月": 2, "先月": -1,
}

var (
	weekendWord = regexp.MustCompile(`^(?:the weekend|weekend|週末|末|土日)`)
	ofMonth     = regexp.MustCompile(`^(?:の ?)?(\d{1,2})日`)
	endOfMonth  = regexp.MustCompile(`^(?:の ?)?(?:月末|末日|末)`)
	lastOfMonth = regexp.MustCompile(`^(?:the )?end of (?:the )?`)
	monthEnd    = regexp.MustCompile(`^(?:月末|end of month)`)
	numeralDate = regexp.MustCompile(`^\d{1,4}(?:[-/.]|月|日|年)`)
	spanFollows = regexp.MustCompile(`^(?:[-–—~〜→]|から)`)
	spanEnds    = regexp.MustCompile(`^(?:$|まで)`)
	nextWeek    = regexp.MustCompile(`^(?:of )?next week`)
)

// weekWords reads weekdays, weekends, weeks and months as people name them.
func (g grammar) weekWords(s *scanner) (found []days, why doubt) {
	today := rotation.DateOf(g.now, g.zone)
	why = notADate
	if s.match(monthEnd) != nil {
		return []days{oneDay(monthAt(noon(today), 0).last)}, ""
	}
	ended := s.match(lastOfMonth) != nil
	if n, ok := look(s, monthWords); ok {
		return monthPart(s, monthAt(noon(today), n), ended)
	}
	if ended && s.take("month") {
		return []days{oneDay(monthAt(noon(today), 0).last)}, ""
	}
	s.try(func() bool {
		w, named := look(s, weekWords)
		if named {
			s.take("の")
		}
		if s.match(weekendWord) != nil {
			found, why = weekends(today, w, named), ""
			return true
		}
		day, ok := look(s, weekdays)
		if !ok {
			day, ok = g.shortWeekday(s, named)
		}
		switch {
		case !ok && named && !w.loosely:
			found, why = wholeWeeks(today, w.ahead), ""
		case !ok:
			return false
		case !named && s.match(nextWeek) != nil:
			found, why = inWeek(today, 1, day), ""
		case !named && g.besideDate(s, day, &found):
			why = ""
		default:
			found, why = g.weekday(today, day, w, named), ""
		}
		return true
	})
	return found, why
}

// shortWeekday reads a weekday of one sign, where nothing else can be meant:
// 来週月, and both ends of 月〜金.
func (g grammar) shortWeekday(s *scanner, named bool) (day time.Weekday, ok bool) {
	s.try(func() bool {
		day, ok = look(s, shortWeekdays)
		ok = ok && (named || spanFollows.MatchString(s.rest) || g.after && spanEnds.MatchString(s.rest))
		return ok
	})
	return day, ok
}

// monthPart reads what follows a month: 来月5日, 来月末.
func monthPart(s *scanner, month days, ended bool) ([]days, doubt) {
	if ended || s.match(endOfMonth) != nil {
		return []days{oneDay(month.last)}, ""
	}
	if m := s.match(ofMonth); m != nil {
		return exactDay(month.first.Year, int(month.first.Month), number(m[1]))
	}
	return []days{month}, ""
}

// weekday is the day that a weekday's name means: several where people differ
// in when a week begins, and on that weekday itself.
func (g grammar) weekday(today rotation.Date, day time.Weekday, w week, named bool) []days {
	if g.after { // an end counts from its beginning
		today = rotation.DateOf(g.anchor, g.zone)
	}
	ahead := (int(day) - int(weekdayOf(today)) + 7) % 7
	in := func(n int) days { return oneDay(plusDays(noon(today), n)) }
	switch {
	case !named && g.after:
		return []days{in(ahead), in(ahead + 7)}
	case !named && ahead == 0:
		return []days{in(0), in(7)}
	case !named:
		return []days{in(ahead)}
	case !w.loosely:
		return inWeek(today, w.ahead, day)
	case w.ahead > 0:
		return distinctDays(append(inWeek(today, 1, day), in((ahead+6)%7+1)))
	case w.ahead < 0:
		return distinctDays(append(inWeek(today, -1, day), in(ahead-7)))
	}
	if this := inWeek(today, 0, day); len(this) == 1 {
		return distinctDays(append([]days{in(ahead)}, this...))
	}
	return []days{in(ahead)}
}

// inWeek is a day of the week so many weeks ahead. Weeks begin on Monday to
// some and on Sunday to others.
func inWeek(today rotation.Date, ahead int, day time.Weekday) []days {
	var found []days
	for _, begins := range []time.Weekday{time.Monday, time.Sunday} {
		since := (int(weekdayOf(today)) - int(begins) + 7) % 7
		in := (int(day) - int(begins) + 7) % 7
		found = append(found, oneDay(plusDays(noon(today), 7*ahead-since+in)))
	}
	return distinctDays(found)
}

// wholeWeeks is a week from Monday to Sunday. On a Sunday it is asked whether
// that day ends this week or begins it.
func wholeWeeks(today rotation.Date, ahead int) []days {
	var found []days
	for _, monday := range inWeek(today, ahead, time.Monday) {
		found = append(found, daysFrom(monday.first, plusDays(noon(monday.first), 6)))
	}
	return found
}

// weekends are Saturday and Sunday.
func weekends(today rotation.Date, w week, named bool) []days {
	in := func(n int) days {
		saturday := plusDays(noon(today), n)
		return daysFrom(saturday, plusDays(noon(saturday), 1))
	}
	this := (int(time.Saturday) - int(weekdayOf(today)) + 7) % 7
	if weekdayOf(today) == time.Sunday {
		this = -1
	}
	switch {
	case !named || w.ahead == 0:
		return []days{in(this)}
	case w.loosely && w.ahead > 0 && this > 0: // the coming one, or the one after
		return []days{in(this), in(this + 7)}
	}
	return []days{in(this + 7*w.ahead)}
}

// besideWeekday reads a weekday that stands behind a date. Where it does not
// fit, it is asked which of the two is meant.
func (g grammar) besideWeekday(s *scanner, found []days) ([]days, doubt) {
	if len(found) == 0 || found[0].first != found[0].last {
		return found, ""
	}
	spaced := s.spaced
	before := s.rest
	day, ok := look(s, weekdays)
	if !ok {
		return found, ""
	}
	for _, d := range found {
		if weekdayOf(d.first) == day {
			return []days{d}, ""
		}
	}
	if spaced && before[0] != '(' { // another day
		s.rest = before
		return found, ""
	}
	return misfit(found[0], day), ""
}

// besideDate reads a date that stands behind its weekday: "Fri 3 Dec". A date
// in numbers that does not fit may be another one: "fri 12/9" may be two days.
func (g grammar) besideDate(s *scanner, day time.Weekday, found *[]days) bool {
	return s.try(func() bool {
		s.take(",")
		typed := s.rest
		dates, doubt := g.numbered(s)
		if doubt != "" || dates[0].first != dates[0].last {
			return false
		}
		for _, d := range dates {
			if weekdayOf(d.first) == day {
				*found = []days{d}
				return true
			}
		}
		*found = misfit(dates[0], day)
		if numeralDate.MatchString(typed) && !g.after {
			two := g.weekday(rotation.DateOf(g.now, g.zone), day, week{}, false)[0]
			two.left = strings.TrimSpace(strings.TrimSuffix(typed, s.rest))
			*found = append(*found, two)
		}
		return true
	})
}

// misfit are the date and the nearest day of that name.
func misfit(d days, day time.Weekday) []days {
	ahead := (int(day)-int(weekdayOf(d.first))+10)%7 - 3
	return []days{d, oneDay(plusDays(noon(d.first), ahead))}
}

func distinctDays(all []days) (found []days) {
	for _, d := range all {
		if !containsDay(found, d) {
			found = append(found, d)
		}
	}
	return found
}

func containsDay(all []days, d days) bool {
	for _, known := range all {
		if known == d {
			return true
		}
	}
	return false
}
