package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// oncallOverride puts somebody on call: "[rotation] @person FROM TO". Dates
// alone mean whole shifts: from the first one's start to the last one's end.
func (a *App) oncallOverride(ctx context.Context, c *call) (reply, error) {
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
	span, err := overrideSpan(all[name], from, until, hasUntil)
	if err != nil {
		return reply{}, err
	}
	o, err := a.Planner.Override(ctx, rotation.OverrideRequest{
		Key: c.key(), Rotation: name, User: person, Start: span.Start, End: span.End, By: c.id, Channel: c.channel,
	}, c.now)
	if err != nil {
		return reply{}, err
	}
	return said(overrideSaid(name, o, c.who)), nil
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

func overrideSaid(name string, o rotation.Override, w who) string {
	return w.say.Say(msg.OverrideSaid, msg.Args{"Who": msg.Person(o.User), "Rotation": msg.Bold(view.Cut(name, 80)), "Span": w.say.Planned(o.Start, o.End, w.zone)})
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
		Key: s.key, Rotation: name, User: person, Start: from, End: until, By: s.id, Channel: s.hidden,
	}, s.now)
	if err != nil {
		return s.inline(ctx, a, view.InputPerson, err), nil
	}
	a.tell(ctx, press{by: s.who, channel: s.hidden}, overrideSaid(name, o, s.who))
	return nil, nil
}
