package msg

import "strings"

// List joins names: "A、B" or "A, B". Where one of them brings a mark a dot
// stands between all: 、 is no edge of a word for Slack.
func (c Catalog) List(items ...Markup) Markup {
	sep := ", "
	if c.lang == Japanese {
		sep = "、"
	}
	var all []string
	for _, item := range items {
		if beside := "、" + string(item) + "、"; c.lang == Japanese && Edged(beside) != beside {
			sep = " · "
		}
		all = append(all, string(item))
	}
	return Markup(strings.Join(all, sep))
}

// Sentences joins whole sentences on one line; blank ones are left out.
func (c Catalog) Sentences(sentences ...string) string {
	text := ""
	for _, next := range sentences {
		if next == "" {
			continue
		}
		if text != "" && !(strings.HasSuffix(text, "。") && !strings.ContainsAny(next[:1], "*_~`")) {
			text += " "
		}
		text += next
	}
	return text
}
