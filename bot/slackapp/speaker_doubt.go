package slackapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"toban/bot/outbox"
)

const (
	lookBack  = 5 * time.Second // before a message was created, for clocks that differ
	clockSkew = time.Second     // how far the clocks of replicas may be apart
	blindFor  = time.Minute     // after so long of not being able to look, better twice than never
	mostPages = 20
)

// stands is where a message was found, and which revision it shows.
type stands struct {
	channel, ts string
	rev         int
}

// certain makes sure that nothing that waits for d is in Slack already: what
// an earlier process may have posted, and what was posted while the answer got
// lost. It reports whether d may be spoken to now.
func (s *Speaker) certain(t term, d *destination) bool {
	if d.checked == t.number && len(d.doubts) == 0 {
		return true
	}
	suspects, err := s.suspects(t, d)
	if err != nil {
		s.trouble("the messages to send cannot be read: "+err.Error(), err)
		d.rest(mostRest)
		return false
	}
	found, sure := s.search(t, d, suspects)
	if !sure {
		return false
	}
	for id, at := range found {
		s.adopt(t, d, suspects[id], at)
	}
	if d.checked != t.number && t.inherits(suspects) {
		for id := range found {
			delete(suspects, id)
		}
		s.inherit(t, suspects)
		// Whoever spoke before may have posted here a moment ago.
		d.restUntil = latest(d.restUntil, t.beganAt.Add(PostGap))
	}
	d.checked, d.blindAt = t.number, time.Time{}
	clear(d.doubts)
	return len(found) == 0 && t.ctx.Err() == nil && !d.restUntil.After(time.Now())
}

// inherits reports whether some of the messages waited before the term began.
func (t term) inherits(waiting map[string]outbox.Message) bool {
	for _, m := range waiting {
		if m.CreatedAt.Before(t.beganAt) {
			return true
		}
	}
	return false
}

// suspects are the messages that may be in Slack although we do not know where.
func (s *Speaker) suspects(t term, d *destination) (map[string]outbox.Message, error) {
	out := map[string]outbox.Message{}
	for id, m := range d.doubts {
		out[id] = m
	}
	if d.checked == t.number {
		return out, nil
	}
	ctx, cancel := context.WithTimeout(t.ctx, storeWithin)
	defer cancel()
	waiting, err := s.Outbox.Unposted(ctx, d.to)
	for _, m := range waiting {
		if m.Storm == "" && m.CreatedAt.Before(t.beganAt.Add(clockSkew)) {
			out[m.ID] = m
		}
	}
	return out, err
}

// adopt takes a message found in Slack as posted.
func (s *Speaker) adopt(t term, d *destination, m outbox.Message, at stands) {
	s.Log.Info("slack speaker: was in Slack already", "message", m.ID, "kind", m.Kind, "subject", m.Subject, "ts", at.ts, "rev", at.rev)
	s.API.access.Metrics.spoke(string(m.Kind), "found")
	m.Wanted = min(m.Wanted, at.rev)
	s.shown(t, d, m, at.channel, at.ts)
}

// search looks for messages in Slack by their metadata. sure is false when
// Slack could not be asked and it is worth asking again.
func (s *Speaker) search(t term, d *destination, suspects map[string]outbox.Message) (found map[string]stands, sure bool) {
	found = map[string]stands{}
	if len(suspects) == 0 {
		return found, true
	}
	channel, err := s.channel(t, d.to)
	if err == nil {
		err = s.searchIn(t, channel, suspects, found)
	}
	if WordOf(err) == "not_in_channel" && !d.joined {
		d.joined = true
		if err = s.API.Join(t.ctx, channel); err == nil {
			err = s.searchIn(t, channel, suspects, found)
		}
	}
	if err == nil {
		return found, true
	}
	if fault, ok := errors.AsType[*Fault](err); ok && fault.Kind != Refused {
		if d.blindAt.IsZero() {
			d.blindAt = time.Now()
		}
		s.unreachable(d, fault)
		if time.Since(d.blindAt) < blindFor {
			return found, false
		}
	}
	// Slack will not show us. A page that comes twice is better than none.
	s.Log.Error("slack speaker: cannot look whether messages were posted; posting them", "to", d.to, "messages", len(suspects), "err", err)
	return found, true
}

// searchIn looks for one post of each of the suspects.
func (s *Speaker) searchIn(t term, channel string, suspects map[string]outbox.Message, found map[string]stands) error {
	return s.walk(t, channel, suspects, func(id string, at stands) bool {
		found[id] = at
		return len(found) < len(suspects)
	})
}

// walk hands out the posts of messages, newest first, from the channel and from
// the threads that they belong to, until each has enough.
func (s *Speaker) walk(t term, channel string, messages map[string]outbox.Message, each func(id string, at stands) (more bool)) error {
	threads := map[string]time.Time{} // by id of the message they hang on; "": the channel
	for _, m := range messages {
		if since, ok := threads[m.Thread]; !ok || m.CreatedAt.Before(since) {
			threads[m.Thread] = m.CreatedAt
		}
	}
	more := true
	for parent, since := range threads {
		thread, err := s.thread(t, outbox.Message{Thread: parent})
		if errors.Is(err, errNoParent) {
			continue // then nothing can hang on it
		}
		if err != nil {
			return err
		}
		page := Look{Channel: channel, Thread: thread, Since: since.Add(-lookBack)}
		for n := 0; n < mostPages && more; n++ {
			next, err := s.API.Look(t.ctx, page, func(at Found) {
				if _, ok := messages[at.Message]; ok {
					more = each(at.Message, stands{channel, at.TS, at.Rev})
				}
			})
			if err != nil {
				return err
			}
			if next == "" {
				break
			}
			page.Cursor = next
		}
	}
	return nil
}

var errNoChannel = errors.New("the channel's id is not known")

// channel is the id of the conversation that to stands for.
func (s *Speaker) channel(t term, to string) (string, error) {
	id := s.API.known.canonical(to)
	switch {
	case strings.HasPrefix(id, "U"), strings.HasPrefix(id, "W"):
		return s.API.OpenDM(t.ctx, id)
	case !strings.HasPrefix(id, "#"):
		return id, nil
	case s.Channel == nil:
		return "", errNoChannel
	}
	return s.Channel(t.ctx, id)
}
