package slackapp

import (
	"context"
	"time"

	"toban/bot/outbox"
)

// dispatch gives work to whom it can and says when to look again at the latest.
func (s *Speaker) dispatch(ctx context.Context) time.Time {
	now := time.Now()
	again := now.Add(s.Sweep)
	term, ok := s.term()
	if !ok {
		return again
	}
	if until := s.pausedUntil(); until.After(now) {
		return soonest(again, until)
	}
	busy := s.busy()
	for s.urgent+s.others < mostWorkers {
		ready, next, err := s.next(ctx, now, busy)
		if err != nil {
			s.trouble("the messages to send cannot be read: "+err.Error(), err)
			return again
		}
		again = soonest(again, next)
		if len(busy)+len(ready) == 0 && (next.IsZero() || next.Sub(now) > nothingSoon) {
			s.well()
		}
		for _, r := range ready {
			d := s.place(r.To)
			if at := s.quietUntil(d, r, now); at.After(now) {
				again = soonest(again, at)
			} else if s.room(r) {
				again = soonest(again, s.begin(term, d, r, now))
			}
			busy = append(busy, r.To)
		}
		if len(ready) < batch {
			break
		}
	}
	return again
}

func (s *Speaker) next(ctx context.Context, now time.Time, busy []string) ([]outbox.Ready, time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return s.Outbox.Next(ctx, now, busy, batch)
}

// room keeps workers free for what somebody waits for.
func (s *Speaker) room(r outbox.Ready) bool {
	if waitedFor(r.Message) {
		return s.urgent+s.others < mostWorkers
	}
	return s.others < mostOthers && s.urgent+s.others < mostWorkers
}

func waitedFor(m outbox.Message) bool { return m.TS == "" && m.Urgency <= outbox.Noting }

// begin has a worker attend to d, if Slack's limits let it speak now. If not,
// it says when they may.
func (s *Speaker) begin(t term, d *destination, r outbox.Ready, now time.Time) (again time.Time) {
	if r.Closed == "" && !d.folds(r, now) {
		if d.slot, again = s.API.pace.Try(s.calling(r)); d.slot == nil {
			return again
		}
	}
	d.busy, d.urgent, d.usedAt = true, waitedFor(r.Message), now
	if d.urgent {
		s.urgent++
	} else {
		s.others++
	}
	s.workers.Go(func() {
		s.attend(t, d, r)
		if slot := d.turn(); slot != nil {
			slot.Unused()
		}
		s.done <- d
	})
	return time.Time{}
}

// calling is the call that r needs.
func (s *Speaker) calling(r outbox.Ready) Call {
	if r.TS == "" {
		return s.API.posting(r.To, r.Urgency)
	}
	return Call{Method: updateMethod, Urgency: editUrgency(r.Message)}
}

// quietUntil says how long we leave d alone by our own rules.
func (s *Speaker) quietUntil(d *destination, r outbox.Ready, now time.Time) time.Time {
	switch {
	case d.restUntil.After(now):
		return d.restUntil
	case r.Closed != "":
		return now
	case d.folds(r, now):
		return d.foldedAt.Add(foldGap)
	case r.TS != "":
		return s.recent.at(r.ID).Add(editGap)
	}
	return now
}

// soonest is the earlier of two instants; a zero one does not count.
func soonest(a, b time.Time) time.Time {
	if b.IsZero() || a.Before(b) {
		return a
	}
	return b
}
