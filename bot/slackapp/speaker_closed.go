package slackapp

import (
	"context"
	"time"

	"toban/bot/outbox"
)

// closed reports whether word means that Slack takes nothing for the place any
// more, until somebody does something about it.
func (s *Speaker) closed(t term, word string) bool {
	switch word {
	case "channel_not_found", "not_in_channel", "is_archived", "is_inactive", "user_not_found", "users_not_found",
		"user_disabled", "user_not_visible", "cannot_dm_bot", "messages_tab_disabled", "restricted_action",
		"restricted_action_read_only_channel", "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel",
		"channel_is_limited_access", "no_permission", "method_not_supported_for_channel_type", "not_in_channel_shared",
		"external_channel_migrating":
		return true
	case "account_inactive": // of the person, or of our token?
		_, err := s.API.WhoAmI(t.ctx)
		return err == nil
	}
	return false
}

// divert has everything that waits for d shown elsewhere and kept for d: Slack
// takes nothing there. Whoever waits for a page is told first, so that a crash
// in between repeats that rather than forgets it. known says that Slack was not
// asked again.
func (s *Speaker) divert(t term, d *destination, why string, known bool) {
	ctx, cancel := context.WithTimeout(t.ctx, 4*storeWithin)
	defer cancel()
	waiting, err := s.Outbox.Waiting(ctx, d.to)
	if err != nil {
		s.trouble("the messages to send cannot be read: "+err.Error(), err)
		d.rest(mostRest)
		return
	}
	s.giveAway(ctx, d, waiting, outbox.Diversion{Place: d.to, Why: why, Closed: !known})
}

// refused is divert for one message that Slack does not take although it takes
// others there.
func (s *Speaker) refused(t term, d *destination, m outbox.Message, why string) {
	ctx, cancel := context.WithTimeout(t.ctx, 2*storeWithin)
	defer cancel()
	s.giveAway(ctx, d, []outbox.Message{m}, outbox.Diversion{Place: d.to, Why: why})
}

func (s *Speaker) giveAway(ctx context.Context, d *destination, ms []outbox.Message, to outbox.Diversion) {
	for _, m := range ms {
		if m.TS == "" {
			s.API.access.Metrics.spoke(string(m.Kind), "refused")
			if err := s.Refuse(ctx, m, to.Why); err != nil {
				s.trouble("what Slack refused ("+to.Why+") cannot be told on: "+err.Error(), err)
				d.rest(mostRest)
				return
			}
		}
		if m.Storm == "" {
			to.Messages = append(to.Messages, m.ID)
		}
		delete(d.tries, m.ID)
		delete(d.doubts, m.ID)
	}
	if err := s.Outbox.Divert(ctx, to, time.Now()); err != nil {
		s.trouble("the store does not take what Slack refused: "+err.Error(), err)
		d.rest(mostRest)
		return
	}
	if len(to.Messages) > 0 {
		s.Log.Error("slack speaker: Slack refuses a message for good; it is shown elsewhere and kept for its place", "to", d.to, "why", to.Why, "messages", len(to.Messages))
	}
}

// reopen has what is owed to d shown there: Slack takes messages again.
func (s *Speaker) reopen(t term, d *destination) {
	d.trial = false
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	if err := s.Outbox.Reopen(ctx, d.to); err != nil {
		s.trouble("the store does not take that a place is back: "+err.Error(), err)
		return
	}
	s.Log.Info("slack speaker: a place takes messages again; what is owed to it is shown now", "to", d.to)
}
