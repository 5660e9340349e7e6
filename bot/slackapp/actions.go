package slackapp

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// interaction is the part of an interactive payload that we use. Slack's
// library would decode the whole message around a button too, and refuse the
// press when one block of it is new to it.
type interaction struct {
	Type        slack.InteractionType `json:"type"`
	TriggerID   string                `json:"trigger_id"`
	ResponseURL string                `json:"response_url"`
	User        struct {
		ID string `json:"id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Actions []slack.BlockAction `json:"actions"`
	View    struct {
		ID              string           `json:"id"`
		Type            slack.ViewType   `json:"type"`
		CallbackID      string           `json:"callback_id"`
		PrivateMetadata string           `json:"private_metadata"`
		State           *slack.ViewState `json:"state"`
	} `json:"view"`
}

// press is somebody pressing a button or choosing from a menu.
type press struct {
	by          who
	action      string
	value       string            // what the button or the choice carries
	person      rotation.PersonID // chosen from a menu of people
	channel     string            // empty on the Home tab
	responseURL string
	trigger     string
	home        bool
	now         time.Time
}

func (a *App) interactive(ctx context.Context, e Envelope) (any, error) {
	in, ok := decode[interaction](a, e)
	if !ok {
		return nil, nil
	}
	switch in.Type {
	case slack.InteractionTypeBlockActions:
		a.presses(ctx, in)
	case slack.InteractionTypeViewSubmission:
		s := submission{key: in.View.ID, form: in.View.CallbackID, hidden: in.View.PrivateMetadata, now: a.now()}
		if in.View.State != nil {
			s.values = in.View.State.Values
		}
		return a.submit(ctx, in.User.ID, s), nil
	}
	return nil, nil
}

func (a *App) presses(ctx context.Context, in interaction) {
	for _, act := range in.Actions {
		p := press{
			action: act.ActionID, value: act.Value, channel: in.Channel.ID, responseURL: in.ResponseURL,
			trigger: in.TriggerID, home: in.View.Type == slack.VTHomeTab, now: a.now(),
		}
		if act.SelectedOption.Value != "" {
			p.value = act.SelectedOption.Value
		}
		if act.Type == slack.ActionType(slack.OptTypeUser) { // a menu of people can carry nothing else
			_, p.value, _ = strings.Cut(act.BlockID, "/")
			p.person = rotation.PersonID(act.SelectedUser)
		}
		a.press(ctx, in.User.ID, p)
	}
}

// press does what a button says and, where nothing happened, explains why.
func (a *App) press(ctx context.Context, user string, p press) {
	deed, known := deeds[strings.TrimRight(p.action, "/0123456789")]
	if !known && !strings.Contains(p.action, ".") {
		return // inputs of our forms report here too while they are filled in
	}
	if !known {
		deed = action{seeDuty, (*App).stale}
	}
	by, err := a.admit(ctx, user, deed.needs)
	text := ""
	if p.by = by; err == nil {
		text, err = deed.do(a, ctx, p)
	}
	if err != nil {
		text = a.explain(err, p.by, "")
	}
	a.tell(ctx, p, text)
	if p.home && text == "" {
		a.redrawHome(ctx, user)
	}
}

func (a *App) stale(_ context.Context, p press) (string, error) {
	return p.by.say.Say(msg.ErrorStale, nil), nil
}

// action is what a button does, and what it takes. The text is what only the
// presser is told; none where everybody sees what happened.
type action struct {
	needs permission
	do    func(a *App, ctx context.Context, p press) (string, error)
}

// deeds is what each button does.
var deeds = map[string]action{
	view.PageAcknowledge: {respond, (*App).acknowledgePage},
	view.PageResolve:     {respond, (*App).resolvePage},
	view.PageTake:        {change, (*App).takePage},
	view.PageEscalate:    {change, (*App).escalatePage},
	view.PageSnooze:      {change, (*App).snoozePage},

	view.PageDeclare + view.OpensForm: {change, (*App).openDeclare},

	view.SwapAccept:   {change, (*App).acceptSwap},
	view.SwapDecline:  {change, (*App).declineSwap},
	view.SwapWithdraw: {change, (*App).withdrawSwap},

	view.OverrideCancel: {change, (*App).cancelOverride},

	view.WhenChoose: {seeDuty, (*App).chooseWhen}, // the command asks again

	view.IncidentUpdate + view.OpensForm: {change, (*App).openUpdate},
	view.IncidentResolve:                 {change, (*App).resolveIncident},
	view.IncidentJoin:                    {seeInside, (*App).joinIncident},

	view.WAFDrill:   {seeInside, (*App).drillBlocked},
	view.WAFCorrect: {change, (*App).correctVerdict},
	view.WAFTune:    {seeInside, (*App).tuneBlocked},
	view.WAFTrain:   {seeInside, (*App).openTraining},

	view.FindingAcknowledge:               {change, (*App).acknowledgeFinding},
	view.FindingAssign:                    {change, (*App).assignFinding},
	view.FindingSuppress + view.OpensForm: {change, (*App).openSuppress},
	view.FindingFixed:                     {change, (*App).fixedFinding},
}

func (a *App) acceptSwap(ctx context.Context, p press) (string, error) {
	_, err := a.Planner.AcceptSwap(ctx, p.value, p.by.id, p.now)
	return "", err
}

func (a *App) declineSwap(ctx context.Context, p press) (string, error) {
	_, err := a.Planner.DeclineSwap(ctx, p.value, p.by.id, p.now)
	return "", err
}

func (a *App) withdrawSwap(ctx context.Context, p press) (string, error) {
	_, err := a.Planner.WithdrawSwap(ctx, p.value, p.by.id, p.now)
	return "", err
}
