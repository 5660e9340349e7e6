package slackapp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/alerts/waf"
	"toban/rotation"
)

// dog is Datadog: how long it takes, what goes wrong, and what it was asked.
type dog struct {
	takes  time.Duration
	fails  error
	lacks  []waf.Gap
	panics bool
	mu     sync.Mutex
	asked  []string
}

// questions are those since they were read last.
func (d *dog) questions() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	asked := d.asked
	d.asked = nil
	return asked
}

func (d *dog) answer(ctx context.Context, what string, last time.Duration) (enrich.Answer, error) {
	d.mu.Lock()
	d.asked = append(d.asked, what+" "+last.String())
	d.mu.Unlock()
	select {
	case <-time.After(d.takes):
	case <-ctx.Done():
		return enrich.Answer{}, fmt.Errorf("ask: %w", ctx.Err())
	}
	if d.panics {
		panic("a log that nobody thought of")
	}
	now := time.Now()
	list := waf.Counts{Distinct: 2, Top: []waf.Count{{Key: "/wp-<login>.php", N: 40}, {Key: "/.env", N: 2}}}
	return enrich.Answer{By: waf.ByPath, From: now.Add(-last), Until: now, Total: 42, Of: 42, List: list, Partial: d.lacks}, d.fails
}

func (d *dog) Top(ctx context.Context, by waf.Facet, last time.Duration) (enrich.Answer, error) {
	return d.answer(ctx, "top "+string(by), last)
}

func (d *dog) WouldBlock(ctx context.Context, rule string, last time.Duration) (enrich.Answer, error) {
	a, err := d.answer(ctx, "counted "+rule, last)
	a.Rule, a.Total = rule, 0
	return a, err
}

func (d *dog) Tune(ctx context.Context, rule string, last time.Duration) (waf.Note, enrich.Answer, error) {
	a, err := d.answer(ctx, "tune "+rule, last)
	return waf.Note{Rule: rule, N: 30, Of: 42, Paths: a.List.Top, Statement: `{"NotStatement": {}}`}, a, err
}

// windows are the saved windows of the alerts of pages.
type windows struct{ *pages }

func (w windows) window(alert string) (page string, c alerts.Case, err error) {
	if w.down != nil {
		return "", c, w.down
	}
	for page, c := range w.by {
		if c.Alert.ID == alert && c.Context != nil {
			return page, c, nil
		}
	}
	return "", c, fmt.Errorf("alert %s: %w", alert, alerts.ErrNotFound)
}

func (w windows) Correct(_ context.Context, alert string, kind waf.Kind, by rotation.PersonID, at time.Time) (*alerts.Correction, error) {
	page, c, err := w.window(alert)
	if err != nil {
		return nil, err
	}
	before := c.Context.Correction
	if before == nil || before.Kind != kind {
		known := *c.Context
		known.Correction = &alerts.Correction{Kind: kind, By: by, At: at}
		c.Context = &known
		w.by[page] = c
	}
	return before, nil
}

func (w windows) Corrections(context.Context) (map[waf.Kind]map[waf.Kind]int, int, error) {
	counts, n := map[waf.Kind]map[waf.Kind]int{}, 0
	for _, c := range w.by {
		if c.Context == nil {
			continue
		}
		n++
		if c.Context.Correction != nil {
			counts[c.Context.WAF.Verdict.Kind] = map[waf.Kind]int{c.Context.Correction.Kind: 1}
		}
	}
	return counts, n, w.down
}

func (w windows) PastWindows(_ context.Context, n int) (past []alerts.Case, err error) {
	for i := len(w.by); i > 0 && len(past) < n; i-- {
		if c := w.by["P"+numeral(i)]; c.Context != nil {
			past = append(past, c)
		}
	}
	return past, w.down
}

// WantDetail posts, unless the alert's title says that it went into a storm.
func (w windows) WantDetail(_ context.Context, alert string, by waf.Facet) (bool, error) {
	_, c, err := w.window(alert)
	return err == nil && !strings.Contains(c.Alert.Title, "storm"), err
}

// blocks opens alerts about blocked requests, P1 with the verdict scan, P2 with
// flood, and so on in turn.
func (d *office) blocks(n int) {
	now := time.Now()
	for i := 1; i <= n; i++ {
		id := numeral(i)
		kind := []waf.Kind{waf.Scan, waf.Flood, waf.FalsePositive}[(i-1)%3]
		r := waf.Report{
			Query: "source:waf", From: now.Add(-time.Hour), Until: now, Total: 42, Read: 42, Verdict: waf.Verdict{Kind: kind},
			Summary: waf.Summary{Stopped: waf.Breakdown{N: 42, Paths: waf.Counts{Distinct: 1, Top: []waf.Count{{Key: "/.env", N: 42}}}}},
		}
		if kind == waf.FalsePositive {
			r.Note = &waf.Note{Rule: "Rule" + id, N: 40, Of: 42, Statement: `{"NotStatement": {}}`}
		}
		d.pages.by["P"+id] = alerts.Case{
			Alert:   alerts.Alert{ID: "A" + id, Title: "Blocked " + id, State: alerts.Firing, OpenedAt: now, Channel: cPlatform, Source: "datadog"},
			Page:    &alerts.Page{ID: "P" + id, AlertID: "A" + id, State: alerts.PageAcknowledged, OpenedAt: now},
			Context: &alerts.Context{At: now, WAF: &r},
		}
	}
}

// findingDesk is a desk of findings over a map, with F1 open.
type findingDesk struct {
	by     map[string]findings.Record
	asked  findings.Query
	readAt time.Time
	down   error
}

func newDesk() *findingDesk {
	r := findings.Record{ID: "F1", State: findings.Open, Team: "payments", Channel: cPlatform, FirstAt: time.Now(), Finding: scan.Finding{
		ID: "arn:1", Title: "Bucket <orders> is public", Severity: scan.Critical, Control: "S3.8",
	}}
	return &findingDesk{by: map[string]findings.Record{"F1": r}, readAt: time.Now()}
}

func (d *findingDesk) deed(id string, by rotation.PersonID, to findings.State, change func(*findings.Record)) (findings.Record, findings.Answer, error) {
	r, ok := d.by[id]
	switch {
	case d.down != nil:
		return r, findings.Answer{}, d.down
	case !ok:
		return r, findings.Answer{}, fmt.Errorf("%s: %w", id, findings.ErrNotFound)
	case r.State.Done(), r.State == to && to != findings.Acknowledged, r.State == to && r.Owner == by && change == nil:
		return r, findings.Answer{By: r.By}, nil
	}
	r.State, r.By = to, by
	if change != nil {
		change(&r)
	} else {
		r.Owner = by
	}
	d.by[id] = r
	return r, findings.Answer{Changed: true}, nil
}

func (d *findingDesk) Acknowledge(_ context.Context, id string, by rotation.PersonID, _ time.Time) (findings.Record, findings.Answer, error) {
	return d.deed(id, by, findings.Acknowledged, nil)
}

func (d *findingDesk) Assign(_ context.Context, id string, by, to rotation.PersonID, _ time.Time) (findings.Record, findings.Answer, error) {
	return d.deed(id, by, findings.Acknowledged, func(r *findings.Record) { r.Owner = to })
}

func (d *findingDesk) Suppress(_ context.Context, id string, by rotation.PersonID, reason string, until, at time.Time) (findings.Record, findings.Answer, error) {
	switch {
	case reason == "":
		return findings.Record{}, findings.Answer{}, &findings.InputError{Problem: findings.NoReason}
	case !until.After(at):
		return findings.Record{}, findings.Answer{}, &findings.InputError{Problem: findings.NoEnd}
	case until.After(at.AddDate(0, findings.MaxMonths, 1)):
		return findings.Record{}, findings.Answer{}, &findings.InputError{Problem: findings.FarEnd}
	}
	return d.deed(id, by, findings.Suppressed, func(r *findings.Record) { r.Reason, r.Until = reason, until })
}

func (d *findingDesk) Fixed(_ context.Context, id string, by rotation.PersonID, _ time.Time) (findings.Record, findings.Answer, error) {
	return d.deed(id, by, findings.Fixed, func(*findings.Record) {})
}

func (d *findingDesk) List(_ context.Context, q findings.Query) (list []findings.Record, total int, err error) {
	d.asked = q
	for _, r := range d.by {
		list = append(list, r)
	}
	return list, len(list), d.down
}

// Malware has an old infection, and later ever more that could not be scanned.
func (d *findingDesk) Malware(_ context.Context, q findings.ResultQuery) (latest []scan.Result, by map[scan.Verdict]int, err error) {
	if slices.Contains(q.Verdicts, scan.Infected) {
		latest = append(latest, scan.Result{Bucket: "uploads", Key: "a<b>.exe", Verdict: scan.Infected, At: time.Now().Add(-time.Hour)})
	}
	for len(latest) < q.Limit && slices.Contains(q.Verdicts, scan.Unscannable) {
		latest = append(latest, scan.Result{Bucket: "uploads", Key: "big.zip", Verdict: scan.Unscannable, At: time.Now()})
	}
	return latest, map[scan.Verdict]int{scan.Infected: 1, scan.Unscannable: 40, scan.Clean: 9}, d.down
}

func (d *findingDesk) Coverage(context.Context) (findings.Coverage, error) {
	if d.readAt.IsZero() && d.down == nil {
		return findings.Coverage{}, findings.ErrNotFound
	}
	return findings.Coverage{Protection: scan.Protection{Engine: "ClamAV", Lists: true}, Uncovered: []string{"orders-export"}, ReadAt: d.readAt}, d.down
}

func (d *findingDesk) Finding(_ context.Context, id string) (findings.Record, error) {
	r, ok := d.by[id]
	if !ok {
		return r, findings.ErrNotFound
	}
	return r, d.down
}

func (d *findingDesk) Bulletin(_ context.Context, id string) (findings.Bulletin, []findings.Record, error) {
	kind, _, _ := strings.Cut(id, "/")
	if kind == "gone" {
		return findings.Bulletin{}, nil, findings.ErrNotFound
	}
	return findings.Bulletin{ID: id, Kind: findings.BulletinKind(kind), Team: "payments", At: time.Now(), Records: []string{"F1"}, Total: 1}, []findings.Record{d.by["F1"]}, d.down
}
