package rotation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Store keeps what people change.
type Store interface {
	// Update runs do in one transaction and commits if it returns nil. It runs
	// do again after a conflict, so do must be repeatable.
	Update(ctx context.Context, do func(Tx) error) error
	// View runs do on what is committed now. It waits for no writer.
	View(ctx context.Context, do func(Reader) error) error
}

// Reader reads what people changed.
type Reader interface {
	// Changes returns the accepted swaps, oldest acceptance first, and the
	// overrides and edits in the order of creation, of one rotation.
	Changes(rotation string) (Changes, error)
	// OverridesOf returns what [Planner.OverridesOf] promises.
	OverridesOf(person PersonID, at time.Time) ([]SavedOverride, error)
}

// Tx is what the planner does inside a transaction. Instants are UTC.
type Tx interface {
	Reader
	// SwapRequest returns ErrNotFound for an unknown id.
	SwapRequest(id string) (SwapRequest, error)
	// SaveSwapRequest inserts or updates, if Version is still the one that was
	// read, and marks the messages that show the request.
	SaveSwapRequest(r SwapRequest) error
	// Override returns ErrNotFound for an unknown id.
	Override(id string) (SavedOverride, error)
	// SaveOverride inserts or updates, and marks the messages that show it.
	SaveOverride(o SavedOverride) error
	// DueSwapRequests returns open requests with ExpiresAt <= at, oldest first.
	DueSwapRequests(at time.Time, limit int) ([]SwapRequest, error)
	// NextSwapDue returns the earliest ExpiresAt of all open requests, zero if none.
	NextSwapDue() (time.Time, error)
	Audit(entry Audit) error
	// Once reports whether key is seen for the first time. "" is always new.
	Once(key string, at time.Time) (bool, error)
}

// Changes is what people changed in a rotation since its config was written.
type Changes struct {
	Swaps     []Swap
	Overrides []Override
	Edits     []Edit
}

func (c Changes) equal(o Changes) bool {
	return slices.Equal(c.Swaps, o.Swaps) && slices.Equal(c.Overrides, o.Overrides) &&
		slices.EqualFunc(c.Edits, o.Edits, func(a, b Edit) bool {
			return a.At.Equal(b.At) && slices.Equal(a.Members, b.Members)
		})
}

// Planner changes who is on call: it proposes, decides and overrides, each in
// one transaction. It decides by the state that it reads inside, never by what
// it remembers, so any number of replicas may plan at once.
type Planner struct {
	Rotations map[string]*Schedule // as the config has them, by name
	Former    map[string]string    // names that rotations had before, and what they are called now
	Store     Store

	mu     sync.Mutex
	live   map[string]*Schedule // Rotations, once they were replaced
	recent map[string]compiled  // the last schedule of each rotation
}

// Use replaces the rotations: more is known of the people that the config
// names. Whoever asks from now on hears of these.
func (p *Planner) Use(rotations map[string]*Schedule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.live = rotations
}

func (p *Planner) rotations() map[string]*Schedule {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live != nil {
		return p.live
	}
	return p.Rotations
}

// base returns the rotation of that name as the config has it, or the one that
// was called so before: an open page names it as it was.
func (p *Planner) base(name string) (*Schedule, bool) {
	all := p.rotations()
	if s, ok := all[name]; ok {
		return s, true
	}
	s, ok := all[p.Former[name]]
	return s, ok
}

// compiled is a schedule with what it was made from.
type compiled struct {
	base     *Schedule
	changes  Changes
	schedule *Schedule
}

// Schedule returns the rotation with all changes that are stored.
func (p *Planner) Schedule(ctx context.Context, rotation string) (*Schedule, error) {
	var s *Schedule
	err := p.Store.View(ctx, func(tx Reader) (err error) {
		s, err = p.ScheduleIn(tx, rotation)
		return err
	})
	return s, err
}

// ScheduleIn is [Planner.Schedule] inside the transaction of the caller.
func (p *Planner) ScheduleIn(tx Reader, rotation string) (*Schedule, error) {
	base, ok := p.base(rotation)
	if !ok {
		return nil, &UnknownRotationError{rotation, p.names()}
	}
	rotation = base.Name()
	changes, err := tx.Changes(rotation)
	if err != nil {
		return nil, fmt.Errorf("changes of rotation %s: %w", rotation, err)
	}
	p.mu.Lock()
	last := p.recent[rotation]
	p.mu.Unlock()
	if last.base == base && last.changes.equal(changes) {
		return last.schedule, nil
	}
	s, err := base.With(changes.Swaps, changes.Overrides, changes.Edits)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.recent == nil {
		p.recent = map[string]compiled{}
	}
	p.recent[rotation] = compiled{base, changes, s}
	return s, nil
}

// OnCall returns who holds the pager of a rotation at an instant, by what tx
// sees; "" is nobody.
func (p *Planner) OnCall(tx Reader, rotation string, at time.Time) (PersonID, error) {
	s, err := p.ScheduleIn(tx, rotation)
	if err != nil {
		return "", err
	}
	return s.OnCall(at), nil
}

// Knows reports whether a rotation has that name, or had it before.
func (p *Planner) Knows(rotation string) bool {
	_, ok := p.base(rotation)
	return ok
}

func (p *Planner) names() []string { return slices.Sorted(maps.Keys(p.rotations())) }

// choose returns the rotation of that name or, where none is named, the only
// one that all people are members of.
func (p *Planner) choose(tx Tx, rotation string, at time.Time, people ...PersonID) (*Schedule, error) {
	if rotation != "" {
		return p.ScheduleIn(tx, rotation)
	}
	all := map[string]*Schedule{}
	for name := range p.rotations() {
		s, err := p.ScheduleIn(tx, name)
		if err != nil {
			return nil, err
		}
		all[name] = s
	}
	fits := RotationsFor(all, at, people...)
	switch len(fits) {
	case 1:
		return all[fits[0]], nil
	case 0:
		fits = p.names()
	}
	return nil, &UnknownRotationError{Candidates: fits}
}

// RotationsFor returns the names of the rotations of which all people are
// members at the instant at, sorted. A command may leave the rotation out where
// there is one.
func RotationsFor(all map[string]*Schedule, at time.Time, people ...PersonID) []string {
	var names []string
	for name, s := range all {
		outside := func(p PersonID) bool { return !s.HasMember(p, at) }
		if !slices.ContainsFunc(people, outside) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// dueAtOnce is how many requests one transaction ends.
const dueAtOnce = 100

// Due ends the requests whose time has run out and returns when to call again:
// zero if nothing waits, the past if there is more to do at once.
func (p *Planner) Due(ctx context.Context, at time.Time) (next time.Time, err error) {
	err = p.Store.Update(ctx, func(tx Tx) error {
		due, err := tx.DueSwapRequests(at, dueAtOnce)
		if err != nil {
			return err
		}
		for _, r := range due {
			if _, err := expire(tx, r, at); err != nil {
				return err
			}
		}
		next, err = tx.NextSwapDue()
		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("end swap requests due at %s: %w", stamp(at), err)
	}
	return next, nil
}

// first refuses a request that was carried out before.
func first(tx Tx, key string, at time.Time) error {
	isFirst, err := tx.Once(key, at)
	if err == nil && !isFirst {
		err = ErrRepeated
	}
	return err
}
