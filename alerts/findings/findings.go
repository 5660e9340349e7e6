// Package findings answers one question: who has to deal with what a security
// check or a virus scan found, and did they?
//
// A finding goes to the team that owns the resource and stays on its list until
// somebody reacts. An infected upload is an alert and pages; the rest is never
// urgent enough to wake anybody.
package findings

import (
	"time"

	"toban/alerts/scan"
	"toban/rotation"
)

// Record is a finding as a team handles it.
type Record struct {
	ID      string // "F…"
	Finding scan.Finding
	Team    string // name of the owning team; empty: nobody's, shown in the default channel
	Why     string // why it is theirs: "team:payments" (a tag), "bucket uploads", "account 1234"; empty where nobody's
	Channel string
	State   State
	Owner   rotation.PersonID // who it was assigned to, or who acknowledged it
	By      rotation.PersonID // who did the last deed
	Reason  string            // of a suppression
	Until   time.Time         // when a suppression ends
	FirstAt time.Time         // by our clock
	LastAt  time.Time         // when it was sent last
	Times   int               // how often it was sent
	Reports []Report          // that the source made of it, one for each standard
	// Announced says that it has a message of its own; the others are counted
	// in the team's bulletin of the day.
	Announced bool
	NudgeAt   time.Time // when its team is asked again; zero: not
	Nudges    int
	Tell      []WriteBack // deeds that the source is still to be told of, oldest first
	TellAt    time.Time   // when that is tried (again); zero: nothing to tell
	TellTries int
	TellWhy   string // why the last try failed
	Log       []Entry
	Version   int
}

// Report is one of the reports that a source makes of a finding: Security Hub
// makes one for each standard that has the control.
type Report struct {
	ID         string
	ProductARN string
	Closed     bool          // passed, archived, or resolved or suppressed there
	Severity   scan.Severity // standards may weigh a control differently
	At         time.Time     // of what it said last, by the source's clock
}

const (
	// maxReports bounds the reports of one finding that are kept.
	maxReports = 20
	// silent is how long a report counts that is not repeated. Security Hub
	// repeats what still fails within a day, and says nothing of a standard that
	// was switched off.
	silent = 7 * 24 * time.Hour
)

// State says what a finding waits for.
type State string

const (
	Open         State = "open"         // nobody has reacted
	Acknowledged State = "acknowledged" // somebody has it
	Suppressed   State = "suppressed"   // accepted until a day, with a reason
	Fixed        State = "fixed"        // a person says so
	Resolved     State = "resolved"     // the source says so: passed, archived or resolved there
)

// Waits reports whether nobody has reacted yet.
func (s State) Waits() bool { return s == Open }

// Done reports whether nothing is left to do.
func (s State) Done() bool { return s == Fixed || s == Resolved }

// Entry is one line of a finding's history.
type Entry struct {
	At     time.Time
	Did    string // "open", "acknowledge", "assign", "suppress", "fixed", "resolve", "reopen", "expire", "nudge", "tell", "tell_failed"
	Who    rotation.PersonID
	Detail string
}

// WriteBack is a deed that the source is told of by the team's own command.
type WriteBack struct {
	Deed   string            `json:"deed"` // "suppress", "resolve", "acknowledge", "reopen"
	By     rotation.PersonID `json:"by"`
	Reason string            `json:"reason,omitempty"`
	Until  time.Time         `json:"until,omitzero"`
	At     time.Time         `json:"at"`
}

// Team owns resources.
type Team struct {
	Name     string
	Channel  string
	Rotation string // whose person on duty is asked first; may be empty
	Zone     *time.Location
	// A finding is the team's if one of these fits; the first team that fits
	// has it. Values may end in * .
	Tags     map[string][]string
	Accounts []string
	Buckets  []string
}

// Bulletin is one message that a team gets about several findings.
type Bulletin struct {
	ID      string // kind/team/day
	Kind    BulletinKind
	Team    string
	Channel string
	At      time.Time
	Records []string // ids of findings, worst first; at most 50
	Total   int
	Counts  map[string]int    // "critical/old", see Age
	Changes []scan.Change     // of a protection bulletin
	Notices []Notice          // of a bulletin of notices, oldest first; at most 20
	Asked   rotation.PersonID // who is asked by a nudge
	Version int
}

// Notice is one thing that a scanner or Security Hub says about itself, or,
// with Source, that a source cannot be asked.
type Notice struct {
	Source      string
	Title, Text string
	Bucket, Key string
	Times       int
}

// BulletinKind says what a bulletin is about.
type BulletinKind string

const (
	More       BulletinKind = "findings_more" // what a day brought beyond the few that are announced alone
	Nudge      BulletinKind = "nudge"         // nobody has reacted to these
	Weekly     BulletinKind = "findings_week"
	Protection BulletinKind = "protection"   // what the scanner covers has changed
	Notices    BulletinKind = "scan_notices" // what scanners said of themselves on a day
)
