// Package directory is what Slack told of people and channels: which id a name
// stands for. It knows neither SQL nor Slack; the store keeps it page by page,
// as Slack hands it out, so that no start begins at page one again.
package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind says what an Entry is.
type Kind string

const (
	Person  Kind = "person"
	Channel Kind = "channel"
)

// Entry is one person or channel.
type Entry struct {
	ID     string   `json:"-"`
	Kind   Kind     `json:"-"`
	Name   string   `json:"name"`             // a person's handle, a channel's name; without @ and #
	Others []string `json:"others,omitempty"` // what else people call a person
	Email  string   `json:"email,omitempty"`
	Team   string   `json:"team,omitempty"` // the workspace it belongs to
	Gone   bool     `json:"gone,omitempty"` // left, archived, or lost
	Lost   bool     `json:"lost,omitempty"` // a channel that Slack does not show us any more
}

// Keys are the names by which e is found, as [Key] makes them; the first is the
// one that nobody else has.
func (e Entry) Keys() (keys []string) {
	for _, name := range append([]string{e.Name}, e.Others...) {
		if key := Key(name); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Equal reports whether nothing of e has changed. An e-mail address that o does
// not tell is no change.
func (e Entry) Equal(o Entry) bool {
	return e.ID == o.ID && e.Kind == o.Kind && e.Name == o.Name && slices.Equal(e.Others, o.Others) && (e.Email == o.Email || o.Email == "") &&
		e.Team == o.Team && e.Gone == o.Gone && e.Lost == o.Lost
}

// Key makes two spellings of a name the same.
func Key(name string) string {
	return strings.ToLower(strings.TrimLeft(strings.TrimSpace(name), "@#"))
}

// Listing is how far the list of all people or all channels was read.
type Listing struct {
	Kind    Kind
	Cursor  string    // where to go on; empty: at the beginning
	Read    int       // entries of it so far
	BeganAt time.Time // zero: never
	EndedAt time.Time // of the last whole one; zero: there was none
}

// Whole reports whether all of a list has been read once.
func (l Listing) Whole() bool { return !l.EndedAt.IsZero() }

// ErrNobody means that Slack knows nobody, or no channel, of that name.
var ErrNobody = errors.New("nobody of that name")

// AmbiguousError means that a name stands for several people.
type AmbiguousError struct {
	Word   string
	People []Entry
}

func (e *AmbiguousError) Error() string {
	var names []string
	for _, p := range e.People {
		names = append(names, fmt.Sprintf("@%s (%s)", p.Name, p.ID))
	}
	return fmt.Sprintf("%s may be %s", e.Word, strings.Join(names, " or "))
}

// Choose picks whom a word means of those it may mean: whose handle it is, else
// the only one so called. Those who are gone count only when nobody else is so
// called. It returns ErrNobody or an [AmbiguousError].
func Choose(word string, found []Entry) (Entry, error) {
	key := Key(word)
	for _, gone := range []bool{false, true} {
		var meant []Entry
		for _, e := range found {
			if e.Gone != gone {
				continue
			}
			if Key(e.Name) == key {
				return e, nil
			}
			meant = append(meant, e)
		}
		switch {
		case len(meant) == 1:
			return meant[0], nil
		case len(meant) > 1:
			return Entry{}, &AmbiguousError{Word: word, People: meant}
		}
	}
	return Entry{}, fmt.Errorf("%s: %w", word, ErrNobody)
}

// Follow decides which channel a word of the config stands for, when it once
// stood for kept (as that is now; a zero one is not known) and named are all
// that bear the name now. A channel that was renamed is followed, unless
// another living one has taken its name: then the word says what it means.
func Follow(word string, kept Entry, named []Entry) (Entry, bool) {
	key := Key(word)
	if kept.ID != "" && Key(kept.Name) == key && !kept.Gone {
		return kept, true
	}
	for _, e := range named {
		if !e.Gone && e.ID != kept.ID && Key(e.Name) == key {
			return e, true
		}
	}
	if kept.ID != "" {
		return kept, true
	}
	for _, e := range named {
		if Key(e.Name) == key {
			return e, true // archived, and the only one there is
		}
	}
	return Entry{}, false
}
