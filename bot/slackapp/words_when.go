package slackapp

import (
	"strings"
	"time"

	"toban/rotation"
)

// when is what somebody typed about time. A date alone is the shift that
// starts on it, so its time of day is not made up here.
type when struct {
	at    time.Time // the instant; midnight of a date alone
	alone bool      // a date without a time
	date  rotation.Date
}

// whenError says which words could not be taken as a date and why.
type whenError struct {
	text string
	why  doubt
}

func (e *whenError) Error() string { return "date " + e.text + ": " + string(e.why) }

// doubt is why a date is not taken. What is unsure is asked again, never
// guessed: a wrong shift is noticed when nobody answers.
type doubt string

const (
	notADate   doubt = "not a date"
	noSuchDay  doubt = "no such day"
	noSuchTime doubt = "no such time"       // 25:00, or skipped by the clock change
	isToday    doubt = "today or in a week" // a weekday's name on that weekday
	wrongDay   doubt = "weekday differs"    // 12/3(月) where it is a Thursday
)

// parseWhen reads a date or an instant from the beginning of words and
// returns how many words it took. now decides what "today" and "the next 12/3"
// are; base is where "+2h" and a time without a date count from.
func parseWhen(words []string, now, base time.Time, zone *time.Location) (w when, used int, err error) {
	if len(words) == 0 {
		return when{}, 0, &whenError{"", notADate}
	}
	first := strings.ToLower(strings.TrimRight(words[0], ",、"))
	if at, ok := exact(first, base, zone); ok {
		return when{at: at, date: rotation.DateOf(at, zone)}, 1, nil
	}
	day, rest, used, why := date(words, now.In(zone))
	if why != "" {
		if clock, ok, left := clockTime(first); ok && left == "" && why == notADate {
			at, err := nextClock(clock, base, zone)
			return when{at: at, date: rotation.DateOf(at, zone)}, 1, err
		}
		return when{}, 0, &whenError{strings.Join(words[:max(1, used)], " "), why}
	}
	said := strings.Join(words[:used], " ")
	clock, timed, left := clockTime(rest)
	if rest != "" && (!timed || left != "") {
		return when{}, 0, &whenError{said, notADate}
	}
	if rest == "" && used < len(words) {
		if clock, timed, left = clockTime(strings.ToLower(words[used])); timed && left == "" {
			said += " " + words[used]
			used++
		} else {
			timed = false
		}
	}
	if !timed {
		midnight, _ := onClock(day, 0, zone)
		return when{at: midnight, alone: true, date: day}, used, nil
	}
	at, ok := onClock(day, clock, zone)
	if !ok {
		return when{}, 0, &whenError{said, noSuchTime}
	}
	return when{at: at, date: day}, used, nil
}

// onClock returns the instant at which the local clock shows so many minutes
// after midnight of day: the first one, where the clock shows it twice. A time
// that the clock skips is refused, except midnight, which begins the day late.
func onClock(day rotation.Date, minutes int, zone *time.Location) (time.Time, bool) {
	at := time.Date(day.Year, day.Month, day.Day, minutes/60, minutes%60, 0, 0, zone)
	want := time.Date(day.Year, day.Month, day.Day, minutes/60, minutes%60, 0, 0, time.UTC).Format(time.DateTime)
	if at.Format(time.DateTime) != want {
		return at, minutes == 0
	}
	for _, back := range []time.Duration{2 * time.Hour, time.Hour, 30 * time.Minute} {
		if earlier := at.Add(-back); earlier.In(zone).Format(time.DateTime) == want {
			return earlier, true
		}
	}
	return at, true
}

// nextClock is the first time after base at which the clock shows so many
// minutes after midnight.
func nextClock(minutes int, base time.Time, zone *time.Location) (time.Time, error) {
	day := rotation.DateOf(base, zone)
	for range 3 {
		if at, ok := onClock(day, minutes, zone); ok && at.After(base) {
			return at, nil
		}
		day = rotation.DateOf(time.Date(day.Year, day.Month, day.Day+1, 12, 0, 0, 0, time.UTC), time.UTC)
	}
	return time.Time{}, &whenError{"", noSuchTime}
}
