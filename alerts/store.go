package alerts

import (
	"context"
	"errors"
	"time"

	"toban/rotation"
)

// ErrNotFound is returned for an id that names nothing saved.
var ErrNotFound = errors.New("not found")

// Case is an alert together with the page it opened last, if any. Both are
// read and saved together.
type Case struct {
	Alert Alert
	Page  *Page
	// Context is read with the case for showing it, and saved on its own.
	Context *Context
}

// CasesOf is what waits for a person, and what they are on: some of each, and
// how many there are in all.
type CasesOf struct {
	Waiting, Yours       []Case
	AllWaiting, AllYours int
}

// Store saves cases.
type Store interface {
	// Update runs do in one transaction and returns once it is on disk. After
	// a conflict with another process do runs again, so it must start afresh.
	Update(ctx context.Context, do func(Tx) error) error
}

// Tx is what a [Pager] does inside a transaction.
type Tx interface {
	rotation.Reader
	// Fresh notes the ids and returns those never noted before.
	Fresh(ids []string, at time.Time) (map[string]bool, error)
	// Latest returns the newest case of each key that has one.
	Latest(keys []string) (map[string]Case, error)
	// ByPage and ByAlert return one case, or ErrNotFound.
	ByPage(id string) (Case, error)
	ByAlert(id string) (Case, error)
	// Save inserts or updates cases; every Slack copy of them is drawn again.
	// An empty Page.Version is a new page.
	Save(cases []Case) error
	// Due returns up to limit cases whose page moves on at or before at, most
	// overdue first; NextDue the instant the earliest one does (zero: none).
	Due(at time.Time, limit int) ([]Case, error)
	NextDue() (time.Time, error)
	// Unverified returns up to limit cases whose page is [Page.Unverified].
	Unverified(limit int) ([]Case, error)
	// StormSize returns how many places a storm has, or ErrNotFound.
	StormSize(storm string) (int64, error)
	// Folded returns at most limit open pages that a storm message stands for,
	// behind a place and up to another, and the place that it came to.
	Folded(storm string, after, upTo int64, limit int) (cases []Case, last int64, err error)
	// KeepPress saves what is left of a press, and forgets it where nothing is.
	KeepPress(StormPress) error
	// LeftPress returns the oldest press of which something is left; nil: none.
	// Nobody else carries it on until the transaction ends.
	LeftPress() (*StormPress, error)
	// Audit records who did what.
	Audit(rotation.Audit) error
}
