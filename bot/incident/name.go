package incident

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxName is Slack's limit for the name of a channel.
const maxName = 80

// ChannelName returns the name that the incident's channel is to have:
// "inc-7-payment-is-slow". words are how the title reads, in a–z, 0–9 and "_";
// with none of them it is known by its date: "inc-7-20261203".
func ChannelName(prefix string, in Incident, words []string, zone *time.Location) string {
	if prefix == "" {
		prefix = "inc"
	}
	head := prefix + "-" + strconv.Itoa(in.Number)
	date := in.DeclaredAt.In(zone).Format("20060102")
	name, fits := fit(words, maxName-len(head)-1)
	if !fits || name == "" {
		name = date
	}
	return head + "-" + name
}

// fit joins words to at most limit characters. What does not fit is left out of
// the middle: the end of a Japanese title says what happened, and a word that
// denies something never goes. It reports false where that cannot be.
func fit(words []string, limit int) (string, bool) {
	if len(words) == 1 {
		return shorten(words[0], limit), true
	}
	keep, length := make([]bool, len(words)), -1
	take := func(i int) {
		if !keep[i] && length+1+len(words[i]) <= limit {
			keep[i] = true
			length += 1 + len(words[i])
		}
	}
	must := func(i int) bool { return i == len(words)-1 || denies.MatchString(words[i]) }
	for i := range words {
		if must(i) {
			take(i)
		}
	}
	for i := range words {
		if must(i) && !keep[i] {
			return "", false
		}
		take(i)
	}
	var kept []string
	for i, word := range words {
		if keep[i] {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, "-"), true
}

// denies finds words without which a title would say the opposite.
var denies = regexp.MustCompile(`(nai|naku|nakatta|nakute|masen|masendeshita|zu|nu|nashi|fuka|funo)$|^(no|not|never|cannot|without|neither|nor|(ca|do|does|did|is|are|was|wo|could)nt|fails?|failed|failing)$`)

// numbered returns the name to try when the names before it are taken.
func numbered(name string, try int) string {
	if try == 1 {
		return name
	}
	suffix := "-" + strconv.Itoa(try)
	return shorten(name, maxName-len(suffix)) + suffix
}

// shorten cuts name after a whole word where there is one not too far back.
func shorten(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	cut := name[:limit]
	if i := strings.LastIndexByte(cut, '-'); name[limit] != '-' && i > limit-25 {
		cut = cut[:i]
	}
	return strings.Trim(cut, "-_")
}

// Words splits a title of Latin letters into words of a–z, 0–9 and "_". whole
// reports whether every letter of it could be written so.
func Words(title string) (words []string, whole bool) {
	text := strings.ToLower(norm.NFKC.String(title))
	whole = true
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !isWord(r) }) {
		word := strings.Trim(latin([]rune(part)), "_")
		letters := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
		if strings.ContainsFunc(part, func(r rune) bool { return letters(r) && latin([]rune{r}) == "" }) {
			whole = false
		}
		if word != "" {
			words = append(words, word)
		}
	}
	return words, whole
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || strings.ContainsRune("_'’", r)
}

// latin keeps a–z, 0–9 and "_" of lower-cased letters, without their accents.
func latin(s []rune) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(string(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		default:
			b.WriteString(noAccent[r])
		}
	}
	return b.String()
}

// noAccent holds letters that no accent can be taken from.
var noAccent = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i",
}
