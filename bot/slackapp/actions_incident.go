package slackapp

import (
	"context"

	"github.com/slack-go/slack"

	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// openDeclare opens the form that declares an incident from a page, filled in
// with what the alert says.
func (a *App) openDeclare(ctx context.Context, p press) (string, error) {
	c, err := a.Reader.CaseOfPage(ctx, p.value)
	if err != nil {
		return "", err
	}
	if c.Page != nil && c.Page.IncidentID != "" {
		in, err := a.Reader.Incident(ctx, c.Page.IncidentID)
		if err != nil {
			return "", err
		}
		if in.State == incident.Open {
			return p.by.say.Say(msg.IncidentSaidAlready, msg.Args{"Channel": roomOf(in)}), nil
		}
	}
	return a.openForm(ctx, p, view.DeclareForm(c.Alert.Title, severityOf(c.Alert.Priority), p.value, p.by.say), "/incident declare")
}

func (a *App) openUpdate(ctx context.Context, p press) (string, error) {
	return a.openForm(ctx, p, view.UpdateForm(p.value, p.by.say), "/incident update")
}

// openForm opens a form at once: the trigger of a press lives three seconds.
func (a *App) openForm(ctx context.Context, p press, v slack.ModalViewRequest, instead string) (string, error) {
	if err := a.Talk.OpenView(ctx, p.trigger, v); err != nil {
		a.Log.Warn("a form could not be opened", "form", v.CallbackID, "person", p.by.id, "err", err)
		return p.by.say.Say(msg.ErrorNoForm, msg.Args{"Usage": instead}), nil
	}
	return "", nil
}

func (a *App) resolveIncident(ctx context.Context, p press) (string, error) {
	in, again, err := a.Incidents.Resolve(ctx, p.value, p.by.id, p.now)
	if err != nil || !again {
		return "", err
	}
	return alreadyResolved(in, p.by), nil
}

// joinIncident shows the way: incident channels are public, anybody may join.
func (a *App) joinIncident(ctx context.Context, p press) (string, error) {
	in, err := a.Reader.Incident(ctx, p.value)
	if err != nil {
		return "", err
	}
	if in.HasNoChannel() && in.IsOpen() {
		x := p.by.context()
		x.Incidents = a.meetingPlace(ctx, in)
		return view.Trouble(in, x, p.by.say), nil
	}
	if in.Channel == "" {
		return p.by.say.Say(msg.IncidentSaidJoinLater, nil), nil
	}
	return p.by.say.Say(msg.IncidentSaidJoin, msg.Args{"Channel": view.Room(in)}), nil
}
