package enrich

import (
	"sync"
	"time"
)

// meter keeps the number of queries in any hour under a budget. A third of it
// is for alerts that page: what people ask by hand, and warnings, must not use
// up what somebody woken at night needs.
type meter struct {
	budget int

	mu   sync.Mutex
	used []time.Time // in the last hour, oldest first
}

// take counts n queries, or says when they may be made.
func (m *meter) take(at time.Time, n int, urgent bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.used) > 0 && !m.used[0].After(at.Add(-time.Hour)) {
		m.used = m.used[1:]
	}
	may := m.budget
	if !urgent {
		may -= m.budget / 3
	}
	if over := len(m.used) + n - may; over > 0 {
		free := at.Add(time.Hour)
		if over <= len(m.used) {
			free = m.used[over-1].Add(time.Hour)
		}
		return &BudgetError{Until: free}
	}
	for range n {
		m.used = append(m.used, at)
	}
	return nil
}

// Spend counts a query that is made on behalf of something else, or says when
// it may be made: the budget is one.
func (l *Looker) Spend(at time.Time) error { return l.meter.take(at, 1, false) }
