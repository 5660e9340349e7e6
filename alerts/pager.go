package alerts

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"toban/rotation"
)

// Roster tells who is on call.
type Roster interface {
	// OnCall returns who holds the pager of a rotation by the swaps and
	// overrides that tx sees; "" is nobody.
	OnCall(tx rotation.Reader, rotation string, at time.Time) (rotation.PersonID, error)
}

// Pager saves what happens to alerts and pages. Its methods may be called from
// any goroutine and on any replica.
type Pager struct {
	Store    Store
	Roster   Roster
	Routing  Routing
	Policies map[string]Policy
	// Channel is where alerts go that no route sends elsewhere.
	Channel string
	// Look says of a fresh or worsened alert whether there is context to look
	// up, after how long, and how long its first sight may wait for it when
	// nobody is paged. nil: there never is.
	Look func(Alert) (look bool, after, patience time.Duration)
	// Trouble is told of what went wrong but stopped nothing, for the log.
	Trouble func(error)

	intake chan arrival
}

// NewPager returns a Pager; [Pager.Run] must run for [Pager.Receive] to work.
func NewPager(p Pager) *Pager {
	p.intake = make(chan arrival, intakeQueue)
	if p.Trouble == nil {
		p.Trouble = func(error) {}
	}
	return &p
}

// A page sent by hand whose target has no policy of its own tells the same
// target again, three times in all.
const handWait, handRepeat = 5 * time.Minute, 2

// Policy finds an escalation policy by the name that a page carries. The names "person:…" and
// "rotation:…" are those of pages sent by hand.
func (p *Pager) Policy(name string) Policy {
	if policy, ok := p.Policies[name]; ok {
		return policy
	}
	kind, id, _ := strings.Cut(name, ":")
	to := Target{Person: rotation.PersonID(id)}
	if kind == "rotation" {
		to = Target{Rotation: id}
	}
	return Policy{Name: name, Repeat: handRepeat, Steps: []Step{{Notify: []Target{to}, Wait: handWait}}}
}

// forRotation names the policy that begins with a rotation, or one that pages
// just that rotation.
func (p *Pager) forRotation(name string) string {
	var found []string
	for _, policy := range p.Policies {
		if len(policy.Steps) > 0 && slices.Contains(policy.Steps[0].Notify, Target{Rotation: name}) {
			found = append(found, policy.Name)
		}
	}
	if len(found) == 0 {
		return "rotation:" + name
	}
	return slices.Min(found)
}

// onCall asks the roster each rotation at most once, so one transaction sees
// one answer. A roster that fails leaves nobody: the step is skipped and said
// so, and the ladder goes on to somebody who can be found.
func (p *Pager) onCall(tx Tx, at time.Time) OnCall {
	known := map[string]rotation.PersonID{}
	return func(name string) rotation.PersonID {
		who, ok := known[name]
		if !ok {
			var err error
			if who, err = p.Roster.OnCall(tx, name, at); err != nil {
				p.Trouble(fmt.Errorf("who is on call for %s: %w", name, err))
			}
			known[name] = who
		}
		return who
	}
}

// open begins a page of a and tells its first step.
func (p *Pager) open(a Alert, policy string, onCall OnCall, at time.Time) *Page {
	page := Page{ID: newID("P"), AlertID: a.ID, Policy: policy, Step: -1, OpenedAt: at}
	page = page.Advance(p.Policy(policy), onCall, at)
	return &page
}

func newID(prefix string) string { return prefix + rand.Text() }
