package msg

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Markup is mrkdwn that this program made: it passes into sentences as it is.
type Markup string

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Escape makes text that others wrote harmless in mrkdwn: no mention, link,
// <!channel> or formatting survives it.
func Escape(text string) string { return escapes.Replace(disarm(clean(text))) }

// EscapeFormatted is Escape for what a person wrote to be read by others: what
// they set in bold stays so.
func EscapeFormatted(text string) string { return escapes.Replace(clean(text)) }

// lookAlikes are shown in place of the marks that Slack formats by.
var lookAlikes = map[rune]rune{'*': '∗', '_': 'ˍ', '~': '∼', '`': 'ˋ'}

// disarm replaces the marks at the edge of a word; those inside one, as in
// order_items, or between blanks mean nothing to Slack.
func disarm(text string) string {
	if !strings.ContainsAny(text, "*_~`") {
		return text
	}
	runes := []rune(text)
	kind := func(i int) rune {
		switch {
		case i < 0 || i >= len(runes):
			return 'e'
		case unicode.IsLetter(runes[i]) || unicode.IsDigit(runes[i]):
			return 'w'
		case unicode.IsSpace(runes[i]):
			return ' '
		}
		return 'p'
	}
	for i, r := range []rune(text) {
		before, after := kind(i-1), kind(i+1)
		harmless := before == after && (before == 'w' || before == ' ')
		if like, ok := lookAlikes[r]; ok && (r == '`' || !harmless) {
			runes[i] = like
		}
	}
	return string(runes)
}

// Person mentions somebody by Slack id; any other name is shown as it is.
func Person[ID ~string](id ID) Markup {
	if slackID(string(id), "UW") {
		return Markup("<@" + string(id) + ">")
	}
	return Markup(Escape(string(id)))
}

// Channel mentions a channel by Slack id; a name is shown with its #.
func Channel(id string) Markup {
	if slackID(id, "CG") {
		return Markup("<#" + id + ">")
	}
	return Markup(Escape("#" + strings.TrimPrefix(id, "#")))
}

// Bold and Code set what others wrote apart. Marks that would end them early
// are replaced by look-alikes.
func Bold(text string) Markup {
	return Markup("*" + strings.ReplaceAll(Escape(oneLine(text)), "*", "∗") + "*")
}

// Code is for tags, queries and words to type.
func Code(text string) Markup {
	if text = oneLine(text); text == "" {
		return ""
	}
	return Markup("`" + strings.ReplaceAll(EscapeFormatted(text), "`", "ˋ") + "`")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// dateToken is an instant that Slack shows on each reader's own clock.
func dateToken(at time.Time, format, fallback string) Markup {
	return Markup(fmt.Sprintf("<!date^%d^%s|%s>", at.Unix(), format, Escape(fallback)))
}

func slackID(id, first string) bool {
	if len(id) < 2 || !strings.ContainsRune(first, rune(id[0])) {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
}
