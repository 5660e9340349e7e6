package datadog

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is longer than a person reads at night is cut, in bytes.
const (
	maxTitle    = 300
	maxText     = 8000
	maxIdentity = 400
)

// cut shortens s to at most limit bytes, at a whole character, and marks that.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// identity cleans a value that tells things apart. Two long ones that differ
// only at the end must stay different.
func identity(s string) string {
	s = oneLine(s)
	if len(s) <= maxIdentity {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return cut(s, maxIdentity-17) + "#" + hex.EncodeToString(sum[:8])
}

// oneLine makes every run of blanks and control characters one space.
func oneLine(s string) string {
	if !strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f }), " ")
}

// legible returns s, or nothing where there is nothing in it to read: broken
// bytes, marks without width.
func legible(s string) string {
	if strings.ContainsFunc(s, func(c rune) bool { return unicode.IsGraphic(c) && !unicode.IsSpace(c) && c != utf8.RuneError }) {
		return s
	}
	return ""
}

// printable drops control characters, NUL among them: PostgreSQL refuses it.
func printable(s string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s))
}

// cleanText leaves of a monitor's message what its author wrote for people:
// without %%% markers, without the @handles that only steer Datadog, and
// without the row of links to Datadog's own pages that every message ends in.
func cleanText(s string) string {
	var out strings.Builder
	blank := 0
	for line := range strings.SplitSeq(printable(s), "\n") {
		line = strings.TrimRight(line, " \t")
		kept := cleanLine(line)
		if kept == "" {
			if line == "" {
				blank++
			}
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n\n"[:1+min(blank, 1)])
		}
		out.WriteString(kept)
		blank = 0
	}
	return out.String()
}

func cleanLine(line string) string {
	bare := strings.TrimSpace(line)
	switch {
	case bare == "%%%", bare == "- - -", strings.HasPrefix(bare, "[!["): // the last is a graph
		return ""
	case strings.HasPrefix(bare, "[["):
		return cleanFooter(bare)
	}
	line = strings.TrimSuffix(strings.TrimPrefix(line, "%%%"), "%%%")
	if strings.Contains(line, "@") {
		line = stripHandles(line)
	}
	return line
}

// cleanFooter keeps the links that say more than [alerts.Event.Link] does.
func cleanFooter(line string) string {
	var kept []string
	for part := range strings.SplitSeq(line, " · ") {
		part = strings.TrimSpace(part)
		if strings.HasPrefix(part, "[[Monitor Status]") || strings.HasPrefix(part, "[[Edit Monitor]") {
			continue
		}
		if inner, ok := strings.CutPrefix(part, "[["); ok {
			part = "[" + strings.TrimSuffix(inner, "]")
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, " · ")
}

// stripHandles removes @handles. In code, and before a colon or a comparison,
// an @ begins the name of a log attribute instead.
func stripHandles(line string) string {
	var out strings.Builder
	code := false
	for i := 0; i < len(line); {
		c := line[i]
		if c == '`' {
			code = !code
		}
		if c == '@' && !code && (i == 0 || strings.IndexByte(" \t(,;", line[i-1]) >= 0) {
			if n := handle(line[i:]); n > 0 {
				i += n
				if kept := out.String(); i < len(line) && line[i] == ' ' && (kept == "" || kept[len(kept)-1] == ' ') {
					i++
				}
				continue
			}
		}
		out.WriteByte(c)
		i++
	}
	return strings.TrimRight(out.String(), " \t,")
}

// handle returns the length of the handle that s begins with, 0 for none.
func handle(s string) int {
	n := 1
	for n < len(s) && (isWord(s[n]) || strings.IndexByte(".-@/+", s[n]) >= 0) {
		n++
	}
	if n < len(s) && s[n] == '(' && strings.HasPrefix(s, "@workflow-") {
		if end := strings.IndexByte(s[n:], ')'); end >= 0 {
			return n + end + 1
		}
	}
	for n > 1 && strings.IndexByte(".-/", s[n-1]) >= 0 {
		n--
	}
	after, rest := s[n:], strings.TrimLeft(s[n:], " ")
	switch {
	case n == 1, rest != "" && strings.IndexByte("<>=", rest[0]) >= 0:
		return 0
	case strings.HasPrefix(after, ", "), strings.HasPrefix(after, ": "):
		return n + 1
	case strings.HasPrefix(after, ":") && len(after) > 1:
		return 0
	}
	return n
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= utf8.RuneSelf
}
