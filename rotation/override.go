package rotation

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// OverrideRequest asks that User be on call in [Start, End). User need not be a
// member. With Replaces it applies only while that person would be on call.
type OverrideRequest struct {
	Key        string // names this request, so that a repeat does nothing; may be ""
	Rotation   string // "" where By, or else User, is in one only
	User       PersonID
	Start, End time.Time
	Replaces   PersonID
	By         PersonID
}

// OverrideWithin is how far ahead an override may end. What lasts longer is a
// change of the rotation.
const OverrideWithin = 366 * 24 * time.Hour

// Override saves an override that wins over all earlier ones. It changes no
// past answer: a Start before the instant at becomes at, and a span that is over
// is refused, as is one that covers nothing (rule 8) or ends later than
// [OverrideWithin]. What is set already is a [*SameOverrideError].
func (p *Planner) Override(ctx context.Context, ask OverrideRequest, at time.Time) (SavedOverride, error) {
	o := Override{ID: "O" + rand.Text(), Start: ask.Start.UTC(), End: ask.End.UTC(), User: ask.User, Replaces: ask.Replaces}
	if o.Start.Before(at) {
		o.Start = at.UTC()
	}
	var saved SavedOverride
	err := p.Store.Update(ctx, func(tx Tx) error {
		s, err := p.chooseOverride(tx, ask, at)
		if err != nil {
			return err
		}
		if err := ask.check(s.Name(), at); err != nil {
			return err
		}
		if err := first(tx, ask.Key, at); err != nil {
			return err
		}
		if err := sameOverride(tx, s, o, at); err != nil {
			return err
		}
		saved = SavedOverride{Override: o, Rotation: s.Name(), By: ask.By, CreatedAt: at.UTC(), Relieved: relieved(s, o)}
		if err := tx.SaveOverride(saved); err != nil {
			return err
		}
		return tx.Audit(Audit{
			At: at, Who: ask.By, Did: "override.create", Subject: o.ID,
			Detail: fmt.Sprintf("%s: %s %s to %s", s.Name(), o.User, stamp(o.Start), stamp(o.End)),
		})
	})
	if err != nil {
		return SavedOverride{}, fmt.Errorf("override by %s: %w", ask.User, err)
	}
	return saved, nil
}

// check refuses an override that makes no sense at the instant at.
func (ask OverrideRequest) check(rotation string, at time.Time) error {
	span := Span{ask.Start, ask.End}
	switch {
	case ask.User == Nobody:
		return &NobodyError{rotation}
	case ask.User == ask.Replaces:
		return &SamePersonError{ask.User}
	case span.IsEmpty():
		return &EmptySpanError{span}
	case !ask.End.After(at):
		return &PastError{rotation, span}
	case ask.End.After(at.Add(OverrideWithin)):
		return &FarError{span}
	}
	return nil
}

// chooseOverride finds the rotation that is meant where none is named: the only
// one of the person who asks or, if they are in none, of the person who covers.
func (p *Planner) chooseOverride(tx Tx, ask OverrideRequest, at time.Time) (*Schedule, error) {
	if ask.Rotation == "" {
		if s, err := p.choose(tx, "", at, ask.By); err == nil {
			return s, nil
		}
	}
	return p.choose(tx, ask.Rotation, at, ask.User)
}
