package msg

import (
	"strings"
	"unicode"
)

// invisible are characters of other classes that show nothing: fillers, blank
// Braille, joiners and selectors.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x034f, 0x034f, 1},
		{0x115f, 0x1160, 1},
		{0x17b4, 0x17b5, 1},
		{0x180b, 0x180f, 1},
		{0x2800, 0x2800, 1},
		{0x3164, 0x3164, 1},
		{0xfe00, 0xfe0e, 1},
		{0xffa0, 0xffa0, 1},
	},
	R32: []unicode.Range32{{0xe0100, 0xe01ef, 1}},
}

const (
	joiner  = '\u200d' // makes one emoji of several
	asEmoji = '\ufe0f' // shows a character as an emoji
	lineEnd = '\u2028'
	paraEnd = '\u2029'
)

// Clean makes text that others wrote fit to be shown where there is no markup:
// nothing in it is hidden or turned around.
func Clean(text string) string { return clean(text) }

// clean drops what cannot be seen and hides or turns what a text says: control
// characters, those without width, those that change the direction of writing.
func clean(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) }) {
		return text
	}
	var out strings.Builder
	var last rune // that was kept
	for _, r := range strings.ToValidUTF8(text, "") {
		switch {
		case r == '\n', r == '\t':
		case r == lineEnd, r == paraEnd:
			r = '\n'
		case r == joiner, r == asEmoji:
			if !unicode.Is(unicode.So, last) && last != asEmoji && !unicode.Is(unicode.Sk, last) {
				continue
			}
		case unicode.Is(unicode.C, r), unicode.Is(invisible, r), r == unicode.ReplacementChar:
			continue
		}
		out.WriteRune(r)
		last = r
	}
	return out.String()
}
