package rotation

import (
	"context"
	"fmt"
	"time"
)

// AcceptSwap carries the swap out if by is the person asked and both shifts are
// still as they were proposed; this is read again inside the transaction. If
// they are not it marks the request as moved and returns a [*MovedError].
// A second decision is refused by a [*DecidedError] that says who was first.
func (p *Planner) AcceptSwap(ctx context.Context, id string, by PersonID, at time.Time) (SwapRequest, error) {
	return p.decide(ctx, id, by, at, SwapAccepted)
}

// DeclineSwap ends the request; only the person asked may.
func (p *Planner) DeclineSwap(ctx context.Context, id string, by PersonID, at time.Time) (SwapRequest, error) {
	return p.decide(ctx, id, by, at, SwapDeclined)
}

// WithdrawSwap ends the request; only its asker may.
func (p *Planner) WithdrawSwap(ctx context.Context, id string, by PersonID, at time.Time) (SwapRequest, error) {
	return p.decide(ctx, id, by, at, SwapWithdrawn)
}

// deeds names the decisions in the audit, as the buttons do.
var deeds = map[SwapState]string{
	SwapAccepted: "swap.accept", SwapDeclined: "swap.decline", SwapWithdrawn: "swap.withdraw",
	SwapExpired: "swap.expire", SwapMoved: "swap.moved",
}

// decide ends an open request. A refusal is returned beside the commit and not
// through it, because it too may have saved something.
func (p *Planner) decide(ctx context.Context, id string, by PersonID, at time.Time, to SwapState) (SwapRequest, error) {
	var saved SwapRequest
	var refusal error
	err := p.Store.Update(ctx, func(tx Tx) (err error) {
		if saved, err = tx.SwapRequest(id); err != nil {
			return err
		}
		if refusal = saved.mayDecide(by, to); refusal != nil {
			return nil
		}
		if saved.isOver(at) {
			saved, err = expire(tx, saved, at)
			refusal = &DecidedError{saved}
			return err
		}
		if to == SwapAccepted {
			if refusal, err = p.stillTheirs(tx, saved); err != nil {
				return err
			}
		}
		state, who := to, by
		if refusal != nil {
			state, who = SwapMoved, Nobody
		}
		saved, err = save(tx, saved.end(state, at), Audit{At: at, Who: who, Did: deeds[state]})
		if moved, ok := refusal.(*MovedError); ok {
			moved.Request = saved
		}
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return saved, fmt.Errorf("%s %s: %w", deeds[to], id, err)
	}
	return saved, nil
}

// mayDecide refuses whoever is not asked, and what is decided already.
func (r SwapRequest) mayDecide(by PersonID, to SwapState) error {
	who := r.Other
	if to == SwapWithdrawn {
		who = r.Asker
	}
	if by != who {
		return &NotForYouError{Request: r, User: by, For: who}
	}
	if r.State != SwapOpen {
		return &DecidedError{r}
	}
	return nil
}

// stillTheirs reads the schedule again; a shift that moved is the refusal.
func (p *Planner) stillTheirs(tx Tx, r SwapRequest) (refusal, err error) {
	s, err := p.ScheduleIn(tx, r.Rotation)
	if err != nil {
		return nil, err
	}
	return r.moved(s), nil
}

// expire ends an open request at the instant from which it was too late.
func expire(tx Tx, r SwapRequest, at time.Time) (SwapRequest, error) {
	return save(tx, r.end(SwapExpired, r.ExpiresAt), Audit{At: at, Did: deeds[SwapExpired]})
}

// save writes the request and the audit's line, and reads back what is stored.
func save(tx Tx, r SwapRequest, entry Audit) (SwapRequest, error) {
	if err := tx.SaveSwapRequest(r); err != nil {
		return r, err
	}
	entry.Subject = r.ID
	entry.Detail = fmt.Sprintf("%s: %s %s for %s %s",
		r.Rotation, r.Mine.User, stamp(r.Mine.Start), r.Theirs.User, stamp(r.Theirs.Start))
	if err := tx.Audit(entry); err != nil {
		return r, err
	}
	return tx.SwapRequest(r.ID)
}
