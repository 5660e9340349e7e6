package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// oncallPage pages a person, or whoever is on call, by hand.
func (a *App) oncallPage(ctx context.Context, c *call) (reply, error) {
	name := a.takeRotation(c)
	var person rotation.PersonID
	if name == "" {
		var err error
		if person, err = a.takePerson(ctx, c, beCalled); err != nil {
			return reply{}, err
		}
	}
	text := c.line.rest(c.at)
	if text == "" || name == "" && person == "" {
		return opens(a.pageForm(name, person, text, c.channel, c.say)), nil
	}
	if n := len([]rune(text)); n > view.MaxPageText {
		return reply{}, refusal(c.say.Say(msg.ErrorTooLong, msg.Args{"Length": n, "Limit": view.MaxPageText}))
	}
	answer, err := a.pageByHand(ctx, alerts.ByHand{Key: c.key(), By: c.id, Person: person, Rotation: name, Text: text}, c.who, c.now)
	return said(answer), err
}

// pageByHand sends the page and says who is being called and where to look.
func (a *App) pageByHand(ctx context.Context, h alerts.ByHand, w who, at time.Time) (string, error) {
	h.Channel = a.channelOf(h.Rotation)
	c, err := a.Pager.PageByHand(ctx, h, at)
	if err != nil {
		return "", err
	}
	where := msg.Channel(c.Alert.Channel)
	var called []msg.Markup
	if c.Page != nil {
		for _, p := range c.Page.Called() {
			called = append(called, msg.Person(p))
		}
	}
	if len(called) == 0 {
		return w.say.Say(msg.PageSaidPagedNobody, msg.Args{"Channel": where}), nil
	}
	return w.say.Say(msg.PageSaidPaged, msg.Args{"Who": w.say.List(called...), "Channel": where}), nil
}

// channelOf is the rotation's own channel; empty where it has none.
func (a *App) channelOf(name string) string {
	for _, r := range a.Settings.Rotations {
		if r.Name == name {
			return r.Channel
		}
	}
	return ""
}

func (a *App) pageForm(name string, person rotation.PersonID, text, channel string, say msg.Catalog) slack.ModalViewRequest {
	if name == "" && person == "" && len(a.Settings.Rotations) == 1 {
		name = a.Settings.Rotations[0].Name
	}
	return view.PageForm(a.rotationChoices(), name, person, text, channel, say)
}

func (a *App) rotationChoices() []view.Choice {
	var choices []view.Choice
	for _, r := range a.Settings.Rotations {
		choices = append(choices, view.Choice{Value: r.Name, Label: r.Name})
	}
	return choices
}
