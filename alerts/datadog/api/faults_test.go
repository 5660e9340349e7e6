package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/waf"
)

// notes is a store that has one alert to look up.
type notes struct {
	due   bool
	saved alerts.Context
	again time.Time
}

func (n *notes) DueContexts(context.Context, time.Time, int, []string) ([]alerts.Case, time.Time, error) {
	if !n.due {
		return nil, time.Time{}, nil
	}
	n.due = false
	now := time.Now()
	return []alerts.Case{{Alert: alerts.Alert{ID: "A1", Type: "log_alert", Scope: "host:a", Tags: []string{"source:waf"}, OpenedAt: now}}}, time.Time{}, nil
}

func (n *notes) SaveContext(_ context.Context, _ string, c alerts.Context, again time.Time) error {
	n.saved, n.again = c, again
	return nil
}

func (*notes) Knows(context.Context) (bool, error) { return false, nil }

func (n *notes) Around(context.Context, enrich.Around) (k enrich.Known, err error) { return k, nil }

func (n *notes) Spend(context.Context, time.Time, int) (free time.Time, err error) { return free, nil }

func (n *notes) Lease(context.Context, string, string, time.Time, time.Duration) (bool, error) {
	return true, nil
}

// hangs is a transport that never answers; unplugged one that cannot connect.
type (
	hangs     struct{}
	unplugged struct{}
)

func (hangs) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func (unplugged) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("dial tcp 192.0.2.1:443: connect: connection refused")
}

// answers are what a search and an aggregation get.
func answers(search, aggregation string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/aggregate") {
			_, _ = io.WriteString(w, aggregation)
			return
		}
		_, _ = io.WriteString(w, search)
	})
}

// Whatever is wrong with Datadog, the alert says it in a word, the log has the
// rest, and it is tried again when that can help.
func TestWhateverIsWrongWithDatadogIsSaid(t *testing.T) {
	whole := `{"data":[{"id":"1","type":"log","attributes":{"attributes":{"timestamp":1796731140000,"action":"BLOCK","terminatingRuleId":"r","httpRequest":{"clientIp":"203.0.113.7","country":"JP","uri":"/a","httpMethod":"GET","headers":[]},"brand_new":{"x":[1]}}}}],"meta":{"status":"done"},"brand_new":7}`
	for _, tt := range []struct {
		why, want string
		by        any // a handler or a transport
		again     time.Duration
		told      bool // in the log
	}{
		{"fields that nobody knows", "", answers(whole, `{"data":{"buckets":[],"brand_new":1},"meta":{"status":"done"}}`), 0, false},
		{"it gave up", "timeout", answers(`{"data":[],"meta":{"status":"timeout"}}`, `{"data":{"buckets":[]},"meta":{"status":"timeout"}}`), time.Minute, false},
		{"a warning", "unknown index: waf", answers(`{"data":[],"meta":{"status":"done","warnings":[{"detail":"unknown index: waf"}]}}`, `{"data":{"buckets":[]}}`), time.Minute, false},
		{"its rate limit", "budget", &scripted{refuses: 1 << 20}, time.Minute, false},
		{"an error of its own", "down", &scripted{status: 503, body: `upstream connect error`}, time.Minute, true},
		{"refused keys", "refused", &scripted{status: 403, body: `{"errors":["Forbidden"]}`}, time.Minute, true},
		{"a search it does not take", "answered 400 Bad Request", &scripted{status: 400, body: `{"errors":["bad query"]}`}, time.Minute, true},
		{"nobody is there", "down", unplugged{}, time.Minute, true},
		{"it hangs", "slow", hangs{}, time.Minute + 4500*time.Millisecond, false},
		{"an answer without an end", "too large", &scripted{body: `{"data":[],"x":"` + strings.Repeat("y", maxAnswer) + `"}`}, time.Minute, true},
		{"an answer cut in the middle", "cannot be read", &scripted{body: whole[:200]}, time.Minute, true},
		{"an answer that is a web page", "cannot be read", &scripted{body: `<html>maintenance</html>`}, time.Minute, true},
		{"an answer with nothing in it", "an empty answer", &scripted{body: `{}`}, time.Minute, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var transport http.RoundTripper
			switch by := tt.by.(type) {
			case http.Handler:
				transport = &direct{Handler: by}
			case http.RoundTripper:
				transport = by
			}
			c, err := New(keys, &http.Client{Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			store := &notes{due: true}
			var told []string
			l := enrich.New(enrich.Places{
				Store: store, Logs: c, Holder: "one", Trouble: func(err error) { told = append(told, err.Error()) },
				Settings: enrich.Settings{Query: "source:waf", Match: alerts.Match{"source": alerts.Exactly("waf")}, Action: "@system.action", PerHour: 300, Facets: map[waf.Facet]string{
					waf.ByRule: "@terminatingRuleId", waf.ByPath: "@http.url_details.path",
				}},
			})
			began := time.Now()
			if _, err := l.Due(t.Context(), began); err != nil {
				t.Fatal(err)
			}
			l.Wait()
			got := ""
			if len(store.saved.Missing) > 0 {
				got = store.saved.Missing[0].Why
			}
			if !strings.Contains(got, tt.want) || tt.want == "" && got != "" || len(got) > 200 {
				t.Errorf("%s: said %q, want %q", tt.why, got, tt.want)
			}
			if wait := store.again.Sub(began); tt.again != 0 && wait.Round(time.Second) != tt.again.Round(time.Second) && wait != tt.again-4500*time.Millisecond {
				t.Errorf("%s: tried again after %v, want %v", tt.why, wait, tt.again)
			}
			if (len(told) > 0) != tt.told || strings.Contains(strings.Join(told, ""), keys.App+" ") {
				t.Errorf("%s: the log has %q", tt.why, told)
			}
		})
	}
}
