package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrOverload means that more events wait to be saved than memory should
// hold; the sender is to come back a little later.
var ErrOverload = errors.New("too many events are waiting to be saved")

const (
	intakeQueue = 4096 // events waiting for the writer
	groupSize   = 256  // events saved in one transaction

	// In a burst, those who just heard that they are saved send again within
	// this. A group waits so long for them: half of it would cost the disk as
	// much as the whole.
	gatherFor = time.Millisecond
	fewest    = 4 // so many at once are a burst
)

type arrival struct {
	event Event
	done  chan error
}

// Receive saves what e changes and returns when that is on disk. An event that
// was received before changes nothing. After an error the sender may repeat it
// without harm.
func (p *Pager) Receive(ctx context.Context, e Event) error {
	a := arrival{event: e, done: make(chan error, 1)}
	select {
	case p.intake <- a:
	default:
		return ErrOverload
	}
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("receive event %s: %w", e.ID, ctx.Err())
	}
}

// Run saves what arrives until ctx ends, many events in one transaction when
// many wait: the disk is asked to be sure once for all of them.
func (p *Pager) Run(ctx context.Context) error {
	group := make([]arrival, 0, groupSize)
	for senders := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case a := <-p.intake:
			group = append(group[:0], a)
		}
		group = p.waiting(group)
		if senders >= fewest {
			group = p.gather(group, min(senders, groupSize))
		}
		senders = p.saveGroup(ctx, group)
	}
}

// waiting adds to group what waits.
func (p *Pager) waiting(group []arrival) []arrival {
	for len(group) < groupSize {
		select {
		case a := <-p.intake:
			group = append(group, a)
		default:
			return group
		}
	}
	return group
}

// gather waits a moment until group has grown to n.
func (p *Pager) gather(group []arrival, n int) []arrival {
	late := time.NewTimer(gatherFor)
	defer late.Stop()
	for len(group) < n {
		select {
		case a := <-p.intake:
			group = append(group, a)
		case <-late.C:
			return group
		}
	}
	return p.waiting(group)
}

// saveGroup saves a group together, or one by one when together it fails: one
// event that cannot be saved must not hold up the others. It returns how many
// senders waited by then, those of the group included.
func (p *Pager) saveGroup(ctx context.Context, group []arrival) (senders int) {
	events := make([]Event, len(group))
	for i, a := range group {
		events[i] = a.event
	}
	err := p.receive(ctx, events)
	senders = len(group) + len(p.intake)
	for i, a := range group {
		if err != nil && len(group) > 1 {
			a.done <- p.receive(ctx, events[i:i+1])
			continue
		}
		a.done <- err
	}
	return senders
}

// receive saves events in as few transactions as keep each alert's events
// apart: a later event of the same alert builds on what the earlier one saved.
func (p *Pager) receive(ctx context.Context, events []Event) error {
	at := p.Now()
	for _, wave := range waves(events) {
		err := p.Store.Update(ctx, func(tx Tx) error {
			return p.saveWave(tx, wave, at)
		})
		if err != nil {
			return fmt.Errorf("save %d events: %w", len(wave), err)
		}
	}
	return nil
}

// waves splits events so that no wave holds two of the same alert, keeping
// their order.
func waves(events []Event) [][]Event {
	var split [][]Event
	nth := make(map[string]int, len(events))
	for _, e := range events {
		n := nth[e.Key()]
		nth[e.Key()]++
		if n == len(split) {
			split = append(split, nil)
		}
		split[n] = append(split[n], e)
	}
	return split
}

func (p *Pager) saveWave(tx Tx, events []Event, at time.Time) error {
	fresh, err := freshOf(tx, events, at)
	if err != nil || len(fresh) == 0 {
		return err
	}
	keys := make([]string, len(fresh))
	for i, e := range fresh {
		keys[i] = e.Key()
	}
	known, err := tx.Latest(keys)
	if err != nil {
		return err
	}
	onCall := p.onCall(tx, at)
	cases := make([]Case, len(fresh))
	for i, e := range fresh {
		before, ok := known[keys[i]]
		cases[i] = p.apply(before, ok, e, onCall, at)
	}
	return tx.Save(cases)
}

// freshOf leaves out events that were received before, or twice in this group.
func freshOf(tx Tx, events []Event, at time.Time) ([]Event, error) {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.Source + ":" + e.ID
	}
	isFresh, err := tx.Fresh(ids, at)
	if err != nil {
		return nil, err
	}
	var fresh []Event
	for i, e := range events {
		if isFresh[ids[i]] {
			delete(isFresh, ids[i])
			fresh = append(fresh, e)
		}
	}
	return fresh, nil
}

// apply returns the case that e leaves behind; known tells whether there was
// one before.
func (p *Pager) apply(before Case, known bool, e Event, onCall OnCall, at time.Time) Case {
	var last *Alert
	if known {
		last = &before.Alert
	}
	page := before.Page
	alert, outcome := Apply(last, e, at)
	if alert.ID == "" {
		alert.ID, page = newID("A"), nil
	}
	switch {
	case outcome == Closed:
		page = closePage(page, e.Transition, at)
	case outcome != Stale && alert.State == Firing:
		route := p.plan().Routing.For(alert)
		alert.Channel, alert.Route = p.channel(route), route.describe()
		page = p.repage(Case{Alert: alert, Page: page}, before.Alert.Severity(), route, outcome, onCall, at)
	}
	if outcome == Opened || outcome == Reopened || outcome == Worsened {
		p.look(&alert, page, outcome, at)
	}
	return Case{Alert: alert, Page: page}.remember()
}

// look asks for the context of an alert that has begun or become worse. A page
// never waits for it.
func (p *Pager) look(a *Alert, page *Page, o Outcome, at time.Time) {
	if p.Look == nil {
		return
	}
	look, after, patience := p.Look(*a)
	if !look {
		return
	}
	a.LookAt = at.Add(after)
	if page == nil && o == Opened && patience > 0 {
		a.ShowAt = at.Add(patience)
	}
}

func closePage(page *Page, t Transition, at time.Time) *Page {
	if page == nil {
		return nil
	}
	did := DidRecover
	if t == Muted {
		did = DidMute
	}
	closed, _ := page.Close(did, "", at)
	return &closed
}

// repage lets the page of a firing alert hear of it, and opens one where none
// is open. was is how bad the alert was before. On a route that pages nobody no
// search begins.
func (p *Pager) repage(c Case, was Severity, route Route, o Outcome, onCall OnCall, at time.Time) *Page {
	policy, pages := p.Policy(route.Escalation), route.Escalation != ""
	if c.Page == nil || !c.Page.Open() {
		if !pages {
			return c.Page
		}
		page := p.open(c.Alert, policy, onCall, at)
		return &page
	}
	page := *c.Page
	if page.Covers == (Severity{}) { // saved by a version that did not note it
		page.Covers = was
	}
	if !pages {
		page.Severity = c.Alert.Severity()
		return &page
	}
	page, anew := page.hear(c.Alert.Severity(), o, at)
	if anew {
		page = page.start(c.Alert, policy, onCall, at)
	}
	return &page
}

func (p *Pager) channel(r Route) string {
	if r.Channel != "" {
		return r.Channel
	}
	return p.plan().Channel
}

// describe says in a few words what r matched.
func (r Route) describe() string {
	var words []string
	for name, value := range r.Match {
		words = append(words, name+":"+value.String())
	}
	slices.Sort(words)
	for _, priority := range r.Priority {
		words = append(words, string(priority))
	}
	return strings.Join(words, " ")
}
