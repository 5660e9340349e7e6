package msg

import (
	"fmt"
	"strings"
	"time"
)

// Time says an instant on the clock of zone: "11/23(月) 10:00", "Mon 23 Nov 10:00".
func (c Catalog) Time(at time.Time, zone *time.Location) string {
	return c.Day(at, zone) + " " + at.In(zone).Format("15:04")
}

// Day says the date of an instant in zone: "11/23(月)", "Mon 23 Nov".
func (c Catalog) Day(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	if c.lang == Japanese {
		return fmt.Sprintf("%d/%d(%s)", at.Month(), at.Day(), []string{"日", "月", "火", "水", "木", "金", "土"}[at.Weekday()])
	}
	return at.Format("Mon 2 Jan")
}

// Dated is Time with the year, for dates that somebody typed.
func (c Catalog) Dated(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	if c.lang == Japanese {
		return fmt.Sprintf("%d/%s", at.Year(), c.Time(at, zone))
	}
	return at.Format("Mon 2 Jan 2006 15:04")
}

// Date is the day of an instant, with the year where it is not that of now.
func (c Catalog) Date(at time.Time, zone *time.Location, now time.Time) string {
	at = at.In(zone)
	switch {
	case at.Year() == now.In(zone).Year():
		return c.Day(at, zone)
	case c.lang == Japanese:
		return fmt.Sprintf("%d/%s", at.Year(), c.Day(at, zone))
	}
	return at.Format("Mon 2 Jan 2006")
}

// When repeats an instant that somebody typed or planned, with its zone: "Thu 3
// Dec 21:00 JST". The year is there where it is not that of now.
func (c Catalog) When(at time.Time, zone *time.Location, now time.Time) string {
	return c.Date(at, zone, now) + " " + at.In(zone).Format("15:04") + zoneName(at, zone)
}

// Planned is [from, until) on one clock, whose zone is named once, or twice
// where the clock changes between the two.
func (c Catalog) Planned(from, until time.Time, zone *time.Location) string {
	if before := zoneName(from, zone); before != zoneName(until, zone) {
		dash := " – "
		if c.lang == Japanese {
			dash = " 〜 "
		}
		return c.Time(from, zone) + before + dash + c.Time(until, zone) + zoneName(until, zone)
	}
	return c.Span(from, until, zone) + zoneName(until, zone)
}

// At is one instant on one clock, with its zone.
func (c Catalog) At(at time.Time, zone *time.Location) string {
	return c.Time(at, zone) + zoneName(at, zone)
}

// Span says [from, until); the date of the end is left out on the same day.
func (c Catalog) Span(from, until time.Time, zone *time.Location) string {
	dash := " – "
	if c.lang == Japanese {
		dash = " 〜 "
	}
	if from.In(zone).Format(time.DateOnly) == until.In(zone).Format(time.DateOnly) {
		return c.Time(from, zone) + dash + until.In(zone).Format("15:04")
	}
	return c.Time(from, zone) + dash + c.Time(until, zone)
}

// Moment is an instant that each reader sees on their own clock, as "today
// 10:00" or with its weekday. Slack adds the year from half a year on.
func (c Catalog) Moment(at time.Time, zone *time.Location) Markup {
	return dateToken(at, "{date_long_pretty} {time}", c.Time(at, zone)+zoneName(at, zone))
}

// Clock is Moment without the date.
func (c Catalog) Clock(at time.Time, zone *time.Location) Markup {
	return dateToken(at, "{time}", at.In(zone).Format("15:04")+zoneName(at, zone))
}

// Precisely is Clock to the second, for what happens within a minute or two.
func (c Catalog) Precisely(at time.Time, zone *time.Location) Markup {
	return dateToken(at, "{time_secs}", at.In(zone).Format(time.TimeOnly)+zoneName(at, zone))
}

// Moments is [from, until) on each reader's own clock. The date of the end is
// left out of a few hours of one day.
func (c Catalog) Moments(from, until time.Time, zone *time.Location) Markup {
	dash := Markup(" – ")
	if c.lang == Japanese {
		dash = " 〜 "
	}
	if until.Sub(from) <= 6*time.Hour && from.In(zone).Format(time.DateOnly) == until.In(zone).Format(time.DateOnly) {
		return c.Moment(from, zone) + dash + c.Clock(until, zone)
	}
	return c.Moment(from, zone) + dash + c.Moment(until, zone)
}

func zoneName(at time.Time, zone *time.Location) string {
	name, _ := at.In(zone).Zone()
	if name != "" && (name[0] == '+' || name[0] == '-') { // a zone that nobody gave a short name
		name = "UTC" + name
	}
	return " " + name
}

// Lately is a duration as in "in the last hour", "in the last 2 days".
func (c Catalog) Lately(d time.Duration) string {
	if c.lang == English {
		for unit, name := range map[time.Duration]string{time.Minute: "minute", time.Hour: "hour", 24 * time.Hour: "day"} {
			if d == unit {
				return name
			}
		}
	}
	return c.Duration(d)
}

// Duration says how long: "5分", "1時間30分", "2日"; "5 min", "1 h 30 min", "2 days".
func (c Catalog) Duration(d time.Duration) string {
	d = d.Abs()
	if d < time.Minute {
		d = d.Round(time.Second)
	} else {
		d = d.Round(time.Minute)
	}
	units := []struct {
		of        time.Duration
		ja, en, s string
	}{
		{24 * time.Hour, "日", " day", "s"}, {time.Hour, "時間", " h", ""}, {time.Minute, "分", " min", ""}, {time.Second, "秒", " s", ""},
	}
	var parts []string
	for _, u := range units {
		n := d / u.of
		if d -= n * u.of; n == 0 || len(parts) == 2 {
			continue
		}
		word := u.en
		switch {
		case c.lang == Japanese:
			word = u.ja
		case n > 1:
			word += u.s
		}
		parts = append(parts, fmt.Sprintf("%d%s", n, word))
	}
	switch {
	case len(parts) == 0 && c.lang == Japanese:
		return "0秒"
	case len(parts) == 0:
		return "0 s"
	case c.lang == Japanese:
		return strings.Join(parts, "")
	}
	return strings.Join(parts, " ")
}
