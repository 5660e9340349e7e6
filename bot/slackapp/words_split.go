package slackapp

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// line is what somebody typed after a command, cut into words. People type on
// phones, with Japanese input methods and with pasted quotes, so words are
// folded before they are compared; text that is meant to be read by others is
// taken from the raw line as it was.
type line struct {
	raw   string
	words []word
}

type word struct {
	text     string // folded, without quotes
	from, to int    // its place in the raw line
}

// split cuts raw at spaces of any width. Quotes keep words together; a quote
// that never ends is an ordinary character. A shell's other signs mean
// nothing: mentions and dates are full of them.
func split(raw string) line {
	l := line{raw: raw}
	for at := 0; at < len(raw); {
		r, size := utf8.DecodeRuneInString(raw[at:])
		if unicode.IsSpace(r) {
			at += size
			continue
		}
		if closing, quoted := quotes[r]; quoted {
			if text, length, ok := quotedBy(raw[at+size:], closing); ok {
				end := at + size + length
				l.words = append(l.words, word{fold(text), at, end})
				at = end
				continue
			}
		}
		end := strings.IndexFunc(raw[at:], unicode.IsSpace)
		if r == '<' { // <@U1|Ana B> holds a space
			if closed := strings.IndexByte(raw[at:], '>'); closed > end && end >= 0 && mention.MatchString(raw[at:at+closed+1]) {
				end = closed + 1
			}
		}
		if end < 0 {
			end = len(raw) - at
		}
		l.words = append(l.words, word{fold(raw[at : at+end]), at, at + end})
		at += end
	}
	return l
}

// quotes names the sign that ends each quotation.
var quotes = map[rune]string{'"': `"”“＂`, '“': `”"“`, '”': `”"“`, '＂': `＂"`, '「': `」`, '『': `』`}

func quotedBy(rest, closing string) (text string, length int, ok bool) {
	at := strings.IndexAny(rest, closing)
	if at <= 0 {
		return "", 0, false
	}
	_, size := utf8.DecodeRuneInString(rest[at:])
	next, _ := utf8.DecodeRuneInString(rest[at+size:])
	return rest[:at], at + size, at+size == len(rest) || unicode.IsSpace(next)
}

// fold makes the spellings of one word equal: full-width letters and digits,
// half-width katakana, curly quotes.
func fold(text string) string {
	return norm.NFC.String(strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`).Replace(width.Fold.String(strings.ToValidUTF8(text, ""))))
}

// texts returns the folded words from the i-th on.
func (l line) texts(i int) []string {
	var all []string
	for ; i < len(l.words); i++ {
		all = append(all, l.words[i].text)
	}
	return all
}

// folded returns all words with one space between them.
func (l line) folded() string { return strings.Join(l.texts(0), " ") }

// rest returns what stands from the i-th word on, as people should read it.
func (l line) rest(i int) string {
	if i >= len(l.words) {
		return ""
	}
	raw := l.raw[l.words[i].from:]
	if i == len(l.words)-1 {
		raw = strings.TrimSpace(raw)
		if len(raw) > 2 && raw[0] == '"' && strings.IndexByte(raw[1:], '"') == len(raw)-2 {
			raw = raw[1 : len(raw)-1]
		}
	}
	return readable(raw)
}

var (
	mention    = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)
	unescaping = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// readable undoes what Slack does to typed text: mentions become names,
// links their address, entities the characters they stand for.
func readable(raw string) string {
	text := mention.ReplaceAllStringFunc(raw, func(m string) string {
		part := mention.FindStringSubmatch(m)
		sign, id, label := part[1], part[2], part[3]
		switch {
		case sign == "" && strings.HasPrefix(id, "mailto:"):
			return strings.TrimPrefix(id, "mailto:")
		case sign == "":
			return id
		case label != "":
			return strings.TrimPrefix(sign, "!") + label
		case sign == "!":
			return strings.TrimPrefix(id, "subteam^")
		}
		return sign + id
	})
	return strings.TrimSpace(unescaping.Replace(text))
}

var (
	userMention    = regexp.MustCompile(`^<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>$`)
	channelMention = regexp.MustCompile(`^<#([CG][A-Z0-9]+)(?:\|[^<>]*)?>$`)
	mailMention    = regexp.MustCompile(`^(?:<mailto:)?([^\s<>|@]+@[^\s<>|@]+\.[^\s<>|@]+)(?:\|[^<>]*)?>?$`)
)

// personWord reports whether text names a person, and how: by id, or by an
// @name or e-mail to look up.
func personWord(text string) (id, lookup string, ok bool) {
	switch {
	case userMention.MatchString(text):
		return userMention.FindStringSubmatch(text)[1], "", true
	case isMe(text):
		return "", "me", true
	case mailMention.MatchString(text):
		return "", mailMention.FindStringSubmatch(text)[1], true
	case strings.HasPrefix(text, "@") && len(text) > 1:
		return "", text, true
	}
	return "", "", false
}

func isMe(text string) bool {
	switch strings.ToLower(text) {
	case "me", "自分", "私", "わたし":
		return true
	}
	return false
}
