package alerts

import (
	"slices"
	"time"

	"toban/rotation"
)

// Page is the search for somebody who answers one alert.
type Page struct {
	ID      string // "P…"
	AlertID string
	Policy  string // name of its escalation policy
	// Steps and Repeat are the policy's as they were when the search began: a
	// change of the config ends no search.
	Steps  []Step
	Repeat int
	State  PageState
	// Severity is how bad the alert is, as the page was told last. Covers is how
	// bad it was when the answer was given or, without one, the search began:
	// what is worse begins the search anew.
	Severity, Covers Severity
	// Step and Round count from zero; Step is the one told last. Before the
	// first step it is -1.
	Step, Round int
	// NextStepAt is when the page moves on by itself; zero while it does not.
	NextStepAt time.Time
	SearchAt   time.Time // when the search began, last time
	Notified   []Notice
	Calls      []Call            // of channels
	Channels   []string          // those that were called, each once
	OwnedBy    rotation.PersonID // who acknowledged or took it
	AckedAt    time.Time
	ClosedBy   rotation.PersonID // empty: the source recovered
	ClosedAt   time.Time
	OpenedAt   time.Time
	WithAlert  bool // began with its alert: the alert's first message says what happened at OpenedAt
	IncidentID string
	Log        []Entry // what happened, oldest first
	Version    int
}

// Notice records that a person was told.
type Notice struct {
	Person rotation.PersonID
	At     time.Time
	Step   int
	Failed string // why Slack would not deliver it; empty when it could
}

// Call records that a step called everybody in a channel.
type Call struct {
	Channel string
	At      time.Time
	Step    int
	Failed  string // why Slack refused it; empty when it did not
}

// PageState says what a page is waiting for.
type PageState string

const (
	PageTriggered    PageState = "triggered"    // waiting for an answer
	PageAcknowledged PageState = "acknowledged" // somebody is on it
	PageSnoozed      PageState = "snoozed"      // silent until NextStepAt, then it starts again
	PageDamped       PageState = "damped"       // the alert flaps: silent until NextStepAt, then it starts
	PageUnanswered   PageState = "unanswered"   // the last step passed and nobody answered
	PageClosed       PageState = "closed"
)

// Open reports whether the page still needs, or has, somebody working on it.
func (p Page) Open() bool { return p.State != PageClosed }

// Deed is what happened to a page.
type Deed string

const (
	DidPage        Deed = "page" // told somebody: Who was told
	DidSkip        Deed = "skip" // a step had nobody to tell: Detail names it
	DidAcknowledge Deed = "acknowledge"
	DidTake        Deed = "take"
	DidSnooze      Deed = "snooze"
	DidEscalate    Deed = "escalate" // by hand
	DidResolve     Deed = "resolve"
	DidRecover     Deed = "recover"
	DidMute        Deed = "mute"
	DidExhaust     Deed = "exhaust" // nobody answered
	DidWake        Deed = "wake"    // a snooze ended
	DidRepeat      Deed = "repeat"  // the ladder starts again
	DidFail        Deed = "fail"    // a person could not be told: Detail says why
	DidDeclare     Deed = "declare" // an incident was declared: Detail is its id
	DidNobody      Deed = "nobody"  // every step was tried, and nobody could be told
	DidReopen      Deed = "reopen"  // the alert fires again
	DidWorsen      Deed = "worsen"  // the alert got worse: Detail is its level or priority now
	DidHold        Deed = "hold"    // the alert fires again within a snooze of Who until Until
	DidDamp        Deed = "damp"    // the alert flaps: silent until Until
	DidSettle      Deed = "settle"  // it still fires after that
	DidMove        Deed = "move"    // its steps are gone from the config: Detail is the policy it goes on with
	DidDisown      Deed = "disown"  // the answer of Who, for whom nobody had vouched, was not theirs to give
	DidLate        Deed = "late"    // a step happened late: Detail says by how much
)

// Entry is one line of a page's history.
type Entry struct {
	At      time.Time
	Did     Deed
	Who     rotation.PersonID
	Detail  string
	Until   time.Time // of a snooze
	Channel string    // that could not be told
	// Unverified: Slack did not say yet who did it.
	Unverified bool
}

func (p *Page) log(e Entry) {
	p.Log = append(slices.Clip(p.Log), e)
}

// Answer is what a press came to.
type Answer string

const (
	Done        Answer = "done"
	AlreadyDone Answer = "already"     // somebody did the same before; the page says who and when
	NotOpen     Answer = "not_open"    // the page is closed
	NobodyLeft  Answer = "nobody_left" // there is no further step
)

// Acknowledge stops p from escalating. A second acknowledgement changes
// nothing and is no error: two people often press the button at once.
func (p Page) Acknowledge(by rotation.PersonID, at time.Time) (Page, Answer) {
	switch p.State {
	case PageClosed:
		return p, NotOpen
	case PageAcknowledged:
		return p, AlreadyDone
	}
	return p.ownedBy(by, DidAcknowledge, at), Done
}

// Take makes by the one who works on p, whoever had it before.
func (p Page) Take(by rotation.PersonID, at time.Time) (Page, Answer) {
	switch {
	case p.State == PageClosed:
		return p, NotOpen
	case p.State == PageAcknowledged && p.OwnedBy == by:
		return p, AlreadyDone
	}
	return p.ownedBy(by, DidTake, at), Done
}

func (p Page) ownedBy(by rotation.PersonID, did Deed, at time.Time) Page {
	p.State, p.OwnedBy, p.AckedAt, p.NextStepAt = PageAcknowledged, by, at, time.Time{}
	p.Covers = p.Severity
	p.log(Entry{At: at, Did: did, Who: by})
	return p
}

// Declared notes that an incident was declared from p. That answers it, unless
// somebody has already.
func (p Page) Declared(incident string, by rotation.PersonID, at time.Time) Page {
	if p.Open() && p.State != PageAcknowledged {
		p, _ = p.Acknowledge(by, at)
	}
	p.IncidentID = incident
	p.log(Entry{At: at, Did: DidDeclare, Who: by, Detail: incident})
	return p
}

// Snooze silences p until an instant, when it starts again from its first step.
func (p Page) Snooze(by rotation.PersonID, until, at time.Time) (Page, Answer) {
	switch {
	case p.State == PageClosed:
		return p, NotOpen
	case p.State == PageSnoozed && p.NextStepAt.Equal(until):
		return p, AlreadyDone
	}
	p.State, p.OwnedBy, p.NextStepAt, p.Covers = PageSnoozed, by, until, p.Severity
	p.log(Entry{At: at, Did: DidSnooze, Who: by, Until: until})
	return p, Done
}

// Close ends p. An empty by means the source recovered by itself.
func (p Page) Close(did Deed, by rotation.PersonID, at time.Time) (Page, Answer) {
	if p.State == PageClosed {
		return p, NotOpen
	}
	p.State, p.ClosedBy, p.ClosedAt, p.NextStepAt = PageClosed, by, at, time.Time{}
	p.log(Entry{At: at, Did: did, Who: by})
	return p, Done
}
