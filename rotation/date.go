package rotation

import (
	"fmt"
	"time"
)

// Date is a day on a calendar, without a zone: the rotation's zone decides
// when it begins.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the date that people in zone have at the instant at.
func DateOf(at time.Time, zone *time.Location) Date {
	y, m, d := at.In(zone).Date()
	return Date{y, m, d}
}

// String returns the date as 2006-01-02.
func (d Date) String() string {
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// IsZero reports whether no date was given.
func (d Date) IsZero() bool { return d == Date{} }

// midnight is 00:00 of the date on the local clock, in microseconds as if the
// local clock were UTC. Days beyond a month's end count on into the next.
func (d Date) midnight() int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).UnixMicro()
}

// Clock returns the first instant at which the clock of the rotation's zone
// shows a time of day on a date, or a later time where it skips that one.
func (s *Schedule) Clock(date Date, timeOfDay time.Duration) time.Time {
	local := date.midnight() + timeOfDay.Microseconds()
	return instant(readClock(s.rotation.Zone, local-5*day, 16).at(local))
}
