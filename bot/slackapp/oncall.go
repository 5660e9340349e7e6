package slackapp

import (
	"context"
	"time"

	"toban/bot/slackapp/view"
	"toban/rotation"
)

// ahead is how far the plan is looked through for somebody's own shifts.
const ahead = 28 * 24 * time.Hour

func (w who) context() view.Context { return view.Context{Zone: w.zone, Reader: w.id} }

// chosen reads "[rotation]": the named one, or all of them; c.named says that
// one of the two was said.
func (a *App) chosen(ctx context.Context, c *call) (names []string, all map[string]*rotation.Schedule, err error) {
	if all, err = a.schedules(ctx); err != nil {
		return nil, nil, err
	}
	if name := a.takeRotation(c); name != "" {
		return []string{name}, all, nil
	}
	c.named = c.takeAll()
	return a.rotationNames(), all, nil
}

// oncallWho answers who is on call, now or at an instant.
func (a *App) oncallWho(ctx context.Context, c *call) (reply, error) {
	names, all, err := a.chosen(ctx, c)
	if err != nil {
		return reply{}, err
	}
	at, asked, err := a.askedAt(c, names, all)
	if err != nil {
		return reply{}, err
	}
	shown := time.Time{}
	if asked {
		shown = at
	}
	return answered(view.OnCall(dutiesAt(names, all, at), shown, c.context(), c.say)), nil
}

// askedAt reads "[when]". A date alone means the handoff of that day: the
// shift that starts on it, as whoever asks sees it on their own clock.
func (a *App) askedAt(c *call, names []string, all map[string]*rotation.Schedule) (at time.Time, asked bool, err error) {
	w, asked, err := c.takeMoment()
	if err == nil {
		err = c.done()
	}
	if err != nil || !asked {
		return c.now, false, err
	}
	if !w.alone {
		return w.at, true, nil
	}
	if len(names) == 1 {
		if seen := shiftsSeen(all[names[0]], w); len(seen) > 0 {
			return seen[0].Start, true, nil
		}
	}
	return w.at.Add(12 * time.Hour), true, nil // noon: after every handoff in the morning
}

func dutiesAt(names []string, all map[string]*rotation.Schedule, at time.Time) []view.Duty {
	var duties []view.Duty
	for _, name := range names {
		s := all[name]
		d := view.Duty{Rotation: name, Who: s.OnCall(at)}
		for stretch := range s.Stretches(at, at.Add(2*ahead)) {
			if stretch.OnCall != d.Who {
				d.Until, d.Next = stretch.Start, stretch.OnCall
				break
			}
		}
		duties = append(duties, d)
	}
	return duties
}

// oncallMine answers with the caller's own shifts.
func (a *App) oncallMine(ctx context.Context, c *call) (reply, error) {
	all, err := a.schedules(ctx)
	if err != nil {
		return reply{}, err
	}
	return answered(view.Mine(a.turns(all, c.id, c.now), c.now, c.context(), c.say)), nil
}

// turns are the stretches of the next weeks in which p is on call, soonest
// first, each from its real beginning to its real end.
func (a *App) turns(all map[string]*rotation.Schedule, p rotation.PersonID, now time.Time) []view.Turn {
	var turns []view.Turn
	for _, name := range a.rotationNames() {
		for _, t := range all[name].Turns(p, now.Add(-ahead), now.Add(2*ahead)) {
			if t.End.After(now) && t.Start.Before(now.Add(ahead)) {
				turns = append(turns, view.Turn{Rotation: name, Who: p, Start: t.Start, End: t.End})
			}
		}
	}
	sortByStart(turns)
	return turns
}

// oncallSchedule answers with the plan of a rotation, a week unless asked
// otherwise: the one that is named, else the channel's, else all of them.
func (a *App) oncallSchedule(ctx context.Context, c *call) (reply, error) {
	names, all, err := a.chosen(ctx, c)
	if err != nil {
		return reply{}, err
	}
	if !c.named {
		if name := a.rotationOf(c.channel); name != "" {
			names = []string{name}
		}
	}
	span, err := c.takeWindow()
	if err != nil {
		return reply{}, err
	}
	var plans []view.Plan
	for _, name := range names {
		plans = append(plans, planOf(name, all[name], span))
	}
	return answered(view.Schedule(plans, span, c.context(), c.say)), nil
}

// takeWindow reads "[from] [to]": seven days unless more is said. Of dates
// alone the last day counts.
func (c *call) takeWindow() (rotation.Span, error) {
	from, until, hasFrom, hasUntil, err := c.takeSpan()
	if err == nil {
		err = c.done()
	}
	if err != nil {
		return rotation.Span{}, err
	}
	span := rotation.Span{Start: c.now, End: c.now.AddDate(0, 0, 7)}
	if hasFrom {
		span = rotation.Span{Start: from.at, End: from.at.AddDate(0, 0, 7)}
	}
	if hasUntil {
		span.End = until.at
	}
	if hasUntil && until.alone {
		span.End = until.at.AddDate(0, 0, 1)
	}
	if span.IsEmpty() {
		return span, &rotation.EmptySpanError{Span: span}
	}
	span.End = earliest(span.End, span.Start.AddDate(1, 0, 0))
	return span, nil
}

// planOf is who is on call in span, each stretch from its real beginning to
// its real end, however far outside they lie.
func planOf(name string, s *rotation.Schedule, span rotation.Span) view.Plan {
	from, until := span.Start.Add(-ahead), span.End.Add(ahead)
	plan := view.Plan{Rotation: name}
	for _, stretch := range s.Final(from, until) {
		if !stretch.Span().Overlaps(span) {
			continue
		}
		if stretch.Start.Equal(from) {
			stretch.Start = time.Time{}
		}
		if stretch.End.Equal(until) {
			stretch.End = time.Time{}
		}
		plan.Stretches = append(plan.Stretches, stretch)
	}
	return plan
}

// oncallWhy answers why it is that person.
func (a *App) oncallWhy(ctx context.Context, c *call) (reply, error) {
	names, all, err := a.chosen(ctx, c)
	if err != nil {
		return reply{}, err
	}
	at, _, err := a.askedAt(c, names, all)
	if err != nil {
		return reply{}, err
	}
	var reasons []rotation.Explanation
	for _, name := range names {
		reasons = append(reasons, all[name].Explain(at))
	}
	return answered(view.Why(names, reasons, c.context(), c.say)), nil
}

// oncallAlerts answers with what is open.
func (a *App) oncallAlerts(ctx context.Context, c *call) (reply, error) {
	cases, total, err := a.Reader.OpenCases(ctx, 15)
	if err != nil {
		return reply{}, err
	}
	worstFirst(cases)
	return answered(view.OpenAlerts(cases, total, c.context(), c.say)), nil
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
