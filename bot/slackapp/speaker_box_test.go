package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"toban/bot/outbox"
)

// A box is an outbox in memory that does what the store promises.
type box struct {
	mu     sync.Mutex
	all    []*outbox.Message
	folds  map[string]time.Time // last fold of a storm
	gaveUp map[string]string
	later  map[string]string
	closed map[string]string    // places that Slack refuses, and why
	tryAt  map[string]time.Time // when they are tried again
	forget int                  // so many Shown fail: the process dies before it has saved
	asked  int                  // calls of Next
	doubts map[string]doubted
	wake   chan struct{}
}

type doubted struct {
	since, look time.Time
	times       int
}

func (b *box) Doubt(_ context.Context, id string, since, look time.Time) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := doubted{since, look, b.doubts[id].times + 1}
	b.doubts[id] = d
	return d.times, nil
}

func (b *box) Doubts(_ context.Context, at time.Time) (due []outbox.Doubt, next time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, d := range b.doubts {
		if !d.look.After(at) {
			due = append(due, outbox.Doubt{Message: *b.find(id), Since: d.since})
		} else if next.IsZero() || d.look.Before(next) {
			next = d.look
		}
	}
	return due, next, nil
}

func (b *box) Looked(_ context.Context, id string, next time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := b.doubts[id]
	d.look = next
	b.doubts[id] = d
	if next.IsZero() {
		delete(b.doubts, id)
	}
	return nil
}

func newBox() *box {
	return &box{doubts: map[string]doubted{}, folds: map[string]time.Time{}, gaveUp: map[string]string{}, later: map[string]string{}, closed: map[string]string{}, tryAt: map[string]time.Time{}, wake: make(chan struct{}, 1)}
}

var errDown = errors.New("the store is down")

// put saves a new message and wakes the Speaker.
func (b *box) put(m outbox.Message) outbox.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.ID = fmt.Sprintf("M%d", len(b.all)+1)
	if m.Subject == "" {
		m.Subject = fmt.Sprintf("A%d", len(b.all)+1)
	}
	m.Wanted, m.CreatedAt = 1, time.Now()
	b.all = append(b.all, &m)
	b.poke()
	return m
}

func (b *box) alert(to string) outbox.Message {
	return b.put(outbox.Message{Kind: outbox.Alert, To: to, Urgency: outbox.Paging})
}

func (b *box) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// change has a message drawn again.
func (b *box) change(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.find(id).Wanted++
	b.poke()
}

func (b *box) find(id string) *outbox.Message {
	for _, m := range b.all {
		if m.ID == id {
			return m
		}
	}
	return &outbox.Message{}
}

func (b *box) get(id string) outbox.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.find(id)
}

func loose(m *outbox.Message) bool {
	return m.TS == "" && m.Storm == "" && m.Trouble == "" && m.Wanted > m.Shown && (m.Kind == outbox.Alert || m.Kind == outbox.Page)
}

func urgency(m *outbox.Message) outbox.Urgency {
	if m.TS != "" {
		return outbox.Editing
	}
	return m.Urgency
}

func (b *box) Next(_ context.Context, at time.Time, busy []string, limit int) (ready []outbox.Ready, next time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	best, waiting := map[string]*outbox.Message{}, map[string]int{}
	for _, m := range b.all {
		if loose(m) {
			waiting[m.To]++
		}
		switch old := best[m.To]; {
		case m.Wanted <= m.Shown, m.Storm != "", m.Trouble != "", slices.Contains(busy, m.To):
		case m.DueAt.After(at):
			if next.IsZero() || m.DueAt.Before(next) {
				next = m.DueAt
			}
		case old == nil || urgency(m) < urgency(old):
			best[m.To] = m
		}
	}
	for to, m := range best {
		r := outbox.Ready{Message: *m, Waiting: waiting[to]}
		if why := b.closed[to]; why != "" {
			if r.Trial = !b.tryAt[to].After(at); !r.Trial {
				r.Closed = why
			}
		}
		r.Urgency = urgency(m)
		ready = append(ready, r)
	}
	slices.SortFunc(ready, func(a, b outbox.Ready) int { return int(a.Urgency - b.Urgency) })
	return ready[:min(limit, len(ready))], next, nil
}

func (b *box) Fold(_ context.Context, to string, at time.Time) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var storm *outbox.Message
	for _, m := range b.all {
		if m.Kind == outbox.Storm && m.To == to && at.Sub(b.folds[m.ID]) < time.Minute {
			storm = m
		}
	}
	if storm == nil {
		storm = &outbox.Message{
			ID: fmt.Sprintf("M%d", len(b.all)+1), Kind: outbox.Storm, Subject: fmt.Sprintf("T%d", len(b.all)+1),
			To: to, Urgency: outbox.Paging, CreatedAt: at,
		}
		b.all = append(b.all, storm)
	}
	for _, m := range b.all {
		if loose(m) && m.To == to {
			m.Storm = storm.ID
			storm.Folded++
		}
	}
	storm.Wanted++
	b.folds[storm.ID] = at
	return storm.Subject, nil
}

func (b *box) Shown(_ context.Context, id, channel, ts string, rev int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.forget > 0 {
		b.forget--
		return errDown
	}
	m := b.find(id)
	m.Channel, m.TS, m.Shown = channel, ts, rev
	return nil
}

func (b *box) Later(_ context.Context, id string, due time.Time, why string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.find(id)
	m.DueAt = due
	m.Attempts++
	b.later[id] = why
	return nil
}

func (b *box) GiveUp(_ context.Context, id, why string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.find(id).Trouble = why
	b.gaveUp[id] = why
	return nil
}

func (b *box) Waiting(_ context.Context, to string) (out []outbox.Message, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.all {
		if m.To == to && m.Wanted > m.Shown && m.Trouble == "" {
			out = append(out, *m)
		}
	}
	return out, nil
}

// Divert has each message that a place refuses shown in #more.
func (b *box) Divert(_ context.Context, d outbox.Diversion, at time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d.Closed {
		b.closed[d.Place], b.tryAt[d.Place] = d.Why, at.Add(time.Minute)
	}
	for _, id := range d.Messages {
		m := b.find(id)
		m.Trouble = d.Why
		b.gaveUp[id] = d.Why
		if m.Kept() && d.Place != "#more" {
			b.all = append(b.all, &outbox.Message{
				ID: fmt.Sprintf("M%d", len(b.all)+1), Kind: m.Kind, Subject: m.Subject, To: "#more", Urgency: outbox.Noting,
				MeantFor: m.To, MeantWhy: d.Why, Wanted: 1, CreatedAt: at,
			})
		}
	}
	b.poke()
	return nil
}

func (b *box) Reopen(_ context.Context, to string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.all {
		if m.To == to && m.Trouble != "" && m.Trouble == b.closed[to] {
			m.Trouble = ""
		}
	}
	delete(b.closed, to)
	b.poke()
	return nil
}

func (b *box) Posted(_ context.Context, id string) (channel, ts string, err error) {
	m := b.get(id)
	return m.Channel, m.TS, nil
}

func (b *box) Unposted(_ context.Context, to string) (out []outbox.Message, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.all {
		if m.To == to && m.TS == "" && m.Trouble == "" {
			out = append(out, *m)
		}
	}
	return out, nil
}

// leases are the right to speak, in memory.
type leases struct {
	mu     sync.Mutex
	holder string
	until  time.Time
	down   bool
}

func (l *leases) Lease(_ context.Context, _, holder string, now time.Time, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return false, errDown
	}
	if l.holder != holder && now.Before(l.until) {
		return false, nil
	}
	l.holder, l.until = holder, now.Add(ttl)
	return true, nil
}

func (l *leases) Release(_ context.Context, _, holder string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == holder {
		l.until = time.Time{}
	}
	return nil
}
