package view

import (
	"strings"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/outbox"
)

const mostConfigLines = 15

// ConfigNews draws what a changed config changed.
func ConfigNews(n outbox.ConfigNews, x Context, m msg.Catalog) (string, []slack.Block) {
	title := configTitle(n, m)
	lines := []string{title}
	if n.Was != "" {
		lines = append(lines, m.Say(msg.ConfigRotationWas, msg.Args{"Was": msg.Bold(n.Was)}))
	}
	if n.Unused > 0 {
		lines = append(lines, m.Say(msg.ConfigRotationUnused, msg.Args{"N": n.Unused, "Was": msg.Code("was: " + n.Rotation)}))
	}
	if len(n.Shifts) > 0 {
		lines = append(lines, m.Say(msg.ConfigUntil, nil))
	}
	var changes []string
	for _, s := range n.Shifts {
		changes = append(changes, m.Say(msg.ConfigShift, msg.Args{
			"Span": m.Moments(s.Start, s.End, x.zone()), "Before": personOrNobody(s.Before, m), "Now": personOrNobody(s.Now, m),
		}))
	}
	for _, l := range n.Lines {
		key := msg.ConfigLineRemoved
		if l.Added {
			key = msg.ConfigLineAdded
		}
		changes = append(changes, m.Say(key, msg.Args{"Line": msg.Code(Cut(l.Text, 150))}))
	}
	if left := len(changes) - mostConfigLines; left > 0 {
		changes = append(changes[:mostConfigLines], m.Say(msg.ConfigShiftsMore, msg.Args{"N": left}))
	}
	return title, []slack.Block{section(strings.Join(append(lines, changes...), "\n"))}
}

func configTitle(n outbox.ConfigNews, m msg.Catalog) string {
	key := msg.ConfigRotation
	switch {
	case n.Rotation == "":
		key = msg.ConfigRouting
	case n.Added:
		key = msg.ConfigRotationAdded
	case n.Gone:
		key = msg.ConfigRotationGone
	case len(n.Shifts) == 0:
		key = msg.ConfigRotationSame
	}
	return m.Say(key, msg.Args{"Rotation": msg.Bold(Cut(n.Rotation, 80))})
}

func personOrNobody(id string, m msg.Catalog) msg.Markup {
	if id == "" {
		return m.Mark(msg.ConfigNobody, nil)
	}
	return msg.Person(id)
}
