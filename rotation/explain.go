package rotation

import (
	"fmt"
	"time"
)

// Reason names the rule that decided an answer.
type Reason string

// The reasons.
const (
	BecauseTurn        Reason = "turn"         // the person's own turn
	BecauseTookOver    Reason = "took_over"    // an edit took the person on duty off the list (rule 7)
	BecauseSwap        Reason = "swap"         // rule 9
	BecauseCover       Reason = "cover"        // an override that replaces one person (rule 8)
	BecauseOverride    Reason = "override"     // an override of whoever it is (rule 8)
	BecauseBeforeStart Reason = "before_start" // rule 6
	BecauseNoMembers   Reason = "no_members"   // rule 6
)

// Because says why somebody, or nobody, is on call.
type Because struct {
	Kind     Reason
	ID       string    // of the swap or override, if it has one
	Number   int       // its place among the rotation's swaps or overrides, from 1
	User     PersonID  // who is on call
	Replaced PersonID  // who would be, without it; Nobody for a turn
	Start    time.Time // the reason holds in [Start, End), UTC; zero is unbounded
	End      time.Time
}

// Explanation is an answer with its reason. Shift is the shift of the base
// rotation at that instant, nil if there is none.
type Explanation struct {
	OnCall  PersonID
	Shift   *Shift
	Because Because
}

// Explain returns who is on call at the instant at, and why.
func (s *Schedule) Explain(at time.Time) Explanation {
	t := at.UnixMicro()
	var x Explanation
	if shift, ok := s.Shift(at); ok {
		x.Shift = &shift
	}
	e := &s.overlay.effects[latest(s.overlay.from, t)]
	open := s.covers[e.first:e.last]
	base := s.turns.person(t)
	person, decided := settle(open, t, base)
	x.OnCall = s.names[person]
	if decided < 0 {
		x.Because = s.turnBecause(t, base)
		return x
	}
	x.Because = s.coverBecause(int(e.first) + decided)
	older := open[:decided]
	for len(older) > 0 && older[len(older)-1].change == open[decided].change {
		older = older[:len(older)-1]
	}
	before, _ := settle(older, t, base)
	x.Because.User, x.Because.Replaced = x.OnCall, s.names[before]
	return x
}

// turnBecause explains an answer that the base rotation gives.
func (s *Schedule) turnBecause(t int64, base int32) Because {
	switch {
	case t < s.turns.start:
		return Because{Kind: BecauseBeforeStart, End: instant(s.turns.start)}
	case base == 0:
		return Because{Kind: BecauseNoMembers}
	}
	duties := s.turns.duties(s.turns.slot(t))
	for i, d := range duties {
		if t < d.start || t >= d.until {
			continue
		}
		b := Because{Kind: BecauseTurn, User: s.names[base], Start: instant(d.start), End: instant(d.until)}
		if i > 0 && duties[i-1].until == d.start {
			b.Kind, b.Replaced = BecauseTookOver, s.names[duties[i-1].person]
		}
		return b
	}
	return Because{Kind: BecauseTurn, User: s.names[base]}
}

// coverBecause explains an answer that covers[i] gives, people aside.
func (s *Schedule) coverBecause(i int) Because {
	c := s.covers[i]
	b := Because{Number: int(c.change) + 1, Start: instant(c.from), End: instant(c.until)}
	swaps := len(s.rotation.Swaps)
	if b.Number <= swaps {
		b.Kind, b.ID = BecauseSwap, s.rotation.Swaps[b.Number-1].ID
		return b
	}
	b.Number -= swaps
	b.Kind, b.ID = BecauseOverride, s.rotation.Overrides[b.Number-1].ID
	if c.replaces != anyone {
		b.Kind = BecauseCover
	}
	return b
}

// String says the reason in English, with instants in UTC.
func (b Because) String() string {
	switch b.Kind {
	case BecauseTurn:
		return fmt.Sprintf("%s's turn", b.User)
	case BecauseTookOver:
		return fmt.Sprintf("%s took over when %s left the members at %s", b.User, b.Replaced, stamp(b.Start))
	case BecauseSwap:
		return fmt.Sprintf("%s has %s's shift by %s, until %s", b.User, b.Replaced, b.name("swap"), stamp(b.End))
	case BecauseCover:
		return fmt.Sprintf("%s covers %s by %s, until %s", b.User, b.Replaced, b.name("override"), stamp(b.End))
	case BecauseOverride:
		if b.Replaced == Nobody {
			return fmt.Sprintf("%s by %s, until %s", b.User, b.name("override"), stamp(b.End))
		}
		return fmt.Sprintf("%s instead of %s by %s, until %s", b.User, b.Replaced, b.name("override"), stamp(b.End))
	case BecauseBeforeStart:
		return "the rotation starts at " + stamp(b.End)
	case BecauseNoMembers:
		return "the rotation has no members"
	}
	return string(b.Kind)
}

// name is the word with the id, or with the number if there is no id.
func (b Because) name(word string) string {
	if b.ID != "" {
		return word + " " + b.ID
	}
	return fmt.Sprintf("%s %d", word, b.Number)
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
