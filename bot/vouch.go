package main

import (
	"context"
	"errors"
	"time"

	"toban/bot/slackapp"
)

const (
	vouchEvery  = 30 * time.Second // between two looks at answers that nobody vouched for
	vouchWithin = 5 * time.Second  // how long Slack is waited for
)

// vouch asks Slack again who answered pages while it did not say so. An answer
// that was not theirs to give is taken back, and the page goes on.
func (b *bot) vouch(ctx context.Context, at time.Time) (time.Time, error) {
	if at.Before(b.vouchAt) {
		return b.vouchAt, nil
	}
	claims, err := b.pager.Claims(ctx)
	if err != nil {
		return time.Time{}, err
	}
	for _, c := range claims {
		ask, cancel := context.WithTimeout(ctx, vouchWithin)
		p, err := b.app.People.Person(ask, c.By)
		cancel()
		unseen := errors.Is(err, slackapp.ErrNobody)
		if !unseen && (err != nil || p.Standing == slackapp.Unknown) {
			continue // Slack still does not say
		}
		if !p.CanServe() {
			b.log.Warn("a page was answered by somebody who may not, while Slack did not say who it was; it goes on", "page", c.Page, "person", c.By, "standing", p.Standing)
		}
		if err := b.pager.Vouch(ctx, c, !unseen && p.CanServe(), b.db.Now()); err != nil {
			return time.Time{}, err
		}
	}
	b.vouchAt = at.Add(vouchEvery)
	return b.vouchAt, nil
}
