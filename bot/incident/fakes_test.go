package incident

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"toban/rotation"
)

// memory is a Store that keeps everything in memory and, like a database,
// commits only what nobody else changed meanwhile.
type memory struct {
	mu      sync.Mutex
	now     state
	commits int
	// meanwhile runs between what a transaction does and its commit.
	meanwhile func(commit int)
	noSpeaker bool // cards stay unposted
	alone     bool // no other process can use it
	leases    map[string]leased
}

// Lease holds one lease for the replicas that share the store; where alone,
// one process has it and every lease is granted, as in SQLite.
func (m *memory) Lease(_ context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l, ok := m.leases[name]; ok && !m.alone && l.holder != holder && l.until.After(now) {
		return false, nil
	}
	if m.leases == nil {
		m.leases = map[string]leased{}
	}
	m.leases[name] = leased{holder, now.Add(ttl)}
	return true, nil
}

func (m *memory) Release(_ context.Context, name, holder string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leases[name].holder == holder {
		delete(m.leases, name)
	}
	return nil
}

type leased struct {
	holder string
	until  time.Time
}

type state struct {
	version   int
	incidents map[string]Incident
	links     map[string]string // page to incident
	audits    []rotation.Audit
}

func (m *memory) Update(ctx context.Context, do func(Tx) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.mu.Lock()
		tx := &memoryTx{state: m.now, store: m}
		m.mu.Unlock()
		tx.incidents, tx.links = maps.Clone(tx.incidents), maps.Clone(tx.links)
		tx.audits = slices.Clone(tx.audits)
		if err := do(tx); err != nil {
			return err
		}
		if m.commit(tx) {
			return nil
		}
	}
}

func (m *memory) commit(tx *memoryTx) bool {
	if !tx.wrote {
		return true
	}
	m.mu.Lock()
	m.commits++
	n, meanwhile := m.commits, m.meanwhile
	m.mu.Unlock()
	if meanwhile != nil {
		meanwhile(n)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if tx.version != m.now.version {
		return false
	}
	tx.version++
	m.now = tx.state
	return true
}

type memoryTx struct {
	state
	store *memory
	wrote bool
}

func (tx *memoryTx) NextNumber() (int, error) { return len(tx.incidents) + 1, nil }

func (tx *memoryTx) find(match func(Incident) bool) (Incident, error) {
	all, _ := tx.List(true, 1000)
	if i := slices.IndexFunc(all, match); i >= 0 {
		return all[i], nil
	}
	return Incident{}, ErrNotFound
}

func (tx *memoryTx) Incident(id string) (Incident, error) {
	return tx.find(func(in Incident) bool { return in.ID == id })
}

func (tx *memoryTx) ByChannel(channel string) (Incident, error) {
	return tx.find(func(in Incident) bool { return in.Channel == channel })
}

func (tx *memoryTx) ByPage(page string) (Incident, error) {
	return tx.find(func(in Incident) bool { return in.PageID == page })
}

func (tx *memoryTx) List(all bool, limit int) ([]Incident, error) {
	list := slices.SortedFunc(maps.Values(tx.incidents), func(a, b Incident) int { return b.Number - a.Number })
	list = slices.DeleteFunc(list, func(in Incident) bool { return !all && !in.IsOpen() })
	return list[:min(limit, len(list))], nil
}

func (tx *memoryTx) SaveIncident(in Incident) error {
	if was := tx.incidents[in.ID]; was.Version != in.Version {
		return fmt.Errorf("saved version %d over %d", in.Version, was.Version)
	}
	in.Version++
	in.NextAt = in.NextAt.Truncate(time.Microsecond)
	tx.incidents[in.ID], tx.wrote = in, true
	return nil
}

func (tx *memoryTx) DueIncidents(at time.Time, limit int) ([]Incident, error) {
	list, _ := tx.List(true, limit)
	return slices.DeleteFunc(list, func(in Incident) bool { return in.NextAt.IsZero() || in.NextAt.After(at) }), nil
}

func (tx *memoryTx) NextIncidentDue() (next time.Time, err error) {
	for _, in := range tx.incidents {
		if !in.NextAt.IsZero() && (next.IsZero() || in.NextAt.Before(next)) {
			next = in.NextAt
		}
	}
	return next, nil
}

func (tx *memoryTx) LinkIncident(page, incident string, _ rotation.PersonID, _ time.Time) error {
	tx.links[page] = incident
	return nil
}

// Card is posted as soon as it may be: the Speaker is quick here.
func (tx *memoryTx) Card(id string) (channel, ts string, err error) {
	in, err := tx.Incident(id)
	if err != nil || in.Channel == "" || !in.Announced() || tx.store.noSpeaker {
		return in.Channel, "", err
	}
	return in.Channel, "1.1", nil
}

func (tx *memoryTx) Audit(a rotation.Audit) error {
	tx.audits = append(tx.audits, a)
	return nil
}

// slack is a Rooms that behaves like Slack and counts what really changed.
type slack struct {
	mu       sync.Mutex
	channels map[string]string // name to id
	others   map[string]bool   // names that somebody else has
	cannot   map[rotation.PersonID]string
	topics   map[string]string
	in       map[string][]rotation.PersonID
	pins     []string
	events   []string // what people saw happen
	// around runs each call: it may fail it before the deed, or lose its answer.
	around func(ctx context.Context, call string, deed func()) error
}

func newSlack() *slack {
	return &slack{
		channels: map[string]string{}, others: map[string]bool{}, cannot: map[rotation.PersonID]string{},
		topics: map[string]string{}, in: map[string][]rotation.PersonID{},
		around: func(_ context.Context, _ string, deed func()) error { deed(); return nil },
	}
}

func (s *slack) CreateChannel(ctx context.Context, name string) (id string, err error) {
	taken := false
	lost := s.around(ctx, "create", func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if taken = s.others[name]; taken {
			return
		}
		if s.channels[name] == "" {
			s.channels[name] = fmt.Sprintf("C%d", len(s.channels)+1)
			s.events = append(s.events, "created "+name)
		}
		id = s.channels[name]
	})
	if taken && lost == nil {
		return "", ErrNameTaken
	}
	return id, lost
}

func (s *slack) SetTopic(ctx context.Context, channel, topic string) error {
	return s.around(ctx, "topic", func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.topics[channel] = topic
	})
}

func (s *slack) Invite(ctx context.Context, channel string, who []rotation.PersonID) (refused []Refusal, err error) {
	err = s.around(ctx, "invite", func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, p := range who {
			if why := s.cannot[p]; why != "" {
				refused = append(refused, Refusal{p, why})
			} else if !slices.Contains(s.in[channel], p) {
				s.in[channel] = append(s.in[channel], p)
				s.events = append(s.events, "invited "+string(p))
			}
		}
	})
	return refused, err
}

func (s *slack) Pin(ctx context.Context, channel, ts string) error {
	return s.around(ctx, "pin", func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if pin := channel + "/" + ts; !slices.Contains(s.pins, pin) {
			s.pins = append(s.pins, pin)
			s.events = append(s.events, "pinned "+pin)
		}
	})
}

var t0 = time.Date(2026, 12, 3, 1, 0, 0, 0, time.UTC)

// newHouse returns a manager over fresh fakes, with bo and cy on call.
func newHouse() (*Manager, *memory, *slack) {
	store := &memory{now: state{incidents: map[string]Incident{}, links: map[string]string{}}}
	rooms := newSlack()
	m := &Manager{Store: store, Rooms: rooms, Leases: store, Holder: "first", OnCall: func(context.Context) ([]rotation.PersonID, error) {
		return []rotation.PersonID{"bo", "cy", "ana", ""}, nil
	}}
	return m, store, rooms
}

// another returns a manager of another process over the same store and Slack.
func another(m *Manager, store *memory, holder string) *Manager {
	return &Manager{Store: store, Leases: store, Holder: holder, Rooms: m.Rooms, OnCall: m.OnCall}
}

// settle calls Due whenever it asks to be called, until nothing waits or only
// what Slack keeps refusing.
func settle(m *Manager, at time.Time) (time.Time, error) {
	for range 100 {
		next, err := m.Due(context.Background(), at)
		if err != nil || next.IsZero() || next.Sub(at) >= time.Minute {
			return at, err
		}
		at = next
	}
	return at, errors.New("it never comes to rest")
}
