package slackapp

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"toban/bot/outbox"
)

// PostGap is how long a channel rests after Slack has answered a post. Slack
// takes one a second and counts somewhere between our sending and its answer,
// so only a gap that begins with the answer is never too short.
const PostGap = time.Second + 10*time.Millisecond

const postMethod = "chat.postMessage"

// A Call is one call of the Web API that wants to be made.
type Call struct {
	Method  string
	Channel string // for posts: each channel is counted for itself
	Urgency outbox.Urgency
}

// A Pacer keeps Slack's limits. A call takes a [Slot] before it begins and
// gives it back after the answer; the most urgent call waiting goes first.
type Pacer struct {
	mu       sync.Mutex
	buckets  map[string]*bucket
	lanes    map[string]lane
	waiting  []*ticket // the order in which they are let through
	arrivals int
	timer    *time.Timer
}

// A lane is one channel's turn to post.
type lane struct {
	taken  bool
	freeAt time.Time
}

type ticket struct {
	call    Call
	arrival int
	granted chan struct{}
}

// NewPacer returns a Pacer for one workspace.
func NewPacer() *Pacer {
	return &Pacer{buckets: map[string]*bucket{}, lanes: map[string]lane{}}
}

// Take waits for c's turn.
func (p *Pacer) Take(ctx context.Context, c Call) (*Slot, error) {
	t := &ticket{call: c, granted: make(chan struct{})}
	p.mu.Lock()
	p.arrivals++
	t.arrival = p.arrivals
	at, _ := slices.BinarySearchFunc(p.waiting, t, before)
	p.waiting = slices.Insert(p.waiting, at, t)
	p.admit(time.Now())
	p.mu.Unlock()
	slot := &Slot{pacer: p, call: c}
	select {
	case <-t.granted:
		return slot, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	i := slices.Index(p.waiting, t)
	if i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	}
	p.mu.Unlock()
	if i < 0 {
		slot.Unused()
	}
	return nil, ctx.Err()
}

func before(a, b *ticket) int {
	return cmp.Or(cmp.Compare(a.call.Urgency, b.call.Urgency), cmp.Compare(a.arrival, b.arrival))
}

// Try takes a slot if c may be made at once. Otherwise it says when to try
// again.
func (p *Pacer) Try(c Call) (slot *Slot, again time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	switch at, known := p.freeAt(c, now); {
	case !known:
		return nil, now.Add(time.Second)
	case at.After(now):
		return nil, at
	}
	p.begin(c, now)
	return &Slot{pacer: p, call: c}, time.Time{}
}

// Pause lets no call of method through for d: Slack said Retry-After.
func (p *Pacer) Pause(method string, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if b := p.bucket(method); b.pausedUntil.Before(now.Add(d)) {
		b.pausedUntil = now.Add(d)
	}
	p.admit(now)
}

// freeAt says from when on c may be made; unknown while that depends on the
// answer to a call that is under way.
func (p *Pacer) freeAt(c Call, now time.Time) (at time.Time, known bool) {
	at, known = p.bucket(c.Method).freeAt(c.Urgency, now)
	if !known || c.Method != postMethod {
		return at, known
	}
	l := p.lanes[c.Channel]
	return latest(at, l.freeAt), !l.taken
}

// admit lets everybody through whose turn has come, and sees to it that the
// next one is not forgotten.
func (p *Pacer) admit(now time.Time) {
	var next time.Time
	p.waiting = slices.DeleteFunc(p.waiting, func(t *ticket) bool {
		at, known := p.freeAt(t.call, now)
		if known && !at.After(now) {
			p.begin(t.call, now)
			close(t.granted)
			return true
		}
		if known && (next.IsZero() || at.Before(next)) {
			next = at
		}
		return false
	})
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if !next.IsZero() {
		p.timer = time.AfterFunc(next.Sub(now), func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.admit(time.Now())
		})
	}
}

func (p *Pacer) begin(c Call, now time.Time) {
	p.bucket(c.Method).begin(now)
	if c.Method == postMethod {
		p.prune(now)
		p.lanes[c.Channel] = lane{taken: true}
	}
}

func (p *Pacer) bucket(method string) *bucket {
	b := p.buckets[method]
	if b == nil {
		b = &bucket{limit: limitOf(method)}
		p.buckets[method] = b
	}
	return b
}

// prune forgets channels that are free anyway, so that memory stays small.
func (p *Pacer) prune(now time.Time) {
	if len(p.lanes) < 1000 {
		return
	}
	for c, l := range p.lanes {
		if !l.taken && l.freeAt.Before(now) {
			delete(p.lanes, c)
		}
	}
}

// A Slot is the leave to make one call. It is given back exactly once. Slack may
// ask for a pause after it was given: [Slot.Pause] is looked at just before the
// call is sent.
type Slot struct {
	pacer *Pacer
	call  Call
}

// Pause is for how long the slot may not be used, because Slack has asked for a
// pause since it was given; 0: it may be used.
func (s *Slot) Pause() time.Duration {
	s.pacer.mu.Lock()
	defer s.pacer.mu.Unlock()
	return max(0, time.Until(s.pacer.bucket(s.call.Method).pausedUntil))
}

// Done gives the slot back after Slack answered, or may have. channel is the
// id that Slack gave for the channel posted to; empty when unknown.
func (s *Slot) Done(channel string) {
	s.giveBack(func(b *bucket, now time.Time) {
		b.end(now)
		if s.call.Method != postMethod {
			return
		}
		s.pacer.lanes[s.call.Channel] = lane{freeAt: now.Add(PostGap)}
		if channel != "" {
			s.pacer.lanes[channel] = lane{freeAt: now.Add(PostGap)}
		}
	})
}

// Unused gives the slot back when nothing ever reached Slack.
func (s *Slot) Unused() {
	s.giveBack(func(b *bucket, now time.Time) {
		b.undo()
		if s.call.Method == postMethod {
			s.pacer.lanes[s.call.Channel] = lane{freeAt: now}
		}
	})
}

func (s *Slot) giveBack(how func(b *bucket, now time.Time)) {
	s.pacer.mu.Lock()
	defer s.pacer.mu.Unlock()
	now := time.Now()
	how(s.pacer.bucket(s.call.Method), now)
	s.pacer.admit(now)
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
