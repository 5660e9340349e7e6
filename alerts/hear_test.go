package alerts

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// send is fire with a cycle, a priority and an instant by the source's clock.
func send(t *testing.T, p *Pager, transition Transition, cycle string, priority Priority, behind time.Duration) {
	t.Helper()
	e := Event{
		ID: fmt.Sprint(time.Now().UnixNano(), transition, cycle, priority), Source: "datadog", Monitor: "1",
		Transition: transition, Cycle: cycle, Priority: priority, Title: "latency", At: time.Now().Add(-behind),
	}
	if err := p.Receive(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second) // let Due run
}

// woken counts how often somebody was told of m's only alert.
func (m *memory) woken(t *testing.T) int {
	t.Helper()
	alert := m.only(t).Alert.ID
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, p := range m.pages {
		if p.AlertID == alert {
			n += len(p.Notified) + len(p.Calls)
		}
	}
	return n
}

// TestEveryWordInEveryState says of each state of a case what each word of the
// source makes of it. "wakes" means that somebody is told at once; "late" that
// nothing changes.
func TestEveryWordInEveryState(t *testing.T) {
	words := []struct {
		transition Transition
		cycle      string
		behind     time.Duration
	}{
		{Triggered, "c1", 0},
		{Triggered, "c2", 0},
		{Warned, "c1", 0},
		{NoData, "c1", 0},
		{ReTriggered, "c1", 0},
		{ReWarned, "c1", 0},
		{Renotify, "c1", 0},
		{Renotify, "", 0},
		{Recovered, "c1", 0},
		{Recovered, "c0", 0},
		{Muted, "c1", 0},
		{Recovered, "c1", 3 * time.Hour},
		{Triggered, "c1", 3 * time.Hour},
	}
	header := "Trig c1, Trig c2, Warn, No Data, Re-Trig, Re-Warn, Renotify, Renotify -, Rec c1, Rec c0, Muted, Rec old, Trig old"
	const later = 20 * time.Minute
	for _, tt := range []struct {
		state string
		begin func(t *testing.T, p *Pager, page func() string)
		want  string
	}{
		{
			"never heard of", func(*testing.T, *Pager, func() string) {},
			"wakes, wakes, wakes, wakes, wakes, wakes, wakes, wakes, ends, ends, ends, ends, wakes",
		},
		{
			"warning, being paged", func(t *testing.T, p *Pager, _ func() string) { send(t, p, Warned, "c1", "P3", 0) },
			"wakes, wakes, edits, wakes, wakes, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"warning, acknowledged", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Warned, "c1", "P3", 0)
				press(t, p.Acknowledge, page())
			},
			"wakes, wakes, edits, wakes, wakes, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"eased to a warning, then acknowledged", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				send(t, p, Warned, "c1", "P3", 0)
				press(t, p.Acknowledge, page())
			},
			"wakes, wakes, edits, wakes, wakes, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"no data, acknowledged", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, NoData, "c1", "P3", 0)
				press(t, p.Acknowledge, page())
			},
			"wakes, wakes, edits, edits, wakes, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"alert, being paged", func(t *testing.T, p *Pager, _ func() string) { send(t, p, Triggered, "c1", "P3", 0) },
			"edits, edits, edits, edits, edits, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"alert, acknowledged", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				press(t, p.Acknowledge, page())
			},
			"edits, wakes, edits, edits, edits, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"warning, snoozed", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Warned, "c1", "P3", 0)
				snooze(t, p, page(), 4*time.Hour)
			},
			"wakes, wakes, edits, wakes, wakes, edits, edits, edits, ends, late, ends, late, late",
		},
		{
			"alert, nobody answered", func(t *testing.T, p *Pager, _ func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				time.Sleep(2 * time.Hour)
			},
			"wakes, wakes, wakes, wakes, wakes, wakes, wakes, wakes, ends, ends, ends, late, late",
		},
		{
			"resolved by hand", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				press(t, p.Resolve, page())
			},
			"wakes, wakes, wakes, wakes, wakes, wakes, wakes, wakes, ends, late, ends, late, late",
		},
		{
			"recovered just now", func(t *testing.T, p *Pager, _ func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				send(t, p, Recovered, "c1", "P3", 0)
			},
			"wakes, wakes, wakes, wakes, late, late, late, late, ends, ends, ends, late, late",
		},
		{
			"recovered after an answer", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				press(t, p.Acknowledge, page())
				send(t, p, Recovered, "c1", "P3", 0)
				time.Sleep(time.Minute)
			},
			"wakes, wakes, wakes, wakes, wakes, wakes, wakes, wakes, ends, ends, ends, late, late",
		},
		{
			"recovered while snoozed", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				snooze(t, p, page(), 4*time.Hour)
				send(t, p, Recovered, "c1", "P3", 0)
				time.Sleep(time.Minute)
			},
			"waits, waits, waits, waits, waits, waits, waits, waits, ends, ends, ends, late, late",
		},
		{
			"warning snoozed, then recovered", func(t *testing.T, p *Pager, page func() string) {
				send(t, p, Warned, "c1", "P3", 0)
				snooze(t, p, page(), 4*time.Hour)
				send(t, p, Recovered, "c1", "P3", 0)
				time.Sleep(later)
			},
			"wakes, wakes, waits, wakes, wakes, waits, wakes, wakes, ends, ends, ends, late, late",
		},
		{
			"muted", func(t *testing.T, p *Pager, _ func() string) {
				send(t, p, Triggered, "c1", "P3", 0)
				send(t, p, Muted, "c1", "P3", 0)
				time.Sleep(later)
			},
			"wakes, wakes, wakes, wakes, wakes, wakes, wakes, wakes, ends, ends, ends, late, late",
		},
	} {
		wants := strings.Split(tt.want, ", ")
		for i, w := range words {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(24 * time.Hour)
				m := newMemory()
				p := shop(m)
				run(t, p)
				tt.begin(t, p, func() string { return m.latest().Page.ID })
				before := m.latest()
				told := m.tellings()
				send(t, p, w.transition, w.cycle, "P3", w.behind)
				after := m.latest()
				got := "edits"
				switch {
				case after.Alert.Late > before.Alert.Late:
					got = "late"
				case m.tellings() > told:
					got = "wakes"
				case after.Alert.State != Firing:
					got = "ends"
				case after.Page.ID != before.Page.ID && after.Page.State == PageSnoozed:
					got = "waits"
				}
				if got != wants[i] {
					t.Errorf("%s: %s (%s) %s, want %s", tt.state, w.transition, strings.Split(header, ", ")[i], got, wants[i])
				}
				if wrong := unheard(after); wrong != "" {
					t.Errorf("%s: after %s (%s) %s", tt.state, w.transition, strings.Split(header, ", ")[i], wrong)
				}
			})
		}
	}
}

func press(t *testing.T, do func(ctx context.Context, press Press) (Case, Answer, error), page string) {
	t.Helper()
	if _, answer, err := do(t.Context(), Press{Page: page, By: "ana", At: time.Now()}); answer != Done || err != nil {
		t.Fatal(answer, err)
	}
	time.Sleep(time.Second)
}

func snooze(t *testing.T, p *Pager, page string, length time.Duration) {
	t.Helper()
	if _, answer, err := p.Snooze(t.Context(), Press{Page: page, By: "ana", At: time.Now()}, time.Now().Add(length)); answer != Done || err != nil {
		t.Fatal(answer, err)
	}
	time.Sleep(time.Second)
}

// unheard says what is wrong with a firing alert that nobody will ever hear of
// again although nobody answered for it; blank for all others.
func unheard(c Case) string {
	if c.Alert.State != Firing {
		if c.Page != nil && c.Page.Open() {
			return "a page is open whose alert has ended"
		}
		return ""
	}
	switch p := c.Page; {
	case p == nil:
		return "no page was opened"
	case p.State == PageAcknowledged && p.Severity.Worse(p.Covers):
		return "the answer does not cover how bad it is"
	case p.State == PageAcknowledged && p.OwnedBy == "":
		return "nobody answered"
	case p.State == PageAcknowledged:
		return ""
	case p.State == PageUnanswered:
		if did := p.Log[len(p.Log)-1].Did; did != DidExhaust && did != DidNobody && did != DidFail {
			return "it stopped and did not say so: " + string(did)
		}
		return ""
	case p.NextStepAt.IsZero():
		return "it is " + string(p.State) + " and has no timer"
	case p.Severity != c.Alert.Severity():
		return "the page does not know how bad it is"
	}
	return ""
}

func TestWhatGetsWorsePagesFromTheFirstStepAndSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		run(t, p)
		send(t, p, Warned, "c1", "P3", 0)
		time.Sleep(6 * time.Minute) // bo is being paged
		send(t, p, Triggered, "c1", "P3", 0)
		press(t, p.Acknowledge, m.only(t).Page.ID)
		send(t, p, Warned, "c1", "P3", 0)
		send(t, p, Triggered, "c1", "P3", 0) // no worse than what was answered
		send(t, p, ReTriggered, "c1", "P1", 0)
		want := `0s page ana
5m0s skip empty
5m0s page bo
6m2s worsen alert
6m2s page ana
6m4s acknowledge ana
6m9s worsen P1
6m9s page ana`
		if got := story(m.only(t).Page, start); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestAnAnswerCoversTheAlertAsItWasOnWhicheverRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		p.Routing = Routing{{Level: []Level{LevelWarn}, Channel: "#quiet"}, {Escalation: "shop"}}
		run(t, p)
		send(t, p, Warned, "c1", "P3", 0)
		if n := m.tellings(); n != 0 {
			t.Fatalf("a warning that is only shown told %d", n)
		}
		send(t, p, Triggered, "c1", "P3", 0)
		send(t, p, Warned, "c1", "P3", 0) // shown only, while somebody is being paged
		press(t, p.Acknowledge, m.only(t).Page.ID)
		told := m.tellings()
		send(t, p, ReWarned, "c1", "P3", 0)
		if n := m.tellings(); n != told {
			t.Errorf("a warning that is only shown told %d more", n-told)
		}
		send(t, p, Triggered, "c1", "P3", 0)
		if n := m.tellings(); n != told+1 {
			t.Errorf("the alert that is worse than what was answered told %d more", n-told)
		}
	})
}

// A Renotify says again what stands, and no level: after a press it is what it
// was before.
func TestARenotifyAfterResolvingByHandIsAsBadAsBefore(t *testing.T) {
	for _, tt := range []struct {
		cycle string
		want  Level
	}{{"c1", LevelWarn}, {"", LevelWarn}, {"c2", LevelAlert}} {
		before, _ := Apply(nil, Event{Transition: Warned, Cycle: "c1", At: noon}, noon)
		before.State, before.ClosedAt = AlertResolved, noon.Add(time.Minute)
		after, outcome := Apply(&before, Event{Transition: Renotify, Cycle: tt.cycle, At: noon.Add(time.Hour)}, noon.Add(time.Hour))
		if outcome != Opened || after.Level != tt.want {
			t.Errorf("cycle %q: %s at level %s, want %s", tt.cycle, outcome, after.Level, tt.want)
		}
	}
}

func TestARefusalIsNotedOnce(t *testing.T) {
	p := Page{State: PageTriggered, Notified: []Notice{{Person: "ana", At: noon}}}
	once := p.Undeliverable(Target{Person: "ana"}, "user_disabled", noon.Add(time.Second))
	twice := once.Undeliverable(Target{Person: "ana"}, "user_disabled", noon.Add(time.Minute))
	if len(once.Log) != 1 || len(twice.Log) != 1 || !twice.NextStepAt.Equal(once.NextStepAt) {
		t.Errorf("after one refusal %v, after two %v", once.Log, twice.Log)
	}
}

func TestAFiringAfterAnEndIsNewAndOnlyFlappingIsDamped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		run(t, p)
		flap := func(cycle string) { // fires for half a minute, every minute
			send(t, p, Triggered, cycle, "", 0)
			if c := m.only(t); c.Page.State == PageTriggered {
				press(t, p.Acknowledge, c.Page.ID)
			}
			time.Sleep(28 * time.Second)
			send(t, p, Recovered, cycle, "", 0)
			time.Sleep(28 * time.Second)
		}
		began := time.Now()
		for i := range 3 {
			flap(fmt.Sprint("c", i))
		}
		if n := m.woken(t); n != 3 {
			t.Errorf("three firings woke people %d times", n)
		}
		for i := range 30 {
			flap(fmt.Sprint("d", i))
		}
		took := time.Since(began)
		if n := m.woken(t); n < int(took/dampFor/2) || n > 3+int(took/dampFor)+1 {
			t.Errorf("half an hour of flapping woke people %d times", n)
		}
		// It fires once more, right after people were told, and stays.
		for i := 0; m.only(t).Page.State != PageDamped; i++ {
			send(t, p, Triggered, fmt.Sprint("e", i), "", 0)
			if m.only(t).Page.State != PageDamped {
				send(t, p, Recovered, fmt.Sprint("e", i), "", 0)
			}
		}
		n, until := m.woken(t), m.only(t).Page.NextStepAt
		time.Sleep(time.Until(until) + time.Minute)
		c := m.only(t)
		if m.woken(t) != n+1 || c.Page.State != PageTriggered || c.Page.Called()[0] != "ana" {
			t.Errorf("what still fires after that woke nobody: %+v", c.Page)
		}
		if c.Page.Log[1].Did != DidDamp || c.Page.Log[2].Did != DidSettle {
			t.Errorf("the history does not say so: %v", c.Page.Log)
		}
	})
}

func TestASnoozeOutlivesAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		run(t, p)
		send(t, p, Triggered, "c1", "", 0)
		snooze(t, p, m.latest().Page.ID, 2*time.Hour)
		until := m.latest().Page.NextStepAt
		send(t, p, Recovered, "c1", "", 0)
		time.Sleep(time.Hour) // long enough to be another alert
		send(t, p, Triggered, "c2", "", 0)
		c := m.latest()
		if c.Page.State != PageSnoozed || c.Page.OwnedBy != "ana" || !c.Page.NextStepAt.Equal(until) || len(c.Page.Notified) != 0 {
			t.Fatalf("it fires again within the snooze: %+v", c.Page)
		}
		time.Sleep(time.Until(until) + time.Second)
		if c := m.latest(); c.Page.State != PageTriggered || len(c.Page.Notified) != 1 {
			t.Errorf("it still fires when the snooze ends: %+v", c.Page)
		}
		// Whoever resolves it by hand takes the snooze back.
		snooze(t, p, m.latest().Page.ID, 2*time.Hour)
		press(t, p.Resolve, m.latest().Page.ID)
		send(t, p, Triggered, "c3", "", 0)
		if c := m.latest(); c.Page.State != PageTriggered {
			t.Errorf("after it was resolved by hand: %+v", c.Page)
		}
	})
}

func TestAPageKeepsTheStepsItBeganWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		before := shop(m)
		if err := receiveOnce(t, before, Triggered); err != nil {
			t.Fatal(err)
		}
		// A restart: the policy has another name, and one step less.
		after := shop(m)
		after.Routing, after.Policies = Routing{{Escalation: "store"}}, map[string]Policy{"store": {Name: "store", Steps: after.Policies["shop"].Steps[:1]}}
		time.Sleep(5 * time.Minute)
		if _, err := after.Due(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if got, want := story(m.latest().Page, start), "0s page ana\n5m0s skip empty\n5m0s page bo"; got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
		// Another: the rotations of its steps are gone.
		after.Roster = roster{"renamed": "cy"}
		after.Policies["store"] = Policy{Name: "store", Steps: []Step{{Notify: []Target{{Rotation: "renamed"}}, Wait: time.Minute}}}
		time.Sleep(10 * time.Minute)
		if _, err := after.Due(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		if got, want := story(m.latest().Page, start), "0s page ana\n5m0s skip empty\n5m0s page bo\n15m0s move store\n15m0s page cy"; got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestAPageSavedWithoutStepsGetsThoseOfItsPolicyOrOfItsAlert(t *testing.T) {
	p := shop(newMemory())
	old := Page{Policy: "shop", State: PageTriggered}
	if page := p.climbing(Case{Page: &old}, noon); len(page.Steps) != 4 || len(page.Log) != 0 {
		t.Errorf("its policy is there: %+v", page)
	}
	old.Policy = "renamed"
	if page := p.climbing(Case{Page: &old}, noon); page.Policy != "shop" || page.Step != -1 || page.Log[0].Did != DidMove {
		t.Errorf("its policy is gone: %+v", page)
	}
}

func receiveOnce(t *testing.T, p *Pager, transition Transition) error {
	e := Event{ID: "1", Source: "datadog", Monitor: "1", Transition: transition, Title: "latency", At: time.Now()}
	return p.receive(t.Context(), []Event{e})
}
