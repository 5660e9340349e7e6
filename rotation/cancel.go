package rotation

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// SavedOverride is an [Override] with what people are told of it.
type SavedOverride struct {
	Override
	Rotation    string
	By          PersonID // who made it
	CreatedAt   time.Time
	Relieved    []PersonID // who was on call in its span until it was made, soonest first
	CancelledBy PersonID
	CancelledAt time.Time // zero: it stands
	PlannedEnd  time.Time // its End before it was cancelled
}

// Cancelled reports whether somebody took it back.
func (o SavedOverride) Cancelled() bool { return !o.CancelledAt.IsZero() }

// mayCancel reports whether it is p's to take back: who made it, and who is put
// on call by it.
func (o SavedOverride) mayCancel(p PersonID) bool { return p == o.By || p == o.User }

// relieved are those whom o would take the pager from.
func relieved(s *Schedule, o Override) []PersonID {
	var people []PersonID
	for stretch := range s.Stretches(o.Start, o.End) {
		p := stretch.OnCall
		if o.Replaces != Nobody && p != o.Replaces || p == o.User || p == Nobody || slices.Contains(people, p) {
			continue
		}
		people = append(people, p)
	}
	return people
}

// sameOverride refuses what is set already: the same person for the same span,
// or for the rest of it, and on call in all of it.
func sameOverride(tx Tx, s *Schedule, o Override, at time.Time) error {
	changes, err := tx.Changes(s.Name())
	if err != nil {
		return err
	}
	for _, before := range changes.Overrides {
		begun := !before.Start.After(at) && !o.Start.After(at)
		if before.User != o.User || before.Replaces != o.Replaces || !before.End.Equal(o.End) || !before.Start.Equal(o.Start) && !begun {
			continue
		}
		if len(relieved(s, o)) == 0 && s.OnCall(o.Start) == o.User {
			return &SameOverrideError{s.Name(), before}
		}
	}
	return nil
}

// CancelOverride takes an override back from the instant at on: what was before
// stays as it was. Only who made it and who is put on call may do so.
func (p *Planner) CancelOverride(ctx context.Context, id string, by PersonID, at time.Time) (SavedOverride, error) {
	var o SavedOverride
	err := p.Store.Update(ctx, func(tx Tx) (err error) {
		if o, err = tx.Override(id); err != nil {
			return err
		}
		switch {
		case o.Cancelled():
			return &CancelledError{o}
		case !o.mayCancel(by):
			return &NotYourOverrideError{o, by}
		case !o.End.After(at):
			return &PastError{o.Rotation, o.Span()}
		}
		o.CancelledBy, o.CancelledAt, o.PlannedEnd = by, at.UTC(), o.End
		if o.End = o.Start; at.After(o.Start) {
			o.End = at.UTC()
		}
		if err := tx.SaveOverride(o); err != nil {
			return err
		}
		return tx.Audit(Audit{At: at, Who: by, Did: "override.cancel", Subject: id, Detail: o.Rotation})
	})
	if err != nil {
		return o, fmt.Errorf("cancel override %s: %w", id, err)
	}
	return o, nil
}

// OverridesOf returns the overrides that p may cancel at the instant at: those
// that p made or stands in, and that are not over. The oldest come first.
func (p *Planner) OverridesOf(ctx context.Context, person PersonID, at time.Time) (open []SavedOverride, err error) {
	err = p.Store.View(ctx, func(tx Reader) error {
		open, err = tx.OverridesOf(person, at)
		return err
	})
	return open, err
}

// SameOverrideError means that the override is there already.
type SameOverrideError struct {
	Rotation string
	Override Override
}

func (e *SameOverrideError) Error() string {
	return fmt.Sprintf("override %s of %s says so already", e.Override.ID, e.Rotation)
}

// CancelledError means that the override was cancelled before; it says by whom.
type CancelledError struct{ Override SavedOverride }

func (e *CancelledError) Error() string {
	return fmt.Sprintf("override %s was cancelled by %s at %s", e.Override.ID, e.Override.CancelledBy, stamp(e.Override.CancelledAt))
}

// NotYourOverrideError means that somebody cancels what neither they made nor
// puts them on call.
type NotYourOverrideError struct {
	Override SavedOverride
	User     PersonID
}

func (e *NotYourOverrideError) Error() string {
	return fmt.Sprintf("override %s is not for %s to cancel", e.Override.ID, e.User)
}
