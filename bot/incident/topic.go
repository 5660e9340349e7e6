package incident

import (
	"strings"
	"unicode/utf16"

	"toban/bot/msg"
)

// maxTopic is Slack's limit. It is counted in UTF-16 units here, which is never
// fewer than Slack counts.
const maxTopic = 250

// Topic is the channel's topic in a form that needs no language: how bad, how
// far, what, the incident commander (nobody has said that they are), and who
// declared it.
func Topic(in Incident) string {
	before := strings.ToUpper(string(in.Severity)) + " · " + string(in.State) + " · "
	after := " · IC: – · <@" + string(in.DeclaredBy) + ">"
	return before + cut(msg.Escape(in.Title), maxTopic-units(before)-units(after)) + after
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// cut shortens s to at most limit units, with an ellipsis and without half an
// escape at the end.
func cut(s string, limit int) string {
	if units(s) <= limit {
		return s
	}
	runes := []rune(s)
	for units(string(runes)) > limit-1 {
		runes = runes[:len(runes)-1]
	}
	s = string(runes)
	if i := strings.LastIndexByte(s, '&'); i >= 0 && !strings.Contains(s[i:], ";") {
		s = s[:i]
	}
	return strings.TrimRight(s, " ") + "…"
}
