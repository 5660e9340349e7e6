package view

import (
	"slices"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/rotation"
)

// Elsewhere adds to a drawing that it is not where it belongs, and why.
func Elsewhere(text string, blocks []slack.Block, m outbox.Message, say msg.Catalog) (string, []slack.Block) {
	if m.MeantFor == "" {
		return text, blocks
	}
	place := msg.Channel(m.MeantFor)
	if outbox.IsPerson(m.MeantFor) {
		place = msg.Person(rotation.PersonID(m.MeantFor))
	}
	said := say.Say(msg.PlaceElsewhere, msg.Args{"Place": place, "Why": say.Say(refusal(m.MeantWhy), nil), "Word": Cut(m.MeantWhy, 80)})
	if len(blocks) < mostBlocks {
		blocks = append(slices.Clip(blocks), note(said)...)
	}
	return text + "\n" + said, blocks
}

// mostBlocks is how many blocks Slack takes in a message.
const mostBlocks = 50

// refusal says in plain words what Slack's word means.
func refusal(word string) msg.Key {
	switch word {
	case "is_archived", "is_inactive":
		return msg.PlaceWhyArchived
	case "not_in_channel":
		return msg.PlaceWhyOutside
	case "channel_not_found":
		return msg.PlaceWhyMissing
	case "user_disabled", "account_inactive", "user_not_found", "users_not_found":
		return msg.PlaceWhyLeft
	}
	return msg.PlaceWhyOther
}
