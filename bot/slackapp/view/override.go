package view

import (
	"slices"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/rotation"
)

// Override draws the news of a cover: for the covering person, for those whom
// it relieves, or for the channel.
func Override(o rotation.SavedOverride, x Context, m msg.Catalog) (string, []slack.Block) {
	if o.Cancelled() {
		return OverrideCancelled(o, x, m)
	}
	args := func(rotationName any) msg.Args {
		a := msg.Args{"Rotation": rotationName, "Span": m.Planned(o.Start, o.End, x.zone())}
		if x.Reader != o.User {
			a["Who"] = msg.Person(o.User)
		}
		return a
	}
	key, lineKey := msg.OverrideText, msg.OverrideLine
	switch {
	case x.Reader == o.User:
		key, lineKey = msg.OverrideYou, msg.OverrideYou
	case slices.Contains(o.Relieved, x.Reader):
		key, lineKey = msg.OverrideRelieved, msg.OverrideRelieved
	}
	text, line := m.Say(key, args(Cut(o.Rotation, 80))), m.Say(lineKey, args(msg.Bold(Cut(o.Rotation, 80))))
	if instead := inPlaceOf(o, x); len(instead) > 0 {
		line = join(" · ", line, m.Say(msg.OverrideReplaces, msg.Args{"Who": m.List(instead...)}))
	}
	blocks := []slack.Block{section(line)}
	if o.By != "" {
		blocks = append(blocks, note(m.Say(msg.OverrideBy, msg.Args{"Who": msg.Person(o.By)}))...)
	}
	if x.Reader == "" || x.Reader == o.User || x.Reader == o.By {
		blocks = append(blocks, slack.NewActionBlock("override/"+o.ID, cancelButton(o, m)))
	}
	return cutMrkdwn(text, 3000), blocks
}

// inPlaceOf names those whom the cover relieves, but not to themselves.
func inPlaceOf(o rotation.SavedOverride, x Context) (names []msg.Markup) {
	people := o.Relieved
	if len(people) == 0 && o.Replaces != rotation.Nobody {
		people = []rotation.PersonID{o.Replaces}
	}
	for i, p := range people {
		if p == x.Reader || i == 10 {
			return nil
		}
		names = append(names, msg.Person(p))
	}
	return names
}

func cancelButton(o rotation.SavedOverride, m msg.Catalog) *slack.ButtonBlockElement {
	return button(m, OverrideCancel, o.ID, msg.OverrideButtonCancel, nil).
		WithConfirm(confirm(m, msg.OverrideConfirmTitle, msg.OverrideConfirmText, msg.OverrideConfirmYes, msg.OverrideConfirmNo, nil))
}

// OverrideCancelled draws that a cover was taken back, for the rest of its span.
func OverrideCancelled(o rotation.SavedOverride, x Context, m msg.Catalog) (string, []slack.Block) {
	from := o.Start
	if o.End.After(from) { // it had begun
		from = o.End
	}
	args := msg.Args{"By": msg.Person(o.CancelledBy), "Who": msg.Person(o.User), "Rotation": msg.Bold(Cut(o.Rotation, 80)), "Span": m.Planned(from, o.PlannedEnd, x.zone())}
	return Said(m.Say(msg.OverrideCancelled, args))
}

// OverrideSet draws the answer to whoever made an override: what was
// understood, who is told, and the button that takes it back.
func OverrideSet(o rotation.SavedOverride, told []msg.Markup, x Context, m msg.Catalog) (string, []slack.Block) {
	text := m.Say(msg.OverrideSaid, overrideArgs(o, x, m))
	if len(told) > 0 {
		text += "\n" + m.Say(msg.OverrideTold, msg.Args{"List": m.List(told...)})
	}
	return text, []slack.Block{section(text), slack.NewActionBlock("override/"+o.ID, cancelButton(o, m))}
}

// OwnOverrides draws what somebody may cancel, each with its button.
func OwnOverrides(open []rotation.SavedOverride, x Context, m msg.Catalog) (string, []slack.Block) {
	if len(open) == 0 {
		return Said(m.Say(msg.OverrideNone, nil))
	}
	text := m.Say(msg.OverrideWhich, nil)
	blocks := []slack.Block{section(text)}
	for i, o := range open {
		if i == 20 {
			blocks = append(blocks, note(m.Say(msg.OncallMineMore, msg.Args{"N": len(open) - i}))...)
			break
		}
		line := slack.NewSectionBlock(mrkdwn(m.Say(msg.OverrideLine, overrideArgs(o, x, m))), nil, slack.NewAccessory(cancelButton(o, m)))
		line.BlockID = "override/" + o.ID
		blocks = append(blocks, line)
	}
	return text, blocks
}

func overrideArgs(o rotation.SavedOverride, x Context, m msg.Catalog) msg.Args {
	return msg.Args{"Who": msg.Person(o.User), "Rotation": msg.Bold(Cut(o.Rotation, 80)), "Span": m.Planned(o.Start, o.End, x.zone())}
}
