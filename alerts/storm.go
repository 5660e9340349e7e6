package alerts

import (
	"context"
	"fmt"
)

// StormPress is a press on a storm: for every page that was in it then.
type StormPress struct {
	Press
	ID   int64 // 0 until it is saved
	Did  Deed
	Done int64 // the place in the storm that it has come to
	UpTo int64 // the last place that was there at the press
}

// pressBatch is how many pages of a storm one transaction answers: a storm of
// 100,000 takes no more memory than one of 200, and nobody waits for all of it.
const pressBatch = 200

// carryOn answers the next pages and saves what is left. It returns the first
// case that it changed or, where it changed none, the first that it found. A
// press of which something is left is Done: it will be.
func (s StormPress) carryOn(tx Tx) (first Case, answer Answer, err error) {
	do := s.deed()
	if do == nil {
		return Case{}, "", ErrNotFound
	}
	cases, last, err := tx.Folded(s.Page, s.Done, s.UpTo, pressBatch)
	if err != nil {
		return Case{}, "", err
	}
	answer = NotOpen
	var changed []Case
	for i, c := range cases {
		if c.Page.SearchAt.After(s.At) { // it fires again since
			continue
		}
		after, said := do(tx, c)
		if i == 0 || said == Done && answer != Done {
			first, answer = after, said
		}
		if said == Done {
			after.Page.sign(s.Press)
			changed = append(changed, after.remember())
		}
	}
	if len(changed) > 0 {
		if err := tx.Save(changed); err != nil {
			return Case{}, "", err
		}
	}
	if s.Done = last; s.ID == 0 && s.Done == s.UpTo {
		return first, answer, nil
	}
	return first, Done, tx.KeepPress(s)
}

// deed is what s does to each page; nil for what nobody may do to a storm.
func (s StormPress) deed() deed {
	switch s.Did {
	case DidAcknowledge:
		return acknowledge(s.Press)
	case DidResolve:
		return resolve(s.Press)
	}
	return nil
}

// carryOn goes on with the oldest press on a storm, and reports whether more is
// left to do.
func (p *Pager) carryOn(ctx context.Context) (more bool, err error) {
	err = p.Store.Update(ctx, func(tx Tx) error {
		left, err := tx.LeftPress()
		if more = left != nil; err != nil || !more {
			return err
		}
		_, _, err = left.carryOn(tx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("answer the pages of a storm: %w", err)
	}
	return more, nil
}
