package outbox

import "time"

// Ready is a message whose turn it is.
type Ready struct {
	Message
	// Waiting is how many alerts and pages wait for the same destination and
	// were never posted, this one included. Many of them are better folded.
	Waiting int
	// Closed is why Slack refuses its place; empty: it does not, as far as is
	// known. Trial is a try whether the place is open again.
	Closed string
	Trial  bool
}

// NamesInPart is how many alerts one message of a storm's thread names: at one
// message a second, 10,000 are named within a minute.
const NamesInPart = 180

// StormState is what a storm message tells: counts, and the largest groups.
type StormState struct {
	ID, To           string
	OpenedAt, LastAt time.Time // first and latest fold
	Total            int       // how many alerts it stands for; the sum of the next three
	Firing           int       // nobody is on it
	Unanswered       int       // of those, how many page nobody any more: the search for somebody ended
	Acknowledged     int       // somebody is
	Closed           int
	Owners           []Owner // who acknowledged or snoozed most of them first; at most four
	MoreOwners       int     // people beyond those
	Groups           []Group // worst first, then largest; at most eight
}

// Owner is a person and how many alerts of a storm they are on.
type Owner struct {
	Person string
	Count  int
}

// Group is the alerts of a storm that came from one monitor.
type Group struct {
	Title   string // of one of them
	Titles  int    // 1: all came with that title; more: there were others
	Count   int
	Worst   string // the worst priority in it, P1 to P5; empty: none has one
	Example string // id of one of its alerts
}
