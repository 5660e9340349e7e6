package incident

import (
	"context"
	"errors"
	"time"

	"toban/rotation"
)

// ErrNotFound is returned for an incident that does not exist.
var ErrNotFound = errors.New("no such incident")

// Store saves incidents.
type Store interface {
	// Update runs do in one transaction and returns once it is on disk; after
	// a conflict do runs again, so it must start afresh.
	Update(ctx context.Context, do func(Tx) error) error
}

// Tx is what a [Manager] does inside a transaction.
type Tx interface {
	// NextNumber returns the number after the highest one in use. Two
	// transactions that save the same number conflict.
	NextNumber() (int, error)
	// Incident, ByChannel and ByPage return one incident, or ErrNotFound;
	// ByPage the newest of those declared from the page.
	Incident(id string) (Incident, error)
	ByChannel(channel string) (Incident, error)
	ByPage(page string) (Incident, error)
	// List returns the newest incidents first; open only unless all.
	List(all bool, limit int) ([]Incident, error)
	// SaveIncident inserts (Version 0) or updates in, which conflicts unless
	// Version is still the one that was read. Once in is Announced the digest
	// is marked, for each of in.Told too, and, if it has a channel, the card
	// and a message for each update; copies already in Slack are drawn again at
	// every save.
	SaveIncident(in Incident) error
	// DueIncidents returns incidents with NextAt at or before at;
	// NextIncidentDue the earliest NextAt (zero: none).
	DueIncidents(at time.Time, limit int) ([]Incident, error)
	NextIncidentDue() (time.Time, error)
	// LinkIncident notes the incident on the page it was declared from and
	// has its copies drawn again.
	LinkIncident(page, incident string, by rotation.PersonID, at time.Time) error
	// Card returns where the incident's card stands in Slack; empty ts until posted.
	Card(id string) (channel, ts string, err error)
	Audit(rotation.Audit) error
}

// Leases keep two replicas from building the same channel at once. A holder is
// one run of one process: a lease that a dead one left is free when its time is
// up, and at once where no other process can use the store.
type Leases interface {
	// Lease takes or renews a named lease for ttl and reports whether holder has it.
	Lease(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (held bool, err error)
	// Release gives it back before its time.
	Release(ctx context.Context, name, holder string) error
}

// Rooms is what Slack does for an incident. Its errors are [*RoomError] where
// somebody has to change something before it works.
type Rooms interface {
	// CreateChannel makes a public channel and returns its id. A channel of
	// that name which this bot made before (a crash hid the answer) is
	// returned as if just made. ErrNameTaken: somebody else has the name.
	CreateChannel(ctx context.Context, name string) (id string, err error)
	SetTopic(ctx context.Context, channel, topic string) error
	// Invite brings people in and returns those who could not be, each with
	// the reason; the others are in. People who were in already, the bot
	// itself too, are no refusal.
	Invite(ctx context.Context, channel string, who []rotation.PersonID) ([]Refusal, error)
	// Pin pins a message; one that is pinned already is no error.
	Pin(ctx context.Context, channel, ts string) error
}

// ErrNameTaken means that another channel has the name.
var ErrNameTaken = errors.New("channel name is taken")

// RoomError is a refusal by Slack: a scope or a permission is missing, say.
type RoomError struct{ Deed, Why string }

func (e *RoomError) Error() string { return e.Deed + ": " + e.Why }
