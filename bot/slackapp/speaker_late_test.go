package slackapp

import (
	"testing"
	"time"

	"toban/bot/outbox"
	fake "toban/fixtures/slack"
)

func TestAPostThatSlackMakesLateStandsOnce(t *testing.T) {
	for _, tt := range []struct {
		why     string
		urgency outbox.Urgency
		late    time.Duration
		times   int           // so many posts are late
		seen    time.Duration // by then somebody has seen it
		posts   int           // that Slack made, at most
	}{
		{"a page is sent again at once, and the double goes", outbox.Paging, 12 * time.Second, 1, 12 * time.Second, 2},
		{"a page that comes much later", outbox.Paging, 45 * time.Second, 1, 12 * time.Second, 2},
		{"a page when all is late", outbox.Paging, 25 * time.Second, 2, 26 * time.Second, 2},
		{"a page when all is very late", outbox.Paging, 50 * time.Second, 3, 53 * time.Second, 3},
		{"a note waits, and is found", outbox.Noting, 12 * time.Second, 1, 16 * time.Second, 1},
		{"a note that comes just before it would be sent again", outbox.Noting, 29 * time.Second, 1, 31 * time.Second, 1},
		{"a note that comes after it was sent again", outbox.Noting, 40 * time.Second, 1, 32 * time.Second, 2},
		{"a digest waits, and is found", outbox.Telling, 20 * time.Second, 1, 31 * time.Second, 1},
	} {
		speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
			time.Sleep(time.Minute)
			d.Fail(fake.Fault{Method: postMethod, Late: tt.late, Times: tt.times})
			began := time.Now()
			m := d.put(outbox.Message{Kind: outbox.Digest, To: "#alerts", Urgency: tt.urgency})
			until(t, func() bool { return len(d.Messages("alerts")) > 0 })
			if d := time.Since(began); d > tt.seen {
				t.Errorf("%s: seen after %v, want %v", tt.why, d, tt.seen)
			}
			time.Sleep(5 * time.Minute)
			if ms := d.Messages("alerts"); len(ms) != 1 || ms[0].TS != d.get(m.ID).TS || d.Stats().Posts > tt.posts {
				t.Errorf("%s: %d stand after %d posts; saved is %s", tt.why, len(ms), d.Stats().Posts, d.get(m.ID).TS)
			}
			if len(d.doubts) > 0 {
				t.Errorf("%s: still in doubt: %v", tt.why, d.doubts)
			}
			before := d.Stats().Calls["conversations.history"]
			time.Sleep(time.Hour)
			if n := d.Stats().Calls["conversations.history"]; before > 14 || n != before {
				t.Errorf("%s: %d looks, and %d in the hour that followed", tt.why, before, n-before)
			}
		})
	}
}

func TestADoubtOutlivesTheProcess(t *testing.T) {
	for _, tt := range []struct {
		why  string
		dies time.Duration
	}{
		{"while the post is under way", 3 * time.Second},
		{"after it was sent again", 13 * time.Second},
	} {
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			d := r.desk()
			_, kill := d.speak(t)
			d.Fail(fake.Fault{Method: postMethod, Late: 25 * time.Second, Times: 1})
			m := d.put(outbox.Message{Kind: outbox.Page, To: d.As("ana").ID, Urgency: outbox.Paging})
			time.Sleep(tt.dies)
			kill()
			_, stop := d.speak(t)
			time.Sleep(5 * time.Minute)
			stop()
			if ms := d.DM("ana"); len(ms) != 1 || ms[0].TS != d.get(m.ID).TS || d.Stats().Posts != 2 {
				t.Errorf("it dies %s: %d stand after %d posts", tt.why, len(ms), d.Stats().Posts)
			}
		})
	}
}

func TestWhatAStormStandsForIsTakenAway(t *testing.T) {
	speaking(t, sampleTeam(), func(t *testing.T, d *desk, s *Speaker) {
		d.Fail(fake.Fault{Method: postMethod, Late: 12 * time.Second, Times: 1})
		for range 6 {
			d.alert("#alerts")
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(5 * time.Minute)
		if got := texts(d.Messages("alerts")); got != "storm of 6" {
			t.Errorf("Slack shows %q", got)
		}
	})
}
