package slackapp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/slack-go/slack"
	"go.uber.org/goleak"

	"toban/bot/outbox"
	fake "toban/fixtures/slack"
)

// A rig is an embedded workspace and an API on it.
type rig struct {
	*fake.Workspace
	api  *API
	wire *fake.Wire
	log  *slog.Logger
}

func sampleTeam() fake.Options {
	return fake.Options{
		Team: fake.Team{
			Name: "Acme",
			Users: []fake.User{
				{Name: "ana", RealName: "Ana Ito", Email: "ana@acme.test", Locale: "ja-JP", TZ: "Asia/Tokyo"},
				{Name: "bo", RealName: "Bo Berg", DisplayName: "Bo", Email: "bo@acme.test", Locale: "en-GB", TZ: "Europe/Berlin"},
				{Name: "bo2", RealName: "Bo Berg", TZ: "Europe/Berlin"},
				{Name: "cy", RealName: "Cy Young", TZ: "America/New_York"},
				{Name: "gus", RealName: "Gus Guest", IsRestricted: true},
				{Name: "old", RealName: "Olga Old", Deleted: true},
			},
			Channels: []fake.Channel{
				{Name: "general", App: true},
				{Name: "alerts", App: true},
				{Name: "more", App: true},
				{Name: "outside"},
				{Name: "attic", App: true, Archived: true},
			},
		},
		Commands: []fake.Command{{Name: "/oncall", Description: "Who is on call"}},
	}
}

// bubble tells a story in a bubble of time over in-memory pipes. Whatever is
// left running at its end fails the test.
func bubble(t *testing.T, o fake.Options, story func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := fake.New(o)
		wire := fake.Pipe(w)
		r := &rig{Workspace: w, wire: wire, log: testLog(t)}
		r.api = NewAPI(Access{BotToken: w.BotToken(), AppToken: w.AppToken(), URL: wire.URL(), Dial: wire.Dial}, NewPacer())
		defer func() {
			r.api.Close()
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			_ = wire.Close()
		}()
		story(t, r)
	})
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func texts(ms []fake.Message) string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Fallback)
	}
	return strings.Join(out, " | ")
}

func TestWhatAFailedCallMayHaveDone(t *testing.T) {
	for _, tt := range []struct {
		why   string
		fault fake.Fault
		kind  FaultKind
		word  string
		posts int // that Slack made all the same
	}{
		{"Slack says no", fake.Fault{Error: "is_archived"}, Refused, "is_archived", 0},
		{"too many calls", fake.Fault{Status: 429, RetryAfter: 7 * time.Second}, Limited, "ratelimited", 0},
		{"too many calls, and not for how long", fake.Fault{Status: 429}, Limited, "ratelimited", 0},
		{"an error page", fake.Fault{Status: 503}, Doubtful, "http_503", 0},
		{"Slack fell over in the middle", fake.Fault{Error: "fatal_error"}, Doubtful, "fatal_error", 0},
		{"cut before", fake.Fault{Cut: fake.CutBefore}, Doubtful, "network", 0},
		{"cut after: it was posted", fake.Fault{Cut: fake.CutAfter}, Doubtful, "network", 1},
		{"no answer in time", fake.Fault{Delay: time.Minute}, Doubtful, "timeout", 0},
	} {
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			tt.fault.Method, tt.fault.Times = "chat.postMessage", 1
			r.Fail(tt.fault)
			_, _, err := r.api.Post(t.Context(), "#alerts", "", Words{Text: "hello"}, outbox.Paging)
			fault, ok := errors.AsType[*Fault](err)
			if !ok || fault.Kind != tt.kind || fault.Word != tt.word {
				t.Errorf("%s: got %v (%+v), want %s %s", tt.why, err, fault, tt.kind, tt.word)
			}
			s := r.Stats()
			if s.Posts != tt.posts || s.Calls["chat.postMessage"] != 1 {
				t.Errorf("%s: %d messages after %d calls, want %d after 1", tt.why, s.Posts, s.Calls["chat.postMessage"], tt.posts)
			}
		})
	}
}

func TestACallThatNeverReachedSlackIsNotDoubtful(t *testing.T) {
	defer goleak.VerifyNone(t)
	api := NewAPI(Access{BotToken: "xoxb-1", URL: "http://slack.test/api/", Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no route to host")
	}}, NewPacer())
	defer api.Close()
	_, _, err := api.Post(t.Context(), "C1", "", Words{Text: "hello"}, outbox.Paging)
	if f, ok := errors.AsType[*Fault](err); !ok || f.Kind != Unsent {
		t.Errorf("got %v, want unsent", err)
	}
}

func TestAfterA429TheMethodRestsAndOthersGoOn(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		r.Fail(fake.Fault{Method: "users.info", Times: 1, Status: 429, RetryAfter: 30 * time.Second})
		ask := func() error {
			return r.api.Call(t.Context(), "users.info", func(ctx context.Context, c *slack.Client) error {
				_, err := c.GetUserInfoContext(ctx, r.As("ana").ID)
				return err
			})
		}
		began := time.Now()
		if err := ask(); WordOf(err) != "ratelimited" {
			t.Fatal(err)
		}
		if _, err := r.api.WhoAmI(t.Context()); err != nil || time.Since(began) > time.Second {
			t.Errorf("another method: %v after %v", err, time.Since(began))
		}
		if err := ask(); err != nil || time.Since(began) < 30*time.Second {
			t.Errorf("the same method: %v after %v, want to wait 30 s", err, time.Since(began))
		}
	})
}

func TestCallsAreCounted(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		reg := prometheus.NewRegistry()
		r.api.access.Metrics = NewMetrics(reg)
		r.Fail(fake.Fault{Method: "auth.test", Times: 1, Status: 429, RetryAfter: time.Second})
		_, _ = r.api.WhoAmI(t.Context())
		_, _ = r.api.WhoAmI(t.Context())
		want := `
# HELP toban_slack_calls_total Calls of Slack's Web API by what became of them.
# TYPE toban_slack_calls_total counter
toban_slack_calls_total{method="auth.test",outcome="limited"} 1
toban_slack_calls_total{method="auth.test",outcome="ok"} 1
`
		if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "toban_slack_calls_total"); err != nil {
			t.Error(err)
		}
	})
}

func TestOverARealConnection(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := fake.New(sampleTeam())
	server := httptest.NewServer(w)
	defer server.Close()
	defer func() { _ = w.Close() }()
	api := NewAPI(Access{BotToken: w.BotToken(), AppToken: w.AppToken(), URL: server.URL + "/api/"}, NewPacer())
	defer api.Close()
	if _, _, err := api.Post(t.Context(), "#alerts", "", Words{Text: "hello"}, outbox.Paging); err != nil {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	s := NewSocket(api, func(context.Context, Envelope) (any, error) { return nil, nil }, testLog(t))
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	if err := w.Wait(ctx, func() bool { return w.Connections() == 2 }); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	// Slack's side may still be busy noticing.
	if err := w.Wait(t.Context(), func() bool { st := w.Stats(); return st.ClosedCleanly+st.ClosedRudely == 2 }); err != nil {
		t.Error(err)
	}
	if st := w.Stats(); st.ClosedCleanly != 2 {
		t.Error("a socket was not closed cleanly")
	}
}
