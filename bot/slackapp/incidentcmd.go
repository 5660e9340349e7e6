package slackapp

import (
	"context"
	"errors"
	"regexp"

	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// incidentDeclare opens an incident: "[sev1..sev4] TITLE".
func (a *App) incidentDeclare(ctx context.Context, c *call) (reply, error) {
	severity, title, named, err := leadingSeverity(c.line.rest(c.at))
	if err != nil {
		return reply{}, err
	}
	if !named {
		severity = incident.Sev3
	}
	if title == "" {
		return opens(view.DeclareForm("", severity, c.channel, c.say)), nil
	}
	in, err := a.Incidents.Declare(ctx, incident.Declare{Key: c.key(), By: c.id, Title: title, Severity: severity}, c.now)
	if err != nil {
		return reply{}, err
	}
	return said(a.declaredSaid(ctx, in, c.who)), nil
}

// incidentSeverity says how bad an incident is now: "[#number] sev1..sev4". The
// channel is told in a message of its own: an edited card notifies nobody.
func (a *App) incidentSeverity(ctx context.Context, c *call) (reply, error) {
	in, err := a.meant(ctx, c)
	if err != nil {
		return reply{}, a.whichIncident(err, c)
	}
	typed := c.line.rest(c.at)
	to, rest, named, err := leadingSeverity(typed)
	if !named {
		to, err = incident.ParseSeverity(typed)
		rest = ""
	}
	if err == nil && rest != "" {
		err = &incident.InputError{Field: "severity", Problem: incident.Unknown, Found: typed}
	}
	if err != nil {
		return reply{}, err
	}
	args := func(say msg.Catalog) msg.Args {
		return msg.Args{"Number": in.Number, "Severity": view.Severity(to, say), "Was": view.Severity(in.Severity, say)}
	}
	if in.Severity == to {
		return said(c.say.Say(msg.IncidentSaidSeveritySame, args(c.say))), nil
	}
	team := msg.For(a.Settings.Language)
	if _, err := a.Incidents.SetSeverity(ctx, in.ID, to, c.id, team.Plain(msg.IncidentUpdateSeverity, args(team)), c.now); err != nil {
		return reply{}, err
	}
	return said(c.say.Say(msg.IncidentSaidSeverity, args(c.say))), nil
}

// roomOf names an incident's channel, or the incident where it has none.
func roomOf(in incident.Incident) msg.Markup {
	if room := view.Room(in); room != "" {
		return room
	}
	return msg.Code("#" + numeral(in.Number))
}

// incidentStatus answers how an incident stands; outside an incident's channel
// and without a number, how all of them do.
func (a *App) incidentStatus(ctx context.Context, c *call) (reply, error) {
	in, err := a.meant(ctx, c)
	if _, which := errors.AsType[*whichError](err); which {
		return a.incidentList(ctx, c)
	}
	if err != nil {
		return reply{}, err
	}
	x := c.context()
	x.Incidents = a.meetingPlace(ctx, in)
	return answered(view.Digest(in, x, c.say)), nil
}

// incidentUpdate tells everybody how it goes: "[#number] TEXT".
func (a *App) incidentUpdate(ctx context.Context, c *call) (reply, error) {
	in, err := a.meant(ctx, c)
	if err != nil {
		return reply{}, a.whichIncident(err, c)
	}
	if here, err := a.Incidents.ByChannel(ctx, c.channel); err == nil && here.ID != in.ID { // "#2 shard is back" may be a text
		own, other := "#"+numeral(here.Number), "#"+numeral(in.Number)
		return reply{}, refusal(c.say.Say(msg.IncidentErrorWhichHere, msg.Args{"Own": own, "Other": other}))
	}
	text := c.line.rest(c.at)
	if text == "" {
		return opens(view.UpdateForm(in.ID, c.say)), nil
	}
	if in, err = a.Incidents.Post(ctx, in.ID, c.key(), c.id, text, c.now); err != nil {
		return reply{}, err
	}
	return said(a.updatedSaid(ctx, in, c.who)), nil
}

// incidentResolve ends an incident: "[#number]".
func (a *App) incidentResolve(ctx context.Context, c *call) (reply, error) {
	in, err := a.meant(ctx, c)
	if err != nil {
		return reply{}, a.whichIncident(err, c)
	}
	if err := c.done(); err != nil {
		return reply{}, err
	}
	in, again, err := a.Incidents.Resolve(ctx, in.ID, c.id, c.now)
	if err != nil {
		return reply{}, err
	}
	if again {
		return said(alreadyResolved(in, c.who)), nil
	}
	return said(c.say.Say(msg.IncidentSaidResolved, msg.Args{"Number": in.Number})), nil
}

func alreadyResolved(in incident.Incident, w who) string {
	return w.say.Say(msg.IncidentSaidAlreadyResolved, msg.Args{"Number": in.Number, "Who": msg.Person(in.ResolvedBy), "At": w.say.Moment(in.ResolvedAt, w.zone)})
}

// incidentList answers with the open incidents.
func (a *App) incidentList(ctx context.Context, c *call) (reply, error) {
	open, err := a.Incidents.List(ctx, false)
	if err != nil {
		return reply{}, err
	}
	return answered(view.Incidents(open, c.context(), c.say)), nil
}

// whichError means that nothing says which incident is meant.
type whichError struct{ open []incident.Incident }

func (e *whichError) Error() string { return "no incident named" }

var numbered = regexp.MustCompile(`^#(\d{1,9})$`)

// meant is the incident that a command is about: the one it numbers, else the
// one whose channel it was sent in. With neither it is not guessed, not even
// where only one is open: an update in the wrong incident cannot be taken back.
func (a *App) meant(ctx context.Context, c *call) (incident.Incident, error) {
	word, _ := c.next()
	if m := numbered.FindStringSubmatch(word); m != nil {
		c.at++
		list, err := a.Incidents.List(ctx, true)
		if err != nil {
			return incident.Incident{}, err
		}
		for _, in := range list {
			if in.Number == number(m[1]) {
				return in, nil
			}
		}
		return incident.Incident{}, incident.ErrNotFound
	}
	if m := channelMention.FindStringSubmatch(word); m != nil {
		if in, err := a.Incidents.ByChannel(ctx, m[1]); !errors.Is(err, incident.ErrNotFound) {
			c.at++
			return in, err
		}
	}
	in, err := a.Incidents.ByChannel(ctx, c.channel)
	if !errors.Is(err, incident.ErrNotFound) {
		return in, err
	}
	open, err := a.Incidents.List(ctx, false)
	if err != nil {
		return incident.Incident{}, err
	}
	return incident.Incident{}, &whichError{open}
}

// whichIncident asks which one is meant, naming those that are open.
func (a *App) whichIncident(err error, c *call) error {
	which, ok := errors.AsType[*whichError](err)
	if !ok {
		return err
	}
	var open []msg.Markup
	for i, in := range which.open {
		if i == 10 {
			break
		}
		open = append(open, msg.Code("#"+numeral(in.Number)))
	}
	if len(open) == 0 {
		return refusal(c.say.Say(msg.IncidentListNone, nil))
	}
	return refusal(c.say.Say(msg.IncidentErrorWhichOpen, msg.Args{"List": c.say.List(open...)}))
}
