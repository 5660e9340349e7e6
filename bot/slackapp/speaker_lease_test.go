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
		d.away(true)
		time.Sleep(10 * time.Second)
		close(wakes)
		time.Sleep(time.Second)
		if got := texts(d.Messages("alerts")); got != "" {
			t.Errorf("without the right to speak it said %q", got)
		}
		if s.Status().Speaking {
			t.Error("it thinks that it still speaks")
		}
		d.away(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := texts(d.Messages("alerts")); got != "A1 rev 1" {
			t.Errorf("once it may speak again, Slack shows %q", got)
		}
	})
}

// A night is quiet. Once the store is back nobody is told of trouble any more,
// neither by who speaks nor by who does not, although there is nothing to say.
func TestTroubleThatIsOverIsNotTold(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := r.desk()
		first, stop := d.speak(t)
		defer stop()
		second, stop := d.speak(t)
		defer stop()
		time.Sleep(time.Minute)
		for _, away := range []time.Duration{2 * time.Second, time.Minute} {
			d.away(true)
			time.Sleep(away)
			for i, s := range []*Speaker{first, second} {
				if s.Status().Trouble == "" {
					t.Errorf("away for %v: replica %d does not say so", away, i)
				}
			}
			d.away(false)
			time.Sleep(5 * time.Second)
			for i, s := range []*Speaker{first, second} {
				if trouble := s.Status().Trouble; trouble != "" {
					t.Errorf("back after %v: replica %d says %q", away, i, trouble)
				}
			}
		}
	})
}

// away has the leases refuse, or take again.
func (d *desk) away(is bool) {
	d.leases.mu.Lock()
	defer d.leases.mu.Unlock()
	d.leases.down = is
}
