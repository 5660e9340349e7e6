package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

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
	stops   []func()
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
		if err := d.Wait(t.Context(), func() bool { return counted() == all }); err != nil {
			t.Fatal(err)
		}
		st := d.Stats()
		t.Logf("all are counted in Slack after %v, with %d posts and %d edits; the outbox was asked %d times",
			time.Since(began), st.Posts, st.Updates, d.asked)
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
		if err := d.Wait(t.Context(), func() bool { return len(d.Messages("alerts")) == 30 }); err != nil {
			t.Fatal(err)
		}
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

func TestAPostWhoseAnswerWasLostIsFound(t *testing.T) {
	for _, tt := range []struct {
		why   string
		fault fake.Fault
		calls int
	}{
		{"posted, and the answer was cut", fake.Fault{Cut: fake.CutAfter}, 1},
		{"cut before it was posted", fake.Fault{Cut: fake.CutBefore}, 2},
		{"an error page instead", fake.Fault{Status: 502}, 2},
		{"no answer in time", fake.Fault{Delay: 15 * time.Second}, 2},
	} {
		for _, to := range []string{"#alerts", "ana"} {
			speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
				time.Sleep(time.Minute)
				tt.fault.Method, tt.fault.Times = postMethod, 1
				d.Fail(tt.fault)
				if to == "ana" {
					to = d.As("ana").ID
				}
				m := d.put(outbox.Message{Kind: outbox.Page, To: to, Urgency: outbox.Paging})
				if err := d.Wait(t.Context(), func() bool { return d.get(m.ID).TS != "" }); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				st := d.Stats()
				if st.Posts != 1 || st.Calls[postMethod] != tt.calls || st.Calls["conversations.history"] != 1 {
					t.Errorf("%s, to %s: %d messages after %d posts and %d looks, want 1 after %d and 1", tt.why, to,
						st.Posts, st.Calls[postMethod], st.Calls["conversations.history"], tt.calls)
				}
				d.change(m.ID)
				time.Sleep(time.Second)
				if d.Stats().Updates != 1 {
					t.Errorf("%s: the message that was found is not edited", tt.why)
				}
			})
		}
	}
}

func TestAThreadWaitsForItsMessageAndIsFoundToo(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		d.Fail(fake.Fault{Method: postMethod, Status: 429, RetryAfter: 3 * time.Second, Times: 1})
		root := d.put(outbox.Message{Kind: outbox.Storm, To: "#alerts", Urgency: outbox.Paging})
		reply := d.put(outbox.Message{Kind: outbox.StormNames, To: "#alerts", Thread: root.ID, Urgency: outbox.Telling})
		time.Sleep(4 * time.Second)
		d.Fail(fake.Fault{Method: postMethod, Cut: fake.CutAfter, Times: 1})
		time.Sleep(20 * time.Second)
		ms := d.Messages("alerts")
		if len(ms) != 2 || ms[1].ThreadTS != ms[0].TS || d.get(reply.ID).TS != ms[1].TS {
			t.Errorf("Slack shows %d messages (%s), want one and its reply", len(ms), texts(ms))
		}
		if st := d.Stats(); st.Calls["conversations.replies"] != 1 {
			t.Errorf("%d looks into the thread, want 1", st.Calls["conversations.replies"])
		}
	})
}

func TestKilledBetweenPostAndSave(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := r.desk()
		d.forget = 1 << 30 // the first process posts and never gets to save it
		_, kill := d.speak(t)
		var ids []string
		for _, to := range []string{"#alerts", "#more", r.As("ana").ID} {
			ids = append(ids, d.put(outbox.Message{Kind: outbox.Page, To: to, Urgency: outbox.Paging}).ID)
		}
		synctest.Wait()
		kill()
		if n := r.Stats().Posts; n != 3 {
			t.Fatalf("the first process posted %d", n)
		}
		d.forget = 0
		for range 40 { // what came meanwhile is not taken for posted
			d.alert("#alerts")
		}
		r.api.known = aliases{} // nor does the second process remember anything
		_, stop := d.speak(t)
		time.Sleep(10 * time.Second)
		stop()
		for _, id := range ids {
			if m := d.get(id); m.TS == "" || m.Shown != 1 || m.Storm != "" {
				t.Errorf("%s was not found: %+v", id, m)
			}
		}
		if st := r.Stats(); len(st.Duplicates()) > 0 || st.ByKind["page"] != 3 || st.ByKind["storm"] != 1 {
			t.Errorf("posted twice: %v; by kind: %v", st.Duplicates(), st.ByKind)
		}
	})
}

func TestAStoreThatIsDownForAWhileMakesNothingTwice(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		d.mu.Lock()
		d.forget = 20
		d.mu.Unlock()
		m := d.alert("#alerts")
		time.Sleep(time.Second)
		if s.Status().Trouble == "" {
			t.Error("the status does not tell that nothing can be saved")
		}
		time.Sleep(time.Minute)
		if d.get(m.ID).TS == "" || d.Stats().Posts != 1 {
			t.Errorf("%d posts, %+v", d.Stats().Posts, d.get(m.ID))
		}
	})
}

func TestSlackAsksForAPause(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		began := time.Now()
		d.Fail(fake.Fault{Method: postMethod, Status: 429, RetryAfter: 20 * time.Second, Times: 1})
		m := d.alert("#alerts")
		synctest.Wait()
		d.put(outbox.Message{Kind: outbox.Page, To: d.As("ana").ID, Urgency: outbox.Paging})
		if err := d.Wait(t.Context(), func() bool { return d.get(m.ID).TS != "" && len(d.DM("ana")) == 1 }); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d < 20*time.Second || d > 22*time.Second {
			t.Errorf("posted after %v, want after 20 s", d)
		}
		if st := d.Stats(); st.Calls[postMethod] != 3 {
			t.Errorf("%d calls, want 3", st.Calls[postMethod])
		}
	})
}

func TestWhatSlackRefusesForGood(t *testing.T) {
	for _, tt := range []struct {
		why, to, want string
		before        func(d *desk)
	}{
		{"an archived channel", "#attic", "M1 is_archived", nil},
		{"no such channel", "#nowhere", "M1 channel_not_found", nil},
		{"somebody who left", "old", "M1 channel_not_found", nil},
		{"a read-only channel", "#alerts", "M1 restricted_action", func(d *desk) {
			d.Fail(fake.Fault{Method: postMethod, Error: "restricted_action"})
		}},
		{"an account that is not active, and it is not ours", "ana", "M1 account_inactive", func(d *desk) {
			d.Fail(fake.Fault{Method: postMethod, Error: "account_inactive"})
		}},
		{"words that we do not know, again and again", "#alerts", "M1 brand_new_error", func(d *desk) {
			d.Fail(fake.Fault{Method: postMethod, Error: "brand_new_error"})
		}},
	} {
		speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
			if tt.before != nil {
				tt.before(d)
			}
			to := tt.to
			if !strings.HasPrefix(to, "#") {
				to = d.As(to).ID
			}
			m := d.put(outbox.Message{Kind: outbox.Page, To: to, Urgency: outbox.Paging})
			time.Sleep(2 * time.Minute)
			if got := strings.Join(d.refused, ", "); got != tt.want || d.gaveUp[m.ID] == "" {
				t.Errorf("%s: told %q, gave up because of %q; want %q", tt.why, got, d.gaveUp[m.ID], tt.want)
			}
		})
	}
}

func TestAChannelThatTheBotIsNotInIsJoined(t *testing.T) {
	o := sampleTeam()
	o.BotScopes = []string{"chat:write", "channels:join", "channels:read", "channels:history", "im:write"}
	speaking(t, o, func(t *testing.T, d *desk, s *Speaker) {
		m := d.alert("#outside")
		time.Sleep(10 * time.Second)
		if d.get(m.ID).TS == "" || d.Stats().Calls["conversations.join"] != 1 {
			t.Errorf("not posted: %v, %v", d.gaveUp, d.later)
		}
	})
}

func TestADrawingThatSlackRefusesIsSentAsText(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		d.render = func(_ context.Context, m outbox.Message) (Rendered, bool, error) {
			long := slack.NewTextBlockObject("mrkdwn", strings.Repeat("x", 4000), false, false)
			return Rendered{Text: fmt.Sprintf("wake up %d", m.Wanted), Blocks: []slack.Block{slack.NewSectionBlock(long, nil, nil)}}, true, nil
		}
		m := d.put(outbox.Message{Kind: outbox.Page, To: d.As("ana").ID, Urgency: outbox.Paging})
		time.Sleep(5 * time.Second)
		if got := texts(d.DM("ana")); got != "wake up 1" {
			t.Errorf("the person sees %q", got)
		}
		d.change(m.ID)
		time.Sleep(5 * time.Second)
		if got := texts(d.DM("ana")); got != "wake up 2" {
			t.Errorf("after a change the person sees %q", got)
		}
	})
}

func TestADrawingThatFailsCostsOnlyItself(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		draw := d.render
		d.render = func(ctx context.Context, m outbox.Message) (Rendered, bool, error) {
			switch m.ID {
			case "M1":
				panic("a nil somewhere")
			case "M2":
				return Rendered{}, false, errors.New("no such alert")
			case "M3":
				return Rendered{}, false, nil // recovered before it was seen
			}
			return draw(ctx, m)
		}
		for range 4 {
			d.put(outbox.Message{Kind: outbox.Digest, To: "#alerts", Urgency: outbox.Noting})
		}
		time.Sleep(10 * time.Second)
		if got := texts(d.Messages("alerts")); got != "A4 rev 1" {
			t.Errorf("Slack shows %q", got)
		}
		if m := d.get("M3"); m.Shown != 1 || m.TS != "" {
			t.Errorf("nothing to show was saved as %+v", m)
		}
	})
}

func TestWhatSomebodyDeleted(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := r.desk()
		_, stop := d.speak(t)
		defer stop()
		alert := d.alert("#alerts")
		swap := d.put(outbox.Message{Kind: outbox.Swap, To: d.As("ana").ID, Urgency: outbox.Noting})
		time.Sleep(2 * time.Second)
		d.DeleteMessage(d.Messages("alerts")[0])
		d.DeleteMessage(d.DM("ana")[0])
		d.change(alert.ID)
		d.change(swap.ID)
		time.Sleep(5 * time.Second)
		if got := texts(d.Messages("alerts")) + "; " + texts(d.DM("ana")); got != "A1 rev 2; " {
			t.Errorf("Slack shows %q, want the alert anew and the request no more", got)
		}
		if m := d.get(swap.ID); m.Shown != m.Wanted {
			t.Errorf("the request is tried again and again: %+v", m)
		}
	})
}

func TestATokenThatIsRevokedHoldsEverythingBack(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		heal := d.Fail(fake.Fault{Method: "*", Error: "token_revoked"})
		m := d.alert("#alerts")
		time.Sleep(10 * time.Minute)
		if st := s.Status(); !strings.Contains(st.Trouble, "SLACK_BOT_TOKEN") || d.gaveUp[m.ID] != "" {
			t.Errorf("status is %+v, gave up %v", st, d.gaveUp)
		}
		if n := d.Stats().Calls[postMethod]; n > 22 {
			t.Errorf("%d tries in ten minutes", n)
		}
		heal()
		time.Sleep(time.Minute)
		if d.get(m.ID).TS == "" || s.Status().Trouble != "" {
			t.Errorf("after the token is good again: %+v, %+v", d.get(m.ID), s.Status())
		}
	})
}

func TestSlackIsAwayForAnHour(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		heal := d.Fail(fake.Fault{Method: "*", Status: 503})
		var ids []string
		for _, to := range []string{"#alerts", "#more", d.As("ana").ID, d.As("bo").ID} {
			ids = append(ids, d.put(outbox.Message{Kind: outbox.Page, To: to, Urgency: outbox.Paging}).ID)
		}
		time.Sleep(time.Hour)
		if s.Status().Trouble == "" {
			t.Error("the status does not tell that Slack is away")
		}
		heal()
		time.Sleep(6 * time.Second)
		for _, id := range ids {
			if d.get(id).TS == "" {
				t.Errorf("%s is not posted 6 s after Slack is back", id)
			}
		}
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
		time.Sleep(2 * time.Second)
		if d.get(m.ID).TS == "" {
			t.Error("it does not speak after it got the lease again")
		}
		stopTwo()
	})
}
