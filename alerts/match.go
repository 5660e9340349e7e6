package alerts

import (
	"fmt"
	"regexp"
	"strings"
)

// Match is what the tags of an alert must be, by name; all of them must fit.
type Match map[string]Pattern

// Fits reports whether for every name one of the tags, written "name:value",
// has a value that fits.
func (m Match) Fits(tags []string) bool {
	for name, want := range m {
		if !want.fitsOne(tags, name) {
			return false
		}
	}
	return true
}

// Pattern is what the value of a tag must be: the value itself, a text with *
// for anything, or ~ and a regular expression (RE2) for the whole value.
type Pattern struct {
	text string
	re   *regexp.Regexp // nil: the value is text itself
}

// Exactly is the pattern of one value, whatever signs are in it.
func Exactly(value string) Pattern { return Pattern{text: value} }

// ParsePattern reads a pattern as it is written in a config. The error says in
// words for a person what is wrong with a regular expression.
func ParsePattern(text string) (Pattern, error) {
	expression, isRegexp := strings.CutPrefix(text, "~")
	switch {
	case isRegexp && expression == "":
		return Pattern{}, fmt.Errorf("a ~ without a regular expression")
	case !isRegexp && !strings.Contains(text, "*"):
		return Exactly(text), nil
	case !isRegexp:
		expression = strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, `.*`)
	}
	if _, err := regexp.Compile(expression); err != nil { // without our own frame in its words
		return Pattern{}, err
	}
	re, err := regexp.Compile(`^(?s:` + expression + `)$`)
	return Pattern{text: text, re: re}, err
}

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Equal reports whether both were written in the same way.
func (p Pattern) Equal(o Pattern) bool { return p.text == o.text && (p.re == nil) == (o.re == nil) }

// Covers reports whether p surely fits all that o fits.
func (p Pattern) Covers(o Pattern) bool {
	return p.Equal(o) || p.text == "*" && p.re != nil || o.re == nil && p.Fits(o.text)
}

// Fits reports whether value is what p wants.
func (p Pattern) Fits(value string) bool {
	if p.re == nil {
		return value == p.text
	}
	return p.re.MatchString(value)
}

func (p Pattern) fitsOne(tags []string, name string) bool {
	for _, tag := range tags {
		if key, value, ok := strings.Cut(tag, ":"); ok && key == name && p.Fits(value) {
			return true
		}
	}
	return false
}
