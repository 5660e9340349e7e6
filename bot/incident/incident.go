// Package incident runs incidents: something is broken for customers, and
// people gather in one channel to mend it.
//
// An [Incident] is a plain value that [Manager] saves. Its channel in Slack is
// built step by step; each step is saved when it is done, so a crash between
// two of them is taken up where it stopped and no step is done twice.
package incident

import (
	"time"

	"toban/rotation"
)

// Incident is one declared incident.
type Incident struct {
	ID         string // "I…"
	Number     int    // 1, 2, 3 … for people
	Title      string
	Severity   Severity
	State      State
	DeclaredBy rotation.PersonID
	DeclaredAt time.Time
	ResolvedBy rotation.PersonID
	ResolvedAt time.Time
	PageID     string // the page it was declared from; empty: by command
	AlertID    string
	Invited    []rotation.PersonID // declarer and people on call
	NotInvited []Refusal           // who could not be invited, and why
	Channel    string              // Slack channel id, empty until created and when Slack refused it
	Name       string              // of the channel, without "#"
	Reader     string              // which run of which process began to read the title
	Planned    string              // the name it is to have, once the title was read
	Topic      string              // of the channel, as set last
	Told       []rotation.PersonID // who is told directly that Slack makes no channel
	Updates    []Update            // oldest first
	Step       Step                // the set-up step that comes next
	NextAt     time.Time           // when that step is tried; zero: nothing to do
	Attempts   int                 // failed tries of that step
	Trouble    string              // what went wrong and has not been mended; read it with Troubles
	Version    int
}

// Severity is how bad it is, sev1 (worst) to sev4.
type Severity string

const (
	Sev1 Severity = "sev1"
	Sev2 Severity = "sev2"
	Sev3 Severity = "sev3"
	Sev4 Severity = "sev4"
)

// State says how far an incident is.
type State string

const (
	Open     State = "open"
	Resolved State = "resolved"
)

// Update is one thing somebody told about an incident.
type Update struct {
	ID   string // "U…", unique in the incident
	At   time.Time
	Who  rotation.PersonID
	Text string
}

// Refusal names somebody who could not be invited.
type Refusal struct {
	Who rotation.PersonID
	Why string // Slack's error word
}

// Step is one stage of building an incident's channel, in the order given here.
type Step string

const (
	CreateChannel Step = "create_channel"
	SetTopic      Step = "set_topic"
	Invite        Step = "invite"
	PostCard      Step = "post_card" // the card and the digest are marked; the Speaker posts them
	PinCard       Step = "pin_card"  // waits until the card is in Slack
	// Ready is the end. With a NextAt the topic's facts have changed since, or
	// a step that Slack refused is tried again.
	Ready Step = "ready"
)

// Announced reports whether people are told: the digest exists from now on
// and, if there is a channel, the card in it. They are told once the channel
// is set up, and at once where it cannot be made.
func (in Incident) Announced() bool {
	return in.Step == PostCard || in.Step == PinCard || in.Step == Ready || in.HasNoChannel()
}

// IsOpen reports whether somebody still works on it.
func (in Incident) IsOpen() bool { return in.State == Open }
