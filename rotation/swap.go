package rotation

import "time"

// SwapState is where a swap request stands. It starts open and is decided once.
type SwapState string

// The states of a swap request.
const (
	SwapOpen      SwapState = "open"
	SwapAccepted  SwapState = "accepted"
	SwapDeclined  SwapState = "declined"
	SwapWithdrawn SwapState = "withdrawn"
	SwapExpired   SwapState = "expired" // nobody decided before the earlier shift started
	SwapMoved     SwapState = "moved"   // a shift was no longer theirs when it was accepted
)

// SwapRequest is a swap that one person proposed to another. Only once it is
// accepted does it change who is on call.
type SwapRequest struct {
	ID           string // "S" and random text
	Rotation     string
	Asker, Other PersonID
	Mine, Theirs Half // the asker's shift and the other's
	State        SwapState
	Channel      string    // where it was asked
	CreatedAt    time.Time // UTC, like all instants here
	ExpiresAt    time.Time // the earlier of the two starts: from then on it is too late
	DecidedAt    time.Time // zero while open
	Warnings     []Warning
	Version      int // counted by the store
}

// Swap is what the request changes once it is accepted.
func (r SwapRequest) Swap() Swap { return Swap{ID: r.ID, A: r.Mine, B: r.Theirs} }

// DecidedBy is who ended the request, or Nobody: it is open, ran out or moved.
func (r SwapRequest) DecidedBy() PersonID {
	switch r.State {
	case SwapAccepted, SwapDeclined:
		return r.Other
	case SwapWithdrawn:
		return r.Asker
	}
	return Nobody
}

// isOver reports whether the time to decide an open request has run out.
func (r SwapRequest) isOver(at time.Time) bool {
	return r.State == SwapOpen && !at.Before(r.ExpiresAt)
}

// end is the request after its decision.
func (r SwapRequest) end(state SwapState, at time.Time) SwapRequest {
	r.State, r.DecidedAt = state, at.UTC()
	return r
}

// moved finds the first half that is no longer as it was proposed: the shift
// has other bounds now, or its person is not on call for the whole of it.
func (r SwapRequest) moved(s *Schedule) error {
	for _, half := range []Half{r.Mine, r.Theirs} {
		shift, ok := s.Shift(half.Start)
		now, whole := s.owner(half.User, half.Span())
		if !ok || !whole || !shift.Start.Equal(half.Start) || !shift.End.Equal(half.End) {
			return &MovedError{Request: r, Was: half, Now: now}
		}
	}
	return nil
}

// owner reports whether p is on call for the whole of span, and gives the first
// stretch that is not theirs, or else theirs.
func (s *Schedule) owner(p PersonID, span Span) (Stretch, bool) {
	var first Stretch
	for stretch := range s.Stretches(span.Start, span.End) {
		if first = stretch; stretch.OnCall != p {
			return stretch, false
		}
	}
	return first, first.OnCall == p
}

// WarningKind says what a warning is about.
type WarningKind string

// WarnRest: a person would be on duty for more than 24 hours in a row.
const WarnRest WarningKind = "rest"

// Warning is something about a swap that both should know. It forbids nothing.
type Warning struct {
	Kind       WarningKind
	User       PersonID
	Start, End time.Time // on duty without a break
}

// restAfter is how long anybody should be on duty in a row at most, and
// restReach how far around a shift the neighbours are looked at.
const (
	restAfter = 24 * time.Hour
	restReach = 31 * 24 * time.Hour
)

// restWarnings tells who would be on duty for too long in a row if s, which has
// the swap, came true. A shift that is that long by itself is no news.
func restWarnings(s *Schedule, swap Swap) []Warning {
	var warnings []Warning
	for _, gain := range []Half{
		{swap.A.User, swap.B.Start, swap.B.End},
		{swap.B.User, swap.A.Start, swap.A.End},
	} {
		for _, on := range s.Turns(gain.User, gain.Start.Add(-restReach), gain.End.Add(restReach)) {
			long := on.End.Sub(on.Start)
			if on.Span().Overlaps(gain.Span()) && long > restAfter && long > gain.End.Sub(gain.Start) {
				warnings = append(warnings, Warning{WarnRest, gain.User, on.Start, on.End})
			}
		}
	}
	return warnings
}
