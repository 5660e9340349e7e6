package view

import (
	"strings"
	"unicode/utf8"
)

// Cut returns text on one line with at most limit characters, an ellipsis in
// place of what is left out. It is never empty: Slack refuses empty texts.
func Cut(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return "–"
	}
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return strings.TrimRight(string([]rune(text)[:limit-1]), " ") + "…"
}

// cutMrkdwn is the last resort for text that is already marked up: it cuts at
// a line end, else at a space, and never inside <…> or an &entity;. Callers
// that can say what is left out cut before.
func cutMrkdwn(text string, limit int) string {
	if strings.TrimSpace(text) == "" {
		return "–"
	}
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	head := string([]rune(text)[:limit-1])
	if at := strings.LastIndexByte(head, '<'); at > strings.LastIndexByte(head, '>') {
		head = head[:at]
	}
	if at := strings.LastIndexByte(head, '&'); at > strings.LastIndexByte(head, ';') {
		head = head[:at]
	}
	for _, end := range []string{"\n", " "} {
		if at := strings.LastIndex(head, end); at > len(head)/2 {
			head = head[:at]
			break
		}
	}
	if strings.Count(head, "```")%2 == 1 {
		head = string([]rune(head)[:max(0, utf8.RuneCountInString(head)-4)]) + "\n```"
	}
	if head = strings.TrimRight(head, " \n"); head == "" {
		return "–"
	}
	return head + "…"
}
