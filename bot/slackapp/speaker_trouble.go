package slackapp

import (
	"context"
	"strings"
	"time"

	"toban/bot/outbox"
)

const (
	tokenPause = 30 * time.Second // between tries while Slack does not accept the token
	mostRest   = 5 * time.Second  // a page waits at most so long after Slack is back
	mostTries  = 5                // of a message that Slack refuses in words we do not know
)

// mend changes what Slack refused so that it may pass on a second try: a page
// must not be lost because of how it was drawn.
func (s *Speaker) mend(t term, d *destination, m outbox.Message, w Words, thread string, err error) (bool, Words, string) {
	word := WordOf(err)
	switch {
	case strings.HasPrefix(word, "invalid_blocks"), word == "msg_blocks_too_long", word == "invalid_attachments":
		s.Log.Error("slack speaker: Slack refuses the drawing; sending its text alone", "message", m.ID, "kind", m.Kind, "err", err)
		w.Blocks = nil
		return true, w, thread
	case word == "msg_too_long":
		s.Log.Error("slack speaker: too long for Slack; sending the beginning", "message", m.ID, "kind", m.Kind)
		w.Text, w.Blocks = cut(w.Text, 1000), nil
		return true, w, thread
	case word == "thread_not_found" && thread != "":
		return true, w, ""
	case word == "not_in_channel" && !d.joined:
		d.joined = true
		id, err := s.channel(t, m.To)
		if err == nil {
			err = s.API.Join(t.ctx, id)
		}
		if err != nil {
			s.Log.Warn("slack speaker: not in the channel, and cannot join it", "to", m.To, "err", err)
		}
		return err == nil, w, thread
	}
	return false, w, thread
}

// unfit reports whether word means that Slack will never take the message,
// wherever it goes.
func unfit(word string) bool {
	switch word {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text",
		"slack_connect_blocked_file_type", "cant_broadcast_message", "thread_not_found", "restricted_action_thread_locked":
		return true
	}
	return false
}

// vanished reports whether word means that the message cannot be edited and a
// new one could be posted.
func vanished(word string) bool {
	switch word {
	case "message_not_found", "cant_update_message", "edit_window_closed":
		return true
	}
	return false
}

func (s *Speaker) giveUp(t term, d *destination, m outbox.Message, why string) {
	delete(d.tries, m.ID)
	delete(d.doubts, m.ID)
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	if err := s.Outbox.GiveUp(ctx, m.ID, why); err != nil {
		s.trouble("the store does not take what Slack refused: "+err.Error(), err)
		d.rest(mostRest)
	}
}

// failed keeps m for another try.
func (s *Speaker) failed(t term, d *destination, m outbox.Message, f *Fault) {
	switch {
	case f.Kind == Limited:
		s.putOff(t, d, m, f.After, "Slack asks for a pause ("+f.Word+")")
	case f.Kind != Refused:
		s.unreachable(d, f)
	case deadToken(f.Word):
		s.trouble("Slack does not accept SLACK_BOT_TOKEN ("+f.Error()+"); messages wait until it does", f)
		s.pause(tokenPause)
	case d.tries[m.ID] >= mostTries && m.TS == "":
		s.refused(t, d, m, f.Word)
	case d.tries[m.ID] >= mostTries:
		s.giveUp(t, d, m, f.Word)
	default:
		s.later(t, d, m, f.Error())
	}
}

// unreachable keeps away from d: the fault is not the message's.
func (s *Speaker) unreachable(d *destination, f *Fault) {
	d.rest(mostRest)
	if f.Word != "cancelled" {
		s.trouble("Slack does not answer as it should ("+f.Word+"); messages wait", f)
	}
}

// later has m tried again, each time after a longer while, so that it does not
// hold up others that go the same way.
func (s *Speaker) later(t term, d *destination, m outbox.Message, why string) {
	n := d.tries[m.ID]
	if len(d.tries) > 1000 {
		clear(d.tries)
	}
	d.tries[m.ID] = n + 1
	s.Log.Warn("slack speaker: later", "message", m.ID, "kind", m.Kind, "to", m.To, "why", why)
	s.putOff(t, d, m, min(time.Second<<min(n, 10), time.Minute), why)
}

func (s *Speaker) putOff(t term, d *destination, m outbox.Message, after time.Duration, why string) {
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	if err := s.Outbox.Later(ctx, m.ID, time.Now().Add(after), why); err != nil && t.ctx.Err() == nil {
		s.trouble("the store does not take what is to be sent later: "+err.Error(), err)
		d.rest(mostRest)
	}
}
