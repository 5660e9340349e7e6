package alerts

import (
	"context"
	"fmt"
	"time"

	"toban/rotation"
)

const dueBatch = 128

// Due moves on every page whose next step is due at an instant, and returns
// when it is to be called again; zero when nothing waits.
func (p *Pager) Due(ctx context.Context, at time.Time) (next time.Time, err error) {
	for more := true; more; {
		err := p.Store.Update(ctx, func(tx Tx) error {
			cases, err := tx.Due(at, dueBatch)
			if err != nil {
				return err
			}
			onCall := p.onCall(tx, at)
			for i, c := range cases {
				page := c.Page.Advance(p.Policy(c.Page.Policy), onCall, at)
				cases[i].Page = &page
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
	return next, nil
}

// Undeliverable notes that Slack will not deliver a page to somebody: they
// left, or cannot be written to. When nobody was reached, the next step is due
// at once.
func (p *Pager) Undeliverable(ctx context.Context, page string, who rotation.PersonID, why string, at time.Time) error {
	return p.change(ctx, "undeliverable page "+page, func(tx Tx) (Case, error) {
		c, err := tx.ByPage(page)
		if err != nil {
			return c, err
		}
		after := c.Page.Undeliverable(who, why, at)
		return Case{Alert: c.Alert, Page: &after}, nil
	})
}

func (p *Pager) change(ctx context.Context, deed string, do func(Tx) (Case, error)) error {
	err := p.Store.Update(ctx, func(tx Tx) error {
		c, err := do(tx)
		if err != nil {
			return err
		}
		return tx.Save([]Case{c})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", deed, err)
	}
	return nil
}

// Declared notes on a page that an incident was declared from it.
func (p Page) Declared(incident string, by rotation.PersonID, at time.Time) Page {
	p.IncidentID = incident
	p.log(Entry{At: at, Did: DidDeclare, Who: by, Detail: incident})
	return p
}
