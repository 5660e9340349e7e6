package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	stand "toban/fixtures/datadog"
)

// direct hands requests straight to a handler and counts them.
type direct struct {
	http.Handler
	calls atomic.Int64
}

func (d *direct) RoundTrip(r *http.Request) (*http.Response, error) {
	d.calls.Add(1)
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

var keys = Keys{API: "api", App: "app", Site: "us5.datadoghq.com"}

func connect(t *testing.T, h http.Handler, k Keys) (*Client, *direct) {
	t.Helper()
	d := &direct{Handler: h}
	c, err := New(k, &http.Client{Transport: d})
	if err != nil {
		t.Fatal(err)
	}
	return c, d
}

func embedded(t *testing.T) *stand.Datadog {
	nobody := &direct{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
	d := stand.New(stand.Options{APIKey: "api", AppKey: "app", WebhookURL: "http://bot/", Client: &http.Client{Transport: nobody}})
	t.Cleanup(d.Close)
	return d
}

const prod = "env:prod,service:checkout"

func TestKeys(t *testing.T) {
	for _, tt := range []struct {
		why  string
		k    Keys
		want string // "" works, "-" is nil without error
	}{
		{"none", Keys{Site: "datadoghq.eu"}, "-"},
		{"both", Keys{API: "a", App: "b"}, ""},
		{"a site newer than the SDK", Keys{API: "a", App: "b", Site: "mars1.datadoghq.com"}, ""},
		{"a stand-in", Keys{API: "a", App: "b", Site: "datadoghq.com", URL: "http://127.0.0.1:1/"}, ""},
		{"no application key", Keys{API: "a"}, "DD_APP_KEY is not"},
		{"no API key", Keys{App: "a"}, "DD_API_KEY is not"},
		{"a URL as site", Keys{API: "a", App: "b", Site: "https://datadoghq.eu"}, "DD_SITE"},
		{"a path in the URL", Keys{API: "a", App: "b", URL: "http://x/api"}, "DD_API_URL"},
		{"no scheme", Keys{API: "a", App: "b", URL: "127.0.0.1:80"}, "DD_API_URL"},
	} {
		c, err := New(tt.k, nil)
		switch {
		case tt.want == "" || tt.want == "-":
			if err != nil || (c == nil) != (tt.want == "-") {
				t.Errorf("%s: %v %v", tt.why, c, err)
			}
		case err == nil || !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: %v, want %s", tt.why, err, tt.want)
		}
	}
}

func TestCheckSaysWhichKeyIsRefused(t *testing.T) {
	d := embedded(t)
	for _, tt := range []struct {
		why  string
		k    Keys
		want string
	}{
		{"both good", keys, ""},
		{"wrong API key", Keys{API: "x", App: "app"}, "validate DD_API_KEY"},
		{"wrong application key", Keys{API: "api", App: "x"}, "list monitors with DD_APP_KEY"},
	} {
		c, _ := connect(t, d, tt.k)
		err := c.Check(t.Context())
		if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %s", tt.why, err, tt.want)
		}
	}
}

func TestWithoutKeysNothingIsAsked(t *testing.T) {
	var c *Client
	_, state := c.State(t.Context(), "1", "")
	_, mute := c.Mute(t.Context(), "1", "", time.Now())
	for _, err := range []error{c.Check(t.Context()), state, mute, c.Unmute(t.Context(), "1")} {
		if !errors.Is(err, ErrNotConfigured) {
			t.Error(err)
		}
	}
}

func TestStateFollowsTheMonitor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := embedded(t)
		c, _ := connect(t, d, keys)
		for _, tt := range []struct {
			why, id, fire, ask, transition string
			monitor                        int64
			want                           alerts.Transition
		}{
			{"quiet", "24100101", "service:checkout,env:prod", prod, "", 0, alerts.Recovered},
			{"fires, tags in another order", "24100101", "service:checkout,env:prod", prod, "Triggered", 24100101, alerts.Triggered},
			{"gets better", "24100101", "service:checkout,env:prod", prod, "Warn", 24100101, alerts.Warned},
			{"another group is not touched", "24100101", "service:cart,env:prod", prod, "Triggered", 24100101, alerts.Warned},
			{"recovers", "24100101", "service:checkout,env:prod", prod, "Recovered", 24100101, alerts.Recovered},
			{"a simple alert", "24100104", "", "", "No Data", 24100104, alerts.NoData},
			{"a group that is gone", "24100101", "", "service:nowhere", "", 0, ""},
			{"the monitor as a whole", "24100101", "", "", "", 0, alerts.Triggered},
		} {
			if tt.transition != "" {
				if _, err := d.Fire(tt.monitor, tt.fire, tt.transition, stand.Shots{}); err != nil {
					t.Fatal(err)
				}
			}
			got, err := c.State(t.Context(), tt.id, tt.ask)
			if err != nil || got.Transition != tt.want {
				t.Errorf("%s: %+v %v, want %s", tt.why, got, err, tt.want)
			}
		}
		if got, _ := c.State(t.Context(), "24100104", ""); !got.Since.Equal(time.Now()) {
			t.Errorf("no data since %v", got.Since)
		}
		for _, id := range []string{"7", "made up from a title"} {
			if _, err := c.State(t.Context(), id, ""); !errors.Is(err, ErrNotFound) {
				t.Errorf("monitor %q: %v", id, err)
			}
		}
	})
}

// TestWordsUnknownToTheSDK: the SDK keeps a monitor of a new type aside as
// unparsed and gives an empty one without an error.
func TestWordsUnknownToTheSDK(t *testing.T) {
	c, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"id":1,"type":"brand-new alert","query":"q","overall_state":"Alert",
			"state":{"groups":{"host:a":{"status":"Warn","last_triggered_ts":1796173320},"host:b":{"status":"Brand New"}}}}`)
	}), keys)
	for scope, want := range map[string]alerts.Transition{"": alerts.Triggered, "host:a": alerts.Warned, "host:b": ""} {
		if got, err := c.State(t.Context(), "1", scope); err != nil || got.Transition != want {
			t.Errorf("%s: %+v %v, want %s", scope, got, err, want)
		}
	}
}

func TestMuteSilencesOneGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := embedded(t)
		c, _ := connect(t, d, keys)
		until := time.Now().Add(time.Hour)
		id, err := c.Mute(t.Context(), "24100101", prod, until)
		if err != nil {
			t.Fatal(err)
		}
		if m := d.State().Muted; len(m) != 1 || m[0].ID != id || !m[0].Until.Equal(until) || m[0].Scope != "env:prod AND service:checkout" {
			t.Errorf("muted %+v", m)
		}
		for scope, muted := range map[string]int{"service:checkout,env:prod": 1, "service:cart,env:prod": 0} {
			if fired, _ := d.Fire(24100101, scope, "Triggered", stand.Shots{}); fired.Muted != muted {
				t.Errorf("%s: %+v", scope, fired)
			}
		}
		for range 2 { // the second time it is over already
			if err := c.Unmute(t.Context(), id); err != nil {
				t.Error(err)
			}
		}
		if m := d.State().Muted; len(m) != 0 {
			t.Errorf("still muted: %+v", m)
		}
		if _, err := c.Mute(t.Context(), "24100104", "", until); err != nil {
			t.Errorf("the whole monitor: %v", err)
		}
		if _, err := c.Mute(t.Context(), "24100104", "", time.Now().Add(-time.Hour)); err == nil || !strings.Contains(err.Error(), "must be in the future") {
			t.Errorf("Datadog's reason is lost: %v", err)
		}
	})
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := embedded(t)
		c, sent := connect(t, d, keys)
		began := time.Now()

		d.RefuseNext(2, 7*time.Second)
		if _, err := c.Mute(t.Context(), "24100101", "", began.Add(time.Hour)); err != nil || sent.calls.Load() != 3 || time.Since(began) != 14*time.Second {
			t.Errorf("refused calls are repeated when Datadog says so: %v after %d calls, %v", err, sent.calls.Load(), time.Since(began))
		}
		if len(d.State().Muted) != 1 {
			t.Error("muted more than once")
		}

		d.RefuseNext(1, time.Hour)
		for range 2 {
			before := sent.calls.Load()
			_, err := c.State(t.Context(), "24100101", "")
			limit, ok := errors.AsType[*LimitError](err)
			if !ok || time.Until(limit.Until) != time.Hour {
				t.Errorf("a wait too long for an alert is an error: %v", err)
			}
			if sent.calls.Load() > before+1 {
				t.Errorf("%d calls in vain", sent.calls.Load()-before)
			}
		}
		d.RefuseNext(1, 20*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := c.Unmute(ctx, "x"); err == nil || time.Since(began) != 14*time.Second {
			t.Errorf("waits past its context: %v, %v", err, time.Since(began))
		}
	})
}

func TestLastCallOfAPeriodIsFollowedByAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", "9")
			io.WriteString(w, `{"overall_state":"OK"}`)
		}), keys)
		began := time.Now()
		for range 2 {
			if _, err := c.State(t.Context(), "1", ""); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(began); took != 9*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestTrouble(t *testing.T) {
	for _, tt := range []struct {
		why     string
		handler http.HandlerFunc
		want    string
	}{
		{"a server's fault is not repeated here", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "oh no", http.StatusBadGateway)
		}, "502"},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, "200"},
		{"a redirect is not followed: keys travel in headers", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example.com/", http.StatusFound)
		}, "302"},
	} {
		c, sent := connect(t, tt.handler, keys)
		_, err := c.State(t.Context(), "1", "")
		if err == nil || !strings.Contains(err.Error(), tt.want) || sent.calls.Load() != 1 {
			t.Errorf("%s: %v after %d calls", tt.why, err, sent.calls.Load())
		}
		if err != nil && strings.Contains(err.Error(), `"app"`) {
			t.Errorf("%s: the error tells a key: %v", tt.why, err)
		}
	}
}

// TestStandInIsStrict holds the embedded Datadog to what the real one refuses.
func TestStandInIsStrict(t *testing.T) {
	d := embedded(t)
	for _, tt := range []struct {
		why, method, path, body string
		keys                    bool
		want                    int
	}{
		{"no keys", "GET", "/api/v1/monitor", "", false, 403},
		{"no keys, unchecked body", "POST", "/api/v2/downtime", "{", false, 403},
		{"broken body", "POST", "/api/v2/downtime", "{", true, 400},
		{"unknown field", "POST", "/api/v2/downtime", `{"data":{"type":"downtime","attributes":{"scoop":"*"}}}`, true, 400},
		{"no monitor", "POST", "/api/v2/downtime", `{"data":{"type":"downtime","attributes":{"scope":"*"}}}`, true, 400},
		{"old scope form", "POST", "/api/v2/downtime", `{"data":{"type":"downtime","attributes":{"scope":"a:b,c:d","monitor_identifier":{"monitor_id":24100101}}}}`, true, 400},
		{"unknown downtime", "DELETE", "/api/v2/downtime/1", "", true, 404},
		{"downtimes", "GET", "/api/v2/downtime", "", true, 200},
		{"unknown group state", "GET", "/api/v1/monitor?group_states=bad", "", true, 400},
		{"monitors", "GET", "/api/v1/monitor?group_states=all&page=0&page_size=2", "", true, 200},
		{"unknown path", "GET", "/api/v2/nothing", "", true, 404},
		{"log search", "POST", "/api/v2/logs/events/search", `{"filter":{"query":"source:waf","from":"now-5m","to":"now"},"page":{"limit":1000}}`, true, 200},
		{"log search too large", "POST", "/api/v2/logs/events/search", `{"filter":{"query":"source:waf","from":"now-5m","to":"now"},"page":{"limit":1001}}`, true, 400},
		{"log aggregate", "POST", "/api/v2/logs/analytics/aggregate", `{"filter":{"from":"now-5m","to":"now"},"compute":[{"aggregation":"count"}],"group_by":[{"facet":"host"}]}`, true, 200},
		{"unknown aggregation", "POST", "/api/v2/logs/analytics/aggregate", `{"filter":{"from":"now-5m","to":"now"},"compute":[{"aggregation":"p95"}]}`, true, 400},
	} {
		r := httptest.NewRequest(tt.method, tt.path, bytes.NewBufferString(tt.body))
		r.Header.Set("Content-Type", "application/json")
		if tt.keys {
			r.Header.Set("DD-API-KEY", "api")
			r.Header.Set("DD-APPLICATION-KEY", "app")
		}
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		if w.Code != tt.want || w.Code >= 400 && !strings.Contains(w.Body.String(), `"errors":[`) {
			t.Errorf("%s: %d %s, want %d", tt.why, w.Code, w.Body, tt.want)
		}
		if w.Code == 200 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %s", tt.why, w.Body)
		}
	}
}
