package main

import (
	"context"
	"time"
)

const (
	auditEvery = time.Minute
	auditBack  = 24 * time.Hour // how far back it looks for what nothing shows
	auditLate  = time.Minute    // what is later than this is worth a word
)

// audit asks each minute whether something that was saved is not being done,
// with queries that share nothing with those that do it. That it looked is
// counted too: an outside monitor should watch toban_audits_total grow.
func (b *bot) audit(ctx context.Context, at time.Time) (time.Time, error) {
	if at.Before(b.auditAt) {
		return b.auditAt, nil
	}
	late, err := b.db.Overdue(ctx, at.Add(-auditLate))
	if err != nil {
		return time.Time{}, err
	}
	b.metrics.overdue.WithLabelValues("pages").Set(float64(late.Pages))
	b.metrics.overdue.WithLabelValues("messages").Set(float64(late.Messages))
	lost, others, err := b.db.Lost(ctx, at.Add(-auditBack), at.Add(-auditLate))
	if err != nil {
		return time.Time{}, err
	}
	b.metrics.overdue.WithLabelValues("lost").Set(float64(lost + others))
	b.metrics.audits.Inc()
	if lost+others > 0 {
		b.log.Error("accepted, and no message shows it; it is shown again now", "alerts", lost, "others", others)
	}
	if late.Pages > 0 || late.Messages > 0 {
		b.log.Error("saved, and not done in time; nothing is lost, and it is tried again", "overdue_pages", late.Pages, "unseen_messages", late.Messages)
	}
	if late.Pages > 0 {
		if _, err := b.pager.Due(ctx, at); err != nil {
			return time.Time{}, err
		}
	}
	b.auditAt = at.Add(auditEvery)
	return b.auditAt, nil
}
