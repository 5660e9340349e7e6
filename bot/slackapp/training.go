package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// trainingFrom is among how many of the latest windows a training chooses.
const trainingFrom = 50

// wafTrain opens the training.
func (a *App) wafTrain(ctx context.Context, c *call) (reply, error) {
	form, none, err := a.training(ctx, c.who, c.trigger)
	if form == nil {
		return said(none), err
	}
	return opens(*form), nil
}

// openTraining is the same by a button.
func (a *App) openTraining(ctx context.Context, p press) (string, error) {
	form, none, err := a.training(ctx, p.by, p.trigger)
	if form == nil {
		return none, err
	}
	return a.openForm(ctx, p, *form, "/waf train")
}

// training chooses past windows and draws the first one. Everybody gets others,
// in another order, but a command that Slack delivers twice asks the same.
func (a *App) training(ctx context.Context, w who, trigger string) (form *slack.ModalViewRequest, none string, err error) {
	if a.Windows == nil {
		return nil, w.say.Say(msg.ErrorSetupWindows, nil), nil
	}
	past, err := a.Windows.PastWindows(ctx, trainingFrom)
	if err != nil {
		return nil, "", err
	}
	past = slices.DeleteFunc(past, func(c alerts.Case) bool { return !hasWindow(c) })
	if len(past) == 0 {
		return nil, w.say.Say(msg.WafTrainNone, nil), nil
	}
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(string(w.id) + " " + trigger)) // a hash takes everything
	order := rand.New(rand.NewPCG(seed.Sum64(), 0))
	order.Shuffle(len(past), func(i, j int) { past[i], past[j] = past[j], past[i] })
	past = past[:min(len(past), view.TrainingWindows)]
	var t view.Training
	for _, c := range past {
		t.Alerts = append(t.Alerts, c.Alert.ID)
	}
	v := view.TrainForm(t, past[0], w.context(), w.say)
	return &v, "", nil
}

func hasWindow(c alerts.Case) bool { return c.Context != nil && c.Context.WAF != nil }

// nextWindow takes one answer and shows the window after it, or how all answers
// compare with the record. What was said so far travels in the form itself, so
// nothing is saved and a form that is sent twice shows the same.
func (a *App) nextWindow(ctx context.Context, s submission) (*slack.ModalViewRequest, faults, error) {
	var t view.Training
	if err := json.Unmarshal([]byte(s.hidden), &t); err != nil || len(t.Said) >= len(t.Alerts) {
		return nil, nil, nil // the result has nothing to send
	}
	input := t.Input()
	said := waf.Kind(s.choice(input))
	if !slices.Contains(view.Verdicts, said) {
		return nil, faults{input: s.say.Plain(msg.FormErrorChoose, nil)}, nil
	}
	t.Said = append(t.Said, said)
	for len(t.Said) < len(t.Alerts) {
		c, err := a.Reader.CaseOfAlert(ctx, t.Alerts[len(t.Said)])
		if err == nil && hasWindow(c) {
			v := view.TrainForm(t, c, s.context(), s.say)
			return &v, nil, nil
		}
		if err != nil && !errors.Is(err, alerts.ErrNotFound) {
			return nil, nil, &unread{err}
		}
		t.Alerts = slices.Delete(t.Alerts, len(t.Said), len(t.Said)+1) // forgotten since the training began
	}
	all, err := a.judged(ctx, t)
	if err != nil {
		return nil, nil, &unread{err}
	}
	v := view.TrainResult(all, s.context(), s.say)
	return &v, nil, nil
}

// judged puts the answers beside the record.
func (a *App) judged(ctx context.Context, t view.Training) (all []view.Trained, err error) {
	for i, id := range t.Alerts {
		c, err := a.Reader.CaseOfAlert(ctx, id)
		switch {
		case err == nil && hasWindow(c):
			all = append(all, view.Trained{Case: c, Said: t.Said[i]})
		case err != nil && !errors.Is(err, alerts.ErrNotFound):
			return nil, err
		}
	}
	return all, nil
}
