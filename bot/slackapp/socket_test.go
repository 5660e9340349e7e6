package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	fake "toban/fixtures/slack"
)

// connect runs a socket until stop is called, or the test ends.
func (r *rig) connect(t *testing.T, handle Handler) (s *Socket, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s = NewSocket(r.api, handle, r.log)
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Errorf("the socket ended with %v", err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	return s, stop
}

func (r *rig) online(t *testing.T) {
	t.Helper()
	if err := r.Wait(t.Context(), func() bool { return r.Connections() > 0 }); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// press has ana type a command again and again until it is answered, and says
// how long that took.
func (r *rig) press(t *testing.T) time.Duration {
	t.Helper()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if d := time.Since(began); d > time.Hour || r.As("ana").Command("general", "/oncall").Err == nil {
			return d
		}
	}
}

// textOf is the text of a message event.
func textOf(e Envelope) string {
	var p struct {
		Event struct{ Text string } `json:"event"`
	}
	_ = json.Unmarshal(e.Payload, &p)
	return p.Event.Text
}

func nothing(context.Context, Envelope) (any, error) { return nil, nil }

func TestASocketThatIsRefusedDoesNotHammerSlack(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		r.RefuseSockets(1000)
		s, stop := r.connect(t, nothing)
		defer stop()
		time.Sleep(3 * time.Second)
		if n := r.Stats().SocketsOpened; n < 2 || n > 7 {
			t.Errorf("%d connections in 3 s, want a few", n)
		}
		if st := s.Status(); st.Connected || !strings.Contains(st.Trouble, "too many connections") {
			t.Errorf("status is %+v", st)
		}
		time.Sleep(time.Hour)
		if n := r.Stats().Calls[openMethod]; n > 150 {
			t.Errorf("%d calls of %s in an hour, want at most two a minute and a few", n, openMethod)
		}
		r.Heal()
		time.Sleep(2 * time.Minute)
		if st := s.Status(); !st.Connected || st.Trouble != "" {
			t.Errorf("after the refusals end, status is %+v", st)
		}
	})
}

func TestConnectionsThatSoonBreakAreSpacedOut(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		_, stop := r.connect(t, nothing)
		defer stop()
		for began := time.Now(); time.Since(began) < 3*time.Minute; {
			r.online(t)
			r.CutSockets()
		}
		if n := r.Stats().SocketsOpened; n > 14 {
			t.Errorf("%d connections in 3 minutes, want few", n)
		}
		time.Sleep(2 * time.Minute)
		r.online(t)
		time.Sleep(time.Minute) // a connection that lives forgives all that was
		r.CutSockets()
		began := time.Now()
		r.online(t)
		if d := time.Since(began); d > 200*time.Millisecond {
			t.Errorf("a good connection was replaced after %v, want at once", d)
		}
	})
}

func TestARefreshLosesNothing(t *testing.T) {
	o := sampleTeam()
	o.RefreshEvery = 2 * time.Minute
	bubble(t, o, func(t *testing.T, r *rig) {
		var handled sync.Map
		_, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			time.Sleep(30 * time.Millisecond)
			handled.Store(textOf(e), true)
			return nil, nil
		})
		r.online(t)
		const all = 6000
		for i := range all { // ten minutes of talk
			if _, err := r.As("ana").Post("general", fmt.Sprintf("<@%s> message %d", r.BotUser(), i)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		stop()
		synctest.Wait()
		n := 0
		handled.Range(func(_, _ any) bool { n++; return true })
		st := r.Stats()
		if n != all || st.Timeouts+st.Retries+st.Unsent+st.LateAcks != 0 {
			t.Errorf("%d of %d handled; %d not acknowledged, %d retried, %d found no connection, %d late",
				n, all, st.Timeouts, st.Retries, st.Unsent, st.LateAcks)
		}
		if st.ClosedRudely != 0 || st.CutByUs != 0 || st.ClosedCleanly != st.SocketsOpened || st.SocketsOpened < 5 {
			t.Errorf("%d sockets: %d closed cleanly, %d rudely", st.SocketsOpened, st.ClosedCleanly, st.ClosedRudely)
		}
	})
}

func TestARefreshWithoutWarningOverlaps(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		s, stop := r.connect(t, nothing)
		defer stop()
		r.online(t)
		time.Sleep(time.Minute)
		since := s.Status().Since
		r.Disconnect("refresh_requested")
		r.online(t)
		time.Sleep(3 * time.Second)
		if st := s.Status(); !st.Connected || !st.Since.Equal(since) {
			t.Errorf("the connection was interrupted: %+v, was up since %v", st, since)
		}
		if st := r.Stats(); st.ClosedCleanly != 2 || st.ClosedRudely != 0 {
			t.Errorf("the old ones: %d closed cleanly, %d rudely", st.ClosedCleanly, st.ClosedRudely)
		}
	})
}

func TestStoppingFinishesWhatIsInHandAndSaysGoodbye(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		_, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			time.Sleep(2 * time.Second)
			return map[string]any{"text": "done"}, nil
		})
		r.online(t)
		answered := make(chan error)
		go func() { answered <- r.As("ana").Command("general", "/oncall").Err }()
		synctest.Wait()
		began := time.Now()
		stop()
		if err := <-answered; err != nil {
			t.Errorf("the command in hand: %v", err)
		}
		if d := time.Since(began); d > 3*time.Second {
			t.Errorf("stopping took %v", d)
		}
		synctest.Wait()
		if st := r.Stats(); st.ClosedCleanly != 2 || st.ClosedRudely != 0 {
			t.Errorf("%d closed cleanly and %d rudely, want 2 and 0", st.ClosedCleanly, st.ClosedRudely)
		}
	})
}

func TestStoppingWhileNothingIsConnected(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		r.Fail(fake.Fault{Method: openMethod, Status: 503})
		s, stop := r.connect(t, nothing)
		time.Sleep(10 * time.Minute)
		if st := s.Status(); st.Connected || !strings.Contains(st.Trouble, "http_503") {
			t.Errorf("status is %+v", st)
		}
		stop()
	})
}

func TestSlowHandlersHoldUpNoPing(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		release := make(chan struct{})
		var begun atomic.Int64
		s, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			begun.Add(1)
			<-release // it does not even look at its context
			return nil, nil
		})
		defer stop()
		r.online(t)
		for i := range handlers + backlog + 50 {
			if _, err := r.As("ana").Post("general", fmt.Sprintf("<@%s> %d", r.BotUser(), i)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(50 * time.Second)
		if st := r.Stats(); !s.Status().Connected || st.SocketsOpened != 2 {
			t.Errorf("a connection was lost: %d were opened", st.SocketsOpened)
		}
		if n := begun.Load(); n != handlers {
			t.Errorf("%d handlers run, want %d", n, handlers)
		}
		close(release)
		time.Sleep(10 * time.Minute) // Slack repeats what was not acknowledged
		if st := r.Stats(); st.Acks < handlers+backlog+50 {
			t.Errorf("%d acknowledged in the end, want all %d", st.Acks, handlers+backlog+50)
		}
	})
}

func TestAPanicOrAnErrorIsNotAcknowledged(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		r.log = testLog(t)
		var tries []string
		var mu sync.Mutex
		_, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			mu.Lock()
			defer mu.Unlock()
			tries = append(tries, fmt.Sprintf("%d %s", e.RetryAttempt, e.RetryReason))
			switch len(tries) {
			case 1:
				panic("a nil somewhere")
			case 2:
				return nil, errors.New("the store is down")
			}
			return nil, nil
		})
		defer stop()
		r.online(t)
		if _, err := r.As("ana").Post("general", fmt.Sprintf("<@%s> hello", r.BotUser())); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := strings.Join(tries, ", "); got != "0 , 1 timeout, 2 timeout" {
			t.Errorf("tried %q, want until it worked", got)
		}
		if st := r.Stats(); st.Acks != 1 {
			t.Errorf("%d acknowledged, want 1", st.Acks)
		}
	})
}

func TestAHandlerIsToldWhenSlackStopsWaiting(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		_, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		defer stop()
		r.online(t)
		began := time.Now()
		reply := r.As("ana").Command("general", "/oncall")
		if d := time.Since(began); reply.Err == nil || d > 4*time.Second {
			t.Errorf("the person saw %v after %v, want Slack's error", reply.Err, d)
		}
	})
}

func TestRepeatedEnvelopesReachTheHandler(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		var ids []string
		var mu sync.Mutex
		_, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			mu.Lock()
			defer mu.Unlock()
			ids = append(ids, e.ID)
			return nil, nil
		})
		defer stop()
		r.online(t)
		r.RepeatEnvelopes(1)
		if _, err := r.As("ana").Post("general", fmt.Sprintf("<@%s> hello", r.BotUser())); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(ids) != 2 || ids[0] != ids[1] {
			t.Errorf("handled %v, want the same one twice: handlers tell", ids)
		}
	})
}

func TestAnAnswerThatIsTooBigIsLeftOut(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		size := 19_000
		_, stop := r.connect(t, func(ctx context.Context, e Envelope) (any, error) {
			return map[string]any{"text": strings.Repeat("x", size)}, nil
		})
		defer stop()
		r.online(t)
		if reply := r.As("ana").Command("general", "/oncall"); reply.Err != nil || !strings.Contains(texts(r.Messages("general")), "xxx") {
			t.Errorf("an answer of 19 kB: %v", reply.Err)
		}
		size = 30_000
		if reply := r.As("ana").Command("general", "/oncall"); reply.Err != nil {
			t.Errorf("an answer of 30 kB: %v, want an acknowledgement without it", reply.Err)
		}
		if st := r.Stats(); st.BigAcks != 0 || st.Acks != 2 {
			t.Errorf("%d big and %d acknowledged", st.BigAcks, st.Acks)
		}
	})
}

func TestATokenThatSlackRefusesIsSaidAndRetriedSlowly(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		r.Fail(fake.Fault{Method: openMethod, Error: "invalid_auth"})
		s, stop := r.connect(t, nothing)
		defer stop()
		time.Sleep(time.Hour)
		if n := r.Stats().Calls[openMethod]; n < 10 || n > 13 {
			t.Errorf("%d tries in an hour, want one each 5 minutes", n)
		}
		if st := s.Status(); !st.Helpless || !strings.Contains(st.Trouble, "SLACK_APP_TOKEN") || strings.Contains(st.Trouble, r.AppToken()) {
			t.Errorf("status is %+v", st)
		}
		r.Heal()
		time.Sleep(6 * time.Minute)
		if !s.Status().Connected {
			t.Error("not connected after the token was accepted again")
		}
	})
}

func TestSlackIsObeyedWhenItWantsFewerConnections(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		r.Fail(fake.Fault{Method: openMethod, Status: 429, RetryAfter: 90 * time.Second, Times: 1})
		_, stop := r.connect(t, nothing)
		defer stop()
		began := time.Now()
		r.online(t)
		if d := time.Since(began); d < 90*time.Second || d > 95*time.Second {
			t.Errorf("connected after %v, want 90 s", d)
		}
	})
}

func TestSocketModeSwitchedOffIsSaid(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		s, stop := r.connect(t, nothing)
		defer stop()
		r.online(t)
		r.Fail(fake.Fault{Method: openMethod, Status: 500})
		time.Sleep(time.Minute)
		r.Fail(fake.Fault{Method: openMethod, Delay: time.Minute})
		r.Disconnect("link_disabled")
		synctest.Wait()
		if st := s.Status(); !st.Helpless || !strings.Contains(st.Trouble, "switched off") {
			t.Errorf("status is %+v", st)
		}
	})
}

// mute is a Slack that says hello and then nothing, like a connection whose
// other end was taken away.
type mute struct {
	connects atomic.Int64
	upgrade  websocket.Upgrader
}

func (m *mute) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		_, _ = fmt.Fprint(rw, `{"ok":true,"url":"ws://slack.test/link"}`)
		return
	}
	conn, err := m.upgrade.Upgrade(rw, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	m.connects.Add(1)
	_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`))
	buf := make([]byte, 1024) // what comes is not even answered as WebSocket would
	for {
		if _, err := conn.NetConn().Read(buf); err != nil {
			return
		}
	}
}

func TestSilenceIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mute{}
		wire := fake.Pipe(m)
		api := NewAPI(Access{AppToken: "xapp-1", URL: wire.URL(), Dial: wire.Dial}, NewPacer())
		r := &rig{api: api, log: testLog(t)}
		_, stop := r.connect(t, nothing)
		time.Sleep(silence - time.Second)
		if n := m.connects.Load(); n != 2 {
			t.Errorf("%d connections while there was hope, want 2", n)
		}
		time.Sleep(2 * time.Second)
		if n := m.connects.Load(); n < 3 || n > 4 {
			t.Errorf("%d connections after 30 s of silence, want others beside the two", n)
		}
		stop()
		api.Close()
		_ = wire.Close()
	})
}

func TestABackoffGrowsUpToItsLimit(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		why  string
		err  error
		most time.Duration
	}{
		{"Slack cannot be reached", &Fault{Kind: Unsent}, mostKnocking},
		{"an error page", &Fault{Kind: Doubtful}, mostKnocking},
		{"a handshake that cost nothing", &dialError{kept: true, err: errors.New("refused")}, mostKnocking},
		{"no hello", context.DeadlineExceeded, mostTrying},
		{"too many connections", &lostError{reasonRefused}, mostRefused},
	} {
		var b backoff
		if b.wait(time.Hour) != 0 {
			t.Error("the first try waits")
		}
		for i := range 12 {
			b.failed(now, tt.err)
			want := min(waits[min(i, len(waits)-1)], tt.most)
			if d := b.until.Sub(now); d < want-want/4 || d > want {
				t.Errorf("%s, %d times: %v, want %v and a quarter less at most", tt.why, i+1, d, want)
			}
		}
		now = now.Add(time.Minute)
		b.lost(now, 9*time.Second, reasonCut, true)
		if !b.until.After(now) {
			t.Errorf("%s: a connection of 9 s was taken for a good one", tt.why)
		}
		b.lost(now, 10*time.Second, reasonCut, true)
		if !b.until.Equal(now) {
			t.Errorf("%s: a connection of 10 s was not taken for a good one", tt.why)
		}
	}
}
