package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// question is the error of a command that has more than one meaning: the reply
// asks which one is meant, and each button is the command with that meaning.
type question struct{ reply }

func (q *question) Error() string { return "asked which time is meant" }

// chosenCommand is a command as it stands on a button. Its key is that of the command
// that was typed, so that one question leads to one deed.
type chosenCommand struct {
	Command string `json:"c"`
	Text    string `json:"t"`
	Key     string `json:"k"`
}

// maxValue is what Slack lets a button carry.
const maxValue = 2000

// which asks which of the times found is meant; rest is what follows them.
func (c *call) which(found []when, rest string) error {
	return c.ask(strings.TrimSpace(strings.TrimSuffix(lowered(c.times), rest)), found, rest)
}

// ask is which for words that were read already.
func (c *call) ask(typed string, found []when, rest string) error {
	var choices []view.Choice
	for _, w := range found[:min(len(found), 5)] {
		value, err := json.Marshal(chosenCommand{c.command.name, strings.Join(strings.Fields(c.read+" "+w.exact()+" "+w.days.left+" "+rest), " "), c.key()})
		if err != nil || len(value) > maxValue {
			return &whenError{text: view.Cut(typed, 100), why: notADate}
		}
		choices = append(choices, view.Choice{Value: string(value), Label: c.label(w)})
	}
	return &question{answered(view.Which(view.Cut(typed, 100), choices, c.say))}
}

// label says a time on a button, on the caller's clock and, where another one
// was written, on that one too.
func (c *call) label(w when) string {
	switch {
	case w.days.left != "":
		return c.say.Date(w.at, c.zone, c.now) + " + " + w.days.left
	case w.alone && w.days.first == w.days.last:
		return c.say.Date(w.at, c.zone, c.now)
	case w.alone:
		return c.say.Date(w.at, c.zone, c.now) + " – " + c.say.Date(noon(w.days.last), time.UTC, c.now)
	case w.zone.String() != c.zone.String():
		return c.say.When(w.at, w.zone, c.now) + " = " + c.say.When(w.at, c.zone, c.now)
	}
	return c.say.When(w.at, c.zone, c.now)
}

// takeMoment reads one instant or one day. Of a weekend it asks which day is
// meant; longer spans are for the schedule.
func (c *call) takeMoment() (when, bool, error) {
	before, read := c.unread()
	g := c.grammar()
	w, ok, err := c.takeWhen(g)
	if err != nil || !ok || w.days.first == w.days.last {
		return w, ok, err
	}
	typed := strings.TrimSpace(strings.TrimSuffix(lowered(before), c.times))
	if noon(w.days.last).Sub(noon(w.days.first)) > 24*time.Hour {
		return when{}, false, refusal(c.say.Say(msg.ErrorWhenLong, msg.Args{"Text": view.Cut(typed, 100), "Example": c.command.name + " schedule " + typed}))
	}
	rest := c.times
	c.times, c.read = before, read
	return when{}, false, c.which([]when{g.daysOf(oneDay(w.days.first)), g.daysOf(oneDay(w.days.last))}, rest)
}

// chooseWhen carries out the command that somebody chose. The answer takes the
// place of the question, so that it is answered once.
func (a *App) chooseWhen(ctx context.Context, p press) (string, error) {
	var chosen chosenCommand
	if err := json.Unmarshal([]byte(p.value), &chosen); err != nil {
		return p.by.say.Say(msg.ErrorStale, nil), nil
	}
	cmd := slack.SlashCommand{Command: chosen.Command, Text: chosen.Text, UserID: string(p.by.id), ChannelID: p.channel, TriggerID: chosen.Key, ResponseURL: p.responseURL}
	r, _ := a.answer(ctx, cmd)
	if r.form != nil {
		return a.openForm(ctx, p, *r.form, strings.TrimSpace(cmd.Command+" "+a.usageOf(cmd, p.by)))
	}
	if r.text == "" { // it was done before
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 700*time.Millisecond)
	defer cancel()
	err := a.Talk.Respond(ctx, p.responseURL, &slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: true, Text: r.text, Blocks: &slack.Blocks{BlockSet: r.blocks}})
	if err != nil {
		a.Log.Warn("the answer to a chosen time could not be shown", "person", p.by.id, "err", err)
	}
	return "", nil
}

// answer runs a command, if whoever typed it may, and says what came of it;
// errors in words.
func (a *App) answer(ctx context.Context, cmd slack.SlashCommand) (reply, who) {
	c := a.read(cmd)
	w, err := a.admit(ctx, cmd.UserID, c.sub.needs)
	if c.sub.asks() {
		w.say = w.say.Without(msg.Unchanged) // it was a question
	}
	var r reply
	if c.who = w; err == nil {
		r, err = a.run(ctx, c)
	}
	if err == nil {
		return r, w
	}
	if q, ok := errors.AsType[*question](err); ok {
		return q.reply, w
	}
	text := a.explain(err, w, cmd.Command+" "+firstWord(cmd.Text))
	if text == "" {
		return reply{}, w
	}
	return said(text), w
}

// shiftsSeen are the shifts of s that start on the date that w names, as
// whoever typed it sees it on their own clock.
func shiftsSeen(s *rotation.Schedule, w when) (seen []rotation.Shift) {
	for day := -1; day <= 1; day++ {
		for _, shift := range s.ShiftsOnDate(plusDays(noon(w.days.first), day)) {
			if rotation.DateOf(shift.Start, w.zone) == w.days.first {
				seen = append(seen, shift)
			}
		}
	}
	return seen
}

// shiftOn is the first shift that starts on the date that w names.
func shiftOn(s *rotation.Schedule, w when) (rotation.Shift, error) {
	if seen := shiftsSeen(s, w); len(seen) > 0 {
		return seen[0], nil
	}
	missing := &rotation.NoShiftError{Rotation: s.Name(), Date: w.days.first}
	if shift, ok := s.Shift(w.at.Add(12 * time.Hour)); ok {
		missing.Shift = &shift
	}
	return rotation.Shift{}, missing
}
