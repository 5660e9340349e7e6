// Package mask hides what may be a secret in text that strangers sent, so that
// it can be kept and shown: in paths, queries, headers, bodies and log samples.
//
// Three things tell a secret: the name before it (names.go, one list for every
// way to write a pair), its own shape (shapes.go), and the place in a path
// where it stands (paths.go). Each is looked for again below every coding of
// the text (layers.go). The lists are wide on purpose: a hidden search word
// costs less than a shown token.
//
// Mail addresses, telephones and payment cards are hidden wherever they stand;
// so are names, birthdays and addresses of people where the field's name says
// so. The names of accounts stay: whom an attack is aimed at is what people on
// call must see. A person's name in free text cannot be told from other words.
package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Stars stand where a secret was.
const Stars = "***"

// MaxText is the longest text in bytes that is kept of anything a client sent;
// longer ones end with "…".
const MaxText = 256

// Text hides what may be a secret in free text, and cuts and cleans it for
// showing: one line, no control characters, at most [MaxText] bytes.
func Text(s string) string {
	if len(s) > 4*MaxText {
		s = s[:4*MaxText]
	}
	if worthALook(s) {
		s = hideInLayers(s)
	}
	return Clean(s)
}

// Query is [Text] for the query of an address, where the value of a secret's
// name goes up to the next &, whatever it holds.
func Query(query string) string {
	if len(query) > 4*MaxText {
		query = query[:4*MaxText]
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		if name, value, has := strings.Cut(pair, "="); has && value != "" && SecretName(decode(name)) {
			pairs[i] = name + "=" + Stars
		}
	}
	return Text(strings.Join(pairs, "&"))
}

// worthALook is false for the plain short words that most texts are.
func worthALook(s string) bool {
	digits, run := shapeOf(s)
	return digits >= 10 || run >= 12 || strings.ContainsAny(s, "@%=: \t\r\n\x00+<\\&,|") || digits > 0 && strings.Contains(s, "/") || !ascii(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Clean makes text harmless to show: what is not UTF-8 or would move the cursor
// or turn the line around becomes a question mark. It hides no secret.
func Clean(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			plain = false
			break
		}
	}
	if !plain {
		s = strings.Map(func(r rune) rune {
			if r == utf8.RuneError || !unicode.IsPrint(r) {
				return '?'
			}
			return r
		}, s)
	}
	return cut(s)
}

func cut(s string) string {
	if len(s) <= MaxText {
		return s
	}
	end := MaxText
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
