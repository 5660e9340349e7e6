package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/outbox"
)

// EventType marks the metadata of our messages.
const EventType = "toban"

// attend says what is most urgent to one destination. The loop asks again
// afterwards, so one thing at a time is enough.
func (s *Speaker) attend(t term, d *destination, r outbox.Ready) {
	d.trial = r.Trial
	if r.TS == "" && d.unsure[r.ID] {
		d.doubts[r.ID] = r.Message // Slack may have made it since the last look
	}
	switch {
	case r.Closed != "":
		s.divert(t, d, r.Closed, true)
	case !s.certain(t, d):
	case d.folds(r, time.Now()):
		s.fold(t, d, r)
	default:
		s.show(t, d, r.Message)
	}
}

// fold gathers what waits into one storm message.
func (s *Speaker) fold(t term, d *destination, r outbox.Ready) {
	ctx, cancel := context.WithTimeout(t.ctx, 2*storeWithin)
	defer cancel()
	storm, err := s.Outbox.Fold(ctx, d.to, time.Now())
	d.foldedAt, d.foldedFor = time.Now(), r.ID
	if err != nil {
		s.Log.Error("slack speaker: messages could not be folded", "to", d.to, "err", err)
		return
	}
	s.Log.Info("slack speaker: folded", "to", d.to, "storm", storm, "waiting", r.Waiting)
}

// show makes Slack show the saved state of m.
func (s *Speaker) show(t term, d *destination, m outbox.Message) {
	thread, err := s.thread(t, m)
	if err != nil {
		s.later(t, d, m, err.Error())
		return
	}
	view, ok, err := s.draw(t, m)
	switch {
	case err != nil:
		s.later(t, d, m, "cannot be drawn: "+err.Error())
	case !ok:
		s.shown(t, d, m, m.Channel, m.TS)
	case m.TS == "":
		s.post(t, d, m, thread, s.words(m, view))
	default:
		s.edit(t, d, m, thread, s.words(m, view))
	}
}

var errNoParent = errors.New("what it answers is not in Slack yet")

// thread is the timestamp of the message that m answers; empty: none, or one
// that Slack will never show.
func (s *Speaker) thread(t term, m outbox.Message) (string, error) {
	if m.Thread == "" {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	_, ts, err := s.Outbox.Posted(ctx, m.Thread)
	if errors.Is(err, alerts.ErrNotFound) {
		return "", nil
	}
	if err == nil && ts == "" {
		err = errNoParent
	}
	return ts, err
}

// draw renders m. A view that panics on odd data costs that message, not all.
func (s *Speaker) draw(t term, m outbox.Message) (r Rendered, ok bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("slack speaker: a view panicked", "message", m.ID, "subject", m.Subject, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	return s.Render(ctx, m)
}

func (s *Speaker) words(m outbox.Message, r Rendered) Words {
	return Words{Text: r.Text, Blocks: r.Blocks, Broadcast: r.Broadcast, Metadata: &slack.SlackMetadata{
		EventType:    EventType,
		EventPayload: map[string]any{"kind": m.Kind, "id": m.Subject, "message": m.ID, "rev": m.Wanted},
	}}
}

// content is what tells one drawing from another; the revision does not.
func (w Words) content() []byte {
	b, _ := json.Marshal([]any{w.Text, w.Blocks})
	return b
}

func (s *Speaker) post(t term, d *destination, m outbox.Message, thread string, w Words) {
	sent := time.Now()
	channel, ts, err := s.API.post(t.ctx, d.turn(), m.To, thread, w, m.Urgency)
	if mended, w, thread := s.mend(t, d, m, w, thread, err); mended {
		channel, ts, err = s.API.Post(t.ctx, m.To, thread, w, m.Urgency)
	}
	fault, _ := errors.AsType[*Fault](err)
	switch {
	case fault == nil:
		s.said(t, d, m, w, channel, ts, "posted")
	case fault.Kind == Doubtful:
		s.Log.Warn("slack speaker: the answer to a post is lost; looking for it before another try", "message", m.ID, "to", m.To, "err", err)
		s.unreachable(d, fault)
		d.restUntil = latest(d.restUntil, time.Now().Add(time.Second))
		s.doubt(t, d, m, sent, fault)
	case fault.Kind == Refused && s.closed(t, fault.Word):
		s.divert(t, d, fault.Word, false)
	case fault.Kind == Refused && unfit(fault.Word):
		s.refused(t, d, m, fault.Word)
	default:
		s.failed(t, d, m, fault)
	}
}

func (s *Speaker) edit(t term, d *destination, m outbox.Message, thread string, w Words) {
	content := w.content()
	if s.recent.same(m.ID, content) {
		s.shown(t, d, m, m.Channel, m.TS)
		return
	}
	err := s.API.edit(t.ctx, d.turn(), m.Channel, m.TS, w, editUrgency(m))
	if mended, w, _ := s.mend(t, d, m, w, thread, err); mended {
		err = s.API.Edit(t.ctx, m.Channel, m.TS, w, editUrgency(m))
	}
	fault, _ := errors.AsType[*Fault](err)
	switch {
	case fault == nil:
		s.said(t, d, m, w, m.Channel, m.TS, "edited")
	case fault.Kind == Refused && vanished(fault.Word):
		s.recent.forget(m.ID)
		s.replace(t, d, m, thread, w)
	case fault.Kind == Refused && s.closed(t, fault.Word):
		s.divert(t, d, fault.Word, false)
	case fault.Kind == Refused && unfit(fault.Word):
		s.giveUp(t, d, m, fault.Word) // it was seen; nobody else need be told
	default:
		s.failed(t, d, m, fault)
	}
}

// editUrgency orders edits: a person who pressed waits for the page to change;
// a storm's counts can wait.
func editUrgency(m outbox.Message) outbox.Urgency {
	switch m.Kind {
	case outbox.Page:
		return outbox.Noting
	case outbox.Storm:
		return outbox.Telling
	}
	return outbox.Editing
}

// replace posts anew what somebody deleted, if somebody may need it.
func (s *Speaker) replace(t term, d *destination, m outbox.Message, thread string, w Words) {
	switch m.Kind {
	case outbox.Alert, outbox.Page, outbox.Unanswered, outbox.Storm, outbox.Incident:
	default:
		s.shown(t, d, m, m.Channel, m.TS)
		return
	}
	found, sure := s.search(t, d, map[string]outbox.Message{m.ID: m})
	switch at, ok := found[m.ID]; {
	case !sure:
	case ok && at.ts != m.TS:
		s.adopt(t, d, m, at)
	default:
		s.post(t, d, m, thread, w)
	}
}

// said notes what Slack shows now.
func (s *Speaker) said(t term, d *destination, m outbox.Message, w Words, channel, ts, deed string) {
	d.failures, d.joined = 0, false
	delete(d.tries, m.ID)
	s.recent.note(m.ID, w.content())
	s.API.access.Metrics.spoke(string(m.Kind), deed)
	s.Log.Debug("slack speaker: "+deed, "message", m.ID, "kind", m.Kind, "subject", m.Subject, "channel", channel, "ts", ts, "rev", m.Wanted)
	s.well()
	s.shown(t, d, m, channel, ts)
	if d.trial {
		s.reopen(t, d)
	}
}

// shown saves where m stands. It does not give up: a post that is forgotten
// would be posted again.
func (s *Speaker) shown(t term, d *destination, m outbox.Message, channel, ts string) {
	delete(d.doubts, m.ID)
	delete(d.unsure, m.ID)
	for pause := 100 * time.Millisecond; t.ctx.Err() == nil; pause = min(2*pause, 2*time.Second) {
		ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
		err := s.Outbox.Shown(ctx, m.ID, channel, ts, m.Wanted)
		cancel()
		if err == nil {
			return
		}
		s.trouble("what was posted cannot be saved: "+err.Error(), err)
		wait(pause, t.ctx.Done())
	}
}
