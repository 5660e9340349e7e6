package enrich

import (
	"context"
	"sync"
	"time"
)

// meter keeps the number of queries in any hour under a budget. A third of it
// is for alerts that page: what people ask by hand, and warnings, must not use
// up what somebody woken at night needs. The store counts, because the limit is
// for all replicas together and a restart refills nothing.
type meter struct {
	budget int
	spend  func(ctx context.Context, at time.Time, may int) (free time.Time, err error)

	mu   sync.Mutex
	free map[bool]time.Time // for urgent questions and others: no room before
}

// take counts a query, or says when it may be made.
func (m *meter) take(ctx context.Context, at time.Time, urgent bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	free, err := m.free[urgent], error(nil)
	if !free.After(at) {
		may := m.budget
		if !urgent {
			may -= m.budget / 3
		}
		if free, err = m.spend(ctx, at, may); err != nil {
			return err
		}
		m.free[urgent] = free
	}
	if free.After(at) {
		return &BudgetError{Until: free}
	}
	return nil
}

// Spend counts a log query that somebody else is about to make of Datadog, or
// says when it may be made: the error is a [RateLimit]. It leaves alone what is
// kept for alerts that page.
func (l *Looker) Spend(ctx context.Context) error { return l.meter.take(ctx, time.Now(), false) }
