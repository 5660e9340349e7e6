// Package view draws: a saved value and a catalog go in, the fallback text and
// the blocks of a Slack message (or a form, or the Home tab) come out.
//
// Everything here is pure: no clock, no look-ups, no Slack connection. What a
// drawing needs beyond its subject is in [Context]. Three facts hold:
//
//   - The text makes sense alone, on a locked phone or read aloud.
//   - Whatever the length and content of what others wrote, Slack accepts the
//     result, and nothing in it can mention people or make links by itself.
//   - Buttons offer only what would do something in that state.
package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/incident"
	"toban/bot/msg"
	"toban/rotation"
)

// Context is what a drawing needs besides its subject.
type Context struct {
	// Zone is the clock of places that cannot follow the reader's own.
	Zone *time.Location
	// Reader is whose direct message or Home it is; empty in a channel.
	Reader rotation.PersonID
	// Next is whom an open page tells when its time is up.
	Next Next
	// Incident is the one declared from the page, if any.
	Incident *incident.Incident
	// Incidents is the incidents channel; empty: not known.
	Incidents string
}

func (x Context) zone() *time.Location {
	if x.Zone == nil {
		return time.UTC
	}
	return x.Zone
}

// Next is an escalation step to come.
type Next struct {
	People   []rotation.PersonID
	Channels []string
	Repeats  bool // it begins the ladder anew
	Further  bool // a person can go on to somebody else now
}

// Empty reports whether there is nobody left to tell.
func (n Next) Empty() bool { return len(n.People) == 0 && len(n.Channels) == 0 }

// who names those told by n.
func (n Next) who(m msg.Catalog) msg.Markup { return who(m, n.People, n.Channels) }

func who(m msg.Catalog, people []rotation.PersonID, channels []string) msg.Markup {
	var names []msg.Markup
	for _, p := range people {
		names = append(names, msg.Person(p))
	}
	for _, c := range channels {
		names = append(names, msg.Channel(c))
	}
	return m.List(names...)
}

// mrkdwn makes a text object in which Slack links nothing by itself.
func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

// plain makes a text object that is shown as it is, emoji codes included.
func plain(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, Cut(text, limit), false, false)
}

func header(text string) slack.Block { return slack.NewHeaderBlock(plain(text, 150)) }

func section(text string) slack.Block {
	return slack.NewSectionBlock(mrkdwn(cutMrkdwn(text, 3000)), nil, nil)
}

// note is small grey text; blank text makes no block.
func note(text string) []slack.Block {
	if text == "" {
		return nil
	}
	return []slack.Block{slack.NewContextBlock("", mrkdwn(cutMrkdwn(text, 2000)))}
}

func button(m msg.Catalog, action, value string, label msg.Key, args msg.Args) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, plain(m.Plain(label, args), 75))
}

func confirm(m msg.Catalog, title, text, yes, no msg.Key, args msg.Args) *slack.ConfirmationBlockObject {
	return slack.NewConfirmationBlockObject(
		plain(m.Plain(title, args), 100), plain(m.Plain(text, args), 300),
		plain(m.Plain(yes, args), 30), plain(m.Plain(no, args), 30))
}

func option(value, label string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, plain(label, 75), nil)
}

// link shows label where address is one that can be followed, else nothing.
func link(address, label string) string {
	if l := string(msg.Link(address, label)); strings.HasPrefix(l, "<") {
		return l
	}
	return ""
}

// join puts the parts that are not blank on one line.
func join(sep string, parts ...string) string {
	text := ""
	for _, p := range parts {
		if p == "" {
			continue
		}
		if text != "" {
			text += sep
		}
		text += p
	}
	return text
}
