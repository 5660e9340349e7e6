package slackapp

import (
	"context"
	"errors"
	"time"

	"toban/alerts/findings"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

func (a *App) acknowledgeFinding(ctx context.Context, p press) (string, error) {
	return a.onFinding(p, func() (findings.Record, findings.Answer, error) {
		return a.Findings.Acknowledge(ctx, p.value, p.by.id, p.now)
	})
}

func (a *App) fixedFinding(ctx context.Context, p press) (string, error) {
	return a.onFinding(p, func() (findings.Record, findings.Answer, error) {
		return a.Findings.Fixed(ctx, p.value, p.by.id, p.now)
	})
}

// assignFinding reads the menu of people. Slack offers everybody there, guests
// and bots too.
func (a *App) assignFinding(ctx context.Context, p press) (string, error) {
	if p.person == "" {
		return "", nil // the choice was taken back
	}
	if err := a.usable(ctx, p.person, p.by, serve); err != nil {
		return "", err
	}
	return a.onFinding(p, func() (findings.Record, findings.Answer, error) {
		return a.Findings.Assign(ctx, p.value, p.by.id, p.person, p.now)
	})
}

// onFinding does a deed and explains where it changed nothing; else the
// finding's message shows it.
func (a *App) onFinding(p press, deed func() (findings.Record, findings.Answer, error)) (string, error) {
	if a.Findings == nil {
		return p.by.say.Say(msg.ErrorSetupFindings, nil), nil
	}
	r, answer, err := deed()
	if err != nil || answer.Changed {
		return "", err
	}
	return standsAlready(r, p.by), nil
}

// standsAlready explains a deed that changed nothing: the state says who did
// it.
func standsAlready(r findings.Record, w who) string {
	return w.say.Say(msg.ErrorFindingStands, msg.Args{"State": msg.Markup(view.FindingState(r, w.context(), w.say))})
}

// suppressFor is the end that the form proposes.
const suppressFor = 30 * 24 * time.Hour

// openSuppress opens the form that asks why a finding is accepted and until
// when.
func (a *App) openSuppress(ctx context.Context, p press) (string, error) {
	if a.Findings == nil {
		return p.by.say.Say(msg.ErrorSetupFindings, nil), nil
	}
	r, err := a.Reader.Finding(ctx, p.value)
	if err != nil {
		return "", err
	}
	return a.openForm(ctx, p, view.SuppressForm(r, p.now.Add(suppressFor).In(p.by.zone), p.by.say), "/scan findings")
}

// submitSuppress takes the reason and the last day of a suppression; it ends
// with that day on the clock of whoever set it.
func (a *App) submitSuppress(ctx context.Context, s submission) (faults, error) {
	if a.Findings == nil {
		return nil, refusal(s.say.Say(msg.ErrorSetupFindings, nil))
	}
	last, err := time.ParseInLocation(time.DateOnly, s.value(view.InputUntil).SelectedDate, s.zone)
	if err != nil {
		return faults{view.InputUntil: s.say.Plain(msg.FormErrorDay, nil)}, nil
	}
	r, answer, err := a.Findings.Suppress(ctx, s.hidden, s.id, s.text(view.InputReason), last.AddDate(0, 0, 1), s.now)
	if wrong, ok := errors.AsType[*findings.InputError](err); ok {
		input := view.InputReason
		if wrong.Problem == findings.NoEnd || wrong.Problem == findings.FarEnd {
			input = view.InputUntil
		}
		return faults{input: a.unmarked(ctx, aboutFindings(err, s.who))}, nil
	}
	if err == nil && !answer.Changed && r.State != findings.Suppressed {
		return faults{view.InputReason: a.unmarked(ctx, standsAlready(r, s.who))}, nil
	}
	return nil, err
}

// aboutFindings says what the desk refused.
func aboutFindings(err error, w who) string {
	if wrong, ok := errors.AsType[*findings.InputError](err); ok {
		switch wrong.Problem {
		case findings.NoReason:
			return w.say.Say(msg.FormErrorReason, nil)
		case findings.LongReason:
			return w.say.Say(msg.FormErrorLongReason, msg.Args{"Limit": findings.MaxReason})
		case findings.NoEnd:
			return w.say.Say(msg.FormErrorDay, nil)
		case findings.FarEnd:
			return w.say.Say(msg.FormErrorFarDay, msg.Args{"Months": findings.MaxMonths})
		case findings.NoPerson:
			return w.say.Say(msg.FormErrorChoose, nil)
		}
	}
	if errors.Is(err, findings.ErrNotFound) {
		return w.say.Say(msg.ErrorFindingGone, nil)
	}
	return ""
}
