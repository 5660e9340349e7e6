package slackapp

import (
	"regexp"
	"strings"
	"time"
)

var (
	colonTime = regexp.MustCompile(`^(\d{1,2}):(\d{2})(am|pm)?`)
	kanjiTime = regexp.MustCompile(`^(午前|午後)?(\d{1,2})時(?:(\d{1,2})分|(半))?`)
	plainTime = regexp.MustCompile(`^(\d{1,2})(am|pm)`)
	later     = regexp.MustCompile(`^\+((?:\d{1,4}(?:d|h|min|m|日|時間|分))+)$|^((?:\d{1,4}(?:日|時間|分))+)後$`)
	amount    = regexp.MustCompile(`(\d{1,4})(d|h|min|m|日|時間|分)`)
)

// clockTime reads a time of day from the beginning of word, in minutes after
// midnight; 24:00 is the end of the day.
func clockTime(word string) (minutes int, ok bool, rest string) {
	word = strings.TrimLeft(word, "t@")
	var hour, minute, half string
	var m []string
	switch {
	case word == "noon", word == "正午":
		return 12 * 60, true, ""
	case colonTime.MatchString(word):
		m = colonTime.FindStringSubmatch(word)
		hour, minute, half = m[1], m[2], m[3]
	case kanjiTime.MatchString(word):
		m = kanjiTime.FindStringSubmatch(word)
		hour, minute, half = m[2], m[3], map[string]string{"午前": "am", "午後": "pm"}[m[1]]
		if m[4] != "" {
			minute = "30"
		}
	case plainTime.MatchString(word):
		m = plainTime.FindStringSubmatch(word)
		hour, half = m[1], m[2]
	default:
		return 0, false, word
	}
	h, mins := number(hour), 0
	if minute != "" {
		mins = number(minute)
	}
	if half != "" {
		if h > 12 || h == 0 && !strings.HasPrefix(word, "午") {
			return 0, false, word
		}
		if h %= 12; half == "pm" {
			h += 12
		}
	}
	if mins > 59 || h*60+mins > 24*60 {
		return 0, false, word
	}
	rest = strings.TrimPrefix(word[len(m[0]):], "頃")
	return h*60 + mins, true, rest
}

// exact reads what needs no calendar: "now", "+2h", an instant with its zone.
func exact(word string, base time.Time, zone *time.Location) (time.Time, bool) {
	switch word {
	case "now", "今", "いま":
		return base, true
	}
	for _, format := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(format, strings.ToUpper(word)); err == nil && at.Year() >= 2000 && at.Year() <= 2200 {
			return at, true
		}
	}
	m := later.FindStringSubmatch(word)
	if m == nil {
		return time.Time{}, false
	}
	at := base
	for _, a := range amount.FindAllStringSubmatch(m[1]+m[2], -1) {
		n := number(a[1])
		switch a[2] {
		case "d", "日": // a day later is the same time of day, whatever the clocks do
			at = at.In(zone).AddDate(0, 0, n)
		case "h", "時間":
			at = at.Add(time.Duration(n) * time.Hour)
		default:
			at = at.Add(time.Duration(n) * time.Minute)
		}
	}
	return at, at.After(base)
}
