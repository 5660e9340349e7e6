package alerts

import (
	"slices"
	"strings"
	"time"

	"toban/rotation"
)

// Policy is an escalation policy: who is told, in which order, and how long
// each of them has to answer.
type Policy struct {
	Name   string
	Steps  []Step
	Repeat int // how often the whole ladder is walked again after the first time
}

// Step tells some people and waits for an answer.
type Step struct {
	Notify []Target
	Wait   time.Duration
}

// Target is one of a step's addressees. Exactly one field is set.
type Target struct {
	Rotation string            // whoever is on call there
	Person   rotation.PersonID // this person
	Channel  string            // everybody in this channel
}

// Route sends matching alerts to a channel and an escalation policy.
type Route struct {
	Match      Match      // of tags and group; all must fit
	Priority   []Priority // any of; empty: all
	Level      []Level    // any of; empty: all
	Escalation string     // empty: shown, nobody is paged
	Channel    string     // empty: the default alerts channel
}

// Matches reports whether r applies to a.
func (r Route) Matches(a Alert) bool {
	return r.Match.Fits(slices.Concat(a.Tags, strings.Split(a.Scope, ","))) &&
		(len(r.Priority) == 0 || slices.Contains(r.Priority, a.Priority)) &&
		(len(r.Level) == 0 || slices.Contains(r.Level, a.Level))
}

// Routing is the table of routes; the first match wins.
type Routing []Route

// For returns the first route that matches a. An alert that no route wants is
// still shown in the default channel: the zero Route.
func (rs Routing) For(a Alert) Route {
	for _, r := range rs {
		if r.Matches(a) {
			return r
		}
	}
	return Route{}
}
