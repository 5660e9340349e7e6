package enrich

import (
	"context"
	"errors"
	"fmt"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

// Logs is where logs and events are asked for.
type Logs interface {
	// SearchLogs returns the newest logs that match, at most limit of them.
	SearchLogs(ctx context.Context, q LogQuery, limit int) (LogPage, error)
	// AggregateLogs counts all logs that match.
	AggregateLogs(ctx context.Context, q LogQuery, a Aggregation) (LogCounts, error)
	// Deploys returns events that match, latest first, at most limit of them.
	Deploys(ctx context.Context, query string, from, until time.Time, limit int) ([]alerts.Deploy, error)
}

// LogQuery chooses logs of a stretch of time, [From, Until).
type LogQuery struct {
	Query       string
	From, Until time.Time
	Indexes     []string // empty: all
}

// LogPage is some logs.
type LogPage struct {
	Logs    [][]byte // attributes of each, JSON
	More    bool     // there are more that match
	Partial string   // why some may be missing; empty: none is
}

// Aggregation says what is counted.
type Aggregation struct {
	By       string   // facet to break down by; empty: only the total
	Limit    int      // how many groups, most frequent first
	Distinct []string // facets whose different values are counted
}

// LogCounts is what was counted.
type LogCounts struct {
	Total    int // of the groups that are listed, or of all where there are none
	Groups   []waf.Count
	Distinct map[string]int // by facet
	Partial  string         // why the numbers may be too low; empty: they are whole
}

// RateLimit is an error of calls that a rate limit does not allow yet.
type RateLimit interface {
	error
	// Again is when the next call may be made.
	Again() time.Time
}

// ErrNoKeys means that nothing can be asked because no keys are configured.
var ErrNoKeys = errors.New("no keys for Datadog are configured")

// ErrDown means that Datadog cannot be reached, or reports an error of its own.
var ErrDown = errors.New("down")

// BudgetError means that the hour's queries are used up.
type BudgetError struct{ Until time.Time }

func (e *BudgetError) Error() string {
	return fmt.Sprintf("the hour's log queries are used up until %s", e.Until.UTC().Format(time.RFC3339))
}

// Again is when the next call may be made.
func (e *BudgetError) Again() time.Time { return e.Until }
