package oncall

import (
	"time"

	"toban/rotation"
)

// local are the forms of a time without a zone; the first is a date alone.
var local = []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", time.DateTime}

// moment reads the value of a flag, or a line of standard input: an instant, or
// a time on the rotation's clock. What a date alone stands for, dateAlone says.
func moment(s *rotation.Schedule, where, value string, dateAlone func(*rotation.Schedule, rotation.Date) time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return at, nil
	}
	for i, form := range local {
		t, err := time.Parse(form, value)
		if err != nil {
			continue
		}
		date := rotation.DateOf(t, time.UTC)
		if i == 0 {
			return dateAlone(s, date), nil
		}
		return s.Clock(date, t.Sub(t.Truncate(24*time.Hour))), nil
	}
	return time.Time{}, usage("%s: expected an RFC 3339 instant such as 2026-12-02T10:00:00+09:00, or 2026-12-02 or 2026-12-02 10:00 on the rotation's clock (%s), not %q", where, s.Zone(), value)
}

// shiftOn is when the shift begins that starts on a date. Where none does it is
// noon: after the handoffs of most mornings.
func shiftOn(s *rotation.Schedule, date rotation.Date) time.Time {
	if shifts := s.ShiftsOnDate(date); len(shifts) > 0 {
		return shifts[0].Start
	}
	return s.Clock(date, 12*time.Hour)
}

// dayBegins is midnight.
func dayBegins(s *rotation.Schedule, date rotation.Date) time.Time { return s.Clock(date, 0) }
