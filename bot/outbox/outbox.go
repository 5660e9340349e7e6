// Package outbox names the messages that Slack should show and says which of
// them are out of date. It is the value that the store hands to the Speaker;
// it knows neither SQL nor Slack.
package outbox

import "time"

// Kind says what a message is about, and so which view draws it. It is also
// the "kind" of the message's metadata.
type Kind string

const (
	Alert       Kind = "alert"        // Subject: alert id; in the team's channel
	Page        Kind = "page"         // Subject: page id; in a person's DM, or a channel a step named. A person told a second time gets a second message (an edit wakes nobody): Subject page id "/2", and so on
	Unanswered  Kind = "unanswered"   // Subject: page id; in the alert's channel, once nobody answered
	Storm       Kind = "storm"        // Subject: storm id; many alerts in one message
	StormNames  Kind = "storm_names"  // Subject: storm id "/" part; in the storm's thread, names its alerts
	Swap        Kind = "swap"         // Subject: swap request id; to the other person
	SwapAsker   Kind = "swap_asker"   // Subject: swap request id; to the person who asked
	SwapChannel Kind = "swap_channel" // Subject: swap request id; in the rotation's channel
	Override    Kind = "override"     // Subject: override id; in the rotation's channel, to the covering person and to those relieved
	// OverrideCancelled goes to the same, but not to who cancelled it.
	OverrideCancelled Kind = "override_cancelled" // Subject: override id
	Incident          Kind = "incident"           // Subject: incident id; the pinned card in its channel
	Digest            Kind = "digest"             // Subject: incident id; in the incidents channel
	Update            Kind = "update"             // Subject: incident id "/" entry; in the incident's channel

	ConfigChange Kind = "config_change" // Subject: the kind, the name and the instant of a config's version; in the rotation's channel or the default one

	WAFDetail    Kind = "waf_detail"    // Subject: alert id "/" what it is broken down by; in the alert's thread
	Finding      Kind = "finding"       // Subject: finding id; in its team's channel
	FindingsMore Kind = "findings_more" // Subject: bulletin id; in the team's channel
	Nudge        Kind = "nudge"         // Subject: bulletin id; in the team's channel
	FindingsWeek Kind = "findings_week" // Subject: bulletin id; in the team's channel
	Protection   Kind = "protection"    // Subject: bulletin id; in the default channel
	ScanNotices  Kind = "scan_notices"  // Subject: bulletin id; in the team's channel
)

// Urgency orders what is said when Slack allows only one thing at a time.
type Urgency int

const (
	Paging  Urgency = 0 // somebody must wake up
	Noting  Urgency = 1 // somebody waits for it
	Editing Urgency = 2 // a message that is already there changes
	Telling Urgency = 3 // digests and the like
)

// Message is one message that should be, or is, in Slack.
type Message struct {
	ID      string // "M…"; goes into the metadata, so a lost answer can be looked up
	Kind    Kind
	Subject string
	To      string // channel id, #name, or user id for a direct message
	Thread  string // id of the message it answers in a thread; empty: none
	Urgency Urgency

	Channel string // where it was posted (the D… id for a direct message)
	TS      string // Slack's timestamp, empty until posted
	Storm   string // the storm that shows it instead; empty: it stands for itself

	// Of a message that stands in for one whose place Slack refuses: that place,
	// and Slack's word for why.
	MeantFor, MeantWhy string

	Wanted int // the revision that the saved state asks for
	Shown  int // the revision that Slack shows
	Folded int // how many messages Storm stands for, when Kind is Storm

	CreatedAt time.Time
	DueAt     time.Time // not before
	Attempts  int
	Trouble   string // why it cannot be shown, after Slack refused it for good
}

// ConfigNews is what a changed config changed, for those whom it concerns.
type ConfigNews struct {
	Rotation string       // empty: routes and escalations
	Was      string       // its name before
	Added    bool         // a rotation that was not there before
	Gone     bool         // a rotation that is not there any more
	Unused   int          // overrides and swaps of a rotation that is gone
	Shifts   []ShiftNews  // of the 14 days from the change on, in order
	Lines    []ConfigLine // of routes and escalations
}

// ShiftNews is a time for which somebody else is on call now; empty is nobody.
type ShiftNews struct {
	Start, End  time.Time
	Before, Now string // Slack ids, or the names in the config
}

// ConfigLine is a route or an escalation that is new, or is no more.
type ConfigLine struct {
	Added bool
	Text  string
}
