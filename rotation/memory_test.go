package rotation

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// memory is a Store that keeps its state in this process and undoes failed
// transactions. With conflicts > 0 it throws away that many tries first, as a
// database does.
type memory struct {
	mu        sync.Mutex
	conflicts int
	state     memoryState
}

type memoryState struct {
	requests  map[string]SwapRequest
	order     []string // of acceptance
	overrides map[string][]Override
	saved     map[string]SavedOverride
	edits     map[string][]Edit
	keys      map[string]bool
	audit     []Audit
}

func (s memoryState) clone() memoryState {
	return memoryState{
		maps.Clone(s.requests), slices.Clone(s.order), maps.Clone(s.overrides), maps.Clone(s.saved), maps.Clone(s.edits),
		maps.Clone(s.keys), slices.Clone(s.audit),
	}
}

func newMemory() *memory {
	return &memory{state: memoryState{
		requests: map[string]SwapRequest{}, overrides: map[string][]Override{}, saved: map[string]SavedOverride{},
		edits: map[string][]Edit{}, keys: map[string]bool{},
	}}
}

func (m *memory) Update(_ context.Context, do func(Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ; ; m.conflicts-- {
		tx := &memoryTx{m.state.clone()}
		if err := do(tx); err != nil {
			return err
		}
		if m.conflicts <= 0 {
			m.state = tx.memoryState
			return nil
		}
	}
}

func (m *memory) View(_ context.Context, do func(Reader) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return do(&memoryTx{m.state.clone()})
}

type memoryTx struct{ memoryState }

func (t *memoryTx) Changes(rotation string) (Changes, error) {
	c := Changes{Overrides: slices.Clone(t.overrides[rotation]), Edits: slices.Clone(t.edits[rotation])}
	for _, id := range t.order {
		if r := t.requests[id]; r.Rotation == rotation {
			c.Swaps = append(c.Swaps, r.Swap())
		}
	}
	return c, nil
}

func (t *memoryTx) SwapRequest(id string) (SwapRequest, error) {
	r, ok := t.requests[id]
	if !ok {
		return r, ErrNotFound
	}
	return r, nil
}

func (t *memoryTx) SaveSwapRequest(r SwapRequest) error {
	if t.requests[r.ID].Version != r.Version {
		return errors.New("saved from an old version")
	}
	r.Version++
	t.requests[r.ID] = r
	if r.State == SwapAccepted {
		t.order = append(t.order, r.ID)
	}
	return nil
}

func (t *memoryTx) SaveOverride(o SavedOverride) error {
	all := slices.Clone(t.overrides[o.Rotation])
	if i := slices.IndexFunc(all, func(b Override) bool { return b.ID == o.ID }); i >= 0 {
		all[i] = o.Override
	} else {
		all = append(all, o.Override)
	}
	t.overrides[o.Rotation] = all
	t.saved[o.ID] = o
	return nil
}

func (t *memoryTx) Override(id string) (SavedOverride, error) {
	o, ok := t.saved[id]
	if !ok {
		return o, ErrNotFound
	}
	return o, nil
}

func (t *memoryTx) OverridesOf(person PersonID, at time.Time) (open []SavedOverride, _ error) {
	for _, o := range t.saved {
		if o.mayCancel(person) && o.End.After(at) && !o.Cancelled() {
			open = append(open, o)
		}
	}
	slices.SortFunc(open, func(a, b SavedOverride) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return open, nil
}

func (t *memoryTx) DueSwapRequests(at time.Time, limit int) ([]SwapRequest, error) {
	open := t.open()
	due := slices.IndexFunc(open, func(r SwapRequest) bool { return r.ExpiresAt.After(at) })
	if due < 0 {
		due = len(open)
	}
	return open[:min(due, limit)], nil
}

func (t *memoryTx) NextSwapDue() (time.Time, error) {
	if open := t.open(); len(open) > 0 {
		return open[0].ExpiresAt, nil
	}
	return time.Time{}, nil
}

// open returns the open requests, the next to expire first.
func (t *memoryTx) open() []SwapRequest {
	var open []SwapRequest
	for _, r := range t.requests {
		if r.State == SwapOpen {
			open = append(open, r)
		}
	}
	slices.SortFunc(open, func(a, b SwapRequest) int {
		return cmp.Or(a.ExpiresAt.Compare(b.ExpiresAt), cmp.Compare(a.ID, b.ID))
	})
	return open
}

func (t *memoryTx) Audit(entry Audit) error {
	t.audit = append(t.audit, entry)
	return nil
}

func (t *memoryTx) Once(key string, _ time.Time) (bool, error) {
	if key == "" {
		return true, nil
	}
	seen := t.keys[key]
	t.keys[key] = true
	return !seen, nil
}
