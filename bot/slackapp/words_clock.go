package slackapp

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"toban/rotation"
)

var (
	colonTime  = regexp.MustCompile(`^t?(\d{1,2}):(\d{2})(?::\d{2})? ?(am\b|pm\b|a\.m\.|p\.m\.)?`)
	kanjiTime  = regexp.MustCompile(`^(午前|午後)? ?(\d{1,2})時(?:(\d{1,2})分|(半))?(?:頃|ごろ|ちょうど)?`)
	plainTime  = regexp.MustCompile(`^(\d{1,2}) ?(am\b|pm\b|a\.m\.|p\.m\.)`)
	digitTime  = regexp.MustCompile(`^(\d{2})(\d{2})(?:h|hrs)?`)
	bareTime   = regexp.MustCompile(`^(\d{1,2})(?: o'clock)?`)
	middayWord = regexp.MustCompile(`^(?:noon|midday|正午)`)
	midnight   = regexp.MustCompile(`^(?:midnight|真夜中)`)
)

// lastHour is how far the hours of a day are counted in Japanese: 25時 is one
// in the morning of the next day.
const lastHour = 29

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

// clock reads a time of day in minutes after midnight. Two mean that it is not
// certain which half of the day is meant; bare allows a number alone.
func (s *scanner) clock(bare bool) (minutes []int, ok bool) {
	if s.match(middayWord) != nil {
		return []int{12 * 60}, true
	}
	ok = s.try(func() bool {
		var hour, minute, half string
		if m := s.match(colonTime); m != nil {
			hour, minute, half = m[1], m[2], m[3]
		} else if m := s.match(kanjiTime); m != nil {
			if s.next("間") {
				return false
			}
			hour, minute, half = m[2], m[3], m[1]
			if m[4] != "" {
				minute = "30"
			}
		} else if m := s.match(plainTime); m != nil {
			hour, half = m[1], m[2]
		} else if m := s.match(digitTime); m != nil && !s.next("-/.年") {
			if year := number(m[1] + m[2]); year >= 2020 && year < 2060 { // hardly half past eight
				return false
			}
			hour, minute = m[1], m[2]
		} else if m := s.match(bareTime); m != nil && (bare || strings.Contains(m[0], "clock")) && !s.next("/:-.日月年時分週年") {
			minutes = bareHours(number(m[1]))
			return len(minutes) > 0
		} else {
			return false
		}
		at, ok := minutesOf(hour, minute, half)
		minutes = []int{at}
		if number(hour) == 12 && max(number(minute), 0) == 0 && strings.HasPrefix(half, "午") { // noon to some, midnight to others
			minutes = []int{at, at + 12*60}
		}
		return ok
	})
	return minutes, ok
}

// bareHours are the times that an hour without more means.
func bareHours(h int) []int {
	switch {
	case h > 24:
		return nil
	case h == 0, h > 12:
		return []int{h * 60}
	}
	return []int{h * 60, (h + 12) * 60}
}

func minutesOf(hour, minute, half string) (int, bool) {
	h, mins := number(hour), max(number(minute), 0)
	switch half = strings.ReplaceAll(half, ".", ""); half {
	case "am", "pm":
		if h > 12 || h == 0 {
			return 0, false
		}
		h %= 12
	case "午前", "午後":
		if h > 12 {
			return 0, false
		}
		h %= 12
	}
	if half == "pm" || half == "午後" {
		h += 12
	}
	return h*60 + mins, mins < 60 && h <= lastHour
}

// onClock returns the instants at which the local clock shows so many minutes
// after midnight of day: none where the clock skips them, except midnight,
// which then begins the day late; two where it shows them twice.
func onClock(day rotation.Date, minutes int, zone *time.Location) []time.Time {
	at := time.Date(day.Year, day.Month, day.Day, minutes/60, minutes%60, 0, 0, zone)
	want := time.Date(day.Year, day.Month, day.Day, minutes/60, minutes%60, 0, 0, time.UTC).Format(time.DateTime)
	var found []time.Time
	for _, shift := range []time.Duration{-2 * time.Hour, -time.Hour, -30 * time.Minute, 0, 30 * time.Minute, time.Hour, 2 * time.Hour} {
		if moved := at.Add(shift); moved.In(zone).Format(time.DateTime) == want {
			found = append(found, moved)
		}
	}
	if len(found) == 0 && minutes%(24*60) == 0 {
		return []time.Time{at}
	}
	return found
}

// nextClock is the first time after base at which the clock shows so many
// minutes after midnight.
func nextClock(minutes int, base time.Time, zone *time.Location) (time.Time, bool) {
	day := rotation.DateOf(base, zone)
	for range 3 {
		for _, at := range onClock(day, minutes%(24*60), zone) {
			if at.After(base) {
				return at, true
			}
		}
		day = plusDays(noon(day), 1)
	}
	return time.Time{}, false
}

// comingClocks is nextClock for all that a time of day may mean.
func (g grammar) comingClocks(minutes []int, zone *time.Location) (found []time.Time) {
	early := g.anchor.In(zone).Hour() < 6
	for _, m := range minutes {
		if m > 24*60 && early { // 25:00 after midnight: of today, or of the night that is not over yet
			found = append(found, onClock(rotation.DateOf(g.anchor, zone), m, zone)...)
		}
		if at, ok := nextClock(m, g.anchor, zone); ok {
			found = append(found, at)
		}
	}
	slices.SortFunc(found, time.Time.Compare)
	return slices.CompactFunc(found, time.Time.Equal)
}
