package outbox

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Closed is a place that Slack refuses: archived, left, or not ours to write to.
type Closed struct {
	Place string // as messages name it
	Why   string // Slack's word
	Since time.Time
	TryAt time.Time // until then nothing is tried there
	Owed  int       // messages that wait for it
}

// Places decides where a message is shown that its own place refuses.
type Places struct {
	// Instead are the places to go to, the best first. Those of one rank are
	// told together.
	Instead [][]string
	Closed  map[string]bool
}

// For returns the places that show m while its own is closed; none when nobody
// is left to show it to, or need not be.
func (p Places) For(m Message) []string {
	if m.goesOn() || m.TS != "" && !m.worthTwice() {
		return nil
	}
	for _, rank := range p.Instead {
		open := slices.DeleteFunc(slices.Clone(rank), func(to string) bool { return to == "" || to == m.To || p.Closed[to] })
		if len(open) > 0 {
			return open
		}
	}
	return nil
}

// Without is p with some more places that are closed.
func (p Places) Without(places ...string) Places {
	if len(places) > 0 {
		p.Closed = maps.Clone(p.Closed)
		for _, to := range places {
			p.Closed[to] = true
		}
	}
	return p
}

// Kept reports whether m is kept for its place while that is closed: all but
// pages to a person, unless it is not known yet who that is.
func (m Message) Kept() bool { return !m.goesOn() || strings.Contains(m.To, "@") }

// goesOn reports whether m is a page to a person: it goes on to somebody else at
// once, and a channel shows whom it did not reach.
func (m Message) goesOn() bool { return IsPerson(m.To) && (m.Kind == Page || m.Kind == Storm) }

// worthTwice reports whether m is shown elsewhere although it was seen once in
// its place: what it says now may be news that somebody waits for.
func (m Message) worthTwice() bool {
	switch m.Kind {
	case Alert, Page, Unanswered, Storm:
		return true
	}
	return false
}

// IsPerson reports whether a message to such a place is a direct one.
func IsPerson(to string) bool {
	return strings.HasPrefix(to, "U") || strings.HasPrefix(to, "W") || strings.Contains(to, "@")
}

// A Diversion is messages that Slack will not show where they belong.
type Diversion struct {
	Place, Why string   // Why is Slack's word
	Messages   []string // their ids
	// Closed says that the place refuses everything; otherwise it is about
	// these messages alone.
	Closed bool
}
