package waf

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSample is the longest text that is kept of anything a client sent.
const maxSample = 256

const masked = "***"

// secretName finds the names whose values are nobody's business. It is wide on
// purpose: a masked search word costs less than a posted token.
var secretName = regexp.MustCompile(`(?i)(pass|pwd|secret|token|api[-_.]?key|apikey|access[-_.]?key|^key$|[-_.]key$|auth|sess|^sid$|[-_.]sid$|jwt|sig$|signature|credential|cookie|bearer|otp|^pin$|^code$|csrf|xsrf|nonce|e?mail|phone|^tel$|card|cvv|cvc|ssn|iban|my_?number)`)

// Shapes of secrets wherever they stand.
var secretShape = []*regexp.Regexp{
	regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){0,2}`),                                                                                  // JWT
	regexp.MustCompile(`(?i)[a-z0-9._+-]+(@|%40)[a-z0-9-]+(\.[a-z0-9-]+)+`),                                                                            // e-mail address
	regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,}`),                                                                                                   // AWS key id
	regexp.MustCompile(`\b(xox[a-z]|xapp|gh[pousr]|github_pat|glpat|sk|pk|rk)[-_][A-Za-z0-9_-]{8,}`),                                                   // keys that say so
	regexp.MustCompile(`(?i)\b(bearer|basic)(\s|%20|\+)+[a-z0-9._~+/=-]{6,}`),                                                                          // Authorization
	regexp.MustCompile(`(?i)\b[0-9a-f]{32,}\b`),                                                                                                        // hashes and keys
	regexp.MustCompile(`(?i)((pass(word|wd)?|pwd|secret|token|api_?key|session(id)?|jsessionid|phpsessid)["']?\s*(=|:|%3d|%3a)\s*["']?)[^\s"'&;,<>]+`), // name=value in free text
}

var (
	cardLike  = regexp.MustCompile(`\b\d(?:[ +-]?\d){12,18}\b`)
	longToken = regexp.MustCompile(`[A-Za-z0-9_+-]{32,}={0,2}`)
)

// Mask hides what may be a secret in free text, and cuts and cleans it for
// showing: no control characters, no more than a line.
func Mask(s string) string {
	if len(s) > 4*maxSample {
		s = s[:4*maxSample]
	}
	if worthMasking(s) {
		for i, shape := range secretShape {
			to := masked
			if i == len(secretShape)-1 {
				to = "${1}" + masked
			}
			s = shape.ReplaceAllString(s, to)
		}
		s = cardLike.ReplaceAllString(s, masked)
		s = longToken.ReplaceAllStringFunc(s, func(t string) string {
			if strings.ContainsAny(t, "0123456789") {
				return masked
			}
			return t
		})
	}
	return clean(s)
}

// worthMasking is false for the plain short words that most texts are: the
// shapes above cost microseconds, this nanoseconds.
func worthMasking(s string) bool {
	digits, run := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
			run++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '-':
			run++
		case c == '@', c == '%', c == '=', c == ':', c == ' ':
			return true
		default:
			run = 0
		}
		if digits >= 13 || run >= 16 {
			return true
		}
	}
	return strings.Contains(s, "eyJ")
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
