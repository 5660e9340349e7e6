package rotation

import (
	"slices"
	"time"
)

// minutes is the slow, plain reading of the contract that the product is
// compared with. It walks minute by minute with the wall clock in its hand and
// knows neither slots nor a steady clock. All its instants are whole minutes.
type minutes struct {
	from   time.Time
	base   []PersonID  // who has the turn in each minute
	shifts []time.Time // when the shift of that minute started
}

// walk plays r from two days before its start for as long as told.
func walk(r Rotation, long time.Duration) minutes {
	from := r.Start.Add(-48 * time.Hour)
	m := minutes{from: from}
	due := handoffTimes(r)
	edits := slices.Clone(r.Edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.At.Compare(b.At) })

	queue := slices.Clone(r.Members) // whoever has the turn stands in front
	var shift time.Time
	for len(edits) > 0 && edits[0].At.Before(from) {
		queue, edits = slices.Clone(edits[0].Members), edits[1:]
	}
	for now := from; now.Before(r.Start.Add(long)); now = now.Add(time.Minute) {
		if now.Equal(r.Start) {
			shift = now
		}
		for due.reached(now) {
			if now.After(r.Start) {
				shift = now
				if len(queue) > 0 {
					queue = append(queue[1:], queue[0])
				}
			}
			due.next()
		}
		for len(edits) > 0 && edits[0].At.Equal(now) {
			if now.Before(r.Start) {
				queue = slices.Clone(edits[0].Members)
			} else {
				queue = lineUp(queue, edits[0].Members)
			}
			edits = edits[1:]
		}
		on := Nobody
		if !now.Before(r.Start) && len(queue) > 0 {
			on = queue[0]
		}
		m.base, m.shifts = append(m.base, on), append(m.shifts, shift)
	}
	return m
}

// lineUp lets the new list queue up behind whoever takes the turn (rule 7).
func lineUp(queue, members []PersonID) []PersonID {
	for _, p := range queue {
		if i := slices.Index(members, p); i >= 0 {
			return slices.Concat(members[i:], members[:i])
		}
	}
	return slices.Clone(members)
}

// handoffClock says, minute by minute, whether the next handoff is reached.
type handoffClock struct {
	reached func(now time.Time) bool
	next    func()
}

func handoffTimes(r Rotation) handoffClock {
	if r.Kind == Hours && r.Clock != Wall {
		at, every := r.Start, time.Duration(r.Every)*time.Hour
		return handoffClock{
			reached: func(now time.Time) bool { return !now.Before(at) },
			next:    func() { at = at.Add(every) },
		}
	}
	// A wall clock reading is written as a time of UTC, where every day has 24 hours.
	reading := func(t time.Time) time.Time {
		y, mo, d := t.In(r.Zone).Date()
		h, mi, s := t.In(r.Zone).Clock()
		return time.Date(y, mo, d, h, mi, s, 0, time.UTC)
	}
	next := reading(r.Start)
	step := func(t time.Time) time.Time { return t.Add(time.Duration(r.Every) * time.Hour) }
	if r.Kind != Hours {
		days := map[Kind]int{Daily: 1, Weekly: 7}[r.Kind] * r.Every
		handoff, _ := time.Parse("15:04", r.Handoff)
		next = time.Date(next.Year(), next.Month(), next.Day(), handoff.Hour(), handoff.Minute(), 0, 0, time.UTC)
		step = func(t time.Time) time.Time { return t.AddDate(0, 0, days) }
		for minutes := 1; minutes < 24*60; minutes++ {
			if !reading(r.Start.Add(-time.Duration(minutes) * time.Minute)).Before(next) {
				// This day's handoff was before the start: the first one is a day, or
				// a week, later, however many make a turn.
				next = next.AddDate(0, 0, days/r.Every)
				break
			}
		}
	}
	return handoffClock{
		reached: func(now time.Time) bool { return !reading(now).Before(next) },
		next:    func() { next = step(next) },
	}
}

// settled lays swaps and overrides over the turn, one after the other.
func settled(r Rotation, turn PersonID, t time.Time) PersonID {
	on := turn
	in := func(start, end time.Time) bool { return !t.Before(start) && t.Before(end) }
	for _, s := range r.Swaps {
		switch {
		case in(s.A.Start, s.A.End) && on == s.A.User:
			on = s.B.User
		case in(s.B.Start, s.B.End) && on == s.B.User:
			on = s.A.User
		}
	}
	for _, o := range r.Overrides {
		if in(o.Start, o.End) && (o.Replaces == Nobody || o.Replaces == on) {
			on = o.User
		}
	}
	return on
}
