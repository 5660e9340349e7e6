package rotation

import "time"

// Shift is a turn of the base rotation, in UTC, swaps and overrides aside.
type Shift struct {
	User       PersonID
	Start, End time.Time
}

// Span returns the window of the shift.
func (s Shift) Span() Span { return Span{s.Start, s.End} }

// Shift returns the shift that the instant at lies in, from handoff to handoff,
// and who has it then. There is none before the start and without members
// (rule 6). Where an edit takes the person on duty off the list the shift stays
// the same, and has another User from the edit on (rule 7).
func (s *Schedule) Shift(at time.Time) (Shift, bool) {
	t := at.UnixMicro()
	person := s.turns.person(t)
	if person == 0 {
		return Shift{}, false
	}
	slot := s.turns.slot(t)
	return s.shift(person, s.turns.begin(slot), s.turns.begin(slot+1)), true
}

func (s *Schedule) shift(person int32, start, end int64) Shift {
	return Shift{s.names[person], instant(start), instant(end)}
}

// Shifts returns the shifts that overlap [from, until), whole, in order. A shift
// that an edit hands to somebody else halfway appears as two, one per person.
func (s *Schedule) Shifts(from, until time.Time) []Shift {
	var shifts []Shift
	t, end := max(from.UnixMicro(), s.turns.start), until.UnixMicro()
	if t >= end {
		return nil
	}
	for slot := s.turns.slot(t); s.turns.begin(slot) < end; slot++ {
		for _, d := range s.turns.duties(slot) {
			if d.until > t && d.start < end {
				shifts = append(shifts, s.shift(d.person, d.start, d.until))
			}
		}
	}
	return shifts
}

// ShiftOnDate returns the first shift that starts on a date of the rotation's
// zone, whole: "a date alone means the shift that starts on it".
func (s *Schedule) ShiftOnDate(year int, month time.Month, day int) (Shift, bool) {
	shifts := s.ShiftsOnDate(Date{year, month, day})
	if len(shifts) == 0 {
		return Shift{}, false
	}
	return shifts[0], true
}

// ShiftsOnDate returns all shifts that start on date, from handoff to handoff,
// with the person who has each when it starts. Only a rotation by the hour has
// more than one a day.
func (s *Schedule) ShiftsOnDate(date Date) []Shift {
	from, end := s.local.at(date.midnight()), s.local.at(date.midnight()+day)
	if end <= s.turns.start {
		return nil
	}
	var shifts []Shift
	for slot := s.turns.slot(max(from, s.turns.start)); s.turns.begin(slot) < end; slot++ {
		start := s.turns.begin(slot)
		if duties := s.turns.duties(slot); start >= from && len(duties) > 0 && duties[0].start == start {
			shifts = append(shifts, s.shift(duties[0].person, start, s.turns.begin(slot+1)))
		}
	}
	return shifts
}
