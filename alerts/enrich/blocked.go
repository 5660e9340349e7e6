package enrich

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"toban/alerts"
	"toban/alerts/mask"
	"toban/alerts/waf"
)

const (
	readStopped = 1000 // records of a window that are read one by one
	readPassed  = 500  // of what passed beside them
	listed      = 20   // of each list that is counted in Datadog
)

// counted are the lists that Datadog counts where a window has more records
// than are read. It cannot count sub-rules: in its logs they are keys.
var counted = []waf.Facet{waf.ByAddress, waf.ByPath, waf.ByCountry, waf.ByAgent}

// dayBefore are the lists that are compared with the day before.
var dayBefore = []waf.Facet{waf.ByRule, waf.ByPath}

// window is what was found out about a stretch of time, and why not all.
type window struct {
	report waf.Report
	lacks  error
}

// blocked finds out what the WAF blocked in an alert's window: in four
// questions where all of it can be read, in nine where there is more.
func (q *asking) blocked(ctx context.Context, a alerts.Alert, found *alerts.Context) {
	query, host := q.l.Settings.query(a)
	from, until := stretch(a)
	w, err := ask(ctx, &q.l.shared, asked{fmt.Sprint("waf ", query, from.Unix(), until.Unix()), q.urgent}, func() (window, error) {
		return q.report(ctx, query, host, from, until)
	})
	if err != nil {
		q.lacks("waf", err)
		return
	}
	if w.lacks != nil {
		q.lacks("waf", w.lacks)
	}
	found.WAF = &w.report
}

// report reads and counts one window.
func (q *asking) report(ctx context.Context, query, host string, from, until time.Time) (window, error) {
	s := q.l.Settings
	facts := waf.Facts{Query: query, Host: host, From: from, Until: until, Lists: map[waf.Facet]waf.Counts{}}
	stopped := LogQuery{Query: s.stopped(query), From: from, Until: until, Indexes: s.Indexes}
	passed := LogQuery{Query: s.passed(query), From: from.Add(-time.Hour), Until: until, Indexes: s.Indexes}
	// The last question that is left is for the records: without them the rest
	// says nothing.
	err := q.may(ctx)
	if err != nil {
		return window{}, err
	}
	var page, beside LogPage
	var besideErr error
	var gaps gaps
	before := waf.Aggregate{Lists: map[waf.Facet]waf.Counts{}}
	var all sync.WaitGroup
	all.Go(func() {
		page, err = allowed(ctx, q, func(ctx context.Context) (LogPage, error) { return q.l.Logs.SearchLogs(ctx, stopped, readStopped) })
	})
	all.Go(func() { beside, besideErr = q.search(ctx, passed, readPassed) })
	all.Go(func() { q.theDayBefore(ctx, stopped, &before, &gaps) })
	all.Wait()
	if err != nil {
		return window{}, err
	}
	gaps.note("samples", page.Partial, nil)
	gaps.note("passed", beside.Partial, besideErr)
	facts.Read, err = summarize(waf.NewTally(), page.Logs, beside.Logs)
	if err != nil {
		return window{}, err
	}
	if page.More {
		q.count(ctx, stopped, &facts, &gaps)
	}
	if before.Lists[waf.ByRule].Top != nil || before.Total > 0 || !gaps.has("day before") {
		facts.Before = &before
	}
	facts.Gaps = gaps.all
	r := waf.NewReport(facts)
	if r.Verdict.Kind == waf.FalsePositive && len(facts.Read.Stopped.Rules.Top) > 0 {
		rule := facts.Read.Stopped.Rules.Top[0].Key
		if of, err := summarize(waf.StoppedBy(rule), page.Logs, beside.Logs); err == nil {
			note := waf.Tune(rule, of, r.Read)
			r.Note = &note
		}
	}
	return window{r.Trim(), gaps.why}, nil
}

// count has Datadog count what was not read.
func (q *asking) count(ctx context.Context, stopped LogQuery, facts *waf.Facts, gaps *gaps) {
	s := q.l.Settings
	var names []string
	for _, by := range counted {
		names = append(names, s.Facets[by])
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	distinct := map[string]int{}
	all.Go(func() {
		c, err := q.aggregate(ctx, stopped, Aggregation{Distinct: names})
		gaps.note("total", c.Partial, err)
		mu.Lock()
		defer mu.Unlock()
		facts.Total, distinct = c.Total, c.Distinct
	})
	for _, by := range counted {
		all.Go(func() {
			c, err := q.aggregate(ctx, stopped, Aggregation{By: s.Facets[by], Limit: listed})
			gaps.note(string(by), c.Partial, err)
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			facts.Lists[by] = waf.Counts{Top: masked(c.Groups), Distinct: len(c.Groups)}
		})
	}
	all.Wait()
	for _, by := range counted {
		if list, known := facts.Lists[by]; known {
			list.Distinct = max(list.Distinct, distinct[s.Facets[by]])
			facts.Lists[by] = list
		}
	}
}

// theDayBefore counts the same window 24 hours earlier.
func (q *asking) theDayBefore(ctx context.Context, stopped LogQuery, before *waf.Aggregate, gaps *gaps) {
	stopped.From, stopped.Until = stopped.From.Add(-24*time.Hour), stopped.Until.Add(-24*time.Hour)
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, by := range dayBefore {
		all.Go(func() {
			c, err := q.aggregate(ctx, stopped, Aggregation{By: q.l.Settings.Facets[by], Limit: 10 * listed})
			gaps.note("day before", c.Partial, err)
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			before.Lists[by] = waf.Counts{Top: masked(c.Groups), Distinct: len(c.Groups)}
			before.Total = max(before.Total, c.Total)
		})
	}
	all.Wait()
}

// masked hides secrets in what Datadog counted, as the records' own are; what
// is the same then counts together.
func masked(groups []waf.Count) []waf.Count {
	var list []waf.Count
	for _, g := range groups {
		g.Key = mask.Text(g.Key)
		if at := slices.IndexFunc(list, func(other waf.Count) bool { return other.Key == g.Key }); at >= 0 {
			list[at].N += g.N
			continue
		}
		list = append(list, g)
	}
	return list
}

func (q *asking) search(ctx context.Context, query LogQuery, limit int) (LogPage, error) {
	return question(ctx, q, func(ctx context.Context) (LogPage, error) { return q.l.Logs.SearchLogs(ctx, query, limit) })
}

func (q *asking) aggregate(ctx context.Context, query LogQuery, a Aggregation) (LogCounts, error) {
	return question(ctx, q, func(ctx context.Context) (LogCounts, error) { return q.l.Logs.AggregateLogs(ctx, query, a) })
}

// summarize counts records in t.
func summarize(t *waf.Tally, pages ...[][]byte) (waf.Summary, error) {
	var skipped waf.Skipped
	for _, logs := range pages {
		more, err := t.Collect(bytes.NewReader(bytes.Join(logs, []byte("\n"))))
		if err != nil {
			return waf.Summary{}, fmt.Errorf("read records: %w", err)
		}
		skipped = skipped.Plus(more)
	}
	s := t.Summary()
	s.Skipped = skipped
	return s, nil
}

// gaps collects what a report lacks.
type gaps struct {
	mu  sync.Mutex
	all []waf.Gap
	why error // of the first; or of one that says when to ask again
}

func (g *gaps) note(part, partial string, err error) {
	if err == nil && partial == "" {
		return
	}
	if err == nil {
		err = incomplete(partial)
	}
	partial = why(err)
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, limited := errors.AsType[RateLimit](err); g.why == nil || limited {
		g.why = err
	}
	for _, known := range g.all {
		if known.Part == part {
			return
		}
	}
	g.all = append(g.all, waf.Gap{Part: part, Why: partial})
}

func (g *gaps) has(part string) bool {
	for _, known := range g.all {
		if known.Part == part {
			return true
		}
	}
	return false
}
