package slackapp

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"toban/rotation"
)

// when is what somebody typed about time. A date alone is the shift that
// starts on it, so its time of day is not made up here.
type when struct {
	at    time.Time      // the instant; midnight of a date alone
	alone bool           // days without a time of day
	days  days           // of at, or those that were said
	zone  *time.Location // on whose clock it was said
	ends  bool           // said as an end: until 18:00, あと30分
}

// exact writes w so that it can be read in one way only.
func (w when) exact() string {
	switch {
	case w.ends:
		w.ends = false
		return "until " + w.exact()
	case !w.alone:
		return w.at.Format("2006-01-02T15:04:05Z07:00")
	case w.days.first == w.days.last:
		return w.days.first.String()
	}
	return w.days.first.String() + " – " + w.days.last.String()
}

// whenError says which words could not be taken as a time and why.
type whenError struct {
	text       string
	why        doubt
	orRotation bool // a rotation could have stood there too
}

func (e *whenError) Error() string { return "date " + e.text + ": " + string(e.why) }

// doubt is why a time is not taken; none where it is.
type doubt string

const (
	notADate   doubt = "not a date"
	noSuchDay  doubt = "no such day"
	noSuchTime doubt = "no such time" // 30:00, or skipped by the clock change
)

// grammar reads times in English and Japanese. It is pure: what it depends on
// stands here. What is not certain is never guessed: all meanings are returned,
// and whoever typed it is asked.
type grammar struct {
	now      time.Time
	zone     *time.Location // the clock of whoever types
	dayFirst bool           // 3/12 may be the 3rd of December to them
	// anchor is what "+2h" and a time without a date count from: now, or the
	// beginning of the span whose end is read. after says that it is the latter.
	anchor    time.Time
	after     bool
	wholeDays bool // the beginning is a date alone
	lengths   bool // "2h" alone is a span that begins now
}

// ending is g for the end of the span that begins with from.
func (g grammar) ending(from when) grammar {
	g.anchor, g.after, g.wholeDays = from.at, true, from.alone
	return g
}

var (
	leadWords = regexp.MustCompile(`^(?:(?:from|since|starting|beginning|to|until|till|til|by|through|thru|and|for|at|on)\b ?|&(?:amp;)? ?|[-–—~〜→、,@] ?|\.\.+ ?|(?:から|まで|より|と|に|は) ?)+`)
	nextDay   = regexp.MustCompile(`^(?:翌日?|(?:the )?(?:next|following) (day|morning))`)
	dayNumber = regexp.MustCompile(`^(\d{1,2})(st|nd|rd|th|日)?`)
	tailWords = regexp.MustCompile(`^(?:(?:から|まで|より|に|で|ごろ|頃|、|,|\.) ?)+`)
	glueWords = regexp.MustCompile(`^(?:(?:at|on|of|in the|the)\b ?|[@,、] ?|(?:の|に) ?)+`)
	untilWord = regexp.MustCompile(`\b(?:until|till|til|by)\b|まで`)
	atWord    = regexp.MustCompile(`\b(?:at|from|until|till|til|to|by)\b|@`)
	spanSign  = regexp.MustCompile(`[-–—~〜→]|から`)
	instantIs = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:\d{2})`)
)

// read reads a time from the beginning of text and returns all that it may
// mean, and the text behind it. Nothing typed is a *whenError with a blank text.
func (g grammar) read(text string) (found []when, rest string, err error) {
	s := scanned(text)
	lead := leadWords.FindString(s.rest)
	s.rest = s.rest[len(lead):]
	if s.rest == "" {
		return nil, "", &whenError{why: notADate}
	}
	typed := s.rest
	found, why := g.numberAlone(s, lead)
	if why != "" {
		found, why = g.meanings(s, atWord.MatchString(lead) || g.after && !g.wholeDays && spanSign.MatchString(lead))
	}
	if why != "" {
		return nil, text, &whenError{text: refused(typed, s.rest, why), why: why}
	}
	found = append(found, g.digitsAsDate(strings.TrimSpace(strings.TrimSuffix(typed, s.rest)))...)
	tail := tailWords.FindString(s.rest)
	s.rest = s.rest[len(tail):]
	for i := range found {
		found[i].ends = found[i].ends || untilWord.MatchString(lead) || strings.Contains(tail, "まで")
	}
	return g.certain(found), s.rest, nil
}

// refused is what was typed for a time that is refused.
func refused(typed, rest string, why doubt) string {
	if why != notADate && len(rest) < len(typed) {
		return strings.TrimSpace(typed[:len(typed)-len(rest)])
	}
	word, _, _ := strings.Cut(typed, " ")
	return word
}

// meanings reads what can be said about one time: a day, a part of the day, a
// time of day and a zone, in any order that people use.
func (g grammar) meanings(s *scanner, bare bool) ([]when, doubt) {
	if m := instantIs.FindString(s.rest); m != "" && s.take(m) {
		return g.instantOf(m)
	}
	if found, ok := g.later(s); ok && !found[0].alone {
		return found, ""
	} else if ok {
		return g.timed(s, []days{found[0].days}, part{}, true)
	}
	return g.timed(s, nil, part{}, bare)
}

func (g grammar) instantOf(text string) ([]when, doubt) {
	for _, format := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(format, strings.ToUpper(text)); err == nil && at.Year() >= 2000 && at.Year() <= 2200 {
			return []when{g.instant(at.In(g.zone))}, ""
		}
	}
	return nil, noSuchDay
}

// timed reads the pieces of a time, of which the days may be known.
func (g grammar) timed(s *scanner, on []days, of part, bare bool) ([]when, doubt) {
	var clock timeOfDay
	var midnights bool
	for began := false; ; began = true {
		before := s.rest
		if began || on != nil {
			glue := glueWords.FindString(s.rest)
			s.rest = s.rest[len(glue):]
			bare = bare || strings.Contains(glue, "at") || strings.Contains(glue, "@")
		}
		if on == nil && of.name == "" {
			if found, p, ok := g.dayPart(s); ok {
				on, of, bare = found, p, true
				continue
			}
		}
		if clock.minutes == nil && !midnights {
			if midnights = s.match(midnight) != nil; midnights {
				continue
			}
			if read, ok := s.clock(bare); ok {
				clock = read
				continue
			}
		}
		if of.name == "" {
			if p, ok := look(s, partWords); ok {
				of, bare = p, true
				continue
			}
		}
		if on == nil {
			found, why := g.datesBehind(s, clock.minutes != nil)
			if why != notADate && why != "" {
				return nil, why
			}
			if why == "" {
				on, bare = found, bare || !numeralDate.MatchString(before)
				continue
			}
		}
		s.rest = before
		break
	}
	zones := []*time.Location{g.zone}
	if clock.minutes != nil || midnights {
		if written := s.zones(); written != nil {
			zones = written
		}
	}
	return g.combined(on, of, clock, midnights, zones)
}

// datesBehind reads days. Behind a time of day it leaves a day that has a time
// of its own: "18:00 tomorrow 9:00" are two times.
func (g grammar) datesBehind(s *scanner, timed bool) (found []days, why doubt) {
	why = notADate
	s.try(func() bool {
		if found, why = g.dates(s); why != "" || !timed {
			return why == ""
		}
		ahead := *s
		ahead.rest = ahead.rest[len(glueWords.FindString(ahead.rest)):]
		if _, another := ahead.clock(false); another {
			why = notADate
		}
		return why == ""
	})
	return found, why
}

// combined makes instants of the pieces.
func (g grammar) combined(on []days, of part, clock timeOfDay, midnights bool, zones []*time.Location) ([]when, doubt) {
	var minutes []int
	switch {
	case midnights && on == nil:
		minutes = []int{24 * 60}
	case midnights && of == night:
		minutes = []int{24 * 60}
	case midnights: // where that day begins, or where it ends
		minutes = []int{0, 24 * 60}
	case clock.minutes != nil:
		if minutes = clock.in(of, on != nil); minutes == nil {
			return nil, noSuchTime
		}
	case of.name != "":
		minutes = of.hours[:]
	case on == nil:
		return nil, notADate
	default:
		var found []when
		for _, d := range on {
			found = append(found, g.daysOf(d))
		}
		return found, ""
	}
	var found []when
	for _, zone := range zones {
		if on == nil {
			for _, at := range g.comingClocks(minutes, zone) {
				found = append(found, instantIn(at, zone))
			}
			continue
		}
		for _, d := range on {
			if d.first != d.last {
				return nil, notADate
			}
			if d.left != "" { // the time would be that of the second day
				continue
			}
			for _, m := range minutes {
				for _, at := range onClock(d.first, m, zone) {
					if !d.ahead || at.After(g.anchor) {
						found = append(found, instantIn(at, zone))
					}
				}
			}
		}
	}
	if len(found) == 0 {
		return nil, noSuchTime
	}
	return found, ""
}

func (g grammar) instant(at time.Time) when { return instantIn(at, g.zone) }

func instantIn(at time.Time, zone *time.Location) when {
	return when{at: at.In(zone), days: oneDay(rotation.DateOf(at, zone)), zone: zone}
}

func (g grammar) daysOf(d days) when {
	at := time.Date(d.first.Year, d.first.Month, d.first.Day, 0, 0, 0, 0, g.zone)
	return when{at: at, alone: true, days: d, zone: g.zone}
}

// certain leaves out what says the same twice, and ends that lie before their
// beginning where others do not. Of several ends the first one is meant that a
// weekday names.
func (g grammar) certain(found []when) []when {
	var all []when
	for _, w := range found {
		if !slices.ContainsFunc(all, func(o when) bool { return o.alone == w.alone && o.at.Equal(w.at) && o.days == w.days }) {
			all = append(all, w)
		}
	}
	if !g.after {
		return all
	}
	ahead := slices.DeleteFunc(slices.Clone(all), func(w when) bool {
		if w.alone {
			return noon(w.days.last).Before(noon(rotation.DateOf(g.anchor, g.zone)))
		}
		return !w.at.After(g.anchor)
	})
	switch {
	case len(ahead) == 0:
		return all[:1]
	case len(ahead) > 1 && ahead[1].at.Sub(ahead[0].at) > 6*24*time.Hour:
		return ahead[:1]
	}
	return ahead
}
