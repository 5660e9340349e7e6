package slackapp

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/alerts/waf"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// Render draws a message from what is saved now: in a channel in the team's
// language, in a direct message in the person's. It reports false when what it
// shows is no longer on record.
func (a *App) Render(ctx context.Context, m outbox.Message) (Rendered, bool, error) {
	x, say := view.Context{Zone: a.zone()}, msg.For(a.Settings.Language)
	if direct(m.To) {
		w, _ := a.meet(ctx, m.To, profileWithin)
		x, say = w.context(), w.say
	}
	text, blocks, err := a.drawing(ctx, m, x, say)
	if missing(err) {
		return Rendered{}, false, nil
	}
	if err != nil {
		return Rendered{}, false, fmt.Errorf("render %s %s: %w", m.Kind, m.Subject, err)
	}
	if text == "" {
		return Rendered{}, false, nil
	}
	text, blocks = view.Elsewhere(text, blocks, m, say)
	heard := m.Kind == outbox.Page && m.Thread != "" // by all in the channel, not only in the thread
	return Rendered{Text: text, Blocks: blocks, Broadcast: heard}, true, nil
}

// direct reports whether a message goes to a person.
func direct(to string) bool { return strings.HasPrefix(to, "U") || strings.HasPrefix(to, "W") }

func missing(err error) bool {
	return errors.Is(err, alerts.ErrNotFound) || errors.Is(err, rotation.ErrNotFound) || errors.Is(err, incident.ErrNotFound) ||
		errors.Is(err, findings.ErrNotFound)
}

func (a *App) drawing(ctx context.Context, m outbox.Message, x view.Context, say msg.Catalog) (text string, blocks []slack.Block, err error) {
	subject, part, _ := strings.Cut(m.Subject, "/")
	switch m.Kind {
	case outbox.Alert, outbox.Page, outbox.Unanswered:
		return a.drawCase(ctx, m, x, say)
	case outbox.Storm:
		s, err := a.Reader.Storm(ctx, subject)
		text, blocks = view.Storm(s, x, say)
		return text, blocks, err
	case outbox.StormNames:
		n, err := strconv.Atoi(part)
		if err != nil {
			return "", nil, alerts.ErrNotFound
		}
		cases, err := a.Reader.StormNames(ctx, subject, n)
		if len(cases) > 0 {
			text, blocks = view.StormNames(cases, n*outbox.NamesInPart+1, say)
		}
		return text, blocks, err
	case outbox.Swap, outbox.SwapAsker, outbox.SwapChannel:
		r, err := a.Reader.SwapRequest(ctx, subject)
		draw := map[outbox.Kind]func(rotation.SwapRequest, view.Context, msg.Catalog) (string, []slack.Block){
			outbox.Swap: view.Swap, outbox.SwapAsker: view.SwapAsker, outbox.SwapChannel: view.SwapChannel,
		}[m.Kind]
		text, blocks = draw(r, x, say)
		return text, blocks, err
	case outbox.Override, outbox.OverrideCancelled:
		o, err := a.Reader.Override(ctx, subject)
		if text, blocks = view.Override(o, x, say); m.Kind == outbox.OverrideCancelled {
			text, blocks = view.OverrideCancelled(o, x, say)
		}
		return text, blocks, err
	case outbox.Incident, outbox.Digest, outbox.Update:
		in, err := a.Reader.Incident(ctx, subject)
		x.Incidents = a.meetingPlace(ctx, in)
		switch m.Kind {
		case outbox.Incident:
			text, blocks = view.Incident(in, x, say)
		case outbox.Digest:
			text, blocks = view.Digest(in, x, say)
		default:
			text, blocks = view.Update(in, part, x, say)
		}
		return text, blocks, err
	case outbox.ConfigChange:
		news, err := a.Reader.ConfigNews(ctx, m.Subject)
		if err != nil {
			return "", nil, err
		}
		text, blocks = view.ConfigNews(news, x, say)
		return text, blocks, nil
	case outbox.WAFDetail:
		c, err := a.Reader.CaseOfAlert(ctx, subject)
		if err == nil && !hasWindow(c) {
			err = alerts.ErrNotFound
		}
		if err != nil {
			return "", nil, err
		}
		text, blocks = view.WAFDetail(c, waf.Facet(part), x, say)
		return text, blocks, nil
	case outbox.Finding, outbox.FindingsMore, outbox.Nudge, outbox.FindingsWeek, outbox.Protection, outbox.ScanNotices:
		return a.drawFindings(ctx, m, x, say)
	}
	return "", nil, fmt.Errorf("no view draws messages of kind %q", m.Kind)
}

// drawFindings draws a finding, or a bulletin about several: its id holds
// slashes, so it is the whole subject.
func (a *App) drawFindings(ctx context.Context, m outbox.Message, x view.Context, say msg.Catalog) (text string, blocks []slack.Block, err error) {
	if m.Kind == outbox.Finding {
		r, err := a.Reader.Finding(ctx, m.Subject)
		if err != nil {
			return "", nil, err
		}
		text, blocks = view.Finding(r, x, say)
		return text, blocks, nil
	}
	b, records, err := a.Reader.Bulletin(ctx, m.Subject)
	if err != nil {
		return "", nil, err
	}
	text, blocks = view.Bulletin(b, records, x, say)
	return text, blocks, nil
}

func (a *App) drawCase(ctx context.Context, m outbox.Message, x view.Context, say msg.Catalog) (text string, blocks []slack.Block, err error) {
	read, draw := a.Reader.CaseOfAlert, view.Alert
	switch m.Kind {
	case outbox.Unanswered: // the team's copy again, below all that was said meanwhile
		read = a.Reader.CaseOfPage
	case outbox.Page:
		read, draw = a.Reader.CaseOfPage, view.Page
	}
	c, err := read(ctx, m.Subject)
	if err != nil {
		return "", nil, err
	}
	x.Next = a.upcoming(ctx, c, a.now())
	if c.Page != nil && c.Page.IncidentID != "" {
		in, err := a.Reader.Incident(ctx, c.Page.IncidentID)
		if err != nil && !missing(err) {
			return "", nil, err
		}
		if err == nil {
			x.Incident = &in
		}
	}
	text, blocks = draw(c, x, say)
	return text, blocks, nil
}

// upcoming works out whom an open page would tell next, by letting it go there
// on trial. A page is drawn without it when the schedules cannot be read.
func (a *App) upcoming(ctx context.Context, c alerts.Case, now time.Time) view.Next {
	if c.Page == nil || !c.Page.Open() || a.Settings.Policy == nil {
		return view.Next{}
	}
	before := *c.Page
	if policy := a.Settings.Policy(before.Policy); len(before.Steps) == 0 { // saved by an earlier version
		before.Steps, before.Repeat = policy.Steps, policy.Repeat
	}
	at := before.NextStepAt
	if at.Before(now) || c.Page.State == alerts.PageSnoozed {
		at = now
	}
	onCall := func(name string) rotation.PersonID {
		s, err := a.Planner.Schedule(ctx, name)
		if err != nil {
			a.Log.Warn("who comes next cannot be read", "rotation", name, "err", err)
			return rotation.Nobody
		}
		return s.OnCall(at)
	}
	var next view.Next
	_, answer := before.Escalate(onCall, before.OwnedBy, at)
	next.Further = answer == alerts.Done
	if c.Page.State == alerts.PageUnanswered {
		return next
	}
	before.State = alerts.PageTriggered
	after := before.Advance(onCall, at)
	for _, n := range after.Notified[len(before.Notified):] {
		next.People = append(next.People, n.Person)
	}
	for _, c := range after.Calls[len(before.Calls):] {
		next.Channels = append(next.Channels, c.Channel)
	}
	next.Repeats = after.Round > before.Round
	return next
}
