package slackapp

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	fake "toban/fixtures/slack"
)

func TestTheLossOfOneConnectionCostsNothing(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		s, stop := r.connect(t, nothing)
		defer stop()
		r.online(t)
		for range 3 {
			r.CutSocket()
			if reply := r.As("ana").Command("general", "/oncall"); reply.Err != nil {
				t.Errorf("after one of two was cut: %v", reply.Err)
			}
			time.Sleep(5 * time.Minute)
			if st := s.Status(); st.Alive != 2 {
				t.Errorf("five minutes later %d are alive", st.Alive)
			}
		}
	})
}

func TestAPressWorksSoonAfterCuts(t *testing.T) {
	for _, apart := range []time.Duration{0, time.Second, 5 * time.Second, 12 * time.Second, 40 * time.Second} {
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			_, stop := r.connect(t, nothing)
			defer stop()
			r.online(t)
			time.Sleep(apart)
			for i := range 8 {
				r.CutSockets()
				if d := r.press(t); d > 5*time.Second {
					t.Errorf("%v apart: cut %d leaves the buttons dead for %v", apart, i+1, d)
				}
				time.Sleep(apart)
			}
			if st := r.Stats(); st.Limited[openMethod] > 0 {
				t.Errorf("%v apart: Slack had to ask for a pause", apart)
			}
		})
	}
}

func TestAPressWorksSoonAfterSlackIsBack(t *testing.T) {
	for _, tt := range []struct {
		why   string
		fault fake.Fault
		away  time.Duration
		most  time.Duration
		opens int
	}{
		{"handshakes fail for 3 s", fake.Fault{Method: "link", Status: 503}, 3 * time.Second, 4 * time.Second, 5},
		{"handshakes fail for 20 s", fake.Fault{Method: "link", Status: 503}, 20 * time.Second, 5 * time.Second, 5},
		{"handshakes fail for 10 minutes", fake.Fault{Method: "link", Status: 503}, 10 * time.Minute, 5 * time.Second, 15},
		{"handshakes are cut for 20 s", fake.Fault{Method: "link", Cut: fake.CutBefore}, 20 * time.Second, 5 * time.Second, 5},
		{"tickets are refused for 3 s", fake.Fault{Method: "link", Status: 403}, 3 * time.Second, 4 * time.Second, 8},
		{"tickets are refused for 20 s", fake.Fault{Method: "link", Status: 403}, 20 * time.Second, 15 * time.Second, 12},
		{"Slack says 503 for 20 s", fake.Fault{Method: "*", Status: 503}, 20 * time.Second, 5 * time.Second, 20},
		{"Slack says 503 for an hour", fake.Fault{Method: "*", Status: 503}, time.Hour, 5 * time.Second, 2000},
		{"Slack does not answer for 20 s", fake.Fault{Method: "*", Delay: time.Hour}, 20 * time.Second, 10 * time.Second, 20},
		{"handshakes hang for 20 s", fake.Fault{Method: "link", Delay: time.Hour}, 20 * time.Second, 15 * time.Second, 10},
		{"no hello for 20 s", fake.Fault{Method: "hello", Delay: time.Hour}, 20 * time.Second, 15 * time.Second, 10},
		{"hello takes 3 s", fake.Fault{Method: "hello", Delay: 3 * time.Second}, 20 * time.Second, 5 * time.Second, 8},
	} {
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			s, stop := r.connect(t, nothing)
			defer stop()
			r.online(t)
			time.Sleep(time.Minute)
			before := r.Stats().Calls[openMethod]
			r.Fail(tt.fault)
			r.CutSockets()
			time.Sleep(tt.away)
			r.Heal()
			if d := r.press(t); d > tt.most {
				t.Errorf("%s: a press works %v later, want %v", tt.why, d, tt.most)
			}
			if n := r.Stats().Calls[openMethod] - before; n > tt.opens {
				t.Errorf("%s: %d calls of %s, want %d", tt.why, n, openMethod, tt.opens)
			}
			if st := s.Status(); !st.Connected || st.Trouble != "" {
				t.Errorf("%s: status is %+v", tt.why, st)
			}
		})
	}
}

func TestADeafConnectionIsNoticed(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		s, stop := r.connect(t, nothing)
		defer stop()
		r.online(t)
		time.Sleep(time.Minute)
		heal := r.Fail(fake.Fault{Method: openMethod, Status: 503})
		r.MuteSockets() // Slack answers our pings still
		time.Sleep(silence + time.Second)
		if st := s.Status(); st.Connected || st.Alive != 0 || st.Trouble == "" {
			t.Errorf("Slack has not pinged for %v, and the status is %+v", silence, st)
		}
		heal()
		if d := r.press(t); d > 7*time.Second { // four until the next try, three for a press that meets a deaf one
			t.Errorf("a press works %v later", d)
		}
		r.MuteSockets()
		if d := r.press(t); d > silence+time.Second {
			t.Errorf("the buttons were dead for %v", d)
		}
		time.Sleep(5 * time.Minute)
		if st := s.Status(); st.Alive != 2 {
			t.Errorf("%d are alive", st.Alive)
		}
		if st := r.Stats(); st.ClosedRudely > 0 {
			t.Errorf("%d were closed rudely", st.ClosedRudely)
		}
	})
}

func TestWhatACutConnectionBroughtIsAcknowledgedOnTheOther(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		_, stop := r.connect(t, func(context.Context, Envelope) (any, error) {
			time.Sleep(time.Second)
			return nil, nil
		})
		defer stop()
		r.online(t)
		for range 2 { // whichever of the two brings it
			answered := make(chan error)
			go func() { answered <- r.As("ana").Command("general", "/oncall").Err }()
			time.Sleep(500 * time.Millisecond)
			r.CutSocket()
			if err := <-answered; err != nil {
				t.Errorf("ana sees %v", err)
			}
			time.Sleep(5 * time.Minute)
		}
	})
}

func TestASecondConnectionThatSlackRefusesIsNoTrouble(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		s, stop := r.connect(t, nothing)
		defer stop()
		r.online(t)
		time.Sleep(time.Minute)
		r.RefuseSockets(1 << 30)
		r.CutSocket()
		before := r.Stats().SocketsOpened
		time.Sleep(time.Hour)
		if n := r.Stats().SocketsOpened - before; n > 13 || !s.Status().Connected {
			t.Errorf("%d tries in an hour, want one each five minutes; %+v", n, s.Status())
		}
		if d := r.press(t); d > 0 {
			t.Errorf("a press waits %v", d)
		}
	})
}

// Slack allows an app ten connections. Second ones leave room for the first
// ones of replicas that start later.
func TestEveryReplicaFindsRoom(t *testing.T) {
	for _, together := range []int{1, 2, 5, 6} { // so many start at once, and then as many more
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			var all []*Socket
			for i := range 6 {
				if i%together == 0 {
					time.Sleep(time.Minute)
				}
				s, stop := r.connect(t, nothing)
				defer stop()
				all = append(all, s)
			}
			for range 12 {
				time.Sleep(time.Minute)
				for i, s := range all {
					if st := s.Status(); !st.Connected {
						t.Errorf("%d at once: replica %d hears nothing: %+v", together, i+1, st)
					}
				}
			}
		})
	}
}

// Whatever went wrong, a press works within 30 seconds after Slack is back; one
// that is tried meanwhile on a deaf connection takes three to fail. So says
// docs/operating.md.
func TestThirtySecondsAreKept(t *testing.T) {
	for seed := range uint64(12) {
		o := sampleTeam()
		o.NoRateLimits = true // where it limits, Slack itself says for how long
		bubble(t, o, func(t *testing.T, r *rig) {
			random := rand.New(rand.NewPCG(seed, 8))
			_, stop := r.connect(t, nothing)
			defer stop()
			for range 6 {
				for range 1 + random.IntN(6) {
					goWrong(r, random)
					time.Sleep(time.Duration(random.IntN(40)) * time.Second / time.Duration(1+random.IntN(20)))
				}
				r.Heal()
				if d := r.press(t); d > 33*time.Second {
					t.Errorf("seed %d: a press works %v after Slack is back", seed, d)
				}
			}
		})
	}
}

func goWrong(r *rig, random *rand.Rand) {
	fault := fake.Fault{Method: []string{"link", "hello", openMethod, "*"}[random.IntN(4)]}
	switch random.IntN(4) {
	case 0:
		fault.Status = []int{403, 500, 503}[random.IntN(3)]
	case 1:
		fault.Cut = fake.CutBefore
	case 2:
		fault.Delay = time.Duration(random.IntN(60)) * time.Second
	}
	switch random.IntN(8) {
	case 0:
		r.RefuseSockets(random.IntN(12))
	case 1:
		r.MuteSockets()
	case 2:
		r.Disconnect([]string{"warning", "refresh_requested", "link_disabled", "too_many_websockets"}[random.IntN(4)])
	case 3:
		r.CutSocket()
	case 4:
		r.Fail(fault)
	default:
		r.Fail(fault)
		r.CutSockets()
	}
}

func TestEveryWaitIsLogged(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		var lines strings.Builder
		r.log = slog.New(slog.NewTextHandler(&lines, nil))
		_, stop := r.connect(t, nothing)
		r.online(t)
		r.Fail(fake.Fault{Method: "link", Status: 503, Times: 2})
		r.CutSockets()
		time.Sleep(10 * time.Second)
		r.Fail(fake.Fault{Method: openMethod, Status: 429, RetryAfter: 20 * time.Second, Times: 1})
		r.CutSockets()
		time.Sleep(time.Minute)
		stop()
		for _, want := range []string{
			`"slack socket ends" reason=cut`, `no connection to Slack" wait=`, `503`,
			`Slack wants fewer new connections; waiting as long as it says" wait=20s`, `the next one waits" reason="Slack allows few`,
		} {
			if !strings.Contains(lines.String(), want) {
				t.Errorf("the log does not say %s:\n%s", want, lines.String())
			}
		}
	})
}

func TestCutsOverLoopback(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := fake.New(sampleTeam())
	server := httptest.NewServer(w)
	defer server.Close()
	defer func() { _ = w.Close() }()
	api := NewAPI(Access{BotToken: w.BotToken(), AppToken: w.AppToken(), URL: server.URL + "/api/"}, NewPacer())
	defer api.Close()
	ctx, stop := context.WithCancel(t.Context())
	s := NewSocket(api, nothing, testLog(t))
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	for i := range 4 {
		if err := w.Wait(ctx, func() bool { return w.Connections() > 0 }); err != nil {
			t.Fatal(err)
		}
		if reply := w.As("ana").Command("general", "/oncall"); reply.Err != nil {
			t.Errorf("after %d cuts: %v", i, reply.Err)
		}
		w.Fail(fake.Fault{Method: "link", Status: 503, Times: 1})
		w.CutSockets()
	}
	stop()
	running.Wait()
	if st := w.Stats(); st.Limited[openMethod] > 0 || st.ClosedRudely > 0 {
		t.Errorf("limited %d times, %d closed rudely", st.Limited[openMethod], st.ClosedRudely)
	}
}
