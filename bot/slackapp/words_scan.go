package slackapp

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// scanner reads a text piece by piece from its beginning. Nothing is taken that
// ends in the middle of an English word or of a number.
type scanner struct {
	rest   string
	spaced bool // a space stood before rest
}

// scanned begins to read a folded text; capitals count for nothing.
func scanned(text string) *scanner {
	return &scanner{rest: strings.TrimSpace(lowered(text))}
}

// lowered leaves every byte in its place, as strings.ToLower does not.
func lowered(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// match takes what re, which begins with ^, finds at the beginning.
func (s *scanner) match(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(s.rest)
	if m == nil || !s.take(m[0]) {
		return nil
	}
	return m
}

// take takes word, if that is what comes next.
func (s *scanner) take(word string) bool {
	rest, ok := strings.CutPrefix(s.rest, word)
	if !ok || word == "" {
		return false
	}
	last, next := word[len(word)-1], ' '
	if rest != "" {
		next, _ = utf8.DecodeRuneInString(rest)
	}
	letter := next >= 'a' && next <= 'z'
	digit := next >= '0' && next <= '9'
	if last >= 'a' && last <= 'z' && (letter || digit) || last >= '0' && last <= '9' && digit {
		return false
	}
	s.rest = strings.TrimLeft(rest, " ")
	s.spaced = s.rest != rest
	return true
}

// next reports whether the text goes on with one of these signs.
func (s *scanner) next(signs string) bool {
	r, _ := utf8.DecodeRuneInString(s.rest)
	return s.rest != "" && strings.ContainsRune(signs, r)
}

// look takes the longest word of a lexicon that comes next.
func look[T any](s *scanner, lexicon map[string]T) (meaning T, ok bool) {
	longest := ""
	for word := range lexicon {
		trial := *s
		if len(word) > len(longest) && trial.take(word) {
			longest = word
		}
	}
	return lexicon[longest], s.take(longest)
}

// try runs read and takes nothing where it fails.
func (s *scanner) try(read func() bool) bool {
	before := s.rest
	if read() {
		return true
	}
	s.rest = before
	return false
}
