package incident

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxName is Slack's limit for the name of a channel.
const maxName = 80

// ChannelName returns the name that the incident's channel is to have:
// "inc-7-payment-is-slow". Slack takes a–z, 0–9, "-" and "_" only, so Japanese
// is written in Latin letters as far as our small tables know it, accents are
// dropped, and so is everything else. A title of which nothing is left gives
// its severity and the date: "inc-7-sev2-1203".
func ChannelName(prefix string, in Incident, zone *time.Location) string {
	if prefix == "" {
		prefix = "inc"
	}
	head := prefix + "-" + strconv.Itoa(in.Number)
	words := Words(in.Title)
	if len(words) == 0 {
		words = []string{string(in.Severity), in.DeclaredAt.In(zone).Format("0102")}
	}
	return shorten(head+"-"+strings.Join(words, "-"), maxName)
}

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

// Words splits a title into words of a–z, 0–9 and "_".
func Words(title string) []string {
	var words []string
	add := func(word string) {
		if word = strings.Trim(word, "_"); word != "" {
			words = append(words, word)
		}
	}
	rest := []rune(strings.ToLower(norm.NFKC.String(title)))
	for len(rest) > 0 {
		word, n := known(rest)
		switch {
		case script(rest[0]) == 'ア':
			n = run(rest)
			for _, word := range loanwords(rest[:n]) {
				add(word)
			}
		case n > 0:
			add(word)
		default:
			n = run(rest)
			add(spell(rest[:n]))
		}
		rest = rest[n:]
	}
	return words
}

// script tells apart what is spelled in different ways.
func script(r rune) rune {
	switch {
	case r >= 'ぁ' && r <= 'ゖ':
		return 'あ'
	case r >= 'ァ' && r <= 'ヺ':
		return 'ア'
	case unicode.Is(unicode.Han, r):
		return '漢'
	case unicode.IsLetter(r) && r != 'ー', unicode.IsDigit(r), unicode.Is(unicode.Mn, r), strings.ContainsRune("_'’", r):
		return 'a'
	}
	return ' '
}

// run returns how many runes at the beginning of s are spelled together: of
// kanji one, because the next one may begin a word that is known; of hiragana
// up to a known word.
func run(s []rune) int {
	first := script(s[0])
	if first == '漢' {
		return 1
	}
	for n := 1; n < len(s); n++ {
		if _, k := known(s[n:]); first == 'あ' && k > 0 {
			return n
		}
		if long := s[n] == 'ー' && first != 'a'; script(s[n]) != first && !long {
			return n
		}
	}
	return len(s)
}

// loanwords spells a run of katakana in English when it consists of known words
// from end to end, and by its sound when it does not.
func loanwords(s []rune) []string {
	var words []string
	for rest := s; len(rest) > 0; {
		word, n := known(rest)
		if n == 0 {
			return []string{romaji(s)}
		}
		words, rest = append(words, word), rest[n:]
	}
	return words
}

// spell writes one run in Latin letters.
func spell(s []rune) string {
	switch script(s[0]) {
	case 'あ':
		return romaji(s)
	case 'a':
		return latin(s)
	}
	return ""
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
