package msg

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Edged puts a blank where a mark of mrkdwn (`code`, *bold*, _italics_, ~struck
// out~) touches a sign that Slack does not take for the edge of a word, such as
// 、 or の: without it Slack shows the mark itself. [Catalog.Say] does so by
// itself; who joins pieces by hand asks for it.
func Edged(text string) string {
	if !strings.ContainsAny(text, "`*_~") || !strings.ContainsFunc(text, wide) {
		return text
	}
	var out strings.Builder
	for text != "" {
		n, marked := piece(text)
		whole := text[:n]
		if before, _ := utf8.DecodeLastRuneInString(out.String()); marked && wide(before) {
			out.WriteByte(' ')
		}
		if marked && whole[0] != '`' {
			whole = whole[:1] + Edged(whole[1:n-1]) + whole[n-1:]
		}
		out.WriteString(whole)
		text = text[n:]
		if after, _ := utf8.DecodeRuneInString(text); marked && text != "" && wide(after) {
			out.WriteByte(' ')
		}
	}
	return out.String()
}

// wide reports whether Slack sees no edge of a word at r.
func wide(r rune) bool {
	return r > unicode.MaxASCII && r != '\u200b' && r != utf8.RuneError && !unicode.IsSpace(r)
}

// piece measures what stands first in text: a marked stretch, a token such as
// a mention or a date, which is passed over as a whole, or one character.
func piece(text string) (length int, marked bool) {
	switch first := text[0]; first {
	case '`', '*', '_', '~':
		if strings.HasPrefix(text, "```") {
			if end := strings.Index(text[3:], "```"); end >= 0 {
				return end + 6, false
			}
		}
		line, _, _ := strings.Cut(text[1:], "\n")
		if end := strings.IndexByte(line, first); end > 0 && !isBlank(line[0]) && !isBlank(line[end-1]) {
			return end + 2, true
		}
	case '<':
		if end := strings.IndexByte(text, '>'); end > 0 {
			return end + 1, false
		}
	}
	_, size := utf8.DecodeRuneInString(text)
	return size, false
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }
