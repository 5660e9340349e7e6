package alerts

import (
	"testing"
	"testing/synctest"
	"time"
)

// curious is a shop whose alerts about blocked requests have context to wait
// for; warnings page nobody there.
func curious(m *memory) *Pager {
	p := shop(m)
	p.Routing = Routing{{Level: []Level{LevelWarn}}, {Escalation: "shop"}}
	p.Look = func(a Alert) (look bool, after, patience time.Duration) {
		if a.Monitor == "waf" {
			return true, 0, 5 * time.Second
		}
		return a.Monitor == "latency", 0, 0
	}
	return p
}

func TestContextIsAskedForOnceAndOnlyWhatPagesNobodyWaitsForIt(t *testing.T) {
	for _, tt := range []struct {
		why, monitor string
		first        Transition
		look, wait   bool
	}{
		{"an alert that pages is shown at once", "waf", Triggered, true, false},
		{"a warning may wait for what was blocked", "waf", Warned, true, true},
		{"no patience, no waiting", "latency", Warned, true, false},
		{"nothing to look up", "disk", Warned, false, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			p := curious(m)
			run(t, p)
			receive := func(id string, tr Transition) Alert {
				t.Helper()
				e := Event{ID: id, Source: "datadog", Monitor: tt.monitor, Transition: tr, Title: "x", At: time.Now()}
				if err := p.Receive(t.Context(), e); err != nil {
					t.Fatal(err)
				}
				for _, a := range m.alerts {
					return a
				}
				return Alert{}
			}
			now := time.Now()
			a := receive("1", tt.first)
			if looks := a.LookAt.Equal(now); looks != tt.look || a.LookAt.IsZero() == tt.look {
				t.Errorf("%s: looked up at %v, want %v", tt.why, a.LookAt, tt.look)
			}
			if waits := a.ShowAt.Equal(now.Add(5 * time.Second)); waits != tt.wait || a.ShowAt.IsZero() == tt.wait {
				t.Errorf("%s: shown at %v, want it to wait: %v", tt.why, a.ShowAt, tt.wait)
			}
		})
	}
}

func TestAnAlertThatBecomesWorseIsLookedAtAgainAndHeldBackNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := curious(m)
		run(t, p)
		var a Alert
		for i, step := range []struct {
			transition Transition
			look       bool
		}{{Warned, true}, {ReWarned, false}, {Triggered, true}, {Renotify, false}, {Recovered, false}, {Triggered, true}} {
			time.Sleep(time.Minute)
			e := Event{ID: string(rune('a' + i)), Source: "datadog", Monitor: "waf", Transition: step.transition, Title: "x", At: time.Now()}
			if err := p.Receive(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			for _, a = range m.alerts {
			}
			if asked := a.LookAt.Equal(time.Now()); asked != step.look {
				t.Errorf("after %s: asked for context: %v, want %v", step.transition, asked, step.look)
			}
			if i > 0 && !a.ShowAt.IsZero() {
				t.Errorf("after %s: held back until %v", step.transition, a.ShowAt)
			}
			a.LookAt, a.ShowAt = time.Time{}, time.Time{} // the store reads both as zero
			m.alerts[a.ID] = a
		}
		if len(m.alerts) != 1 {
			t.Errorf("%d alerts, want one", len(m.alerts))
		}
	})
}
