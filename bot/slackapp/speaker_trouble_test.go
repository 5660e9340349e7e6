package slackapp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/outbox"
	fake "toban/fixtures/slack"
)

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
				until(t, func() bool { return d.get(m.ID).TS != "" })
				time.Sleep(time.Minute)
				st := d.Stats()
				if st.Posts != 1 || st.Calls[postMethod] != tt.calls || st.Calls["conversations.history"] > 6 {
					t.Errorf("%s, to %s: %d messages after %d posts and %d looks, want 1 after %d and a few", tt.why, to,
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
		if st := d.Stats(); st.Calls["conversations.replies"] < 1 || st.Calls["conversations.replies"] > 6 {
			t.Errorf("%d looks into the thread, want a few", st.Calls["conversations.replies"])
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
		until(t, func() bool { return d.get(m.ID).TS != "" && len(d.DM("ana")) == 1 })
		if d := time.Since(began); d < 20*time.Second || d > 22*time.Second {
			t.Errorf("posted after %v, want after 20 s", d)
		}
		if st := d.Stats(); st.Calls[postMethod] != 3 {
			t.Errorf("%d calls, want 3", st.Calls[postMethod])
		}
	})
}

func TestASlotFromBeforeAPauseIsVoid(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		draw := d.render
		d.render = func(ctx context.Context, m outbox.Message) (Rendered, bool, error) {
			if m.To == "#more" {
				time.Sleep(276 * time.Millisecond)
			}
			return draw(ctx, m)
		}
		began := time.Now()
		d.Fail(fake.Fault{Method: postMethod, Status: 429, RetryAfter: 3 * time.Second, Times: 1})
		d.alert("#more") // has its slot, and is being drawn
		d.alert("#alerts")
		time.Sleep(2900 * time.Millisecond)
		if n := d.Stats().Calls[postMethod]; n != 1 {
			t.Errorf("%d posts within the pause that the first was asked for", n-1)
		}
		until(t, func() bool { return d.Stats().Posts == 2 })
		if d := time.Since(began); d > 3500*time.Millisecond {
			t.Errorf("both are there after %v", d)
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
			d.Fail(fake.Fault{Method: postMethod, Channel: d.Channel("alerts").ID, Error: "restricted_action"})
		}},
		{"an account that is not active, and it is not ours", "ana", "M1 account_inactive", func(d *desk) {
			d.Fail(fake.Fault{Method: postMethod, Error: "account_inactive"})
		}},
		{"words that we do not know, again and again", "#alerts", "M1 brand_new_error", func(d *desk) {
			d.Fail(fake.Fault{Method: postMethod, Channel: d.Channel("alerts").ID, Error: "brand_new_error"})
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
			synctest.Wait()
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
