package slackapp

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"toban/bot/outbox"
	fake "toban/fixtures/slack"
)

// A desk is a Speaker with what it needs.
type desk struct {
	*rig
	*box
	leases  *leases
	render  Render
	refused []string
}

func (r *rig) desk() *desk {
	d := &desk{rig: r, box: newBox(), leases: &leases{}}
	d.render = func(_ context.Context, m outbox.Message) (Rendered, bool, error) {
		if m.Kind == outbox.Storm {
			return Rendered{Text: fmt.Sprintf("storm of %d", m.Folded)}, true, nil
		}
		return Rendered{Text: fmt.Sprintf("%s rev %d", m.Subject, m.Wanted)}, true, nil
	}
	return d
}

// speak starts a Speaker and waits until it speaks. crash ends it as kill -9
// would: nothing is saved or released any more.
func (d *desk) speak(t *testing.T) (s *Speaker, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s = NewSpeaker(Speaking{
		API: d.api, Outbox: d.box, Leases: d.leases, Wake: d.wake, Log: d.log,
		Render: func(ctx context.Context, m outbox.Message) (Rendered, bool, error) { return d.render(ctx, m) },
		Refuse: func(_ context.Context, m outbox.Message, why string) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.refused = append(d.refused, m.ID+" "+why)
			return nil
		},
		Channel: NewDirectory(d.api).FindChannel,
	})
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Errorf("the speaker ended with %v", err)
		}
	})
	synctest.Wait()
	return s, sync.OnceFunc(func() { cancel(); running.Wait() })
}

// speaking tells a story with one Speaker that runs from beginning to end.
func speaking(t *testing.T, o fake.Options, story func(t *testing.T, d *desk, s *Speaker)) {
	t.Helper()
	bubble(t, o, func(t *testing.T, r *rig) {
		d := r.desk()
		s, stop := d.speak(t)
		defer stop()
		story(t, d, s)
		stop()
		if st := r.Stats(); st.Refused() > 0 || len(st.Duplicates()) > 0 {
			t.Errorf("refused by Slack's limits: %v; posted twice: %v", st.Limited, st.Duplicates())
		}
	})
}

// until lets time pass in small steps until a fact holds.
func until(t *testing.T, fact func() bool) {
	t.Helper()
	for began := time.Now(); !fact(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Hour {
			t.Fatal("it did not become so in an hour")
		}
	}
}

func TestWhatIsSavedIsShownAtOnce(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		time.Sleep(time.Hour)
		began := time.Now()
		m := d.alert("#alerts")
		p := d.put(outbox.Message{Kind: outbox.Page, To: d.As("ana").ID, Urgency: outbox.Paging})
		synctest.Wait()
		if d := time.Since(began); d != 0 {
			t.Errorf("shown after %v", d)
		}
		if got := texts(d.Messages("alerts")) + "; " + texts(d.DM("ana")); got != "A1 rev 1; A2 rev 1" {
			t.Errorf("Slack shows %q", got)
		}
		if got := d.get(p.ID); got.Shown != 1 || !strings.HasPrefix(got.Channel, "D") || got.TS == "" {
			t.Errorf("saved as %+v", got)
		}
		meta := d.Messages("alerts")[0].Metadata
		if meta.EventType != EventType || fmt.Sprint(meta.Payload) != "map[id:A1 kind:alert message:M1 rev:1]" {
			t.Errorf("metadata is %+v", meta)
		}
		time.Sleep(time.Second)
		d.change(m.ID)
		synctest.Wait()
		if got := texts(d.Messages("alerts")); got != "A1 rev 2" {
			t.Errorf("after a change Slack shows %q", got)
		}
	})
}

func TestTenQuickChangesBecomeOneEdit(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		m := d.alert("#alerts")
		synctest.Wait()
		for range 10 {
			d.change(m.ID)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		if st := d.Stats(); st.Updates != 1 || d.get(m.ID).Shown != 11 {
			t.Errorf("%d edits, revision %d is shown; want 1 edit and revision 11", st.Updates, d.get(m.ID).Shown)
		}
	})
}

func TestWhatLooksTheSameIsNotEdited(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		d.render = func(context.Context, outbox.Message) (Rendered, bool, error) {
			return Rendered{Text: "same"}, true, nil
		}
		m := d.alert("#alerts")
		time.Sleep(time.Second)
		d.change(m.ID)
		synctest.Wait()
		if st := d.Stats(); st.Updates != 0 || d.get(m.ID).Shown != 2 {
			t.Errorf("%d edits, revision %d", st.Updates, d.get(m.ID).Shown)
		}
	})
}

func TestABurstOfTenThousand(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		const all = 10_000
		began := time.Now()
		for n := 0; n < all; n += 60 { // 6,000 a second, saved in groups
			for range min(60, all-n) {
				d.alert("#alerts")
			}
			time.Sleep(10 * time.Millisecond)
		}
		counted := func() (n int) {
			for _, m := range d.Messages("alerts") {
				var folded int
				if k, _ := fmt.Sscanf(m.Fallback, "storm of %d", &folded); k == 1 {
					n += folded
				} else {
					n++
				}
			}
			return n
		}
		until(t, func() bool { return counted() == all })
		st := d.Stats()
		d.mu.Lock()
		t.Logf("all are counted in Slack after %v, with %d posts and %d edits; the outbox was asked %d times",
			time.Since(began), st.Posts, st.Updates, d.asked)
		d.mu.Unlock()
		if d := time.Since(began); d > 2500*time.Millisecond {
			t.Errorf("that is too late")
		}
		if st.Posts > 5 {
			t.Errorf("%d posts, want a few", st.Posts)
		}
		time.Sleep(time.Minute)
		one := d.alert("#alerts")
		synctest.Wait()
		if d.get(one.ID).TS == "" {
			t.Error("after the storm an alert is not posted by itself")
		}
	})
}

func TestOneChannelTakesOneASecond(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		began := time.Now()
		for i := range 30 { // under both of its names
			to := "#alerts"
			if i%2 == 1 {
				to = d.Channel("alerts").ID
			}
			d.put(outbox.Message{Kind: outbox.Digest, To: to, Urgency: outbox.Noting})
			if i == 0 {
				time.Sleep(2 * time.Second)
			}
		}
		until(t, func() bool { return len(d.Messages("alerts")) == 30 })
		if d := time.Since(began); d > 33*time.Second {
			t.Errorf("30 messages took %v", d)
		}
	})
}

func TestAFewAreShownOneByOne(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		for range foldOver {
			d.alert("#alerts")
		}
		time.Sleep(5 * time.Second)
		if st := d.Stats(); st.Posts != foldOver || st.ByKind["storm"] != 0 {
			t.Errorf("%d posts, %d of them storms", st.Posts, st.ByKind["storm"])
		}
	})
}

func TestAPageOvertakesEdits(t *testing.T) {
	o := sampleTeam()
	for i := range 30 {
		o.Team.Channels = append(o.Team.Channels, fake.Channel{Name: fmt.Sprintf("team-%d", i), App: true})
	}
	speaking(t, o, func(t *testing.T, d *desk, s *Speaker) {
		var ids []string
		for range 8 {
			for i := range 30 {
				ids = append(ids, d.put(outbox.Message{Kind: outbox.Digest, To: fmt.Sprintf("#team-%d", i), Urgency: outbox.Noting}).ID)
			}
		}
		time.Sleep(2 * time.Minute)
		for _, id := range ids {
			d.change(id) // 240 edits, of which Slack takes 50 a minute
		}
		time.Sleep(10 * time.Second)
		before := d.Stats().Updates
		began := time.Now()
		d.put(outbox.Message{Kind: outbox.Page, To: d.As("ana").ID, Urgency: outbox.Paging})
		d.alert("#team-3")
		synctest.Wait()
		if len(d.DM("ana")) != 1 || len(d.Messages("team-3")) != 9 || time.Since(began) != 0 {
			t.Errorf("the page waits: %q and %d in the channel", texts(d.DM("ana")), len(d.Messages("team-3")))
		}
		time.Sleep(10 * time.Minute)
		if after := d.Stats().Updates; before >= after || after != len(ids) {
			t.Errorf("%d edits then, %d in the end; want %d", before, after, len(ids))
		}
	})
}

func TestASlowChannelHoldsUpNoOther(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		defer d.Fail(fake.Fault{Channel: d.Channel("more").ID, Delay: 8 * time.Second})()
		d.alert("#more")
		for range 5 {
			began := time.Now()
			m := d.alert("#alerts")
			synctest.Wait()
			if d.get(m.ID).TS == "" || time.Since(began) != 0 {
				t.Error("an alert waits behind another channel")
			}
			time.Sleep(1500 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestOneReplicaSpeaks(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := r.desk()
		one, stopOne := d.speak(t)
		two, stopTwo := d.speak(t)
		speaks := func() []bool { return []bool{one.Status().Speaking, two.Status().Speaking} }
		if got := speaks(); !slices.Equal(got, []bool{true, false}) {
			t.Errorf("speaking: %v", got)
		}
		time.Sleep(time.Minute)
		stopOne()
		time.Sleep(2 * time.Second)
		if got := speaks(); !slices.Equal(got, []bool{false, true}) {
			t.Errorf("after the first stopped: %v", got)
		}
		d.leases.mu.Lock()
		d.leases.down = true
		d.leases.mu.Unlock()
		time.Sleep(2 * time.Second)
		m := d.alert("#alerts")
		synctest.Wait()
		if d.get(m.ID).TS == "" {
			t.Error("a lease that cannot be renewed for a moment silences the replica")
		}
		time.Sleep(leaseFor)
		m = d.alert("#more")
		synctest.Wait()
		if d.get(m.ID).TS != "" || two.Status().Speaking {
			t.Error("it speaks although its lease is over")
		}
		d.leases.mu.Lock()
		d.leases.down = false
		d.leases.mu.Unlock()
		time.Sleep(renewEach + PostGap + time.Second)
		if d.get(m.ID).TS == "" {
			t.Error("it does not speak after it got the lease again")
		}
		stopTwo()
	})
}

func TestWhoTakesOverDoesNotPostTooSoon(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := r.desk()
		_, stop := d.speak(t)
		d.alert("#alerts")
		time.Sleep(100 * time.Millisecond)
		stop() // it cannot tell the next one when it posted
		d.alert("#alerts")
		_, stop = d.speak(t)
		time.Sleep(3 * time.Second)
		if n := len(d.Messages("alerts")); n != 2 {
			t.Errorf("%d messages, want 2", n)
		}
		if s := d.Stats(); s.Refused() > 0 {
			t.Errorf("Slack refused %v", s.Limited)
		}
		stop()
	})
}
