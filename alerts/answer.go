package alerts

import (
	"context"
	"fmt"
	"strings"
	"time"

	"toban/rotation"
)

// Press is somebody pressing a button under a page.
type Press struct {
	Page string // a page's id, or a storm's for every open page in it
	By   rotation.PersonID
	At   time.Time
	// Unverified: Slack did not say who By is; the page's history tells.
	Unverified bool
}

// Acknowledge lets a page rest: somebody is on it. The case is as it stands
// afterwards; when a press changed nothing, it tells who was first.
func (p *Pager) Acknowledge(ctx context.Context, press Press) (Case, Answer, error) {
	return p.answer(ctx, press, DidAcknowledge, acknowledge(press))
}

// Take makes the presser the one who works on the page.
func (p *Pager) Take(ctx context.Context, press Press) (Case, Answer, error) {
	return p.answer(ctx, press, DidTake, func(_ Tx, c Case) (Case, Answer) {
		page, answer := c.Page.Take(press.By, press.At)
		return Case{Alert: c.Alert, Page: &page}, answer
	})
}

// Snooze silences a page until an instant; then it starts from its first step.
func (p *Pager) Snooze(ctx context.Context, press Press, until time.Time) (Case, Answer, error) {
	if !until.After(press.At) {
		return Case{}, "", fmt.Errorf("snooze page %s: %w", press.Page, ErrPast)
	}
	return p.answer(ctx, press, DidSnooze, func(_ Tx, c Case) (Case, Answer) {
		page, answer := c.Page.Snooze(press.By, until, press.At)
		return Case{Alert: c.Alert, Page: &page}, answer
	})
}

// Resolve closes a page and its alert by hand. Should the source say later
// that it is still wrong, people are paged anew.
func (p *Pager) Resolve(ctx context.Context, press Press) (Case, Answer, error) {
	return p.answer(ctx, press, DidResolve, resolve(press))
}

// deed is what a press does to a case.
type deed func(Tx, Case) (Case, Answer)

func acknowledge(press Press) deed {
	return func(_ Tx, c Case) (Case, Answer) {
		page, answer := c.Page.Acknowledge(press.By, press.At)
		return Case{Alert: c.Alert, Page: &page}, answer
	}
}

func resolve(press Press) deed {
	return func(_ Tx, c Case) (Case, Answer) {
		page, answer := c.Page.Close(DidResolve, press.By, press.At)
		if answer == Done && c.Alert.State == Firing {
			c.Alert.State, c.Alert.ClosedAt, c.Alert.ClosedBy = AlertResolved, press.At, press.By
		}
		return Case{Alert: c.Alert, Page: &page}, answer
	}
}

// Escalate tells the next step that has somebody further to tell now.
func (p *Pager) Escalate(ctx context.Context, press Press) (Case, Answer, error) {
	return p.answer(ctx, press, DidEscalate, func(tx Tx, c Case) (Case, Answer) {
		page, answer := p.climbing(c, press.At).Escalate(p.onCall(tx, press.At), press.By, press.At)
		return Case{Alert: c.Alert, Page: &page}, answer
	})
}

// answer applies one person's deed to a page, or to every open page of a storm.
func (p *Pager) answer(ctx context.Context, press Press, did Deed, do deed) (c Case, answer Answer, err error) {
	err = p.Store.Update(ctx, func(tx Tx) error {
		audit := rotation.Audit{At: press.At, Who: press.By, Did: "page." + string(did), Subject: press.Page, Detail: "1 pages"}
		if strings.HasPrefix(press.Page, "T") {
			whole := StormPress{Press: press, Did: did}
			if whole.UpTo, err = tx.StormSize(press.Page); err != nil {
				return err
			}
			if c, answer, err = whole.carryOn(tx); err != nil || answer != Done {
				return err
			}
			audit.Detail = fmt.Sprintf("%d pages of a storm", whole.UpTo)
			return tx.Audit(audit)
		}
		if c, err = tx.ByPage(press.Page); err != nil {
			return err
		}
		if c, answer = do(tx, c); answer != Done {
			return nil
		}
		c.Page.sign(press)
		if err := tx.Save([]Case{c.remember()}); err != nil {
			return err
		}
		return tx.Audit(audit)
	})
	if err != nil {
		return Case{}, "", fmt.Errorf("%s page %s: %w", did, press.Page, err)
	}
	return c, answer, nil
}

// sign marks the entry that a press has just made where nobody vouched for
// whoever pressed.
func (p *Page) sign(press Press) {
	if last := len(p.Log) - 1; press.Unverified && last >= 0 {
		p.Log[last].Unverified = true
	}
}

// ErrPast is returned for an instant that has passed already.
var ErrPast = fmt.Errorf("that instant has passed")

// ByHand is a page that a person sends. Exactly one of Person and Rotation is set.
type ByHand struct {
	Key      string // of the command, so that Slack's repeats page once
	By       rotation.PersonID
	Person   rotation.PersonID
	Rotation string
	Text     string
	Channel  string // where the team sees it; empty: the default channel
}

// PageByHand pages a person, or whoever is on call, about something that no
// monitor saw. A repeat of the same key returns the page of the first.
func (p *Pager) PageByHand(ctx context.Context, h ByHand, at time.Time) (Case, error) {
	policy := "person:" + string(h.Person)
	if h.Rotation != "" {
		policy = p.forRotation(h.Rotation)
	}
	e := Event{ID: h.Key, Source: "manual", Scope: h.Key, Transition: Triggered, Title: h.Text, At: at}
	var saved Case
	err := p.Store.Update(ctx, func(tx Tx) error {
		fresh, err := freshOf(tx, []Event{e}, at)
		if err != nil {
			return err
		}
		if len(fresh) == 0 {
			known, err := tx.Latest([]string{e.Key()})
			saved = known[e.Key()]
			return err
		}
		alert, _ := Apply(nil, e, at)
		alert.ID, alert.By, alert.Channel = newID("A"), h.By, h.Channel
		if alert.Channel == "" {
			alert.Channel = p.plan().Channel
		}
		page := p.open(alert, p.Policy(policy), p.onCall(tx, at), at)
		saved = Case{Alert: alert, Page: &page}.remember()
		if err := tx.Save([]Case{saved}); err != nil {
			return err
		}
		return tx.Audit(rotation.Audit{At: at, Who: h.By, Did: "page.send", Subject: saved.Page.ID, Detail: policy})
	})
	if err != nil {
		return Case{}, fmt.Errorf("page by hand: %w", err)
	}
	return saved, nil
}

// Declared notes that an incident was declared from c's page.
func (c Case) Declared(incident string, by rotation.PersonID, at time.Time) Case {
	page := c.Page.Declared(incident, by, at)
	c.Page = &page
	return c.remember()
}
