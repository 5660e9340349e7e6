package mask

import (
	"regexp"
	"slices"
	"strings"
)

// Forms name a field and give its value apart: an attribute name beside an
// attribute value, in either order, or a part of a multipart body.
var (
	// block is one tag, or one object without others in it.
	block      = regexp.MustCompile(`<[^<>]*>?|\{[^{}]*\}?`)
	fieldName  = regexp.MustCompile(`(?i)\b(?:name|id|key|field|type|autocomplete|for|label|param|header|k|n)\\?["']?\s*(?:=>?|:)\s*\\?["']?([\p{L}][\p{L}\w.\[\]-]*)`)
	fieldValue = regexp.MustCompile(`(?i)(\b(?:value|val|content|data|text|v)\\?["']?\s*(?:=>?|:)\s*)(\\?"(?:[^"\\]|\\.)*\\?"?|\\?'[^']*'?|[^\s,}>"']+)`)
	// textOf is what an element holds.
	textOf = regexp.MustCompile(`(<[^<>/!][^<>]*>)(\s*<!\[CDATA\[(?s:.*?)(?:\]\]>|$)|[^<>]+)`)
	// part is a part of a multipart body: its name, and the rest of its head.
	part = regexp.MustCompile(`(?is)(form-data\s*;[^\r\n]*?\bname\*?=\\?["']?)([^"';\r\n]+)(.*?)(\r?\n\r?\n| {2,})(.*?)(\r?\n--|\s--[\w-]{4,}|$)`)
)

// inserted are a row's names in SQL, and its values.
var inserted = regexp.MustCompile(`(?is)(\binto\b[^()]*\(([^()]*)\)\s*values?\s*)\(.*`)

// hideFields hides the values of fields that are named apart from them.
func hideFields(s string) string {
	lower := strings.ToLower(s)
	if strings.Contains(lower, "form-data") {
		s = part.ReplaceAllStringFunc(s, func(t string) string {
			m := part.FindStringSubmatch(t)
			if !SecretName(m[2]) || m[5] == "" {
				return t
			}
			return m[1] + m[2] + m[3] + m[4] + Stars + m[6]
		})
	}
	if strings.ContainsAny(s, "<{") && (strings.Contains(lower, "val") || strings.Contains(lower, "data") || strings.Contains(lower, "content") || strings.Contains(lower, "text") || strings.Contains(lower, "v")) {
		s = block.ReplaceAllStringFunc(s, func(t string) string {
			if !namesSecret(t) {
				return t
			}
			return fieldValue.ReplaceAllString(t, `${1}"`+Stars+`"`)
		})
	}
	if strings.Contains(lower, "into") && strings.Contains(lower, "value") {
		s = inserted.ReplaceAllStringFunc(s, func(t string) string {
			m := inserted.FindStringSubmatch(t)
			if !slices.ContainsFunc(strings.Split(m[2], ","), SecretName) {
				return t
			}
			return m[1] + "(" + Stars + ")"
		})
	}
	if strings.Contains(s, "<") {
		s = textOf.ReplaceAllStringFunc(s, func(t string) string {
			m := textOf.FindStringSubmatch(t)
			if !namesSecret(m[1]) {
				return t
			}
			return m[1] + Stars
		})
	}
	return s
}

// namesSecret reports that a tag, or one of the fields in a tag or object, is a
// secret's.
func namesSecret(block string) bool {
	if element, ok := strings.CutPrefix(block, "<"); ok && SecretName(element[:indexOr(element, " \t\r\n/>")]) {
		return true
	}
	for _, m := range fieldName.FindAllStringSubmatch(block, -1) {
		if SecretName(m[1]) {
			return true
		}
	}
	return false
}
