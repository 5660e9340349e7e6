package slackapp

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"toban/rotation"
)

var (
	colonTime  = regexp.MustCompile(`^t?(\d{1,2}) ?: ?(\d{2})(?::\d{2})? ?(am\b|pm\b|a\.m\.|p\.m\.|[ap]\b)?`)
	kanjiTime  = regexp.MustCompile(`^(午前|午後)? ?(\d{1,2}) ?[時じ](?: ?(\d{1,2}) ?分|(半))?(?:頃|ごろ|ちょうど)?`)
	plainTime  = regexp.MustCompile(`^(\d{1,2}?)(\d{2})? ?(am\b|pm\b|a\.m\.|p\.m\.|[ap]\b)`)
	spanHours  = regexp.MustCompile(`^(\d{1,2}) ?[-–—~〜] ?\d{1,2} ?[時じ]`) // 9-18時
	spanHalves = regexp.MustCompile(`^(\d{1,2}) ?[-–—~〜] ?\d{1,2}(?::\d{2})? ?[ap]\.?m\b`)
	digitTime  = regexp.MustCompile(`^(\d{2})(\d{2})(?:h|hrs)?`)
	bareTime   = regexp.MustCompile(`^(\d{1,2})(?: o'clock)?`)
	middayWord = regexp.MustCompile(`^(?:noon|midday|正午)`)
	midnight   = regexp.MustCompile(`^(?:midnight|真夜中)`)
)

// lastHour is how far the hours of a day are counted in Japanese: 25時 is one
// in the morning of the next day.
const lastHour = 29

// timeOfDay is a time of day as it was written.
type timeOfDay struct {
	minutes []int // after midnight; two mean that it is not certain which half of the day is meant
	halved  bool  // am, pm, 午前 or 午後 was written
}

// in is what a time of day means in a part of the day, as [part.clocks].
func (t timeOfDay) in(p part, dated bool) (all []int) {
	for _, m := range t.minutes {
		if t.halved {
			all = append(all, p.halves(m, dated)...)
		} else {
			all = append(all, p.clocks(m, dated)...)
		}
	}
	return all
}

// clock reads a time of day; bare allows a number alone.
func (s *scanner) clock(bare bool) (t timeOfDay, ok bool) {
	if s.match(middayWord) != nil {
		return timeOfDay{minutes: []int{12 * 60}}, true
	}
	if s.sharedUnit(&t) {
		return t, true
	}
	ok = s.try(func() bool {
		var hour, minute, half string
		if m := s.match(colonTime); m != nil {
			hour, minute, half = m[1], m[2], m[3]
		} else if m := s.match(kanjiTime); m != nil {
			if s.next("間後前") {
				return false
			}
			hour, minute, half = m[2], m[3], m[1]
			if m[4] != "" {
				minute = "30"
			}
		} else if m := s.match(plainTime); m != nil {
			hour, minute, half = m[1], m[2], m[3]
		} else if m := s.match(digitTime); m != nil && !s.next("-/.年") {
			if year := number(m[1] + m[2]); year >= 2020 && year < 2060 { // hardly half past eight
				return false
			}
			hour, minute = m[1], m[2]
		} else if m := s.match(bareTime); m != nil && (bare || strings.Contains(m[0], "clock")) && !s.next("/:.日月年時分週年") {
			t.minutes = bareHours(number(m[1]))
			return len(t.minutes) > 0
		} else {
			return false
		}
		at, ok := minutesOf(hour, minute, half)
		t = timeOfDay{minutes: []int{at}, halved: half != ""}
		if number(hour) == 12 && max(number(minute), 0) == 0 && strings.HasPrefix(half, "午") { // noon to some, midnight to others
			t = timeOfDay{minutes: []int{at, at + 12*60}}
		}
		return ok
	})
	return t, ok
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
	case "am", "pm", "a", "p":
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
	if strings.HasPrefix(half, "p") || half == "午後" {
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
