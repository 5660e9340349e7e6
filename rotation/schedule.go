package rotation

import (
	"fmt"
	"slices"
	"time"
)

// Schedule is a compiled [Rotation]. It never changes and may be used by many
// goroutines at once.
type Schedule struct {
	rotation Rotation
	edits    []Edit // oldest first
	local    *clock // of the rotation's zone
	names    []PersonID
	turns    turns
	covers   []cover // swaps, then overrides, oldest first
	overlay  overlay
}

// New compiles r. It fails, field by field, as [Rotation.Validate] does.
func New(r Rotation) (*Schedule, error) {
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("rotation %s: %w", r.Name, err)
	}
	return compile(r.clone(), nil), nil
}

// With returns the same rotation with more swaps, overrides and edits behind
// those that it has. Swaps stay older than overrides (rule 9).
func (s *Schedule) With(swaps []Swap, overrides []Override, edits []Edit) (*Schedule, error) {
	r := s.rotation.clone()
	r.Swaps = append(r.Swaps, swaps...)
	r.Overrides = append(r.Overrides, overrides...)
	r.Edits = append(r.Edits, edits...)
	if err := r.Validate(); err != nil {
		return nil, fmt.Errorf("rotation %s: %w", r.Name, err)
	}
	return compile(r.clone(), s.local), nil
}

// compile builds the schedule of a valid rotation; local may be nil.
func compile(r Rotation, local *clock) *Schedule {
	if local == nil {
		local = readClock(r.Zone, r.Start.UnixMicro()-3*day, tableSize)
	}
	p := newPeople()
	s := &Schedule{rotation: r, edits: r.byEditTime(), local: local, turns: handoffs(r, local)}
	edits := make([]edit, len(s.edits))
	for i, e := range s.edits {
		edits[i] = edit{e.At.UnixMicro(), p.list(e.Members)}
	}
	s.turns.schedule(p.list(r.Members), edits)
	s.covers = coverings(r.Swaps, r.Overrides, p)
	s.overlay = overlayOf(s.covers)
	s.names = p.names
	return s
}

// Rotation returns what the schedule was made from.
func (s *Schedule) Rotation() Rotation { return s.rotation.clone() }

// Name returns the rotation's name.
func (s *Schedule) Name() string { return s.rotation.Name }

// Zone returns the zone whose clock hands off.
func (s *Schedule) Zone() *time.Location { return s.rotation.Zone }

// OnCall returns who holds the pager at the instant at, or [Nobody] (rule 6).
// It costs the same for any instant and allocates nothing.
func (s *Schedule) OnCall(at time.Time) PersonID {
	t := at.UnixMicro()
	e := &s.overlay.effects[latest(s.overlay.from, t)]
	if e.fixed != anyone {
		return s.names[e.fixed]
	}
	return s.names[e.on(s.turns.person(t))]
}

// Members returns the member list in force at the instant at. Before the start
// it is the list that the rotation would start with if it started then.
func (s *Schedule) Members(at time.Time) []PersonID {
	members := s.rotation.Members
	for _, e := range s.edits {
		if e.At.After(at) {
			break
		}
		members = e.Members
	}
	return slices.Clone(members)
}

// HasMember reports whether p is a member at the instant at.
func (s *Schedule) HasMember(p PersonID, at time.Time) bool {
	return slices.Contains(s.Members(at), p)
}
