package alerts

import (
	"slices"
	"strings"
	"time"
)

// Event is one delivery from a monitoring system, already decoded.
type Event struct {
	// ID is the source's own id of this delivery and, with Source, the key
	// that makes repeats harmless. Never empty: decoders make one up from the
	// content where the source gives none.
	ID string
	// Source names the system: "datadog", or "manual" for a page sent by hand.
	Source string
	// Org, Monitor and Scope say which alert the event belongs to. Scope holds
	// the group's tags, sorted and joined by commas.
	Org, Monitor, Scope string
	// Cycle is the source's id of one firing, from trigger to recovery; often
	// empty.
	Cycle      string
	Transition Transition
	Title      string // without the transition and priority prefixes
	Text       string // Markdown as written by the monitor's author, without @handles
	Priority   Priority
	Type       string // log_alert, query_alert_monitor, …
	Tags       []string
	Host       string
	Query      string
	Link       string // to the event or monitor
	Snapshot   string // image URL
	// From and Until are the evaluation window when the source tells it.
	From, Until time.Time
	// At is when it happened, by the source's clock; the arrival if unknown.
	At time.Time
}

// Key identifies the alert an event belongs to: one monitor's one group.
func (e Event) Key() string {
	return strings.Join([]string{e.Source, e.Org, e.Monitor, e.Scope}, "\x1f")
}

// Transition is what happened to the monitor, in Datadog's words
// ($ALERT_TRANSITION).
type Transition string

const (
	Triggered   Transition = "Triggered"
	ReTriggered Transition = "Re-Triggered"
	Warned      Transition = "Warn"
	ReWarned    Transition = "Re-Warn"
	NoData      Transition = "No Data"
	ReNoData    Transition = "Re-No Data"
	Renotify    Transition = "Renotify"
	Recovered   Transition = "Recovered"
	Muted       Transition = "Muted"
)

// Ends reports whether nothing is wrong any more after t. An unknown
// transition does not end anything: better one page too many.
func (t Transition) Ends() bool { return t == Recovered || t == Muted }

// Repeats reports whether t only says again what was said before.
func (t Transition) Repeats() bool {
	switch t {
	case ReTriggered, ReWarned, ReNoData, Renotify:
		return true
	}
	return false
}

// Level is what a firing alert is about.
type Level string

const (
	LevelAlert  Level = "alert"
	LevelWarn   Level = "warn"
	LevelNoData Level = "no_data"
)

// Level is the level t brings an alert to; was stays where t does not say.
func (t Transition) Level(was Level) Level {
	switch t {
	case Warned, ReWarned:
		return LevelWarn
	case NoData, ReNoData:
		return LevelNoData
	case Renotify, Recovered, Muted:
		if was == "" {
			return LevelAlert
		}
		return was
	default:
		return LevelAlert
	}
}

// at is t, or the word for a repetition at a level where t does not say which.
func (t Transition) at(l Level) Transition {
	if t != Renotify {
		return t
	}
	switch l {
	case LevelWarn:
		return ReWarned
	case LevelNoData:
		return ReNoData
	}
	return ReTriggered
}

// Priority is Datadog's monitor priority, P1 (worst) to P5, or empty.
type Priority string

// ranked are the priorities, worst first; none stands between P3 and P4.
var ranked = []Priority{"P1", "P2", "P3", "", "P4", "P5"}

// Rank orders priorities from 1, worst first.
func (p Priority) Rank() int {
	if i := slices.Index(ranked, p); i >= 0 {
		return i + 1
	}
	return Priority("").Rank()
}

// PriorityOfRank undoes [Priority.Rank].
func PriorityOfRank(rank int) Priority { return ranked[min(max(rank, 1), len(ranked))-1] }

// Tag returns the value of the first tag "name:value" in tags, split at the
// first colon only: values may hold colons of their own.
func Tag(tags []string, name string) string {
	for _, tag := range tags {
		if k, v, ok := strings.Cut(tag, ":"); ok && k == name {
			return v
		}
	}
	return ""
}
