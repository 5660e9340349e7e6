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
	SaidAt     time.Time // of those, the latest that was no mere repetition
	ClosedAt   time.Time // zero while firing
	ClosedBy   rotation.PersonID
	Deliveries int // how often the source reported that it fires
	Flaps      int // times it fired again soon after closing
	Late       int // events that arrived after newer ones and changed nothing

	// Begins are the latest times it began to fire, oldest first, by our clock:
	// what tells whether it flaps.
	Begins []time.Time
	// WokenAt is when people were told of it last, and WokenFor how bad it was.
	WokenAt  time.Time
	WokenFor Severity
	// Snooze is what a person asked for last. It outlives an end of the alert.
	Snooze Snooze

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

// FlapWindow is how soon after closing a new firing is shown as the same
// alert. It pages all the same.
const FlapWindow = 5 * time.Minute

// Outcome is what an event did to an alert.
type Outcome string

const (
	Opened   Outcome = "opened"
	Reopened Outcome = "reopened" // fires again soon after an end, heard of or not
	Worsened Outcome = "worsened" // same firing, worse severity
	Repeated Outcome = "repeated" // same firing, no worse
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
	ends := e.Transition.Ends()
	if !ends {
		a.Deliveries++
	}
	switch {
	case a.late(e):
		a.Late++
		return a, Stale
	case ends && a.ended():
		a.EventAt = e.At
		return a, Repeated
	case ends:
		a = a.take(e)
		a.State, a.ClosedAt = endState(e.Transition), at
		return a, Closed
	case a.State == Firing && !otherCycle(a, e):
		before := a.Severity()
		if a = a.take(e); a.Severity().Worse(before) {
			return a, Worsened
		}
		return a, Repeated
	case a.State == Firing, at.Sub(a.ClosedAt) < FlapWindow:
		return a.take(e).again(at), Reopened
	}
	if !a.ended() && !otherCycle(a, e) { // resolved by hand: it goes on as it was
		e.Transition = e.Transition.at(a.Level)
	}
	fresh, outcome := begin(e, at)
	fresh.Snooze = a.Snooze
	return fresh, outcome
}

// ended reports whether the source said that nothing is wrong any more.
func (a Alert) ended() bool { return a.State == AlertRecovered || a.State == AlertMuted }

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
	a.Begins = []time.Time{at}
	return a, Opened
}

// again lets a begin to fire once more.
func (a Alert) again(at time.Time) Alert {
	a.Flaps++
	a.State, a.ClosedAt, a.ClosedBy, a.OpenedAt = Firing, time.Time{}, "", at
	recent := slices.DeleteFunc(slices.Clone(a.Begins), func(began time.Time) bool { return at.Sub(began) >= flapWithin })
	a.Begins = append(recent, at)
	return a
}

// take copies what e says and keeps what it leaves out.
func (a Alert) take(e Event) Alert {
	level := e.Transition.Level(a.Level)
	if !e.Transition.Repeats() || level != a.Level {
		a.SaidAt = latest(a.SaidAt, e.At)
	}
	a.Level = level
	a.EventAt = latest(a.EventAt, e.At)
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

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func endState(t Transition) AlertState {
	if t == Muted {
		return AlertMuted
	}
	return AlertRecovered
}
