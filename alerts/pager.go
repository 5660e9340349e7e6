package alerts

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"toban/rotation"
)

// Roster tells who is on call.
type Roster interface {
	// OnCall returns who holds the pager of a rotation by the swaps and
	// overrides that tx sees; "" is nobody.
	OnCall(tx rotation.Reader, rotation string, at time.Time) (rotation.PersonID, error)
	// Knows reports whether there is a rotation of that name.
	Knows(rotation string) bool
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
	// Now is the clock that is saved by; nil: time.Now.
	Now func() time.Time
	// Trouble is told of what went wrong but stopped nothing, for the log.
	Trouble func(error)

	intake chan arrival
	live   *atomic.Pointer[Plan] // once it was replaced
}

// Plan is what a config says about alerts and pages.
type Plan struct {
	Routing  Routing
	Policies map[string]Policy
	Channel  string
}

// Use replaces the plan that the Pager began with: more is known of the people
// that the config names. Pages go on by it from their next step.
func (p *Pager) Use(plan Plan) { p.live.Store(&plan) }

func (p *Pager) plan() Plan {
	if plan := p.live.Load(); plan != nil {
		return *plan
	}
	return Plan{p.Routing, p.Policies, p.Channel}
}

// NewPager returns a Pager; [Pager.Run] must run for [Pager.Receive] to work.
func NewPager(p Pager) *Pager {
	p.intake, p.live = make(chan arrival, intakeQueue), &atomic.Pointer[Plan]{}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Trouble == nil {
		p.Trouble = func(error) {}
	}
	return &p
}

// A page sent by hand whose target has no policy of its own tells the same
// target again, three times in all.
const handWait, handRepeat = 5 * time.Minute, 2

// Policy finds an escalation policy by its name; one without steps when there
// is none. The names "person:…" and "rotation:…" are those of pages sent by hand.
func (p *Pager) Policy(name string) Policy {
	if policy, ok := p.plan().Policies[name]; ok {
		return policy
	}
	var to Target
	switch kind, id, _ := strings.Cut(name, ":"); kind {
	case "person":
		to.Person = rotation.PersonID(id)
	case "rotation":
		to.Rotation = id
	default:
		return Policy{Name: name}
	}
	return Policy{Name: name, Repeat: handRepeat, Steps: []Step{{Notify: []Target{to}, Wait: handWait}}}
}

// climbing returns the page of c with the steps that it climbs: its own or,
// where an earlier version saved none, those of its policy. Where they lead
// nowhere because the config no longer knows the policy or a rotation in it, the
// page moves to the policy that its alert has now, and begins there.
func (p *Pager) climbing(c Case, at time.Time) Page {
	page := *c.Page
	if len(page.Steps) == 0 {
		page = page.on(p.Policy(page.Policy))
	}
	if p.leads(page.Steps) {
		return page
	}
	policy := p.Policy(p.Routing.For(c.Alert).Escalation)
	if !p.leads(policy.Steps) {
		return page
	}
	page.log(Entry{At: at, Did: DidMove, Detail: policy.Name})
	return page.on(policy).restart(at)
}

// leads reports whether steps can all be walked.
func (p *Pager) leads(steps []Step) bool {
	lost := func(to Target) bool { return to.Rotation != "" && !p.Roster.Knows(to.Rotation) }
	return len(steps) > 0 && !slices.ContainsFunc(steps, func(s Step) bool { return slices.ContainsFunc(s.Notify, lost) })
}

// forRotation names the policy that begins with a rotation, or one that pages
// just that rotation.
func (p *Pager) forRotation(name string) string {
	var found []string
	for _, policy := range p.plan().Policies {
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

// open begins a page of a.
func (p *Pager) open(a Alert, policy Policy, onCall OnCall, at time.Time) Page {
	page := Page{ID: newID("P"), AlertID: a.ID, OpenedAt: at, Severity: a.Severity(), WithAlert: a.Version == 0}
	if a.Flaps > 0 {
		page.log(Entry{At: at, Did: DidReopen})
	}
	return page.start(a, policy, onCall, at)
}

func newID(prefix string) string { return prefix + rand.Text() }
