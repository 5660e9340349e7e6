package slackapp

import (
	"regexp"
	"strings"
	"time"

	"toban/rotation"
)

const amountOne = `(?:(\d{1,4})(\.5)?|(half an?|an?)) ?(minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|wks?|w|分間?|時間|日間?|週間?)(半)?`

var (
	amountWords = regexp.MustCompile(`^(?:` + amountOne + `(?: and )? ?)+`)
	amountWord  = regexp.MustCompile(`^` + amountOne)
	agoWord     = regexp.MustCompile(`^(?:ago|前)`)
	laterWord   = regexp.MustCompile(`^(?:from now|from today|later|後)`)
	nowWord     = regexp.MustCompile(`^(?:right now|just now|now|今すぐ|ただ今|ただいま|現在|今|いま)`)
)

// amount is a length of time as people write it. Days are counted on the
// calendar: a day later is the same time of day, whatever the clocks do.
type amount struct {
	days  int
	clock time.Duration
	bare  bool // "3日", which is a date too
}

func (a amount) after(at time.Time, zone *time.Location, sign int) time.Time {
	return at.In(zone).AddDate(0, 0, sign*a.days).Add(time.Duration(sign) * a.clock)
}

// amount reads a length: 90m, 1h30m, 2 hours, half an hour, 1時間半, 2週間.
func (s *scanner) amount() (a amount, ok bool) {
	ok = s.try(func() bool {
		all := amountWords.FindString(s.rest)
		if all == "" || !s.take(strings.TrimRight(all, " ")) {
			return false
		}
		for rest := strings.TrimLeft(all, " "); rest != ""; {
			m := amountWord.FindStringSubmatch(rest)
			if m == nil {
				break
			}
			a.add(m)
			rest = strings.TrimLeft(strings.TrimPrefix(rest[len(m[0]):], " and "), " ")
		}
		return a.days > 0 || a.clock > 0
	})
	return a, ok
}

func (a *amount) add(m []string) {
	n, unit, half := max(number(m[1]), 0), m[4], m[2] != "" || m[5] != "" || strings.HasPrefix(m[3], "half")
	if m[3] == "a" || m[3] == "an" {
		n = 1
	}
	length := time.Minute
	switch {
	case strings.HasPrefix(unit, "d"), strings.HasPrefix(unit, "日"):
		length, a.days = 24*time.Hour, a.days+n
		a.bare = a.bare || unit == "日"
	case strings.HasPrefix(unit, "w"), strings.HasPrefix(unit, "週"):
		length, a.days = 7*24*time.Hour, a.days+7*n
	case strings.HasPrefix(unit, "h"), unit == "時間":
		length = time.Hour
		a.clock += time.Duration(n) * length
	default:
		a.clock += time.Duration(n) * length
	}
	if half {
		a.clock += length / 2
	}
}

// later reads what counts from now or from the beginning of a span: "now",
// "+2h", "in 90 min", "2時間後", "あと30分", "3日前", and an end such as "4h".
func (g grammar) later(s *scanner) (found []when, ok bool) {
	if s.try(func() bool {
		m := s.match(nowWord)
		return m != nil && (m[0] != "今" || !s.next("日週月晩夜朝夕度年回"))
	}) {
		return []when{g.instant(g.now)}, true
	}
	var w when
	ok = s.try(func() bool {
		switch {
		case s.take("+"):
			a, ok := s.amount()
			w = g.instant(a.after(g.anchor, g.zone, 1))
			return ok && !s.next("0123456789")
		case s.take("あと"):
			a, ok := s.amount()
			w = g.instant(a.after(g.now, g.zone, 1))
			w.ends = true
			return ok
		case s.take("in"), s.take("within"):
			a, ok := s.amount()
			w = g.ahead(a, g.now, 1)
			return ok
		}
		a, ok := s.amount()
		from := s.rest
		switch {
		case !ok:
			return false
		case s.match(agoWord) != nil:
			w = g.ahead(a, g.now, -1)
		case s.match(laterWord) != nil:
			w = g.ahead(a, g.anchor, 1)
			if strings.HasPrefix(from, "from") {
				w = g.ahead(a, g.now, 1)
			}
		case g.after && !a.bare && g.wholeDays && a.clock == 0: // the last of so many days
			day := plusDays(g.anchor.In(g.zone), a.days-1)
			w = g.daysOf(oneDay(day))
		case g.after && !a.bare && !g.wholeDays:
			w = g.instant(a.after(g.anchor, g.zone, 1))
		case g.lengths && a.clock > 0:
			w = g.instant(a.after(g.now, g.zone, 1))
			w.ends = true
		default:
			return false
		}
		return true
	})
	return []when{w}, ok
}

// ahead is an amount from an instant: whole days without a time of day mean
// the day.
func (g grammar) ahead(a amount, from time.Time, sign int) when {
	at := a.after(from, g.zone, sign)
	if a.clock != 0 {
		return g.instant(at)
	}
	day := rotation.DateOf(at, g.zone)
	return g.daysOf(oneDay(day))
}
