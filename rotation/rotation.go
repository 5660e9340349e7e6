package rotation

import (
	"slices"
	"time"
)

// PersonID names a person: a Slack user id in the bot, any name in an offline
// file. The empty PersonID is nobody.
type PersonID string

// Nobody is on call before a rotation starts and when it has no members (rule 6).
const Nobody PersonID = ""

// Kind says how turns are counted.
type Kind string

// The kinds of rotation. Daily and weekly hand off at a local clock time
// (rule 2), hours after a number of hours (rule 5).
const (
	Daily  Kind = "daily"
	Weekly Kind = "weekly"
	Hours  Kind = "hours"
)

// The clocks of a rotation by the hour (rule 5): elapsed counts real hours,
// wall counts hours of the local clock.
const (
	Elapsed = "elapsed"
	Wall    = "wall"
)

// Rotation is the versioned data of one rotation, as section 3 of the contract
// writes it. The zero values of Every (1), Kind Hours' Clock (elapsed) and of
// every list are usable; [Rotation.Validate] says what else is needed.
type Rotation struct {
	Name    string
	Zone    *time.Location // decides the local clock, whatever offset Start is written with
	Start   time.Time      // the first shift starts here
	Kind    Kind
	Every   int    // each N days, weeks or hours; 0 means 1
	Handoff string // local "15:04"; daily and weekly
	Clock   string // Elapsed or Wall; hours only, "" means Elapsed
	Members []PersonID

	Edits     []Edit     // later versions of the member list, in any order
	Swaps     []Swap     // oldest first
	Overrides []Override // in the order they were created
}

// Edit replaces the member list from At on (rule 7). An empty list means that
// nobody is on call from then on.
type Edit struct {
	At      time.Time
	Members []PersonID
}

// Half is one person's side of a swap: the window they give away.
type Half struct {
	User       PersonID
	Start, End time.Time
}

// Swap is a swap that both people agreed to: A.User covers B's window and
// B.User covers A's, each only while the other would be on call (rule 9).
type Swap struct {
	ID   string // optional, used by explanations
	A, B Half
}

// Override puts User on call in [Start, End). With Replaces it applies only
// while that person would be on call (rule 8); Nobody there means whoever it is.
type Override struct {
	ID         string // optional, used by explanations
	Start, End time.Time
	User       PersonID
	Replaces   PersonID
}

// clone copies r so deep that no later change of the original shows.
func (r Rotation) clone() Rotation {
	r.Members = slices.Clone(r.Members)
	r.Edits = slices.Clone(r.Edits)
	for i := range r.Edits {
		r.Edits[i].Members = slices.Clone(r.Edits[i].Members)
	}
	r.Swaps = slices.Clone(r.Swaps)
	r.Overrides = slices.Clone(r.Overrides)
	return r
}

// every is the number of days, weeks or hours of one turn.
func (r Rotation) every() int64 { return int64(max(r.Every, 1)) }

// byEditTime returns the edits oldest first; edits of the same instant keep
// their order, so the one written last is the one that stays.
func (r Rotation) byEditTime() []Edit {
	edits := slices.Clone(r.Edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.At.Compare(b.At) })
	return edits
}
