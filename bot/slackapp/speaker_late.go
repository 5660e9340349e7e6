package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/outbox"
)

const (
	lateAfterLimit = 31 * time.Second // so long after it was sent, a post that Slack did not answer in time may still appear; just after a look
	lateAfterCut   = 5 * time.Second  // and one whose connection broke
	soonLook       = time.Second      // after a post whose outcome is unknown, a look
	lookAgain      = 5 * time.Second  // after a look that failed
	giveUpLooking  = 10 * time.Minute
	mostSuspects   = 20 // of those that a dead process may have sent to one destination
)

// doubt saves that nobody knows what became of m, sent just now. Somebody must
// wake up for a page: it is sent again after one look, rather twice than late.
// A second time, and for everything else, Slack gets time to finish.
func (s *Speaker) doubt(t term, d *destination, m outbox.Message, sent time.Time, f *Fault) {
	d.doubts[m.ID], d.unsure[m.ID] = m, true
	paging := m.Urgency == outbox.Paging
	look := time.Now().Add(soonLook)
	if paging { // whoever sends it again looks before
		look = outbox.Doubt{Since: sent}.NextLook(look)
	}
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	times, err := s.Outbox.Doubt(ctx, m.ID, sent, look)
	cancel()
	if err != nil {
		s.trouble("what may have been posted cannot be saved: "+err.Error(), err)
	}
	s.lookLater()
	switch {
	case f.Word == "timeout" && (!paging || times > 1):
		s.putOff(t, d, m, time.Until(sent.Add(lateAfterLimit)), "Slack may still finish a post of it")
	case f.Word == "network" && !paging:
		s.putOff(t, d, m, lateAfterCut, "Slack may have taken a post of it")
	}
}

// inherit saves that whoever spoke before may have sent some of the suspects,
// and died. They are sent at once; a double is taken away when it appears.
func (s *Speaker) inherit(t term, suspects map[string]outbox.Message) {
	n := 0
	for id, m := range suspects {
		if n == mostSuspects || !m.CreatedAt.Before(t.beganAt) {
			continue
		}
		n++
		ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
		_, err := s.Outbox.Doubt(ctx, id, t.beganAt, time.Now().Add(lookAgain))
		cancel()
		if err != nil {
			s.trouble("what may have been posted cannot be saved: "+err.Error(), err)
			return
		}
	}
	if n > 0 {
		s.lookLater()
	}
}

// lookLater has lookForLate read anew when it is to look.
func (s *Speaker) lookLater() {
	select {
	case s.late <- struct{}{}:
	default:
	}
}

// lookForLate looks for posts that Slack made late, until ctx ends.
func (s *Speaker) lookForLate(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.late:
		case <-timer.C:
		}
		if t, ok := s.term(); ok {
			timer.Reset(time.Until(s.lookOnce(t)))
		}
	}
}

// lookOnce settles what is due, and says when to look again.
func (s *Speaker) lookOnce(t term) time.Time {
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	due, next, err := s.Outbox.Doubts(ctx, time.Now())
	if err != nil {
		s.trouble("what may have been posted cannot be read: "+err.Error(), err)
		return time.Now().Add(lookAgain)
	}
	if next.IsZero() {
		next = time.Now().Add(time.Hour)
	}
	places := map[string][]outbox.Doubt{}
	for _, one := range due {
		places[one.To] = append(places[one.To], one)
	}
	for to, doubts := range places {
		again := s.settle(t, to, doubts)
		next = soonest(next, again)
	}
	return next
}

// settle looks for every post of the doubts at one destination: what is not
// known to stand anywhere is adopted, what stands twice is deleted once.
func (s *Speaker) settle(t term, to string, doubts []outbox.Doubt) (again time.Time) {
	posts, err := s.posts(t, to, doubts)
	for _, one := range doubts {
		next := one.NextLook(time.Now())
		if err != nil || !s.resolve(t, one, posts[one.ID]) {
			next = time.Now().Add(lookAgain)
			if time.Since(one.Since) > giveUpLooking {
				next = time.Time{}
			}
		}
		ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
		if err := s.Outbox.Looked(ctx, one.ID, next); err != nil {
			s.trouble("what was looked for cannot be saved: "+err.Error(), err)
			next = time.Now().Add(lookAgain)
		}
		cancel()
		if !next.IsZero() {
			again = soonest(again, next)
			if again.IsZero() {
				again = next
			}
		}
	}
	return again
}

// posts finds every post of the doubts, oldest first.
func (s *Speaker) posts(t term, to string, doubts []outbox.Doubt) (map[string][]stands, error) {
	wanted := map[string]outbox.Message{}
	for _, one := range doubts {
		wanted[one.ID] = one.Message
	}
	channel, err := s.channel(t, to)
	if err != nil {
		return nil, err
	}
	found := map[string][]stands{}
	err = s.walk(t, channel, wanted, func(id string, at stands) bool {
		found[id] = append([]stands{at}, found[id]...)
		return true
	})
	return found, err
}

// resolve makes one message stand in Slack once. It reports whether it does, as
// far as can be seen.
func (s *Speaker) resolve(t term, one outbox.Doubt, posts []stands) bool {
	var all []string
	for _, p := range posts {
		all = append(all, p.ts)
	}
	if one.TS == "" && one.Storm == "" && len(posts) > 0 {
		s.Log.Info("slack speaker: was in Slack after all", "message", one.ID, "kind", one.Kind, "subject", one.Subject, "ts", posts[0].ts)
		s.API.access.Metrics.spoke(string(one.Kind), "found")
		ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
		defer cancel()
		return s.Outbox.Shown(ctx, one.ID, posts[0].channel, posts[0].ts, min(one.Wanted, posts[0].rev)) == nil && len(posts) == 1
	}
	for _, p := range posts {
		if !one.Double(p.ts, all) {
			continue
		}
		switch err := s.API.Delete(t.ctx, p.channel, p.ts); WordOf(err) {
		case "":
			s.Log.Warn("slack speaker: Slack made a post late; it stood twice, and is deleted once", "message", one.ID, "kind", one.Kind, "subject", one.Subject, "ts", p.ts)
			s.API.access.Metrics.spoke(string(one.Kind), "doubled")
		case "message_not_found", "cant_delete_message":
		default:
			return false
		}
	}
	return true
}

// Delete takes a message of ours away.
func (a *API) Delete(ctx context.Context, channel, ts string) error {
	return a.call(ctx, nil, Call{Method: "chat.delete", Urgency: outbox.Telling}, func(ctx context.Context, c *slack.Client) (string, error) {
		_, _, err := c.DeleteMessageContext(ctx, channel, ts)
		return "", err
	})
}
