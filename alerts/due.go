package alerts

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const dueBatch = 128

// Due moves on every page whose next step is due at an instant, goes on with
// what somebody does to a whole storm, and returns when it is to be called
// again; zero when nothing waits.
func (p *Pager) Due(ctx context.Context, at time.Time) (next time.Time, err error) {
	for more := true; more; {
		err := p.Store.Update(ctx, func(tx Tx) error {
			cases, err := tx.Due(at, dueBatch)
			if err != nil {
				return err
			}
			onCall := p.onCall(tx, at)
			for i, c := range cases {
				page := p.climbing(c, at).Advance(onCall, at)
				cases[i] = Case{Alert: c.Alert, Page: &page}.remember()
			}
			if more = len(cases) == dueBatch; len(cases) > 0 {
				if err := tx.Save(cases); err != nil {
					return err
				}
			}
			next, err = tx.NextDue()
			return err
		})
		if err != nil {
			return time.Time{}, fmt.Errorf("move on due pages: %w", err)
		}
	}
	if more, err := p.carryOn(ctx); err != nil || more {
		return at, err
	}
	return next, nil
}

// Undeliverable notes that Slack will not deliver a page to a person or a
// channel: they left, it is archived, or they cannot be written to. When the
// step reached nobody, the next one is due at once.
func (p *Pager) Undeliverable(ctx context.Context, page string, to Target, why string, at time.Time) error {
	return p.change(ctx, "undeliverable page "+page, func(tx Tx) (Case, error) {
		c, err := tx.ByPage(page)
		if err != nil {
			return c, err
		}
		after := c.Page.Undeliverable(to, why, at)
		if len(after.Log) == len(c.Page.Log) {
			err = errNoChange
		}
		return Case{Alert: c.Alert, Page: &after}, err
	})
}

// Uncalled notes that Slack does not show an alert in its channel. Where a step
// called that channel by the alert's own message, it reached nobody there.
func (p *Pager) Uncalled(ctx context.Context, alert, channel, why string, at time.Time) error {
	return p.change(ctx, "uncalled alert "+alert, func(tx Tx) (Case, error) {
		c, err := tx.ByAlert(alert)
		if err != nil || c.Page == nil || !c.Page.calledWithAlert(channel) {
			return c, errors.Join(err, errNoChange)
		}
		page := c.Page.Undeliverable(Target{Channel: channel}, why, at)
		return Case{Alert: c.Alert, Page: &page}, nil
	})
}

var errNoChange = errors.New("no change")

func (p *Pager) change(ctx context.Context, deed string, do func(Tx) (Case, error)) error {
	err := p.Store.Update(ctx, func(tx Tx) error {
		c, err := do(tx)
		if err != nil {
			return err
		}
		return tx.Save([]Case{c})
	})
	if err != nil && !errors.Is(err, errNoChange) {
		return fmt.Errorf("%s: %w", deed, err)
	}
	return nil
}
