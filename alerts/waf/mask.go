package waf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSample is the longest text that is kept of anything a client sent.
const maxSample = 256

const masked = "***"

// Mask hides what may be a secret in free text, and cuts and cleans it for
// showing: no control characters, no more than a line.
func Mask(s string) string {
	if len(s) > 4*maxSample {
		s = s[:4*maxSample]
	}
	if worthMasking(s) {
		s = hide(s)
		// A secret may only show once the text is decoded; then that is shown.
		open := s
		for range maxCoded {
			next := unpercent(open)
			if next == open {
				break
			}
			open = next
			if hidden := hide(open); hidden != open {
				s = hidden
				break
			}
		}
	}
	return clean(s)
}

// worthMasking is false for the plain short words that most texts are.
func worthMasking(s string) bool {
	digits, run := shapeOf(s)
	return digits >= 10 || run >= 12 || strings.ContainsAny(s, "@%=: +<：＝は") || digits > 0 && strings.Contains(s, "/")
}

// MaskQuery hides the values of a query string that may be secrets.
func MaskQuery(query string) string {
	if len(query) > 4*maxSample {
		query = query[:4*maxSample]
	}
	var b strings.Builder
	for len(query) > 0 {
		at := strings.IndexAny(query, "&;")
		pair, sep := query, ""
		if at >= 0 {
			pair, sep, query = query[:at], query[at:at+1], query[at+1:]
		} else {
			query = ""
		}
		name, value, has := strings.Cut(pair, "=")
		switch {
		case has && value != "" && secretName.MatchString(unpercent(name)):
			b.WriteString(clean(name) + "=" + masked)
		case has:
			b.WriteString(Mask(name) + "=" + Mask(value))
		default:
			b.WriteString(Mask(pair))
		}
		b.WriteString(sep)
	}
	return cut(b.String())
}

// clean makes text harmless to show: what is not UTF-8 or would move the cursor
// or turn the line around becomes a question mark.
func clean(s string) string {
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
	if len(s) <= maxSample {
		return s
	}
	end := maxSample
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
