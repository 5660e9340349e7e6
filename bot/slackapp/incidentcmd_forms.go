package slackapp

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

func numeral(n int) string { return strconv.Itoa(n) }

// submitDeclare opens the incident that the form describes.
func (a *App) submitDeclare(ctx context.Context, s submission) (faults, error) {
	d := incident.Declare{Key: s.key, By: s.id, Title: s.text(view.InputTitle), Severity: incident.Severity(s.choice(view.InputSeverity))}
	from := s.hidden // the channel of the command, or a page
	if strings.HasPrefix(s.hidden, "P") {
		d.Page = s.hidden
		c, err := a.Reader.CaseOfPage(ctx, d.Page)
		if err != nil && !errors.Is(err, alerts.ErrNotFound) {
			return nil, err
		}
		d.Alert, from = c.Alert.ID, c.Alert.Channel
	}
	in, err := a.Incidents.Declare(ctx, d, s.now)
	if e, ok := errors.AsType[*incident.InputError](err); ok && e.Field == "severity" {
		return faults{view.InputSeverity: s.say.Plain(msg.FormErrorChoose, nil)}, nil
	}
	if err != nil {
		return nil, err
	}
	a.tell(ctx, press{by: s.who, channel: from}, a.declaredSaid(ctx, in, s.who))
	return nil, nil
}

// submitUpdate posts the update that the form holds.
func (a *App) submitUpdate(ctx context.Context, s submission) (faults, error) {
	_, err := a.Incidents.Post(ctx, s.hidden, s.key, s.id, s.text(view.InputText), s.now)
	return nil, err
}

// severityOf proposes how bad an incident is by the priority of its alert.
func severityOf(p alerts.Priority) incident.Severity {
	switch p {
	case "P1":
		return incident.Sev1
	case "P2":
		return incident.Sev2
	}
	return incident.Sev3
}
