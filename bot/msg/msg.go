// Package msg holds every sentence that a person reads, in Japanese and
// English. It is a leaf: it knows words, not what they are about.
//
// The sentences live in catalog/, one file per subject and language; a [Key]
// names one of them. Two facts always hold:
//
//   - Both languages have every key, with the same named arguments. A test
//     says so, so [Catalog.Say] has no error to return.
//   - What others wrote cannot act in Slack: string arguments are escaped,
//     and only [Markup], made by the functions of this package, is not.
package msg

//go:generate go run gen.go

import (
	"embed"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
)

// Key names a sentence.
type Key string

// Args are the named values of a sentence. "N" is the count that chooses
// between singular and plural. Counts are written as [Count] does, except
// "Number", which names something.
type Args map[string]any

// Languages that Toban speaks.
const (
	Japanese = "ja"
	English  = "en"
)

//go:embed catalog/*.yaml
var catalogs embed.FS

// sentences are read once: they are part of the program and never change.
var sentences = sync.OnceValue(func() *i18n.Bundle {
	b := i18n.NewBundle(language.English)
	b.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	files, err := catalogs.ReadDir("catalog")
	for _, f := range files {
		if _, err = b.LoadMessageFileFS(catalogs, "catalog/"+f.Name()); err != nil {
			break
		}
	}
	if err != nil {
		panic(fmt.Sprintf("msg: catalogue is broken: %v", err))
	}
	return b
})

// Catalog speaks one language.
type Catalog struct {
	lang string
	say  *i18n.Localizer
	omit Key // left out of every other sentence
}

// For returns the catalog of a locale such as "ja", "ja-JP" or "en-US".
// English is for everybody whose language is not known.
func For(locale string) Catalog {
	lang := English
	if base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-"); base == Japanese {
		lang = Japanese
	}
	return Catalog{lang: lang, say: i18n.NewLocalizer(sentences(), lang)}
}

// Without is the catalog that leaves one whole sentence out of all others.
func (c Catalog) Without(sentence Key) Catalog {
	c.omit = sentence
	return c
}

// Lang is Japanese or English.
func (c Catalog) Lang() string { return c.lang }

// Say returns the sentence as mrkdwn. Strings in args are escaped, and marks
// stand where Slack honours them.
func (c Catalog) Say(key Key, args Args) string { return Edged(c.fill(key, args, Escape)) }

// Mark is Say for a sentence that goes into another one.
func (c Catalog) Mark(key Key, args Args) Markup { return Markup(c.Say(key, args)) }

// Plain returns the sentence for places that Slack shows as they are: buttons,
// headers, options. Nothing is escaped there.
func (c Catalog) Plain(key Key, args Args) string { return c.fill(key, args, clean) }

func (c Catalog) fill(key Key, args Args, treat func(string) string) string {
	data := make(map[string]any, len(args))
	for name, value := range args {
		data[name] = value
		switch v := reflect.ValueOf(value); {
		case v.Kind() == reflect.String:
			if _, ours := value.(Markup); !ours {
				data[name] = treat(v.String())
			}
		case v.CanInt() && name != "Number": // an incident's number is its name
			data[name] = Count(int(v.Int()))
		}
	}
	text, err := c.say.Localize(&i18n.LocalizeConfig{MessageID: string(key), TemplateData: data, PluralCount: args["N"]})
	if err != nil && text == "" {
		return string(key) // kept from happening by the tests; better a key than silence
	}
	if c.omit != "" && key != c.omit {
		text = c.cut(text, c.Plain(c.omit, nil))
	}
	return text
}

// Count writes 12,345.
func Count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// cut takes one sentence out of text. It is looked for from the end: what was
// typed stands before it.
func (c Catalog) cut(text, sentence string) string {
	at := strings.LastIndex(text, sentence)
	if at < 0 {
		return text
	}
	before, after := text[:at], text[at+len(sentence):]
	return strings.TrimSpace(c.Sentences(strings.TrimSpace(before), strings.TrimSpace(after)))
}
