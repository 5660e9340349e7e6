package reading

import (
	"strings"
	"unicode/utf8"
)

// romaji writes kana as they are spoken in Latin letters the way station signs
// do: っ doubles what follows, and a long mark is silent (こーばん koban).
func romaji(kana string) string {
	var b strings.Builder
	double := false
	for text := hiragana(kana); text != ""; {
		sound, n := sound(text)
		if text[:n] == "っ" {
			double = true
		} else {
			b.WriteString(doubled(sound, double))
			double = false
		}
		text = text[n:]
	}
	return b.String()
}

// written is romaji of kana whose long vowels are spelled out: they count once.
func written(kana string) string { return longVowels.Replace(romaji(kana)) }

func hiragana(kana string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - ('ァ' - 'ぁ')
		}
		return r
	}, kana)
}

// sound returns how the first syllable of text is written and its length in
// bytes. Two kana that make one syllable are looked for first.
func sound(text string) (string, int) {
	const kana = len("あ")
	if _, n := utf8.DecodeRuneInString(text); n != kana {
		return "", n // no kana
	}
	if len(text) >= 2*kana {
		if s, ok := syllables[text[:2*kana]]; ok {
			return s, 2 * kana
		}
	}
	return syllables[text[:kana]], kana
}

func doubled(sound string, double bool) string {
	switch {
	case !double || sound == "" || strings.ContainsAny(sound[:1], "aiueon"):
		return sound
	case strings.HasPrefix(sound, "ch"):
		return "t" + sound
	default:
		return sound[:1] + sound
	}
}

var longVowels = strings.NewReplacer("ou", "o", "oo", "o", "uu", "u")

// syllables spells hiragana; katakana is turned into hiragana before. What is
// not here (the long mark ー among it) is silent.
var syllables = spelled(`
	あ a   い i   う u   え e   お o   ぁ a   ぃ i   ぅ u   ぇ e   ぉ o
	か ka  き ki  く ku  け ke  こ ko  が ga  ぎ gi  ぐ gu  げ ge  ご go
	さ sa  し shi す su  せ se  そ so  ざ za  じ ji  ず zu  ぜ ze  ぞ zo
	た ta  ち chi つ tsu て te  と to  だ da  ぢ ji  づ zu  で de  ど do
	な na  に ni  ぬ nu  ね ne  の no  は ha  ひ hi  ふ fu  へ he  ほ ho
	ば ba  び bi  ぶ bu  べ be  ぼ bo  ぱ pa  ぴ pi  ぷ pu  ぺ pe  ぽ po
	ま ma  み mi  む mu  め me  も mo  や ya  ゆ yu  よ yo  ゃ ya  ゅ yu  ょ yo
	ら ra  り ri  る ru  れ re  ろ ro  わ wa  ゎ wa  ゐ i   ゑ e   を o   ん n
	ゔ vu  ゕ ka  ゖ ke

	きゃ kya きゅ kyu きょ kyo  ぎゃ gya ぎゅ gyu ぎょ gyo
	しゃ sha しゅ shu しょ sho しぇ she  じゃ ja じゅ ju じょ jo じぇ je
	ちゃ cha ちゅ chu ちょ cho ちぇ che  ぢゃ ja ぢゅ ju ぢょ jo
	にゃ nya にゅ nyu にょ nyo  ひゃ hya ひゅ hyu ひょ hyo
	びゃ bya びゅ byu びょ byo  ぴゃ pya ぴゅ pyu ぴょ pyo
	みゃ mya みゅ myu みょ myo  りゃ rya りゅ ryu りょ ryo

	ふぁ fa ふぃ fi ふぇ fe ふぉ fo ふゅ fyu  ゔぁ va ゔぃ vi ゔぇ ve ゔぉ vo
	てぃ ti でぃ di てゅ tyu でゅ dyu とぅ tu どぅ du
	うぃ wi うぇ we うぉ wo  つぁ tsa つぃ tsi つぇ tse つぉ tso  いぇ ye
	くぁ kwa くぃ kwi くぇ kwe くぉ kwo ぐぁ gwa すぃ si ずぃ zi
`)

// spelled reads pairs of words.
func spelled(table string) map[string]string {
	words := strings.Fields(table)
	pairs := make(map[string]string, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		pairs[words[i]] = words[i+1]
	}
	return pairs
}
