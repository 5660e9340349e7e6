package slackapp

import (
	"context"
	"slices"
	"time"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/outbox"
	"toban/rotation"
)

// memory is a store of rotations and incidents that forgets everything.
type memory struct {
	swaps     map[string]rotation.SwapRequest
	order     []string
	overrides map[string][]rotation.Override
	covers    map[string]rotation.SavedOverride
	declared  []incident.Incident
	once      map[string]bool
	down      error
}

func newMemory() *memory {
	return &memory{swaps: map[string]rotation.SwapRequest{}, overrides: map[string][]rotation.Override{}, covers: map[string]rotation.SavedOverride{}, once: map[string]bool{}}
}

func (m *memory) Once(key string, _ time.Time) (bool, error) {
	if key == "" {
		return true, nil
	}
	was := m.once[key]
	m.once[key] = true
	return !was, nil
}

func (m *memory) Audit(rotation.Audit) error { return nil }

type rotationMemory struct{ *memory }

func (m *memory) rotations() rotation.Store { return rotationMemory{m} }

func (m rotationMemory) Update(_ context.Context, do func(rotation.Tx) error) error {
	if m.down != nil {
		return m.down
	}
	return do(m)
}

func (m rotationMemory) View(_ context.Context, do func(rotation.Reader) error) error {
	if m.down != nil {
		return m.down
	}
	return do(m)
}

func (m rotationMemory) Changes(name string) (rotation.Changes, error) {
	c := rotation.Changes{Overrides: slices.Clone(m.overrides[name])}
	for _, id := range m.order {
		if r := m.swaps[id]; r.Rotation == name && r.State == rotation.SwapAccepted {
			c.Swaps = append(c.Swaps, r.Swap())
		}
	}
	return c, nil
}

func (m rotationMemory) SwapRequest(id string) (rotation.SwapRequest, error) {
	r, ok := m.swaps[id]
	if !ok {
		return r, rotation.ErrNotFound
	}
	return r, nil
}

func (m rotationMemory) SaveSwapRequest(r rotation.SwapRequest) error {
	if _, known := m.swaps[r.ID]; !known {
		m.order = append(m.order, r.ID)
	}
	m.swaps[r.ID] = r
	return nil
}

func (m rotationMemory) SaveOverride(o rotation.SavedOverride) error {
	all := m.overrides[o.Rotation]
	if i := slices.IndexFunc(all, func(b rotation.Override) bool { return b.ID == o.ID }); i >= 0 {
		all[i] = o.Override
	} else {
		m.overrides[o.Rotation] = append(all, o.Override)
	}
	m.covers[o.ID] = o
	return nil
}

func (m rotationMemory) Override(id string) (rotation.SavedOverride, error) {
	o, ok := m.covers[id]
	if !ok {
		return o, rotation.ErrNotFound
	}
	return o, nil
}

func (m rotationMemory) OverridesOf(p rotation.PersonID, at time.Time) (open []rotation.SavedOverride, _ error) {
	for _, o := range m.covers {
		if (o.By == p || o.User == p) && o.End.After(at) {
			open = append(open, o)
		}
	}
	slices.SortFunc(open, func(a, b rotation.SavedOverride) int { return a.Start.Compare(b.Start) })
	return open, nil
}

func (m rotationMemory) DueSwapRequests(time.Time, int) ([]rotation.SwapRequest, error) {
	return nil, nil
}
func (m rotationMemory) NextSwapDue() (time.Time, error) { return time.Time{}, nil }

type incidentMemory struct{ *memory }

func (m *memory) incidents() incident.Store { return incidentMemory{m} }

func (m incidentMemory) Update(_ context.Context, do func(incident.Tx) error) error {
	if m.down != nil {
		return m.down
	}
	return do(m)
}

func (m *memory) incident(is func(incident.Incident) bool) (incident.Incident, error) {
	for _, in := range m.declared {
		if is(in) {
			return in, nil
		}
	}
	return incident.Incident{}, incident.ErrNotFound
}

func (m incidentMemory) NextNumber() (int, error) { return len(m.declared) + 1, nil }

func (m incidentMemory) Incident(id string) (incident.Incident, error) {
	return m.incident(func(in incident.Incident) bool { return in.ID == id })
}

func (m incidentMemory) ByChannel(channel string) (incident.Incident, error) {
	return m.incident(func(in incident.Incident) bool { return in.Channel != "" && in.Channel == channel })
}

func (m incidentMemory) ByPage(page string) (incident.Incident, error) {
	return m.incident(func(in incident.Incident) bool { return in.PageID == page })
}

func (m incidentMemory) List(all bool, _ int) ([]incident.Incident, error) {
	var found []incident.Incident
	for _, in := range m.declared {
		if all || in.State == incident.Open {
			found = append(found, in)
		}
	}
	return found, nil
}

func (m incidentMemory) SaveIncident(in incident.Incident) error {
	for i, old := range m.declared {
		if old.ID == in.ID {
			m.declared[i] = in
			return nil
		}
	}
	in.Channel, in.Version = "C0INC"+numeral(in.Number), 1
	m.declared = append(m.declared, in)
	return nil
}

func (m incidentMemory) DueIncidents(time.Time, int) ([]incident.Incident, error) { return nil, nil }

func (m incidentMemory) NextIncidentDue() (time.Time, error) { return time.Time{}, nil }

func (m incidentMemory) LinkIncident(string, string, rotation.PersonID, time.Time) error {
	return nil
}
func (m incidentMemory) Card(string) (string, string, error) { return "", "", nil }

// OpenSwaps lists what somebody asked or is asked.
func (m *memory) OpenSwaps(_ context.Context, p rotation.PersonID) ([]rotation.SwapRequest, error) {
	var open []rotation.SwapRequest
	for _, id := range m.order {
		if r := m.swaps[id]; r.State == rotation.SwapOpen && (r.Asker == p || r.Other == p) {
			open = append(open, r)
		}
	}
	return open, nil
}

// reading is the Reader over both.
type reading struct {
	*memory
	*findingDesk
	pages *pages
}

func (m *memory) reader(p *pages, f *findingDesk) Reader { return reading{m, f, p} }

func (r reading) CaseOfPage(_ context.Context, id string) (alerts.Case, error) {
	if c, ok := r.pages.by[id]; ok {
		return c, nil
	}
	return alerts.Case{}, alerts.ErrNotFound
}

func (r reading) CaseOfAlert(_ context.Context, id string) (alerts.Case, error) {
	for _, c := range r.pages.by {
		if c.Alert.ID == id {
			return c, nil
		}
	}
	return alerts.Case{}, alerts.ErrNotFound
}

func (r reading) OpenCases(context.Context, int) (open []alerts.Case, total int, err error) {
	for _, c := range r.pages.by {
		if c.Page.Open() {
			open = append(open, c)
		}
	}
	return open, len(open), r.memory.down
}

func (r reading) CasesOf(_ context.Context, person rotation.PersonID, _ int) (of alerts.CasesOf, err error) {
	for _, c := range r.pages.by {
		switch told := slices.ContainsFunc(c.Page.Notified, func(n alerts.Notice) bool { return n.Person == person }); {
		case !c.Page.Open():
		case c.Page.OwnedBy == person:
			of.Yours = append(of.Yours, c)
		case told && c.Page.OwnedBy == "":
			of.Waiting = append(of.Waiting, c)
		}
	}
	of.AllWaiting, of.AllYours = len(of.Waiting), len(of.Yours)
	return of, r.memory.down
}

func (r reading) Storm(_ context.Context, id string) (outbox.StormState, error) {
	if id != "T1" {
		return outbox.StormState{}, alerts.ErrNotFound
	}
	return outbox.StormState{ID: id, Total: 20, Firing: 20}, nil
}

func (r reading) StormNames(context.Context, string, int) ([]alerts.Case, error) {
	var all []alerts.Case
	for _, c := range r.pages.by {
		all = append(all, c)
	}
	return all, nil
}

func (r reading) SwapRequest(_ context.Context, id string) (rotation.SwapRequest, error) {
	return rotationMemory{r.memory}.SwapRequest(id)
}

func (r reading) Override(_ context.Context, id string) (rotation.SavedOverride, error) {
	return rotationMemory{r.memory}.Override(id)
}

func (r reading) Incident(_ context.Context, id string) (incident.Incident, error) {
	return incidentMemory{r.memory}.Incident(id)
}

func (r reading) ConfigNews(context.Context, string) (outbox.ConfigNews, error) {
	return outbox.ConfigNews{}, rotation.ErrNotFound
}
