package alerts

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"toban/rotation"
)

// memory is a Store that keeps cases in maps, as strict about versions as the
// real one.
type memory struct {
	mu     sync.Mutex
	events map[string]bool
	alerts map[string]Alert
	pages  map[string]Page
	order  []string // page ids, oldest first
	audit  []rotation.Audit
	left   *StormPress
	saves  int
	fail   error // answers the next Update
}

func newMemory() *memory {
	return &memory{events: map[string]bool{}, alerts: map[string]Alert{}, pages: map[string]Page{}}
}

func (m *memory) Update(_ context.Context, do func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.fail; err != nil {
		m.fail = nil
		return err
	}
	events, alerts, pages, order, audit := maps.Clone(m.events), maps.Clone(m.alerts), maps.Clone(m.pages), slices.Clone(m.order), slices.Clone(m.audit)
	if err := do(m); err != nil {
		m.events, m.alerts, m.pages, m.order, m.audit = events, alerts, pages, order, audit
		return err
	}
	m.saves++
	return nil
}

func (m *memory) OverridesOf(rotation.PersonID, time.Time) ([]rotation.SavedOverride, error) {
	return nil, nil
}

func (m *memory) Changes(string) (rotation.Changes, error) { return rotation.Changes{}, nil }

func (m *memory) Fresh(ids []string, _ time.Time) (map[string]bool, error) {
	fresh := map[string]bool{}
	for _, id := range ids {
		if !m.events[id] {
			fresh[id], m.events[id] = true, true
		}
	}
	return fresh, nil
}

func (m *memory) Latest(keys []string) (map[string]Case, error) {
	found := map[string]Case{}
	for _, a := range m.alerts {
		if slices.Contains(keys, a.Key) && !a.OpenedAt.Before(found[a.Key].Alert.OpenedAt) {
			found[a.Key] = m.caseOf(a)
		}
	}
	return found, nil
}

func (m *memory) caseOf(a Alert) Case {
	c := Case{Alert: a}
	for _, id := range m.order {
		if p := m.pages[id]; p.AlertID == a.ID {
			c.Page = &p
		}
	}
	return c
}

// latest is the case of the alert that began last; empty when there is none.
func (m *memory) latest() Case {
	m.mu.Lock()
	defer m.mu.Unlock()
	var newest Alert
	for _, a := range m.alerts {
		if !a.OpenedAt.Before(newest.OpenedAt) {
			newest = a
		}
	}
	return m.caseOf(newest)
}

// tellings counts how often anybody was told anything.
func (m *memory) tellings() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, p := range m.pages {
		n += len(p.Notified) + len(p.Calls)
	}
	return n
}

func (m *memory) ByPage(id string) (Case, error) {
	p, ok := m.pages[id]
	if !ok {
		return Case{}, ErrNotFound
	}
	return Case{Alert: m.alerts[p.AlertID], Page: &p}, nil
}

func (m *memory) ByAlert(id string) (Case, error) {
	a, ok := m.alerts[id]
	if !ok {
		return Case{}, ErrNotFound
	}
	return m.caseOf(a), nil
}

func (m *memory) Save(cases []Case) error {
	for _, c := range cases {
		if c.Alert.Version != m.alerts[c.Alert.ID].Version {
			panic("alert " + c.Alert.ID + " saved over a newer version")
		}
		c.Alert.Version++
		m.alerts[c.Alert.ID] = c.Alert
		if c.Page == nil {
			continue
		}
		p := *c.Page
		if p.Version != m.pages[p.ID].Version {
			panic("page " + p.ID + " saved over a newer version")
		}
		if p.Version == 0 {
			m.order = append(m.order, p.ID)
		}
		p.Version++
		m.pages[p.ID] = p
	}
	return nil
}

func (m *memory) Due(at time.Time, limit int) ([]Case, error) {
	var due []Case
	for _, id := range m.order {
		if p := m.pages[id]; !p.NextStepAt.IsZero() && !p.NextStepAt.After(at) && len(due) < limit {
			due = append(due, Case{Alert: m.alerts[p.AlertID], Page: &p})
		}
	}
	return due, nil
}

func (m *memory) NextDue() (time.Time, error) {
	var next time.Time
	for _, p := range m.pages {
		if t := p.NextStepAt; !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next, nil
}

func (m *memory) Unverified(limit int) ([]Case, error) {
	var found []Case
	for _, id := range m.order {
		if p := m.pages[id]; p.Unverified() && len(found) < limit {
			found = append(found, Case{Alert: m.alerts[p.AlertID], Page: &p})
		}
	}
	return found, nil
}

// A storm stands for all pages, in the order of their creation.
func (m *memory) StormSize(string) (int64, error) { return int64(len(m.order)), nil }

func (m *memory) Folded(_ string, after, upTo int64, limit int) (open []Case, last int64, err error) {
	for i, id := range m.order[after:upTo] {
		if p := m.pages[id]; p.Open() {
			open = append(open, Case{Alert: m.alerts[p.AlertID], Page: &p})
		}
		if len(open) == limit {
			return open, after + int64(i) + 1, nil
		}
	}
	return open, upTo, nil
}

func (m *memory) KeepPress(p StormPress) error {
	p.ID = 1
	if m.left = &p; p.Done == p.UpTo {
		m.left = nil
	}
	return nil
}

func (m *memory) LeftPress() (*StormPress, error) { return m.left, nil }

func (m *memory) Audit(a rotation.Audit) error {
	m.audit = append(m.audit, a)
	return nil
}
