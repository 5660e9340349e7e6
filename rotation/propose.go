package rotation

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// ProposeSwap is what somebody asks for: my shift on one date for yours on
// another. A date means the shift that starts on it.
type ProposeSwap struct {
	Key          string // names this request, so that a repeat does nothing; may be ""
	Rotation     string // "" where only one fits both people
	Asker, Other PersonID
	Mine, Theirs Date
	Channel      string
}

// ProposeSwap checks and saves a request that waits for the other person. At
// the instant at both must be members, neither shift may have started, and each
// must be on call for the whole of their shift, earlier swaps and overrides
// included.
func (p *Planner) ProposeSwap(ctx context.Context, ask ProposeSwap, at time.Time) (SwapRequest, error) {
	id := "S" + rand.Text()
	var saved SwapRequest
	err := p.Store.Update(ctx, func(tx Tx) error {
		s, err := p.choose(tx, ask.Rotation, at, ask.Asker, ask.Other)
		if err != nil {
			return err
		}
		r, err := propose(s, ask, at)
		if err != nil {
			return err
		}
		if err := first(tx, ask.Key, at); err != nil {
			return err
		}
		if err := askedAlready(tx, r); err != nil {
			return err
		}
		r.ID = id
		saved, err = save(tx, r, Audit{At: at, Who: r.Asker, Did: "swap.propose"})
		return err
	})
	if err != nil {
		return SwapRequest{}, fmt.Errorf("propose swap of %s with %s: %w", ask.Asker, ask.Other, err)
	}
	return saved, nil
}

// askedAlready refuses a request that waits for an answer already, also where
// the other person asked for the same swap: that one only needs their yes.
func askedAlready(tx Tx, r SwapRequest) error {
	open, err := tx.DueSwapRequests(r.ExpiresAt, dueAtOnce) // those with an earlier end, and this one if it is there
	if err != nil {
		return err
	}
	for _, o := range open {
		if o.Rotation == r.Rotation && (o.Mine.same(r.Mine) && o.Theirs.same(r.Theirs) || o.Mine.same(r.Theirs) && o.Theirs.same(r.Mine)) {
			return &AskedError{o}
		}
	}
	return nil
}

func (h Half) same(o Half) bool {
	return h.User == o.User && h.Start.Equal(o.Start) && h.End.Equal(o.End)
}

// propose decides whether s allows the swap, and makes the request.
func propose(s *Schedule, ask ProposeSwap, at time.Time) (SwapRequest, error) {
	if ask.Asker == ask.Other {
		return SwapRequest{}, &SamePersonError{ask.Asker}
	}
	mine, err := s.giveAway(ask.Asker, ask.Mine, at)
	if err != nil {
		return SwapRequest{}, err
	}
	theirs, err := s.giveAway(ask.Other, ask.Theirs, at)
	if err != nil {
		return SwapRequest{}, err
	}
	if mine.Span().Overlaps(theirs.Span()) {
		return SwapRequest{}, &OverlapError{mine, theirs}
	}
	r := SwapRequest{
		Rotation: s.Name(), Asker: ask.Asker, Other: ask.Other, Mine: mine, Theirs: theirs,
		State: SwapOpen, Channel: ask.Channel, CreatedAt: at.UTC(), ExpiresAt: mine.Start,
	}
	if theirs.Start.Before(mine.Start) {
		r.ExpiresAt = theirs.Start
	}
	swapped, err := s.With([]Swap{r.Swap()}, nil, nil)
	if err != nil {
		return SwapRequest{}, err
	}
	r.Warnings = restWarnings(swapped, r.Swap())
	return r, nil
}

// giveAway finds the shift that p has to give: the one that starts on date, is
// theirs and lies ahead.
func (s *Schedule) giveAway(p PersonID, date Date, at time.Time) (Half, error) {
	morrow := instant(s.local.at(date.midnight() + day))
	if !s.HasMember(p, at) && !s.HasMember(p, morrow) {
		return Half{}, &NotMemberError{s.Name(), p}
	}
	shifts := s.ShiftsOnDate(date)
	if len(shifts) == 0 {
		missing := &NoShiftError{Rotation: s.Name(), Date: date}
		if shift, ok := s.Shift(instant(s.local.at(date.midnight()))); ok {
			missing.Shift = &shift
		}
		return Half{}, missing
	}
	for _, shift := range shifts {
		if _, whole := s.owner(p, shift.Span()); whole && shift.Start.After(at) {
			return Half{p, shift.Start, shift.End}, nil
		}
	}
	shift := shifts[0]
	if now, whole := s.owner(p, shift.Span()); !whole && shift.Start.After(at) {
		return Half{}, &NotYoursError{s.Name(), date, shift, p, now.OnCall}
	}
	return Half{}, &PastError{s.Name(), shift.Span()}
}
