package slackapp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"toban/bot/outbox"
)

// A process that was stopped in the middle of a post wakes when another has
// long been speaking, and before its timers tell it so.
func TestWhoWasFrozenSaysNothingStale(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := r.desk()
		frozen, wakes := make(chan struct{}), make(chan struct{})
		draw := d.render
		d.render = func(ctx context.Context, m outbox.Message) (Rendered, bool, error) {
			close(frozen)
			<-wakes
			d.render = draw
			return draw(ctx, m)
		}
		s, stop := d.speak(t)
		defer stop()
		d.alert("#alerts")
		<-frozen
		s.mu.Lock()
		s.lease.expiry.Stop() // its timers stand still
		s.mu.Unlock()
		d.leases.mu.Lock()
		d.leases.down = true
		d.leases.mu.Unlock()
		time.Sleep(10 * time.Second)
		close(wakes)
		time.Sleep(time.Second)
		if got := texts(d.Messages("alerts")); got != "" {
			t.Errorf("without the right to speak it said %q", got)
		}
		if s.Status().Speaking {
			t.Error("it thinks that it still speaks")
		}
		d.leases.mu.Lock()
		d.leases.down = false
		d.leases.mu.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := texts(d.Messages("alerts")); got != "A1 rev 1" {
			t.Errorf("once it may speak again, Slack shows %q", got)
		}
	})
}
