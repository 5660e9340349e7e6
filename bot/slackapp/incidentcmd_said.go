package slackapp

import (
	"cmp"
	"context"
	"time"

	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// channelWithin is how long the answer to a declaration waits for what becomes
// of the channel. Slack waits three seconds for the answer.
const channelWithin = 700 * time.Millisecond

// declaredSaid says what came of a declaration: the way into the channel, or
// why there is none and where to work meanwhile. Where Slack takes longer, it
// promises no more than is certain.
func (a *App) declaredSaid(ctx context.Context, in incident.Incident, w who) string {
	in = a.settled(ctx, in)
	next := w.say.Say(msg.IncidentSaidDeclaredNext, nil)
	switch {
	case in.Channel != "":
		next = w.say.Say(msg.IncidentSaidDeclaredRoom, msg.Args{"Channel": msg.Channel(in.Channel)})
	case in.HasNoChannel():
		x := w.context()
		x.Incidents = a.meetingPlace(ctx, in)
		next = view.Trouble(in, x, w.say)
	}
	return w.say.Say(msg.IncidentSaidDeclared, msg.Args{
		"Number": in.Number, "Severity": view.Severity(in.Severity, w.say),
		"Title": view.Cut(in.Title, 200), "Next": msg.Markup(next),
	})
}

// settled waits until Slack has made the channel or refused to, for a moment.
func (a *App) settled(ctx context.Context, in incident.Incident) incident.Incident {
	ctx, cancel := context.WithTimeout(ctx, channelWithin)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for in.IsOpen() && in.Channel == "" && !in.HasNoChannel() {
		select {
		case <-ctx.Done():
			return in
		case <-look.C:
		}
		now, err := a.Reader.Incident(ctx, in.ID)
		if err != nil {
			return in
		}
		in = now
	}
	return in
}

// closed are the places that Slack refuses, with the word that it gave.
func (a *App) closed(ctx context.Context) map[string]string {
	if a.Places == nil {
		return nil
	}
	all, err := a.Places.Closed(ctx)
	if err != nil {
		a.Log.Warn("it cannot be read which channels Slack refuses", "err", err)
	}
	words := map[string]string{}
	for _, c := range all {
		words[c.Place] = c.Why
	}
	return words
}

// firstOpen is the first of some channels that Slack does not refuse; empty
// where it refuses all.
func (a *App) firstOpen(ctx context.Context, channels ...string) string {
	closed := a.closed(ctx)
	for _, name := range channels {
		channel := a.channelID(name)
		if _, refused := closed[channel]; channel != "" && !refused {
			return channel
		}
	}
	return ""
}

// meetingPlace is where people work on an incident that has no channel.
func (a *App) meetingPlace(ctx context.Context, in incident.Incident) string {
	if !in.HasNoChannel() {
		return a.channelID(a.Settings.Incidents)
	}
	return cmp.Or(a.firstOpen(ctx, a.Settings.Incidents, a.Settings.Fallback, a.Settings.Alerts), a.channelID(a.Settings.Incidents))
}

// updatedSaid says where an update is shown.
func (a *App) updatedSaid(ctx context.Context, in incident.Incident, w who) string {
	room := view.Room(in)
	why, refused := a.closed(ctx)[in.Channel]
	switch {
	case room == "":
		return w.say.Say(msg.IncidentSaidUpdatedNoChannel, msg.Args{"Number": in.Number})
	case in.Channel == "" || !refused:
		return w.say.Say(msg.IncidentSaidUpdated, msg.Args{"Channel": room})
	}
	where := w.say.Mark(msg.IncidentDirectly, nil)
	if channel := a.firstOpen(ctx, a.Settings.Fallback, a.Settings.Alerts); channel != "" {
		where = msg.Channel(channel)
	}
	return w.say.Say(msg.IncidentSaidUpdatedClosed, msg.Args{"Channel": room, "Why": msg.Code(why), "Where": where})
}
