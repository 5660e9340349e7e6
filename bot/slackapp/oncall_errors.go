package slackapp

import (
	"errors"
	"slices"
	"strings"
	"time"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// aboutSwaps says what the planner refused.
func aboutSwaps(err error, w who) string {
	name := func(rotation string) msg.Markup { return msg.Bold(view.Cut(rotation, 80)) }
	span := func(s rotation.Span) string { return w.say.Planned(s.Start, s.End, w.zone) }
	if e, ok := errors.AsType[*rotation.MovedError](err); ok {
		return w.say.Say(msg.SwapSaidMoved, msg.Args{"Who": somebody(e.Now.OnCall, w), "Span": span(e.Was.Span())})
	}
	if e, ok := errors.AsType[*rotation.DecidedError](err); ok {
		return w.say.Say(msg.SwapSaidDecided, msg.Args{"How": msg.Markup(view.SwapEnd(e.Request, view.Context{Zone: w.zone, Reader: w.id}, w.say))})
	}
	if e, ok := errors.AsType[*rotation.AskedError](err); ok && e.Request.Other == w.id {
		return w.say.Say(msg.SwapSaidAskedYou, msg.Args{"Asker": msg.Person(e.Request.Asker)})
	} else if ok {
		return w.say.Say(msg.SwapSaidAskedAlready, msg.Args{"Other": msg.Person(e.Request.Other)})
	}
	if e, ok := errors.AsType[*rotation.NotForYouError](err); ok {
		return w.say.Say(msg.SwapSaidNotForYou, msg.Args{"For": msg.Person(e.For)})
	}
	if e, ok := errors.AsType[*rotation.NotMemberError](err); ok {
		return w.say.Say(msg.SwapErrorNotMember, msg.Args{"Who": msg.Person(e.User), "Rotation": name(e.Rotation)})
	}
	if e, ok := errors.AsType[*rotation.NotYoursError](err); ok {
		args := msg.Args{"Date": day(rotation.DateOf(e.Shift.Start, w.zone), w), "Rotation": name(e.Rotation)}
		if e.Owner == rotation.Nobody {
			return w.say.Say(msg.SwapErrorNobodyHas, args)
		}
		args["Owner"], args["Who"] = msg.Person(e.Owner), msg.Person(e.User)
		return w.say.Say(msg.SwapErrorNotYours, args)
	}
	if e, ok := errors.AsType[*rotation.NoShiftError](err); ok {
		args := msg.Args{"Date": day(e.Date, w), "Rotation": name(e.Rotation)}
		if e.Shift == nil {
			return w.say.Say(msg.SwapErrorNoShift, args)
		}
		args["Span"], args["Who"] = span(e.Shift.Span()), msg.Person(e.Shift.User)
		return w.say.Say(msg.SwapErrorNoShiftBut, args)
	}
	if e, ok := errors.AsType[*rotation.PastError](err); ok {
		return w.say.Say(msg.SwapErrorPast, msg.Args{"Span": span(e.Span)})
	}
	if e, ok := errors.AsType[*rotation.EmptySpanError](err); ok {
		return w.say.Say(msg.SwapErrorEmptySpan, msg.Args{"From": w.say.At(e.Span.Start, w.zone), "Until": w.say.At(e.Span.End, w.zone)})
	}
	if _, ok := errors.AsType[*rotation.OverlapError](err); ok {
		return w.say.Say(msg.SwapErrorOverlap, nil)
	}
	_, same := errors.AsType[*rotation.SamePersonError](err)
	if _, nobody := errors.AsType[*rotation.NobodyError](err); same || nobody {
		return w.say.Say(msg.SwapErrorSamePerson, nil)
	}
	if errors.Is(err, rotation.ErrNotFound) {
		return w.say.Say(msg.SwapSaidGone, nil)
	}
	return ""
}

// aboutOverrides says why an override was neither made nor cancelled.
func aboutOverrides(err error, w who) string {
	if e, ok := errors.AsType[*rotation.FarError](err); ok {
		return w.say.Say(msg.OverrideFar, msg.Args{"Until": w.say.When(e.Span.End, w.zone, time.Time{})})
	}
	if e, ok := errors.AsType[*rotation.SameOverrideError](err); ok {
		return w.say.Say(msg.OverrideSame, msg.Args{
			"Who": msg.Person(e.Override.User), "Rotation": msg.Bold(view.Cut(e.Rotation, 80)), "Span": w.say.Planned(e.Override.Start, e.Override.End, w.zone),
		})
	}
	if e, ok := errors.AsType[*rotation.CancelledError](err); ok {
		return w.say.Say(msg.OverrideCancelledBefore, msg.Args{"Who": msg.Person(e.Override.CancelledBy), "At": w.say.Moment(e.Override.CancelledAt, w.zone)})
	}
	if e, ok := errors.AsType[*rotation.NotYourOverrideError](err); ok {
		return w.say.Say(msg.OverrideNotYours, msg.Args{"List": w.say.List(mentionsOnce(e.Override.By, e.Override.User)...)})
	}
	return ""
}

func mentionsOnce(people ...rotation.PersonID) (names []msg.Markup) {
	slices.Sort(people)
	for _, p := range slices.Compact(people) {
		if p != rotation.Nobody {
			names = append(names, msg.Person(p))
		}
	}
	return names
}

// somebody mentions a person, or says that it is nobody.
func somebody(p rotation.PersonID, w who) msg.Markup {
	if p == rotation.Nobody {
		return w.say.Mark(msg.OncallNobody, nil)
	}
	return msg.Person(p)
}

func day(d rotation.Date, w who) string {
	return w.say.Day(time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC), time.UTC)
}

func joined(names []string) string { return strings.Join(names, ", ") }
