package mask

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidePairs hides the value of every pair in s whose name is a secret's, however
// the pair is written: name=value, "name": "value", name => value, name is
// value, <name>value</name>, and for passwords the name and the value alone.
func hidePairs(s string) string {
	var b strings.Builder
	done := 0
	for at := 0; at < len(s); {
		from, to := nextName(s, at)
		if from < 0 {
			break
		}
		at = to
		name := s[from:to]
		value, end := valueAfter(s, name, to)
		if end <= value || s[value:end] == Stars || !SecretName(name) {
			continue
		}
		b.WriteString(s[done:value] + Stars)
		done, at = end, end
	}
	return b.String() + s[done:]
}

// nextName finds the next run of signs that names are made of. Scripts do not
// mix in a name, so that パスワードはabc has one and a value.
func nextName(s string, at int) (from, to int) {
	from = -1
	wide := false
	for i, r := range s[at:] {
		i += at
		letter := r == '_' || r == '$' || unicode.IsLetter(r) || r == 'ー'
		switch {
		case from < 0 && letter:
			from, wide = i, otherScript(r)
		case from < 0:
		case letter && otherScript(r) != wide,
			!letter && (r == 'は' || !strings.ContainsRune("-.[]0123456789", r)):
			return from, i
		case wide && strings.ContainsRune("はが", r) && i > from:
			if SecretName(s[from:i]) {
				return from, i
			}
		}
	}
	if from < 0 {
		return -1, -1
	}
	return from, len(s)
}

// otherScript reports a letter that is not Latin.
func otherScript(r rune) bool {
	return r >= utf8.RuneSelf && !unicode.Is(unicode.Latin, r)
}

// valueAfter finds the value that belongs to the name ending at i; an empty span
// where there is none.
func valueAfter(s, name string, i int) (from, end int) {
	closed := i
	for closed < len(s) && strings.IndexByte("\"'`])\\", s[closed]) >= 0 {
		closed++
	}
	quoted := closed > i && strings.ContainsAny(s[i:closed], "\"'`")
	next := skipSpace(s, closed)
	rest := s[next:]
	switch {
	case strings.HasPrefix(rest, "=>"), strings.HasPrefix(rest, "->"), strings.HasPrefix(rest, ":="), strings.HasPrefix(rest, "=="):
		return value(s, name, next+2, false)
	case strings.HasPrefix(rest, "="), strings.HasPrefix(rest, ":"):
		return value(s, name, next+1, rest[0] == ':')
	case strings.HasPrefix(rest, "："), strings.HasPrefix(rest, "＝"), strings.HasPrefix(rest, "は"), strings.HasPrefix(rest, "が"):
		return value(s, name, next+len("は"), false)
	case strings.HasPrefix(rest, ">"):
		return next + 1, next + 1 + indexOr(s[next+1:], "<")
	case quoted && strings.HasPrefix(rest, ","):
		return value(s, name, next+1, false)
	case rest == "", next == closed, quoted && !strings.ContainsAny(rest[:1], "\"'`"):
		return closed, closed
	case quoted:
		return value(s, name, next, false)
	}
	word := untilSpace(rest)
	switch strings.ToLower(word) {
	case "is", "was", "equals", "eq", "like", "to", "as":
		return value(s, name, next+len(word), false)
	case "":
		return closed, closed
	}
	if strings.HasSuffix(s[:i-len(name)], "--") && word[0] != '-' { // an option of a command
		return value(s, name, next, false)
	}
	attribute := strings.HasPrefix(strings.ToLower(word), "value=")
	if passwordName(name) && !attribute && !plainAfter[strings.ToLower(strings.Trim(word, ".,:;!?)"))] {
		return value(s, name, next, false)
	}
	return closed, closed
}

// plainAfter are the words that follow "password" without being one.
var plainAfter = set(`reset resets resetting change changes changed update updated field fields form page screen
	required invalid incorrect wrong expired forgotten hint policy manager protected strength length hash hashes hashing type input
	grant based less spray spraying attack attacks guess guessing guesses stuffing limit rate try tries attempt attempts login
	and or of the a an in on with must not has had have from by for at be can could will would should than if when then too
	file files list lists generator checker confirmation verification recovery link email mail box entry user username name value values --`)

// value is the span of a value that begins at i or behind the space there. A
// header's goes to the end of its line.
func value(s, name string, i int, header bool) (from, end int) {
	i = skipSpace(s, i)
	if i == len(s) {
		return i, i
	}
	if from, quote := openingQuote(s, i); quote != 0 {
		return from, closingQuote(s, from, quote, from-i-1)
	}
	switch s[i] {
	case '[', '{', '(':
		return i, closing(s, i)
	case '|', '>':
		if lines := textBlock.FindStringSubmatchIndex(s[i:]); lines != nil {
			return i + lines[2], i + lines[3]
		}
	}
	if header && headerName(name) || strings.EqualFold(name, "authorization") || strings.Contains(strings.ToLower(name), "cookie") {
		return i, i + indexOr(s[i:], "\r\n")
	}
	if codedSign.MatchString(s[i:min(len(s), i+10)]) {
		return i, i // perhaps a quote, or the rest of an arrow: read once it is decoded
	}
	return i, i + indexOr(s[i:], " \t\r\n\"'`&;<>")
}

// textBlock is a text of several lines as YAML has it, below the | or > that
// begins it.
var textBlock = regexp.MustCompile(`^[|>][+-]?\d?[ \t]*\r?\n[ \t]+([^\r\n]+(?:\r?\n[ \t]+[^\r\n]+)*)`)

var codedSign = regexp.MustCompile(`(?i)^([|>][+-]?\\[nr]|%[0-9a-f]{2}|[\\%]u[0-9a-f]{4}|\\u\{[0-9a-f]+\}|\\x[0-9a-f]{2})`)

// openingQuote finds the quote at i, which may be escaped; from is behind it.
func openingQuote(s string, i int) (from int, quote byte) {
	for i < len(s) && s[i] == '\\' {
		i++
	}
	if i < len(s) && strings.IndexByte("\"'`", s[i]) >= 0 {
		return i + 1, s[i]
	}
	return 0, 0
}

// closingQuote is where the value that begins at i ends: at a quote that is not
// more escaped than the one that opened it.
func closingQuote(s string, i int, quote byte, escaped int) int {
	slashes := 0
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			slashes++
			continue
		case s[i] == quote && escaped == 0 && slashes == 0 && i+1 < len(s) && s[i+1] == quote: // SQL's way to write one
			i++
		case s[i] == quote && slashes <= escaped:
			return i - slashes
		}
		slashes = 0
	}
	return len(s)
}

// closing is behind the bracket that closes the one at i, or the end of s.
func closing(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// headerName reports a name as headers have it: X-Api-Key, Authorization.
func headerName(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "x-") || strings.HasSuffix(name, "authorization")
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

func untilSpace(s string) string { return s[:indexOr(s, " \t\r\n")] }

// indexOr is where the first of chars stands in s, or the end of s.
func indexOr(s, chars string) int {
	if at := strings.IndexAny(s, chars); at >= 0 {
		return at
	}
	return len(s)
}
