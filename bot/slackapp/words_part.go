package slackapp

// part is a part of the day. Without an hour it is asked which is meant: a
// wrong hour is noticed when nobody answers.
type part struct {
	name  string
	hours [2]int // minutes of day that are offered where no hour is given
}

var (
	morning   = part{"morning", [2]int{7 * 60, 9 * 60}}
	midday    = part{"midday", [2]int{12 * 60, 13 * 60}}
	afternoon = part{"afternoon", [2]int{13 * 60, 15 * 60}}
	evening   = part{"evening", [2]int{17 * 60, 19 * 60}}
	night     = part{"night", [2]int{18 * 60, 21 * 60}}
	late      = part{"late", [2]int{24 * 60, 26 * 60}}
)

var partWords = map[string]part{
	"morning": morning, "in the morning": morning, "early morning": morning, "朝": morning, "早朝": morning, "朝方": morning, "午前": morning, "午前中": morning, "未明": morning,
	"お昼": midday, "昼": midday, "昼間": midday, "lunchtime": midday,
	"afternoon": afternoon, "in the afternoon": afternoon, "午後": afternoon,
	"evening": evening, "in the evening": evening, "夕方": evening, "夕刻": evening,
	"night": night, "at night": night, "夜": night, "晩": night,
	"late night": late, "late at night": late, "深夜": late, "夜中": late,
}

// clocks are the times of day, in minutes, that an hour means in this part of
// the day; none where it has no such hour. Hours beyond 24 are the next day's.
func (p part) clocks(minutes int, dated bool) []int {
	h := minutes / 60
	half := func(from, to int) []int { // an hour of the clock with twelve hours
		switch {
		case h >= from && h <= to:
			return []int{minutes + 12*60}
		case h >= from+12 && h <= to+12:
			return []int{minutes}
		}
		return nil
	}
	switch p {
	case morning:
		if h < 12 {
			return []int{minutes}
		}
		return nil
	case midday:
		if h >= 10 && h <= 16 {
			return []int{minutes}
		}
		return half(1, 4)
	case afternoon:
		if h == 12 {
			return []int{minutes}
		}
		return half(1, 8)
	case evening:
		return half(3, 11)
	case night:
		switch {
		case h >= 24:
			return []int{minutes}
		case h == 12:
			return []int{minutes + 12*60}
		case h < 5:
			return []int{minutes + 24*60}
		}
		return half(5, 11)
	case late:
		switch {
		case h >= 21:
			return []int{minutes}
		case h >= 9 && h < 12:
			return []int{minutes + 12*60}
		case h == 12:
			return []int{minutes + 12*60}
		case h < 6 && dated: // of the night before, or of the one after
			return []int{minutes, minutes + 24*60}
		case h < 6:
			return []int{minutes}
		}
		return nil
	}
	return []int{minutes}
}

// halves is clocks for a time whose half of the day is written: "2am tonight".
func (p part) halves(minutes int, dated bool) []int {
	before := minutes < 12*60
	switch p {
	case night:
		if before {
			return []int{minutes + 24*60}
		} else if minutes < 17*60 {
			return nil
		}
	case midday, afternoon, evening:
		if before && (p != midday || minutes < 10*60) {
			return nil
		}
	case late:
		if !before && minutes < 21*60 {
			return nil
		}
		return p.clocks(minutes, dated)
	case morning:
		return p.clocks(minutes, dated)
	}
	return []int{minutes}
}

// dayParts are words for a part of a day that is named with it.
var dayParts = map[string]struct {
	days int
	part part
}{
	"tonight": {0, night}, "this morning": {0, morning}, "this afternoon": {0, afternoon}, "this evening": {0, evening},
	"今夜": {0, night}, "今晩": {0, night}, "こんや": {0, night}, "こんばん": {0, night}, "今夕": {0, evening}, "今朝": {0, morning},
	"明朝": {1, morning}, "明晩": {1, night}, "昨夜": {-1, night}, "昨晩": {-1, night}, "last night": {-1, night},
}

// dayPart reads a part of the day that is named with its day: "tonight", and
// in an end 翌朝.
func (g grammar) dayPart(s *scanner) (on []days, of part, ok bool) {
	if g.after {
		if m := s.match(nextDay); m != nil {
			if m[1] == "morning" || s.take("朝") {
				of = morning
			}
			return daysAfter(g.anchor.In(g.zone), 1), of, true
		}
	}
	both, ok := look(s, dayParts)
	switch {
	case !ok:
		return nil, of, false
	case both.days > 0, both.days == 0 && both.part == night:
		return daysAfter(g.now.In(g.zone), both.days), both.part, true
	}
	return []days{oneDay(plusDays(g.now.In(g.zone), both.days))}, both.part, true
}
