package findings

import (
	"context"
	"errors"
	"time"

	"toban/alerts/scan"
	"toban/rotation"
)

// ErrNotFound is returned for an id that names nothing saved.
var ErrNotFound = errors.New("no such finding")

// Store saves findings, scan results and bulletins.
type Store interface {
	// Update runs do in one transaction and returns once it is on disk; after
	// a conflict do runs again, so it must start afresh. View only reads.
	Update(ctx context.Context, do func(Tx) error) error
	View(ctx context.Context, do func(Tx) error) error
}

// Tx is what a [Desk] does inside a transaction.
type Tx interface {
	rotation.Reader
	// Fresh notes the ids and returns those never noted before.
	Fresh(ids []string, at time.Time) (map[string]bool, error)

	// Finding returns one record by its id, BySource by Finding.ID; or
	// ErrNotFound.
	Finding(id string) (Record, error)
	BySource(id string) (Record, error)
	// SaveFinding inserts (Version 0) or updates r, which conflicts unless
	// Version is still the one that was read. An announced record has a
	// message of kind finding in its Channel; copies already in Slack are
	// drawn again at every save.
	SaveFinding(r Record) error
	// Findings lists what fits q, worst severity first, then oldest; total
	// counts all that fit.
	Findings(q Query) (list []Record, total int, err error)
	// FindingCounts counts all that fit q by severity and age at an instant:
	// "high/older".
	FindingCounts(q Query, at time.Time) (map[string]int, error)
	// DueFindings returns records with NudgeAt, TellAt or (suppressed) Until at
	// or before at; NextFindingDue the earliest of these (zero: none).
	DueFindings(at time.Time, limit int) ([]Record, error)
	NextFindingDue() (time.Time, error)

	// AddResult counts a result per bucket and day (the same ID again changes
	// nothing) and saves it if it is to be kept; unpaged marks a kept one that
	// still has to become an alert or end one.
	AddResult(r scan.Result, kept, unpaged bool) error
	// ResultsOf returns the latest results that are kept of an object, in the
	// order in which they came.
	ResultsOf(bucket, key string, limit int) ([]scan.Result, error)
	// Unpaged returns results that the pager has yet to hear of, oldest first;
	// Paged notes that one has.
	Unpaged(limit int) ([]scan.Result, error)
	Paged(id string) error
	// Results lists results that were not clean, latest first, and counts all
	// since then by verdict.
	Results(q ResultQuery) (latest []scan.Result, by map[scan.Verdict]int, err error)
	// Buckets names those that results or findings were seen of.
	Buckets() ([]string, error)

	Bulletin(id string) (Bulletin, error) // or ErrNotFound
	// SaveBulletin inserts (Version 0) or updates b. Once its Total is above
	// zero it has one message of its Kind in its Channel, which is drawn again at
	// every save.
	SaveBulletin(b Bulletin) error

	// Protection returns the last known configuration of the scanner (nil:
	// never read) and SaveProtection replaces it.
	Protection() (*scan.Protection, time.Time, error)
	SaveProtection(p scan.Protection, at time.Time) error

	// Tick returns and notes when a timer of that name fired last (zero: never).
	Tick(name string) (time.Time, error)
	SaveTick(name string, at time.Time) error

	Audit(rotation.Audit) error
}

// Query chooses records. Empty fields fit all.
type Query struct {
	Team     string
	States   []State
	AtLeast  scan.Severity
	Account  string
	Services []string // values of a tag service or team, or names of buckets
	Limit    int
}

// ResultQuery chooses scan results. Empty fields fit all.
type ResultQuery struct {
	Bucket, Account string
	Buckets         []string // any of them
	Key             string   // of one object in Bucket
	Verdicts        []scan.Verdict
	Since           time.Time
	Limit           int
}
