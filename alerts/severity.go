package alerts

import (
	"slices"
	"time"

	"toban/rotation"
)

// Severity is how bad a firing alert is. Neither its level nor its priority
// outweighs the other.
type Severity struct {
	Level    Level
	Priority Priority
}

// Severity is how bad a is, or was when it ended.
func (a Alert) Severity() Severity { return Severity{a.Level, a.Priority} }

// Worse reports whether s is worse than t in level or priority: then whoever
// answered for t has not answered for s.
func (s Severity) Worse(t Severity) bool {
	return levelRank(s.Level) > levelRank(t.Level) || s.Priority.Rank() < t.Priority.Rank()
}

func levelRank(l Level) int {
	return slices.Index([]Level{LevelWarn, LevelNoData, LevelAlert}, l)
}

// Snooze is a person's wish to hear nothing of an alert until an instant,
// unless it gets worse than it was.
type Snooze struct {
	By    rotation.PersonID
	Until time.Time
	For   Severity
}

// snoozed reports whether a's snooze covers it at an instant.
func (a Alert) snoozed(at time.Time) bool {
	return a.Snooze.Until.After(at) && !a.Severity().Worse(a.Snooze.For)
}

// An alert flaps when it begins for the fourth time within ten minutes: three
// times people were told at once. While it flaps they are told at most every
// five minutes, and a saved timer tells them if it still fires then.
const (
	flapWithin = 10 * time.Minute
	flapBegins = 4
	dampFor    = 5 * time.Minute
)

// dampedUntil is the instant until which a flapping alert tells nobody; zero
// when it does not flap, or is worse than what people were told.
func (a Alert) dampedUntil(at time.Time) time.Time {
	until := a.WokenAt.Add(dampFor)
	if len(a.Begins) < flapBegins || !until.After(at) || a.Severity().Worse(a.WokenFor) {
		return time.Time{}
	}
	return until
}

// remember notes with the alert what must outlive its page: when people were
// told, and the snooze that stands. An end that the source tells of leaves a
// snooze as it is; every other deed of a person replaces it.
func (c Case) remember() Case {
	if c.Page == nil {
		return c
	}
	a, p := &c.Alert, c.Page
	if told := p.toldAt(); told.After(a.WokenAt) && p.Reached() {
		a.WokenAt, a.WokenFor = told, p.Covers
	}
	switch {
	case p.State == PageSnoozed:
		a.Snooze = Snooze{By: p.OwnedBy, Until: p.NextStepAt, For: p.Covers}
	case p.Open() || p.ClosedBy != "":
		a.Snooze = Snooze{}
	}
	return c
}
