package directory

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Memory is a directory that is forgotten with the process.
type Memory struct {
	mu       sync.Mutex
	entries  map[string]Entry
	listings map[Kind]Listing
}

// NewMemory returns an empty one.
func NewMemory() *Memory {
	return &Memory{entries: map[string]Entry{}, listings: map[Kind]Listing{}}
}

// Named returns the entries of a kind that have a key.
func (m *Memory) Named(_ context.Context, kind Kind, key string) (found []Entry, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.entries {
		if e.Kind == kind && slices.Contains(e.Keys(), key) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b Entry) int { return compare(a.ID, b.ID) })
	return found, nil
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

// Entry returns one by its id; a zero one is not known.
func (m *Memory) Entry(_ context.Context, id string) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.entries[id], nil
}

// Listing says how far a list was read.
func (m *Memory) Listing(_ context.Context, kind Kind) (Listing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.listings[kind]
	l.Kind = kind
	return l, nil
}

// Keep remembers entries, and how far the list was read that they come from;
// nil: from none.
func (m *Memory) Keep(_ context.Context, entries []Entry, l *Listing, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		m.entries[e.ID] = e
	}
	if l != nil {
		m.listings[l.Kind] = *l
	}
	return nil
}

// Lease is granted: nobody else has this directory.
func (m *Memory) Lease(context.Context, string, string, time.Time, time.Duration) (bool, error) {
	return true, nil
}

// Release does nothing.
func (m *Memory) Release(context.Context, string, string) error { return nil }
