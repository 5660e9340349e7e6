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
		s := submission{who: a.person(ctx, in.User.ID), key: in.View.ID, form: in.View.CallbackID, hidden: in.View.PrivateMetadata, now: time.Now()}
		if in.View.State != nil {
			s.values = in.View.State.Values
		}
		return a.submit(ctx, s), nil
	}
	return nil, nil
}

func (a *App) presses(ctx context.Context, in interaction) {
	by := a.person(ctx, in.User.ID)
	for _, act := range in.Actions {
		p := press{
			by: by, action: act.ActionID, value: act.Value, channel: in.Channel.ID, responseURL: in.ResponseURL,
			trigger: in.TriggerID, home: in.View.Type == slack.VTHomeTab, now: time.Now(),
		}
		if act.SelectedOption.Value != "" {
			p.value = act.SelectedOption.Value
		}
		if act.Type == slack.ActionType(slack.OptTypeUser) { // a menu of people can carry nothing else
			_, p.value, _ = strings.Cut(act.BlockID, "/")
			p.person = rotation.PersonID(act.SelectedUser)
		}
		a.press(ctx, p)
	}
}

// press does what a button says and, where nothing happened, explains why.
func (a *App) press(ctx context.Context, p press) {
	deed := deeds[strings.TrimRight(p.action, "/0123456789")]
	if deed == nil { // inputs of our forms report here too while they are filled in
		if strings.Contains(p.action, ".") {
			a.tell(ctx, p, p.by.say.Say(msg.ErrorStale, nil))
		}
		return
	}
	text, err := p.by.say.Say(msg.ErrorGuest, nil), error(nil)
	if !p.by.guest || looks[p.action] {
		text, err = deed(a, ctx, p)
	}
	if err != nil {
		text = a.explain(err, p.by, "")
	}
	a.tell(ctx, p, text)
	if p.home && text == "" {
		a.redrawHome(ctx, p.by)
	}
}

// deeds is what each button does. The text is what only the presser is told;
// none where everybody sees what happened.
var deeds = map[string]func(a *App, ctx context.Context, p press) (string, error){
	view.PageAcknowledge: (*App).acknowledgePage,
	view.PageResolve:     (*App).resolvePage,
	view.PageTake:        (*App).takePage,
	view.PageEscalate:    (*App).escalatePage,
	view.PageSnooze:      (*App).snoozePage,

	view.PageDeclare + view.OpensForm: (*App).openDeclare,

	view.SwapAccept:   (*App).acceptSwap,
	view.SwapDecline:  (*App).declineSwap,
	view.SwapWithdraw: (*App).withdrawSwap,

	view.WhenChoose: (*App).chooseWhen,

	view.IncidentUpdate + view.OpensForm: (*App).openUpdate,
	view.IncidentResolve:                 (*App).resolveIncident,
	view.IncidentJoin:                    (*App).joinIncident,

	view.WAFDrill:   (*App).drillBlocked,
	view.WAFCorrect: (*App).correctVerdict,
	view.WAFTune:    (*App).tuneBlocked,
	view.WAFTrain:   (*App).openTraining,

	view.FindingAcknowledge:               (*App).acknowledgeFinding,
	view.FindingAssign:                    (*App).assignFinding,
	view.FindingSuppress + view.OpensForm: (*App).openSuppress,
	view.FindingFixed:                     (*App).fixedFinding,
}

// looks are deeds that change nothing, or that ask again who may: guests may do
// them too.
var looks = map[string]bool{view.WAFDrill: true, view.WAFTune: true, view.WAFTrain: true, view.WhenChoose: true}

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
