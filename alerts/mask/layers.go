package mask

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxCoded is how often text may be coded one over the other and is still read.
const maxCoded = 4

// codings are what may lie around a text, each taken off by itself: what one of
// them protects must not be mistaken for the end of a value.
var codings = []func(string) string{Unpercent, unescape, unentity, narrow, visible}

// hideInLayers hides secrets in s and below its codings. Where one shows only
// below a coding, the decoded text is what is shown.
func hideInLayers(s string) string {
	s = hide(s)
	open := s
	for range maxCoded {
		before := open
		for _, decode := range codings {
			next := decode(open)
			if next == open {
				continue
			}
			if open = hide(next); open != next {
				s = open
			}
		}
		if open == before {
			break
		}
	}
	return s
}

// decode takes off every coding.
func decode(s string) string {
	for range maxCoded {
		before := s
		for _, decode := range codings {
			s = decode(s)
		}
		if s == before {
			break
		}
	}
	return s
}

func unentity(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return html.UnescapeString(s)
}

// narrow gives letters of other widths and forms their ordinary ones.
func narrow(s string) string {
	if ascii(s) {
		return s
	}
	return norm.NFKC.String(s)
}

// visible drops what shows nothing: it may part a name that people read as one.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\r' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Mn) {
			return -1
		}
		return r
	}, s)
}

// escapes are A as JSON, JavaScript and old servers write it: \u0041, \u{41},
// \x41, %u0041; and the signs that JSON escapes.
var escapes = regexp.MustCompile(`(?i)[\\%]u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}|\\[\\"'/nrt]`)

func unescape(s string) string {
	if !strings.ContainsAny(s, `\%`) {
		return s
	}
	return escapes.ReplaceAllStringFunc(s, func(e string) string {
		switch e[1] {
		case 'n', 'r', 't':
			return map[byte]string{'n': "\n", 'r': "\r", 't': "\t"}[e[1]]
		case 'u', 'U', 'x', 'X':
			code, err := strconv.ParseUint(strings.Trim(e[2:], "{}"), 16, 32)
			if err != nil {
				return e
			}
			return string(rune(code))
		}
		return e[1:]
	})
}

// Unpercent resolves %XX and plus signs as far as they are right, as lenient as
// the applications that attackers try.
func Unpercent(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && hexDigit(s[i+1]) < 16 && hexDigit(s[i+2]) < 16:
			out = append(out, hexDigit(s[i+1])<<4|hexDigit(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
