package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/enrich"
	"toban/alerts/waf"
)

// scripted answers each request with the next of its answers, and keeps what
// was asked.
type scripted struct {
	mu      sync.Mutex
	status  int
	header  map[string]string
	body    string
	asked   []map[string]any
	paths   []string
	refuses int // so many times with 429
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var ask map[string]any
	raw, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(raw, &ask)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.paths = append(s.asked, ask), append(s.paths, r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	for name, value := range s.header {
		w.Header().Set(name, value)
	}
	if s.refuses > 0 {
		s.refuses--
		w.Header().Set("X-RateLimit-Reset", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	fmt.Fprint(w, s.body)
}

var (
	noon  = time.Date(2026, 12, 8, 12, 0, 0, 0, time.UTC)
	query = enrich.LogQuery{Query: "source:waf -@system.action:ALLOW", From: noon.Add(-5 * time.Minute), Until: noon, Indexes: []string{"main"}}
)

func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch s := step.(type) {
		case string:
			o, _ := v.(map[string]any)
			v = o[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

func TestSearchAsksForTheNewestLogsOfAWindow(t *testing.T) {
	s := &scripted{body: `{"data":[
		{"id":"1","type":"log","attributes":{"timestamp":"2026-12-08T11:59:00.000Z","attributes":{"action":"BLOCK","timestamp":1796731140000,"httpRequest":{"clientIp":"203.0.113.7","uri":"/a"},"huge":12345678901234567890,"new":[{"x":null}]}}},
		{"id":"2","type":"log","attributes":{"message":"no attributes"}}],
		"meta":{"status":"done","page":{"after":"cursor"}}}`}
	c, _ := connect(t, s, keys)
	page, err := c.SearchLogs(t.Context(), query, 5000)
	if err != nil || len(page.Logs) != 1 || !page.More || page.Partial != "a log without attributes" {
		t.Fatalf("%+v, %v", page, err)
	}
	ask := s.asked[0]
	for want, got := range map[any]any{
		"POST /api/v2/logs/events/search": s.paths[0], query.Query: at(t, ask, "filter", "query"), "1796731200000": at(t, ask, "filter", "to"),
		"1796730900000": at(t, ask, "filter", "from"), "main": at(t, ask, "filter", "indexes", 0), "-timestamp": at(t, ask, "sort"), float64(1000): at(t, ask, "page", "limit"),
	} {
		if got != want {
			t.Errorf("asked %v, want %v in %v", got, want, ask)
		}
	}
	sum, err := waf.Summarize(strings.NewReader(string(page.Logs[0])))
	if err != nil || sum.Stopped.N != 1 || sum.Stopped.Paths.Top[0].Key != "/a" {
		t.Errorf("the attributes are a record: %+v, %v", sum.Stopped, err)
	}
}

func TestAnAnswerThatDatadogCutShortSaysSo(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":[],"meta":{"status":"timeout"}}`: "timeout",
		`{"data":[],"meta":{"status":"done","warnings":[{"code":"unknown_index","title":"no such index","detail":"unknown index: main"}]}}`: "unknown index: main",
		`{"data":[],"meta":{"status":"timeout","warnings":[{"title":"slow"}]}}`:                                                             "timeout; slow",
		`{"data":[],"meta":{"status":"done","warnings":[{"title":"` + strings.Repeat("x", 300) + `"}]}}`:                                    strings.Repeat("x", 200),
		`{"data":[]}`: "",
	} {
		c, _ := connect(t, &scripted{body: body}, keys)
		page, err := c.SearchLogs(t.Context(), query, 10)
		if err != nil || page.Partial != want || page.More {
			t.Errorf("%.60s: %+v, %v", body, page, err)
		}
	}
}

func TestCounts(t *testing.T) {
	s := &scripted{body: `{"data":{"buckets":[
		{"by":{"@network.client.ip":"203.0.113.7"},"computes":{"c0":5}},
		{"by":{"@network.client.ip":"203.0.113.8"},"computes":{"c0":"3"}}]},"meta":{"status":"done"}}`}
	c, _ := connect(t, s, keys)
	got, err := c.AggregateLogs(t.Context(), query, enrich.Aggregation{By: "@network.client.ip", Limit: 20})
	if err != nil || got.Total != 8 || len(got.Groups) != 2 || got.Groups[0].Key != "203.0.113.7" || got.Groups[1].N != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	ask := s.asked[0]
	for want, asked := range map[any]any{
		"POST /api/v2/logs/analytics/aggregate": s.paths[0], "count": at(t, ask, "compute", 0, "aggregation"), "@network.client.ip": at(t, ask, "group_by", 0, "facet"),
		float64(20): at(t, ask, "group_by", 0, "limit"), "measure": at(t, ask, "group_by", 0, "sort", "type"), "desc": at(t, ask, "group_by", 0, "sort", "order"),
	} {
		if asked != want {
			t.Errorf("asked %v, want %v in %v", asked, want, ask)
		}
	}
	s.body = `{"data":{"buckets":[{"by":{},"computes":{"c0":900,"c1":12,"c2":7.0}}]}}`
	got, err = c.AggregateLogs(t.Context(), query, enrich.Aggregation{Distinct: []string{"ip", "path"}})
	if err != nil || got.Total != 900 || got.Distinct["ip"] != 12 || got.Distinct["path"] != 7 || got.Groups != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if at(t, s.asked[1], "compute", 2, "metric") != "path" || at(t, s.asked[1], "compute", 2, "aggregation") != "cardinality" {
		t.Errorf("%v", s.asked[1])
	}
	for body, total := range map[string]int{
		`{"data":{"buckets":[]}}`: 0, `{}`: 0, `{"data":{"buckets":[{"by":{"x":null},"computes":{"c0":1}}]}}`: 1,
	} {
		s.body = body
		if got, err := c.AggregateLogs(t.Context(), query, enrich.Aggregation{By: "x", Limit: 1}); err != nil || got.Total != total {
			t.Errorf("%s: %+v, %v", body, got, err)
		}
	}
	for _, body := range []string{
		`{"data":{"buckets":[{"by":{},"computes":{}}]}}`, `{"data":{"buckets":[{"by":{},"computes":{"c0":-4}}]}}`, `{"data":{"buckets":[{"by":{},"computes":{"c0":1e300}}]}}`,
		`{"data":{"buckets":[{"by":{},"computes":{"c0":"many"}}]}}`,
	} {
		s.body = body
		if got, err := c.AggregateLogs(t.Context(), query, enrich.Aggregation{}); err == nil {
			t.Errorf("%s: taken as %+v", body, got)
		}
	}
}

func TestWhenDatadogDoesNotAnswerAsItShould(t *testing.T) {
	for _, tt := range []struct {
		why  string
		s    *scripted
		want error
	}{
		{"keys without the permission", &scripted{status: 403, body: `{"errors":["Forbidden"]}`}, enrich.ErrRefused},
		{"an error of its own", &scripted{status: 500, body: `oops`}, nil},
		{"a body that ends in the middle", &scripted{body: `{"data":[{"attr`}, nil},
		{"no JSON", &scripted{body: `<html>`}, nil},
		{"more than anybody can read", &scripted{body: `{"data":[],"x":"` + strings.Repeat("y", maxAnswer) + `"}`}, nil},
	} {
		c, _ := connect(t, tt.s, Keys{API: "the-api-key", App: "the-app-key", Site: keys.Site})
		for name, err := range map[string]error{
			"search": func() error { _, err := c.SearchLogs(t.Context(), query, 10); return err }(),
			"count":  func() error { _, err := c.AggregateLogs(t.Context(), query, enrich.Aggregation{}); return err }(),
			"events": func() error { _, err := c.Deploys(t.Context(), "x", query.From, query.Until, 4); return err }(),
		} {
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%s, %s: %v", tt.why, name, err)
			} else if strings.Contains(err.Error(), "the-a") || len(err.Error()) > 1000 {
				t.Errorf("%s, %s: the error says too much: %.300s", tt.why, name, err)
			}
		}
	}
	var none *Client
	if _, err := none.SearchLogs(t.Context(), query, 1); !errors.Is(err, ErrNotConfigured) {
		t.Error(err)
	}
}

func TestTheRateLimitIsWaitedForOrSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scripted{body: `{"data":[]}`, refuses: 1}
		c, d := connect(t, s, keys)
		begun := time.Now()
		if _, err := c.SearchLogs(t.Context(), query, 1); err != nil || d.calls.Load() != 2 || time.Since(begun) != 7*time.Second {
			t.Errorf("%v after %d calls and %v", err, d.calls.Load(), time.Since(begun))
		}
		s.refuses = 1
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err := c.AggregateLogs(ctx, query, enrich.Aggregation{})
		limit, ok := errors.AsType[enrich.RateLimit](err)
		if !ok || time.Until(limit.Again()) != 7*time.Second {
			t.Errorf("somebody waits two seconds for it: %v", err)
		}
	})
}
