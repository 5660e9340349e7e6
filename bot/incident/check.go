package incident

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The longest title and update that people may write, in characters. Slack
// shows 3,000 in one block, and the update's frame needs some of them.
const (
	MaxTitle  = 200
	MaxUpdate = 2800
)

// Problem is what is wrong with something that a person entered.
type Problem string

const (
	Empty   Problem = "empty"
	TooLong Problem = "too_long"
	Unknown Problem = "unknown"
)

// InputError says that something entered by a person cannot be taken, so that
// the answer can name the field and what it should be.
type InputError struct {
	Field   string // "title", "severity" or "text"
	Problem Problem
	Found   string // what was entered, for Unknown
	Length  int    // of what was entered, and
	Limit   int    // the most it may be, for TooLong
}

func (e *InputError) Error() string {
	switch e.Problem {
	case TooLong:
		return fmt.Sprintf("%s has %d characters, at most %d are possible", e.Field, e.Length, e.Limit)
	case Unknown:
		return fmt.Sprintf("%s %q is unknown", e.Field, e.Found)
	default:
		return e.Field + " is empty"
	}
}

// AlreadyOpenError says that the page has an open incident, which is returned
// in place of a new one.
type AlreadyOpenError struct{ Incident Incident }

func (e *AlreadyOpenError) Error() string {
	return fmt.Sprintf("page %s already has incident %d", e.Incident.PageID, e.Incident.Number)
}

// ParseSeverity understands sev1 to sev4 as people write them: SEV-1, s1, 1,
// also in full-width characters.
func ParseSeverity(s string) (Severity, error) {
	word := strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
	digit := strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(word, "s"), "ev"), "-_ ")
	switch sev := Severity("sev" + digit); sev {
	case Sev1, Sev2, Sev3, Sev4:
		return sev, nil
	}
	return "", &InputError{Field: "severity", Problem: Unknown, Found: s}
}

// checkText returns text on one or more tidy lines, or an *InputError.
func checkText(field, text string, limit int) (string, error) {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if field == "title" {
		text = strings.Join(strings.Fields(text), " ")
	}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", &InputError{Field: field, Problem: Empty}
	case n > limit:
		return "", &InputError{Field: field, Problem: TooLong, Length: n, Limit: limit}
	}
	return text, nil
}
