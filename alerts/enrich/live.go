package enrich

import (
	"context"
	"fmt"
	"time"

	"toban/alerts/waf"
)

// Answer is what was asked by hand about blocked requests of a stretch of time.
type Answer struct {
	By          waf.Facet
	Rule        string
	From, Until time.Time
	Total       int // stopped requests, as far as known
	List        waf.Counts
	Of          int         // how many requests List is of
	Summary     waf.Summary // of the records that were read, if any were
	More        bool        // there were more than were read
	Partial     []waf.Gap
}

// liveWithin bounds a question that somebody asks by hand and waits for.
const liveWithin = 10 * time.Second

// Top breaks down what was stopped lately. The error is [ErrNoKeys] without
// Datadog, or a [RateLimit].
func (l *Looker) Top(ctx context.Context, by waf.Facet, last time.Duration) (Answer, error) {
	return l.live(ctx, fmt.Sprint("top ", by, last), last, func(ctx context.Context, q *asking, a *Answer) error {
		a.By = by
		s := l.Settings
		stopped := LogQuery{Query: s.stopped(whole(s.Query)), From: a.From, Until: a.Until, Indexes: s.Indexes}
		if by == waf.ByRule || by == waf.ByTime || s.Facets[by] == "" { // sub-rules and times are in the records alone
			page, err := q.search(ctx, stopped, readStopped)
			if err != nil {
				return err
			}
			if a.Summary, err = summarize(waf.NewTally(), page.Logs); err != nil {
				return err
			}
			a.note("samples", page.Partial)
			a.More, a.Of, a.Total = page.More, a.Summary.Stopped.N, a.Summary.Stopped.N
			r := waf.NewReport(waf.Facts{Read: a.Summary})
			a.List, _ = r.List(by)
			return nil
		}
		c, err := q.aggregate(ctx, stopped, Aggregation{By: s.Facets[by], Limit: listed})
		if err != nil {
			return err
		}
		a.note("total", c.Partial)
		all, err := q.aggregate(ctx, stopped, Aggregation{Distinct: []string{s.Facets[by]}})
		if err != nil {
			all.Total = c.Total
			a.note("total", why(err))
		}
		a.note("total", all.Partial)
		a.List = waf.Counts{Top: masked(c.Groups), Distinct: max(len(c.Groups), all.Distinct[s.Facets[by]])}
		a.Total, a.Of = max(all.Total, c.Total), max(all.Total, c.Total)
		return nil
	})
}

// WouldBlock says what a rule in count mode would have stopped lately, as far
// as the latest requests that passed tell: Answer.Summary holds them as stopped.
func (l *Looker) WouldBlock(ctx context.Context, rule string, last time.Duration) (Answer, error) {
	return l.live(ctx, fmt.Sprint("counted ", rule, last), last, func(ctx context.Context, q *asking, a *Answer) error {
		a.Rule = rule
		s := l.Settings
		page, err := q.search(ctx, LogQuery{Query: s.passed(whole(s.Query)), From: a.From, Until: a.Until, Indexes: s.Indexes}, readStopped)
		if err != nil {
			return err
		}
		a.note("samples", page.Partial)
		a.More = page.More
		a.Summary, err = summarize(waf.CountedBy(rule), page.Logs)
		a.Total, a.Of = a.Summary.Stopped.N, a.Summary.Records
		return err
	})
}

// Tune looks at what a rule stopped lately and proposes what to consider.
func (l *Looker) Tune(ctx context.Context, rule string, last time.Duration) (waf.Note, Answer, error) {
	a, err := l.live(ctx, fmt.Sprint("tune ", rule, last), last, func(ctx context.Context, q *asking, a *Answer) error {
		a.Rule = rule
		s := l.Settings
		page, err := q.search(ctx, LogQuery{Query: s.stopped(whole(s.Query)), From: a.From, Until: a.Until, Indexes: s.Indexes}, readStopped)
		if err != nil {
			return err
		}
		a.note("samples", page.Partial)
		a.More, a.Total = page.More, len(page.Logs)
		a.Summary, err = summarize(waf.StoppedBy(rule), page.Logs)
		return err
	})
	if err != nil {
		return waf.Note{}, a, err
	}
	return waf.Tune(rule, a.Summary, a.Total), a, nil
}

// live asks on behalf of a person.
func (l *Looker) live(ctx context.Context, what string, last time.Duration, get func(context.Context, *asking, *Answer) error) (Answer, error) {
	if l.Logs == nil {
		return Answer{}, ErrNoKeys
	}
	return ask(ctx, &l.shared, asked{question: what}, func() (Answer, error) {
		now := time.Now()
		a := Answer{From: now.Add(-last), Until: now}
		q := &asking{l: l, within: liveWithin}
		err := get(ctx, q, &a)
		return a, err
	})
}

func (a *Answer) note(part, why string) {
	if why != "" {
		a.Partial = append(a.Partial, waf.Gap{Part: part, Why: why})
	}
}
