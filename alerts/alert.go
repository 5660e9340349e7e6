package alerts

import (
	"slices"
	"time"

	"toban/rotation"
)

// Alert is one thing that is, or was, wrong: one group of one monitor.
type Alert struct {
	ID       string // "A…"
	Key      string // Event.Key of every event in it
	Cycle    string
	State    AlertState
	Level    Level
	Title    string
	Text     string
	Priority Priority
	Source   string
	Monitor  string
	Scope    string
	Type     string
	Tags     []string
	Host     string
	Query    string
	Link     string
	Snapshot string
	// From and Until are the latest evaluation window the source told.
	From, Until time.Time

	Channel string // where the team sees it; a Slack channel id or #name
	Route   string // why it went there: the matched route, for people

	OpenedAt   time.Time // when it last began to fire, by our clock
	EventAt    time.Time // the source's instant of the latest event applied
	ClosedAt   time.Time // zero while firing
	ClosedBy   rotation.PersonID
	Deliveries int // how often the source reported that it fires
	Flaps      int // times it fired again soon after closing
	Late       int // events that arrived after newer ones and changed nothing

	// LookAt asks for the alert's context to be looked up from then on, and
	// ShowAt lets its first sight wait for that; both are only written, at the
	// save that opens or worsens it, and read as zero.
	LookAt, ShowAt time.Time

	By      rotation.PersonID // who sent it, when a person did
	Version int
}

// AlertState says whether an alert is still wrong.
type AlertState string

const (
	Firing         AlertState = "firing"
	AlertRecovered AlertState = "recovered"
	AlertMuted     AlertState = "muted"
	AlertResolved  AlertState = "resolved" // by a person; the source has not said so
)

// FlapWindow is how soon after closing a new firing counts as the same alert.
const FlapWindow = 5 * time.Minute

// Outcome is what an event did to an alert.
type Outcome string

const (
	Opened   Outcome = "opened"
	Reopened Outcome = "reopened"
	Worsened Outcome = "worsened" // same firing at a worse level
	Repeated Outcome = "repeated" // same firing, same level or better
	Closed   Outcome = "closed"
	Stale    Outcome = "stale" // older than what is already known
)

// Apply returns what e makes of the latest alert of its key. last is nil when
// the key was never seen. The first result is a new alert (empty ID) when the
// event begins a new one.
func Apply(last *Alert, e Event, at time.Time) (Alert, Outcome) {
	if last == nil {
		return begin(e, at)
	}
	a := *last
	if !e.Transition.Ends() {
		a.Deliveries++
	}
	if a.precedes(e) {
		a.Late++
		return a, Stale
	}
	switch {
	case e.Transition.Ends():
		if a.State == Firing || a.State == AlertResolved {
			a = a.take(e)
			a.State, a.ClosedAt = endState(e.Transition), at
			return a, Closed
		}
		a.EventAt = e.At
		return a, Repeated
	case a.State == Firing && !newCycle(a, e):
		worse := levelRank(e.Transition.Level(a.Level)) > levelRank(a.Level)
		a = a.take(e)
		if worse {
			return a, Worsened
		}
		return a, Repeated
	case a.State == Firing, at.Sub(a.ClosedAt) < FlapWindow:
		a = a.take(e)
		a.Flaps++
		a.State, a.ClosedAt, a.ClosedBy, a.OpenedAt = Firing, time.Time{}, "", at
		return a, Reopened
	default:
		return begin(e, at)
	}
}

// precedes reports whether e is older than what a already knows. A recovery
// and a trigger of the same cycle and instant can arrive in either order; the
// recovery is the later one.
func (a Alert) precedes(e Event) bool {
	if e.At.Before(a.EventAt) {
		return true
	}
	closed := a.State == AlertRecovered || a.State == AlertMuted
	return closed && !e.Transition.Ends() && e.At.Equal(a.EventAt) && e.Cycle == a.Cycle
}

// newCycle reports whether e belongs to a later firing whose recovery between
// was never delivered.
func newCycle(a Alert, e Event) bool {
	return e.Transition == Triggered && e.Cycle != "" && a.Cycle != "" && e.Cycle != a.Cycle
}

func begin(e Event, at time.Time) (Alert, Outcome) {
	a := Alert{
		Key: e.Key(), Source: e.Source, Monitor: e.Monitor, Scope: e.Scope,
		State: Firing, OpenedAt: at, Deliveries: 1,
	}
	a = a.take(e)
	if e.Transition.Ends() {
		a.State, a.ClosedAt, a.Deliveries = endState(e.Transition), at, 0
		return a, Closed
	}
	return a, Opened
}

// take copies what e says and keeps what it leaves out.
func (a Alert) take(e Event) Alert {
	a.Level = e.Transition.Level(a.Level)
	a.EventAt = e.At
	keep(&a.Cycle, e.Cycle)
	keep(&a.Title, e.Title)
	keep(&a.Text, e.Text)
	keep(&a.Type, e.Type)
	keep(&a.Host, e.Host)
	keep(&a.Query, e.Query)
	keep(&a.Link, e.Link)
	keep(&a.Snapshot, e.Snapshot)
	if e.Priority != "" {
		a.Priority = e.Priority
	}
	if len(e.Tags) > 0 {
		a.Tags = slices.Clone(e.Tags)
	}
	if !e.From.IsZero() {
		a.From, a.Until = e.From, e.Until
	}
	return a
}

func keep(old *string, now string) {
	if now != "" {
		*old = now
	}
}

func endState(t Transition) AlertState {
	if t == Muted {
		return AlertMuted
	}
	return AlertRecovered
}

func levelRank(l Level) int {
	return slices.Index([]Level{LevelWarn, LevelNoData, LevelAlert}, l)
}
