package rotation

import (
	"iter"
	"slices"
	"time"
)

// Stretch is a time, in UTC, during which the same person is on call: the
// answer after swaps and overrides. OnCall is [Nobody] in a gap.
type Stretch struct {
	Start, End time.Time
	OnCall     PersonID
}

// Span returns the window of the stretch.
func (s Stretch) Span() Span { return Span{s.Start, s.End} }

// Final returns the final schedule of [from, until): who is on call when, gaps
// included, without overlap. Neighbours of the same person are one stretch; the
// first and the last are cut at from and until.
func (s *Schedule) Final(from, until time.Time) []Stretch {
	return slices.Collect(s.Stretches(from, until))
}

// Stretches is [Schedule.Final] one stretch at a time, for long windows.
func (s *Schedule) Stretches(from, until time.Time) iter.Seq[Stretch] {
	return func(yield func(Stretch) bool) {
		t, end := from.UnixMicro(), until.UnixMicro()
		for t < end {
			start := t
			person, next := s.hold(t)
			for t = next; t < end; t = next {
				var p int32
				if p, next = s.hold(t); p != person {
					break
				}
			}
			t = min(t, end)
			if !yield(Stretch{instant(start), instant(t), s.names[person]}) {
				return
			}
		}
	}
}

// hold returns who is on call at t and until when at least that stays so.
func (s *Schedule) hold(t int64) (person int32, until int64) {
	i := latest(s.overlay.from, t)
	until = lastInstant
	if i+1 < len(s.overlay.from) {
		until = s.overlay.from[i+1]
	}
	e := &s.overlay.effects[i]
	if e.fixed != anyone {
		return e.fixed, until
	}
	base, end := s.turns.hold(t)
	return e.on(base), min(until, end)
}

// Turns returns the stretches of [from, until) during which p is on call.
func (s *Schedule) Turns(p PersonID, from, until time.Time) []Stretch {
	var turns []Stretch
	for stretch := range s.Stretches(from, until) {
		if stretch.OnCall == p {
			turns = append(turns, stretch)
		}
	}
	return turns
}

// NextHandoff returns the first instant after after at which another person is
// on call or a shift of the base rotation ends, whichever comes first. There is
// none when nothing changes any more.
func (s *Schedule) NextHandoff(after time.Time) (time.Time, bool) {
	t := after.UnixMicro()
	now, until := s.hold(t)
	for {
		_, turn := s.turns.hold(t)
		end := int64(lastInstant)
		if s.turns.person(t) != 0 {
			end = s.turns.begin(s.turns.slot(t) + 1)
		}
		t = min(until, turn, end)
		if t == lastInstant {
			return time.Time{}, false
		}
		var person int32
		if person, until = s.hold(t); person != now || t == end {
			return instant(t), true
		}
	}
}
