package enrich

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

// dog is a Datadog whose answers a test sets.
type dog struct {
	mu        sync.Mutex
	asked     []string // what was asked, in order
	when      []time.Time
	stopped   [][]byte // records of the window
	passed    [][]byte
	total     int // stopped requests; more than the records: there are more
	yesterday int
	partial   map[string]string // by kind of question: what Datadog gave up on
	takes     time.Duration
	fails     error
	deploys   []alerts.Deploy
	atOnce    int
	most      int
}

func (d *dog) ask(ctx context.Context, kind string) error {
	d.mu.Lock()
	d.asked, d.when = append(d.asked, kind), append(d.when, time.Now())
	d.atOnce++
	d.most = max(d.most, d.atOnce)
	takes, fails := d.takes, d.fails
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		d.atOnce--
		d.mu.Unlock()
	}()
	select {
	case <-time.After(takes):
		return fails
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *dog) SearchLogs(ctx context.Context, q LogQuery, limit int) (LogPage, error) {
	kind, logs, all := "stopped", d.stopped, d.total
	if strings.HasSuffix(q.Query, ":ALLOW") && !strings.Contains(q.Query, " -") {
		kind, logs, all = "passed", d.passed, len(d.passed)
	}
	if err := d.ask(ctx, kind); err != nil {
		return LogPage{}, err
	}
	return LogPage{Logs: logs[:min(limit, len(logs))], More: all > min(limit, len(logs)), Partial: d.partial[kind]}, nil
}

func (d *dog) AggregateLogs(ctx context.Context, q LogQuery, a Aggregation) (LogCounts, error) {
	kind, n := "count", d.total
	if time.Since(q.Until) > 20*time.Hour {
		kind, n = "yesterday", d.yesterday
	}
	if err := d.ask(ctx, kind+" "+a.By); err != nil {
		return LogCounts{}, err
	}
	c := LogCounts{Total: n, Distinct: map[string]int{}, Partial: d.partial[kind]}
	for _, name := range a.Distinct {
		c.Distinct[name] = 77
	}
	if a.By != "" && n > 0 {
		c.Groups = []waf.Count{{Key: "/login?token=abcdef0123456789", N: uint64(n - n/3)}, {Key: "/login?token=fedcba9876543210", N: uint64(n / 3)}}
	}
	return c, nil
}

func (d *dog) Deploys(ctx context.Context, query string, _, _ time.Time, _ int) ([]alerts.Deploy, error) {
	return d.deploys, d.ask(ctx, "deploys "+query)
}

// questions are those of some kinds; all of them without one.
func (d *dog) questions(kinds ...string) (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, asked := range d.asked {
		if len(kinds) == 0 {
			n++
		}
		for _, kind := range kinds {
			if strings.HasPrefix(asked, kind) {
				n++
			}
		}
	}
	return n
}

// shelf is a store that holds what is due in memory.
type shelf struct {
	mu        sync.Mutex
	due       []alerts.Case
	again     map[string]time.Time
	saved     map[string]alerts.Context
	saves     int
	leased    bool // by another replica
	heldUntil time.Time
	known     Known
	fails     error
	asked     []time.Time // of questions in the last hour
}

func (s *shelf) DueContexts(_ context.Context, at time.Time, limit int, skip []string) (cases []alerts.Case, next time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.due {
		when, known := s.again[c.Alert.ID]
		if known && when.IsZero() {
			continue
		}
		busy := false
		for _, id := range skip {
			busy = busy || id == c.Alert.ID
		}
		switch {
		case busy:
		case when.After(at):
			if next.IsZero() || when.Before(next) {
				next = when
			}
		case len(cases) < limit:
			if saved, ok := s.saved[c.Alert.ID]; ok {
				c.Context = &saved
			}
			cases = append(cases, c)
		}
	}
	return cases, next, nil
}

func (s *shelf) SaveContext(_ context.Context, alert string, c alerts.Context, again time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails != nil {
		return s.fails
	}
	s.saved[alert], s.again[alert] = c, again
	s.saves++
	return nil
}

func (s *shelf) Knows(context.Context) (bool, error) {
	return s.known.Open > 0 || len(s.known.Scans.By) > 0, nil
}

func (s *shelf) Around(context.Context, Around) (Known, error) { return s.known, nil }

func (s *shelf) Lease(_ context.Context, _, _ string, at time.Time, ttl time.Duration) (bool, error) {
	s.heldUntil = at.Add(ttl)
	return !s.leased, nil
}

func (s *shelf) Spend(_ context.Context, at time.Time, may int) (free time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.asked) > 0 && !s.asked[0].After(at.Add(-time.Hour)) {
		s.asked = s.asked[1:]
	}
	if over := len(s.asked) + 1 - may; over > 0 {
		return s.asked[over-1].Add(time.Hour), nil
	}
	s.asked = append(s.asked, at)
	return time.Time{}, nil
}

// house is a looker with its surroundings.
type house struct {
	*Looker
	t     *testing.T
	dog   *dog
	shelf *shelf
	wrong []error
}

var facetsOfTests = map[waf.Facet]string{
	waf.ByAddress: "@network.client.ip", waf.ByPath: "@http.url_details.path", waf.ByRule: "@terminatingRuleId",
	waf.ByCountry: "@network.client.geoip.country.iso_code", waf.ByAgent: "@http.useragent", waf.ByHost: "@http.url_details.host",
}

func newHouse(t *testing.T) *house {
	h := &house{
		t: t, dog: &dog{partial: map[string]string{}},
		shelf: &shelf{saved: map[string]alerts.Context{}, again: map[string]time.Time{}},
	}
	h.Looker = New(Places{
		Store: h.shelf, Logs: h.dog, Holder: "one",
		Settings: Settings{
			Query: "source:waf", Match: alerts.Match{"source": alerts.Exactly("waf")}, Wait: 5 * time.Second, Facets: facetsOfTests,
			Action: "@system.action", Deploys: "tags:deployment", PerHour: 300,
		},
		Trouble: func(err error) { h.wrong = append(h.wrong, err) },
	})
	return h
}

// looks looks up what is due, until nothing is any more at this instant.
func (h *house) looks(ctx context.Context) (next time.Time) {
	h.t.Helper()
	for {
		before := h.shelf.saves
		next, err := h.Due(ctx, time.Now())
		if err != nil {
			h.t.Fatal(err)
		}
		h.Wait()
		if h.shelf.saves == before {
			return next
		}
	}
}

func wafAlert(id string) alerts.Alert {
	return alerts.Alert{
		ID: id, Type: "log_alert", Scope: "host:shop.example.com", Tags: []string{"source:waf"},
		OpenedAt: time.Now(), From: time.Now().Add(-5 * time.Minute), Until: time.Now(),
	}
}

// records are stopped requests for one path by as many addresses.
func records(n int, path string) (all [][]byte) {
	for i := range n {
		all = append(all, fmt.Appendf(nil, `{"timestamp":%d,"action":"BLOCK","terminatingRuleId":"AWS-AWSManagedRulesCommonRuleSet","ruleGroupList":[{"ruleGroupId":"AWS#AWSManagedRulesCommonRuleSet","terminatingRule":{"ruleId":"NoUserAgent_HEADER","action":"BLOCK"}}],"httpRequest":{"clientIp":"203.0.%d.%d","country":"JP","headers":[{"name":"Host","value":"shop.example.com"}],"uri":"%s","args":"","httpMethod":"GET"}}`,
			time.Now().Add(-time.Minute).UnixMilli(), i/250, i%250, path))
	}
	return all
}

var errRefusedKeys = fmt.Errorf("logs: %w", errors.Join(ErrRefused))
