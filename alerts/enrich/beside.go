package enrich

import (
	"context"
	"fmt"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

// deploysBefore is how far back a deploy is worth showing; most that break
// something do so at once.
const (
	deploysBefore = 2 * time.Hour
	maxDeploys    = 4
)

// deploys finds what was deployed of the alert's service before it began.
func (q *asking) deploys(ctx context.Context, a alerts.Alert, found *alerts.Context) {
	if !q.l.Settings.asksDeploys(a) {
		return
	}
	query := whole(q.l.Settings.Deploys) + " service:" + quoted(tag(a, "service"))
	// Whole minutes let the alerts of a storm share an answer.
	until := a.OpenedAt.Truncate(time.Minute).Add(time.Minute)
	deploys, err := ask(ctx, &q.l.shared, asked{fmt.Sprint("deploys ", query, until.Unix()), q.urgent}, func() ([]alerts.Deploy, error) {
		return question(ctx, q, func(ctx context.Context) ([]alerts.Deploy, error) {
			return q.l.Logs.Deploys(ctx, query, until.Add(-deploysBefore), until, maxDeploys)
		})
	})
	if err != nil {
		q.lacks("deploys", err)
		return
	}
	found.Deploys = deploys
}

// beside counts what the WAF stopped on the alert's host while it began.
func (q *asking) beside(ctx context.Context, a alerts.Alert, found *alerts.Context) {
	s, name := q.l.Settings, host(a)
	if !s.asksBeside(a) {
		return
	}
	from, until := stretch(a)
	from, until = from.Truncate(time.Minute), until.Truncate(time.Minute).Add(time.Minute)
	query := s.stopped(whole(s.Query) + " " + s.Facets[waf.ByHost] + ":" + quoted(name))
	b, err := ask(ctx, &q.l.shared, asked{fmt.Sprint("beside ", query, from.Unix(), until.Unix()), q.urgent}, func() (alerts.Blocked, error) {
		b := alerts.Blocked{Host: name, Before: -1, From: from, Until: until}
		now, err := q.aggregate(ctx, LogQuery{Query: query, From: from, Until: until, Indexes: s.Indexes}, Aggregation{})
		if err != nil {
			return b, err
		}
		b.N = now.Total
		if b.N == 0 {
			return b, nil
		}
		before, err := q.aggregate(ctx, LogQuery{Query: query, From: from.Add(-24 * time.Hour), Until: until.Add(-24 * time.Hour), Indexes: s.Indexes}, Aggregation{})
		if err == nil && before.Partial == "" {
			b.Before = before.Total
		}
		return b, nil
	})
	if err != nil {
		q.lacks("blocked", err)
		return
	}
	found.Blocked = &b
}
