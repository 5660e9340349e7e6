package slackapp

import (
	"context"
	"errors"
	"regexp"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// oncallSwap asks somebody for a swap: "[rotation] @person MY-DATE THEIR-DATE".
// What is left out is asked for by a form that knows what was said.
func (a *App) oncallSwap(ctx context.Context, c *call) (reply, error) {
	all, err := a.schedules(ctx)
	if err != nil {
		return reply{}, err
	}
	name, other, err := a.takeRotationAndPerson(ctx, c)
	if err != nil {
		return reply{}, err
	}
	if name == "" && other != "" {
		name = a.fitting(all, c, c.id, other)
	}
	mine, hasMine, err := c.takeMoment()
	if err != nil {
		return reply{}, err
	}
	if betweenDays.MatchString(c.times) { // one span is not two dates
		return reply{}, c.done()
	}
	theirs, hasTheirs, err := c.takeMoment()
	if err == nil {
		err = c.done()
	}
	if err != nil {
		return reply{}, err
	}
	if name == "" || other == "" || !hasMine || !hasTheirs {
		chosen := ""
		if name != "" && hasMine {
			if date, err := shiftDate(all[name], mine); err == nil {
				chosen = shiftValue(name, date, c.id)
			}
		}
		return opens(a.swapForm(ctx, all, c.who, name, other, chosen, c.channel, c.now)), nil
	}
	myDate, err := shiftDate(all[name], mine)
	if err != nil {
		return reply{}, err
	}
	theirDate, err := shiftDate(all[name], theirs)
	if err != nil {
		return reply{}, err
	}
	r, err := a.Planner.ProposeSwap(ctx, rotation.ProposeSwap{
		Key: c.key(), Rotation: name, Asker: c.id, Other: other, Channel: a.channelOf(name), Mine: myDate, Theirs: theirDate,
	}, c.now)
	if err != nil {
		return reply{}, err
	}
	return said(asked(r, c.who)), nil
}

var betweenDays = regexp.MustCompile(`^[-–—~〜]`)

// takeRotationAndPerson reads both, in either order, each if it is there.
func (a *App) takeRotationAndPerson(ctx context.Context, c *call) (name string, person rotation.PersonID, err error) {
	name = a.takeRotation(c)
	if person, err = a.takePerson(ctx, c, serve); err == nil && name == "" {
		name = a.takeRotation(c)
	}
	return name, person, err
}

// asked repeats what was understood, on the reader's own clock as in the
// request itself.
func asked(r rotation.SwapRequest, w who) string {
	return w.say.Say(msg.SwapSaidAsked, msg.Args{
		"Other": msg.Person(r.Other),
		"Give":  w.say.Planned(r.Mine.Start, r.Mine.End, w.zone), "Get": w.say.Planned(r.Theirs.Start, r.Theirs.End, w.zone),
	})
}

// shiftDate is the date, in the rotation's zone, on which the shift starts that
// somebody means: the one that starts on the date they typed, as they see it,
// or the one that runs at an instant.
func shiftDate(s *rotation.Schedule, w when) (rotation.Date, error) {
	if shift, ok := s.Shift(w.at); ok && !w.alone {
		return rotation.DateOf(shift.Start, s.Zone()), nil
	}
	shift, err := shiftOn(s, w)
	return rotation.DateOf(shift.Start, s.Zone()), err
}

// swapForm lists the shifts that can be given and taken in the next weeks:
// those of other, or of everybody else in one's rotations.
func (a *App) swapForm(ctx context.Context, all map[string]*rotation.Schedule, w who, name string, other rotation.PersonID, chosen, channel string, now time.Time) slack.ModalViewRequest {
	var mine, theirs []view.Choice
	names := a.names(ctx, all, now)
	for _, r := range a.rotationNames() {
		s := all[r]
		if name != "" && r != name || !s.HasMember(w.id, now) {
			continue
		}
		for _, shift := range wholeShifts(s, now) {
			label := msg.Args{"Span": view.Cut(r, 20) + " " + w.say.Span(shift.Start, shift.End, w.zone)}
			value := shiftValue(r, rotation.DateOf(shift.Start, s.Zone()), shift.User)
			switch {
			case shift.User == w.id:
				mine = append(mine, view.Choice{Value: value, Label: w.say.Plain(msg.FormSwapOption, label)})
			case other == "" || shift.User == other:
				label["Who"] = names[shift.User]
				theirs = append(theirs, view.Choice{Value: value, Label: w.say.Plain(msg.FormSwapOptionWho, label)})
			}
		}
	}
	return view.SwapForm(mine, theirs, chosen, "", channel, w.context(), w.say)
}

// wholeShifts are the shifts ahead that one member has from end to end.
func wholeShifts(s *rotation.Schedule, now time.Time) []rotation.Shift {
	var whole []rotation.Shift
	for _, shift := range s.Shifts(now, now.Add(ahead)) {
		holds := s.Final(shift.Start, shift.End)
		if shift.Start.After(now) && len(holds) == 1 && s.HasMember(holds[0].OnCall, now) {
			shift.User = holds[0].OnCall
			whole = append(whole, shift)
		}
	}
	return whole
}

// names is what a menu calls the members; menus cannot mention. They are asked
// for side by side, because the form has to open within three seconds; who is
// not told in time is named by id.
func (a *App) names(ctx context.Context, all map[string]*rotation.Schedule, now time.Time) map[rotation.PersonID]string {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	var mu sync.Mutex
	var asking sync.WaitGroup
	names := map[rotation.PersonID]string{}
	for _, s := range all {
		for _, id := range s.Members(now) {
			mu.Lock()
			_, known := names[id]
			names[id] = string(id)
			mu.Unlock()
			if known {
				continue
			}
			asking.Go(func() {
				if p, err := a.People.Person(ctx, id); err == nil && p.Name != "" {
					mu.Lock()
					defer mu.Unlock()
					names[id] = p.Name
				}
			})
		}
	}
	asking.Wait()
	return names
}

// submitSwap asks for the swap that the form describes.
func (a *App) submitSwap(ctx context.Context, s submission) (faults, error) {
	mine, theirs := s.choice(view.InputMine), s.choice(view.InputTheirs)
	name, myDate, _, ok := shiftOf(mine)
	if !ok {
		return faults{view.InputMine: s.say.Plain(msg.FormErrorChoose, nil)}, nil
	}
	theirName, theirDate, other, ok := shiftOf(theirs)
	switch {
	case !ok:
		return faults{view.InputTheirs: s.say.Plain(msg.FormErrorChoose, nil)}, nil
	case name != theirName:
		return faults{view.InputTheirs: s.say.Plain(msg.SwapErrorTwoRotations, nil)}, nil
	}
	if err := a.usable(ctx, other, s.who, serve); err != nil {
		return faults{view.InputTheirs: a.unmarked(ctx, err.Error())}, nil
	}
	_, err := a.Planner.ProposeSwap(ctx, rotation.ProposeSwap{
		Key: s.key, Rotation: name, Asker: s.id, Other: other, Mine: myDate, Theirs: theirDate, Channel: a.channelOf(name),
	}, s.now)
	if e, ok := errors.AsType[*rotation.NotYoursError](err); ok && e.User == s.id {
		return s.inline(ctx, a, view.InputMine, err), nil
	}
	return s.inline(ctx, a, view.InputTheirs, err), nil
}
