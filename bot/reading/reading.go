// Package reading answers how a title is read: Japanese as words of Latin
// letters, "決済が止まっている" as "kessai tomatteiru".
//
// The dictionary takes 126 MiB once it is loaded, so the bot never loads it:
// [Child] asks a short-lived process of our own program. Nothing is left out
// silently: a title that cannot be read as a whole is an error.
package reading

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
	"golang.org/x/text/unicode/norm"
)

// Words reads a title. It loads the dictionary: half a second and 126 MiB.
func Words(title string) ([]string, error) {
	t, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		return nil, fmt.Errorf("load the dictionary: %w", err)
	}
	r := reader{}
	tokens := t.Tokenize(norm.NFKC.String(title))
	for i, token := range tokens {
		if err := r.take(token, tokens[:i], tokens[i+1:]); err != nil {
			return nil, err
		}
	}
	r.end()
	return r.words, nil
}

// reader gathers tokens into words.
type reader struct {
	words []string
	kana  string // of the word at hand, as it is spoken
	latin string // of the word at hand
	joins bool   // the next token belongs to the word at hand
}

func (r *reader) end() {
	word := romaji(r.kana)
	if r.latin != "" {
		word = r.latin
	}
	if word = strings.Trim(word, "_"); word != "" {
		r.words = append(r.words, word)
	}
	r.kana, r.latin, r.joins = "", "", false
}

func (r *reader) take(t tokenizer.Token, before, after []tokenizer.Token) error {
	switch kind := script(t.Surface); {
	case kind == latin:
		if r.kana != "" || r.joins {
			r.end()
		}
		r.latin += plain(t.Surface)
	case kind == katakana:
		r.end()
		r.words = append(r.words, loanwords(t.Surface)...)
	case kind == nothing, isParticle(t) && !(t.Features()[1] == "接続助詞" && r.kana != ""):
		r.end()
	default:
		spoken, ok := pronounced(t, before, after)
		if !ok {
			return fmt.Errorf("no reading of %q is known", t.Surface)
		}
		if r.latin != "" || !r.joins && !attaches(t) {
			r.end()
		}
		r.kana += spoken
		r.joins = t.POS()[0] == "接頭詞" || t.Surface == mistaken
	}
	return nil
}

func isParticle(t tokenizer.Token) bool { return t.POS()[0] == "助詞" }

// attaches reports whether a token is the tail of the word before it: て and
// いる of 止まっている, ない of 届かない, 件 of 二件.
func attaches(t tokenizer.Token) bool {
	pos := t.POS()
	switch pos[0] {
	case "助動詞", "助詞":
		return true
	case "動詞", "名詞", "形容詞":
		return len(pos) > 1 && (pos[1] == "接尾" || pos[1] == "非自立")
	}
	return false
}

// pronounced returns a token as it is spoken, in katakana.
func pronounced(t tokenizer.Token, before, after []tokenizer.Token) (string, bool) {
	if spoken := potential(t, before, after); spoken != "" {
		return spoken, true
	}
	if t.Surface == mistaken {
		return "ゴ", true
	}
	if spoken, ok := t.Pronunciation(); ok && spoken != "" && script(spoken) == katakana {
		return spoken, true
	}
	return t.Surface, script(t.Surface) == hira
}

// mistaken is what 誤送信 and 誤検知 begin with; the dictionary takes it for the
// verb あやまる.
const mistaken = "誤"

// potential reads what the dictionary takes for another verb: in 画面に入れない
// nobody can get in (はいれない), and in ファイルが開けない it does not open.
func potential(t tokenizer.Token, before, after []tokenizer.Token) string {
	if len(after) == 0 || !strings.HasPrefix(after[0].Surface, "な") && after[0].Surface != "ませ" && after[0].Surface != "ず" {
		return ""
	}
	object := len(before) > 0 && before[len(before)-1].Surface == "を"
	switch {
	case t.Surface == "入れ" && !object:
		return "ハイレ"
	case t.Surface == "開け" && !object:
		return "ヒラケ"
	}
	return ""
}

type scriptKind int

const (
	nothing scriptKind = iota // signs and emoji
	latin
	hira
	katakana
	other // kanji, mixtures, and letters of other scripts
)

// script tells what a token is written in.
func script(s string) scriptKind {
	kind := nothing
	for _, r := range s {
		now := nothing
		switch {
		case r == 'ー' && kind != nothing:
			continue
		case r >= 'ぁ' && r <= 'ゖ':
			now = hira
		case r >= 'ァ' && r <= 'ヺ':
			now = katakana
		case unicode.Is(unicode.Latin, r), unicode.Is(unicode.Mn, r), unicode.IsDigit(r) && r < 128, r == '_':
			now = latin
		case unicode.IsLetter(r), unicode.IsDigit(r):
			now = other
		default:
			continue
		}
		if kind != nothing && kind != now {
			return other
		}
		kind = now
	}
	return kind
}

// plain keeps a–z, 0–9 and "_", without accents.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, norm.NFD.String(strings.ToLower(s)))
}
