package alerts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"toban/rotation"
)

type roster map[string]rotation.PersonID

func (r roster) OnCall(_ rotation.Reader, name string, _ time.Time) (rotation.PersonID, error) {
	who, ok := r[name]
	if !ok {
		return "", fmt.Errorf("no rotation %s", name)
	}
	return who, nil
}

func (r roster) Knows(name string) bool { _, ok := r[name]; return ok }

// shop pages ana, then bo, then hana and a channel; twice.
func shop(m *memory) *Pager {
	return NewPager(Pager{
		Store:   m,
		Roster:  roster{"platform": "ana", "secondary": "bo", "empty": ""},
		Channel: "#alerts",
		Routing: Routing{{Escalation: "shop"}},
		Policies: map[string]Policy{"shop": {Name: "shop", Repeat: 1, Steps: []Step{
			{Notify: []Target{{Rotation: "platform"}}, Wait: 5 * time.Minute},
			{Notify: []Target{{Rotation: "empty"}}, Wait: 5 * time.Minute},
			{Notify: []Target{{Rotation: "secondary"}}, Wait: 10 * time.Minute},
			{Notify: []Target{{Person: "hana"}, {Channel: "#platform"}}, Wait: 10 * time.Minute},
		}}},
	})
}

// run starts p's writer and a sleeper that calls Due when it asks to be
// called, for the length of a bubble.
func run(t *testing.T, p *Pager) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.Run(ctx) })
	wg.Go(func() {
		for ctx.Err() == nil {
			if _, err := p.Due(ctx, time.Now()); err != nil {
				t.Error(err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func fire(t *testing.T, p *Pager, id string, transition Transition) {
	t.Helper()
	e := Event{ID: id, Source: "datadog", Monitor: "1", Transition: transition, Title: "latency", At: time.Now()}
	if err := p.Receive(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func (m *memory) only(t *testing.T) Case {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.alerts) != 1 {
		t.Fatalf("%d alerts, want one", len(m.alerts))
	}
	for _, a := range m.alerts {
		return m.caseOf(a)
	}
	panic("unreachable")
}

func story(p *Page, since time.Time) string {
	var lines []string
	for _, e := range p.Log {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", e.At.Sub(since).Round(time.Second), e.Did, string(e.Who)+e.Detail)))
	}
	return strings.Join(lines, "\n")
}

func TestAnUnansweredPageClimbsAndThenSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		run(t, p)
		fire(t, p, "1", Triggered)
		time.Sleep(2 * time.Hour)
		page := m.only(t).Page
		want := `0s page ana
5m0s skip empty
5m0s page bo
15m0s page hana
15m0s page #platform
25m0s repeat
25m0s page ana
30m0s skip empty
30m0s page bo
40m0s page hana
40m0s page #platform
50m0s exhaust`
		if got := story(page, start); got != want {
			t.Errorf("the page climbed like this:\n%s\nwant:\n%s", got, want)
		}
		if page.State != PageUnanswered || !page.NextStepAt.IsZero() {
			t.Errorf("afterwards it is %s and due at %v", page.State, page.NextStepAt)
		}
		fire(t, p, "2", Renotify)
		if page := m.only(t).Page; page.State != PageTriggered || page.Notified[len(page.Notified)-1].Person != "ana" {
			t.Errorf("a renotification of an unanswered page woke nobody: %+v", page)
		}
	})
}

func TestAcknowledgeStopsTheClimbAndASecondPressLearnsWho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		run(t, p)
		fire(t, p, "1", Triggered)
		time.Sleep(time.Minute)
		id := m.only(t).Page.ID
		if _, answer, err := p.Acknowledge(t.Context(), Press{Page: id, By: "bo", At: time.Now()}); answer != Done || err != nil {
			t.Fatal(answer, err)
		}
		c, answer, err := p.Acknowledge(t.Context(), Press{Page: id, By: "ana", At: time.Now()})
		if answer != AlreadyDone || err != nil || c.Page.OwnedBy != "bo" {
			t.Errorf("second press: %s %v, owned by %s", answer, err, c.Page.OwnedBy)
		}
		time.Sleep(time.Hour)
		if got, want := story(m.only(t).Page, start), "0s page ana\n1m0s acknowledge bo"; got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
		if len(m.audit) != 1 || m.audit[0].Who != "bo" || m.audit[0].Did != "page.acknowledge" {
			t.Errorf("audit: %+v", m.audit)
		}
	})
}

func TestASnoozedPageComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		run(t, p)
		fire(t, p, "1", Triggered)
		press := Press{Page: m.only(t).Page.ID, By: "ana", At: time.Now()}
		if _, _, err := p.Snooze(t.Context(), press, time.Now()); !errors.Is(err, ErrPast) {
			t.Errorf("snooze until now: %v", err)
		}
		if _, answer, err := p.Snooze(t.Context(), press, start.Add(30*time.Minute)); answer != Done || err != nil {
			t.Fatal(answer, err)
		}
		time.Sleep(31 * time.Minute)
		if got, want := story(m.only(t).Page, start), "0s page ana\n0s snooze ana\n30m0s wake\n30m0s page ana"; got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestPressesThatComeTooLateExplain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		run(t, p)
		fire(t, p, "1", Triggered)
		id := m.only(t).Page.ID
		for want := 1; want <= 2; want++ {
			if _, answer, err := p.Escalate(t.Context(), Press{Page: id, By: "ana", At: time.Now()}); answer != Done || err != nil {
				t.Fatalf("escalation %d: %s %v", want, answer, err)
			}
		}
		if _, answer, _ := p.Escalate(t.Context(), Press{Page: id, By: "ana", At: time.Now()}); answer != NobodyLeft {
			t.Errorf("escalating past the last step: %s", answer)
		}
		fire(t, p, "2", Recovered)
		for name, press := range map[string]func(context.Context, Press) (Case, Answer, error){"acknowledge": p.Acknowledge, "resolve": p.Resolve, "take": p.Take, "escalate": p.Escalate} {
			if _, answer, err := press(t.Context(), Press{Page: id, By: "ana", At: time.Now()}); answer != NotOpen || err != nil {
				t.Errorf("%s after recovery: %s %v", name, answer, err)
			}
		}
		if _, _, err := p.Take(t.Context(), Press{Page: "Pnone", By: "ana", At: time.Now()}); !errors.Is(err, ErrNotFound) {
			t.Errorf("a page that never was: %v", err)
		}
	})
}

func TestRepeatsAndBurstsAreSavedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		events := make([]error, 600)
		var wg sync.WaitGroup
		for i := range events {
			wg.Go(func() {
				n := i % 300 // every event comes twice
				transition := Triggered
				if n%3 == 2 {
					transition = Recovered
				}
				events[i] = p.Receive(t.Context(), Event{ID: fmt.Sprint(n), Source: "datadog", Monitor: fmt.Sprint(n / 3), Transition: transition, Title: "x", At: noon.Add(time.Duration(n) * time.Second)})
			})
		}
		synctest.Wait()
		run(t, p)
		wg.Wait()
		if err := errors.Join(events...); err != nil {
			t.Fatal(err)
		}
		if len(m.alerts) != 100 || len(m.events) != 300 {
			t.Errorf("%d alerts of %d events, want 100 of 300", len(m.alerts), len(m.events))
		}
		for _, a := range m.alerts {
			if a.State != AlertRecovered || a.Deliveries != 2 {
				t.Errorf("%s: %s after %d deliveries", a.Monitor, a.State, a.Deliveries)
			}
		}
		if m.saves > 20 {
			t.Errorf("600 waiting events took %d transactions", m.saves)
		}
	})
}

func TestAGroupWaitsForThoseWhoSendAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		p.Store = disk{m}
		run(t, p)
		const senders, rounds = 16, 20
		var wg sync.WaitGroup
		for i := range senders {
			wg.Go(func() {
				for n := range rounds {
					time.Sleep(300*time.Microsecond + time.Duration(i)*20*time.Microsecond) // to hear the answer and send again
					id := fmt.Sprintf("%d/%d", i, n)
					if err := p.Receive(t.Context(), Event{ID: id, Source: "datadog", Monitor: id, Transition: Triggered, Title: "x", At: time.Now()}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if len(m.alerts) != senders*rounds || m.saves > rounds*3/2 {
			t.Errorf("%d alerts in %d transactions, want %d in about %d", len(m.alerts), m.saves, senders*rounds, rounds)
		}
		fire(t, p, "the last of the burst", Triggered)
		began := time.Now()
		fire(t, p, "one alone", Renotify)
		if took := time.Since(began); took != writeTime {
			t.Errorf("an event alone waits %v for others", took-writeTime)
		}
	})
}

// disk is a store that takes its time.
type disk struct{ *memory }

const writeTime = 500 * time.Microsecond

func (d disk) Update(ctx context.Context, do func(Tx) error) error {
	time.Sleep(writeTime)
	return d.memory.Update(ctx, do)
}

func TestWhenSavingFailsTheSenderLearnsAndMayRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = p.Run(ctx) })
		defer wg.Wait()
		defer cancel()
		m.fail = errors.New("disk full")
		e := Event{ID: "1", Source: "datadog", Transition: Triggered, Title: "x", At: time.Now()}
		if err := p.Receive(t.Context(), e); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Fatalf("a full disk was hidden: %v", err)
		}
		if err := p.Receive(t.Context(), e); err != nil || len(m.alerts) != 1 {
			t.Errorf("the repeat: %v, %d alerts", err, len(m.alerts))
		}
	})
}

func TestMoreThanMemoryShouldHoldIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := shop(newMemory())
		for i := range intakeQueue {
			go func() { _ = p.Receive(t.Context(), Event{ID: fmt.Sprint(i)}) }()
		}
		synctest.Wait()
		if err := p.Receive(t.Context(), Event{ID: "one more"}); !errors.Is(err, ErrOverload) {
			t.Errorf("got %v", err)
		}
		run(t, p)
		synctest.Wait()
	})
}

func TestSomebodyWhoLeftIsSkippedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		run(t, p)
		fire(t, p, "1", Triggered)
		time.Sleep(time.Minute + time.Second/2)
		if err := p.Undeliverable(t.Context(), m.only(t).Page.ID, Target{Person: "ana"}, "account_inactive", time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		want := "0s page ana\n1m1s fail anaaccount_inactive\n1m1s skip empty\n1m1s page bo"
		if got := story(m.only(t).Page, start); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestAPageByHandIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		run(t, p)
		h := ByHand{Key: "trigger1", By: "dee", Rotation: "platform", Text: "the shop is down"}
		first, err := p.PageByHand(t.Context(), h, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		second, err := p.PageByHand(t.Context(), h, time.Now())
		if err != nil || second.Page.ID != first.Page.ID {
			t.Errorf("the repeat paged again: %v %v", second.Page, err)
		}
		if first.Page.Policy != "shop" || first.Alert.By != "dee" || first.Alert.Channel != "#alerts" {
			t.Errorf("the page: %+v of %+v", first.Page, first.Alert)
		}
		direct, err := p.PageByHand(t.Context(), ByHand{Key: "trigger2", By: "dee", Person: "cy", Text: "call me"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		m.mu.Lock()
		c, _ := m.ByPage(direct.Page.ID)
		m.mu.Unlock()
		want := "0s page cy\n5m0s repeat\n5m0s page cy\n10m0s repeat\n10m0s page cy\n15m0s exhaust"
		if got := story(c.Page, start); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestAStepThatIsHandledLateSaysHowLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		p := shop(m)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = p.Run(ctx) })
		fire(t, p, "1", Triggered)
		cancel()
		wg.Wait()
		time.Sleep(2 * time.Hour) // down
		next, err := p.Due(t.Context(), time.Now())
		if err != nil || !next.Equal(time.Now().Add(10*time.Minute)) {
			t.Errorf("next due in %v, %v", time.Until(next), err)
		}
		want := "0s page ana\n2h0m0s late 1h55m0s\n2h0m0s skip empty\n2h0m0s page bo"
		if got := story(m.only(t).Page, start); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestOnePressAnswersAWholeStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		p := shop(m)
		run(t, p)
		for i := range 5 {
			e := Event{ID: fmt.Sprint(i), Source: "datadog", Monitor: fmt.Sprint(i), Transition: Triggered, Title: "x", At: time.Now()}
			if err := p.Receive(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if _, answer, err := p.Acknowledge(t.Context(), Press{Page: "Tstorm", By: "ana", At: time.Now()}); answer != Done || err != nil {
			t.Fatal(answer, err)
		}
		m.mu.Lock()
		pages := maps.Clone(m.pages)
		m.mu.Unlock()
		for _, page := range pages {
			if page.State != PageAcknowledged || page.OwnedBy != "ana" {
				t.Errorf("page %s is %s", page.ID, page.State)
			}
		}
		if _, answer, _ := p.Acknowledge(t.Context(), Press{Page: "Tstorm", By: "bo", At: time.Now()}); answer != AlreadyDone {
			t.Errorf("second press: %s", answer)
		}
	})
}
