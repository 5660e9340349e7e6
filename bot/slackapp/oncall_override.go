package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// oncallOverride puts somebody on call: "[rotation] @person FROM TO". Dates
// alone mean whole shifts: from the first one's start to the last one's end.
func (a *App) oncallOverride(ctx context.Context, c *call) (reply, error) {
	if word, _ := c.next(); slices.Contains(cancelWords, strings.ToLower(word)) {
		return a.ownOverrides(ctx, c)
	}
	all, err := a.schedules(ctx)
	if err != nil {
		return reply{}, err
	}
	name, person, err := a.takeRotationAndPerson(ctx, c)
	if err != nil {
		return reply{}, err
	}
	if name == "" {
		name = a.overridden(all, c, person)
	}
	from, until, hasFrom, hasUntil, err := c.takeSpan()
	if err == nil {
		err = c.done()
	}
	if err != nil {
		return reply{}, err
	}
	if name == "" || person == "" || !hasFrom || !hasUntil && !from.alone {
		return opens(a.overrideForm(name, person, from, c)), nil
	}
	if hasUntil && until.alone && !from.alone {
		if until, err = c.whichEnd(all[name], from, until); err != nil {
			return reply{}, err
		}
	}
	span, err := overrideSpan(all[name], from, until, hasUntil)
	if err != nil {
		return reply{}, err
	}
	o, err := a.Planner.Override(ctx, rotation.OverrideRequest{
		Key: c.key(), Rotation: name, User: person, Start: span.Start, End: span.End, By: c.id,
	}, c.now)
	if err != nil {
		return reply{}, err
	}
	return a.overrideSet(o, c.who), nil
}

// overridden is the rotation that is meant where none is named: the channel's,
// else the only one of whoever asks, else the only one of whoever covers.
func (a *App) overridden(all map[string]*rotation.Schedule, c *call, person rotation.PersonID) string {
	name := a.fitting(all, c)
	if name == "" {
		name = a.fitting(all, c, c.id)
	}
	if name == "" && person != "" {
		name = a.fitting(all, c, person)
	}
	return name
}

// whichEnd asks whether a span that begins at a time of day and ends on a date
// ends with the handoff of that date, or with the shift that starts then.
func (c *call) whichEnd(s *rotation.Schedule, from, until when) (when, error) {
	shift, err := shiftOn(s, until)
	if err != nil {
		return until, err
	}
	var found []when
	for _, at := range []time.Time{shift.Start, shift.End} {
		if at.After(from.at) {
			found = append(found, instantIn(at, c.zone))
		}
	}
	switch len(found) {
	case 0: // the end lies before the beginning, which is said later
		return until, nil
	case 1:
		return found[0], nil
	}
	c.read = c.beforeTimes() + " " + from.exact()
	if from.at.Equal(c.now) {
		c.read = c.beforeTimes() + " now"
	}
	return until, c.ask(c.say.Date(until.at, c.zone, c.now), found, "")
}

// overrideSpan makes instants of what was typed.
func overrideSpan(s *rotation.Schedule, from, until when, hasUntil bool) (rotation.Span, error) {
	span := rotation.Span{Start: from.at, End: until.at}
	if from.alone {
		shift, err := shiftOn(s, from)
		if err != nil {
			return span, err
		}
		span.Start = shift.Start
		if !hasUntil {
			span.End = shift.End
		}
	}
	if hasUntil && until.alone {
		shift, err := shiftOn(s, until)
		if err != nil {
			return span, err
		}
		span.End = shift.End
	}
	return span, nil
}

// overrideSet answers whoever made an override. It names only those who are
// really told: the rotation may have no channel.
func (a *App) overrideSet(o rotation.SavedOverride, w who) reply {
	var told []msg.Markup
	for _, p := range append([]rotation.PersonID{o.User}, o.Relieved...) {
		if p != w.id {
			told = append(told, msg.Person(p))
		}
	}
	if channel := a.channelOf(o.Rotation); channel != "" {
		told = append(told, msg.Channel(channel))
	}
	return answered(view.OverrideSet(o, told, w.context(), w.say))
}

var cancelWords = []string{"cancel", "undo", "取消", "取り消し", "取消し", "取り消す", "キャンセル"}

// ownOverrides lists what the caller may cancel.
func (a *App) ownOverrides(ctx context.Context, c *call) (reply, error) {
	c.at++
	if err := c.done(); err != nil {
		return reply{}, err
	}
	open, err := a.Planner.OverridesOf(ctx, c.id, c.now)
	if err != nil {
		return reply{}, err
	}
	return answered(view.OwnOverrides(open, c.context(), c.say)), nil
}

// cancelOverride takes an override back. Whether the presser may is decided
// when it happens.
func (a *App) cancelOverride(ctx context.Context, p press) (string, error) {
	o, err := a.Planner.CancelOverride(ctx, p.value, p.by.id, p.now)
	if err != nil {
		return "", err
	}
	text, _ := view.OverrideCancelled(o, p.by.context(), p.by.say)
	return text, nil
}

// overrideForm starts at the next full hour, for four hours, unless more was said.
func (a *App) overrideForm(name string, person rotation.PersonID, from when, c *call) slack.ModalViewRequest {
	start := c.now.Truncate(time.Hour).Add(time.Hour)
	if !from.at.IsZero() {
		start = from.at
	}
	return view.OverrideForm(a.rotationChoices(), name, person, start, start.Add(4*time.Hour), c.channel, c.context(), c.say)
}

// submitOverride saves the cover that the form describes.
func (a *App) submitOverride(ctx context.Context, s submission) (faults, error) {
	name, person := s.choice(view.InputRotation), s.user(view.InputPerson)
	from, until := s.moment(view.InputFrom), s.moment(view.InputUntil)
	switch {
	case name == "":
		return faults{view.InputRotation: s.say.Plain(msg.FormErrorChoose, nil)}, nil
	case person == "":
		return faults{view.InputPerson: s.say.Plain(msg.FormErrorChoose, nil)}, nil
	case !until.After(from):
		return faults{view.InputUntil: s.say.Plain(msg.FormErrorOrder, nil)}, nil
	case !until.After(s.now):
		return faults{view.InputUntil: s.say.Plain(msg.FormErrorPast, nil)}, nil
	}
	if err := a.usable(ctx, person, s.who, serve); err != nil {
		return faults{view.InputPerson: a.unmarked(ctx, err.Error())}, nil
	}
	o, err := a.Planner.Override(ctx, rotation.OverrideRequest{
		Key: s.key, Rotation: name, User: person, Start: from, End: until, By: s.id,
	}, s.now)
	if _, far := errors.AsType[*rotation.FarError](err); far {
		return s.inline(ctx, a, view.InputUntil, err), nil
	}
	if err != nil {
		return s.inline(ctx, a, view.InputPerson, err), nil
	}
	a.show(ctx, press{by: s.who, channel: s.hidden}, a.overrideSet(o, s.who))
	return nil, nil
}
