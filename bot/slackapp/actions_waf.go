package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// ofAlert splits what a menu's choice carries, "path/A1": a menu has no value of
// its own.
func ofAlert(p press) (choice, alert string) {
	choice, alert, _ = strings.Cut(p.value, "/")
	return choice, alert
}

// drillBlocked has an alert's blocked requests broken down in its thread. Where
// it has none, the presser alone reads it.
func (a *App) drillBlocked(ctx context.Context, p press) (string, error) {
	choice, alert := ofAlert(p)
	by := waf.Facet(choice)
	if !slices.Contains(waf.Facets, by) {
		return p.by.say.Say(msg.ErrorStale, nil), nil
	}
	if a.Windows != nil {
		wanted, err := a.Windows.WantDetail(ctx, alert, by)
		if wanted || err != nil {
			return a.noWindow(err, p.by)
		}
	}
	c, err := a.Reader.CaseOfAlert(ctx, alert)
	if err != nil {
		return a.noWindow(err, p.by)
	}
	a.show(ctx, p, answered(view.WAFDetail(c, by, p.by.context(), p.by.say)))
	return "", nil
}

// correctVerdict notes what a person says of a verdict; the alert shows it to
// everybody.
func (a *App) correctVerdict(ctx context.Context, p press) (string, error) {
	choice, alert := ofAlert(p)
	kind := waf.Kind(choice)
	if !slices.Contains(view.Verdicts, kind) {
		return p.by.say.Say(msg.ErrorStale, nil), nil
	}
	if a.Windows == nil {
		return p.by.say.Say(msg.ErrorSetupWindows, nil), nil
	}
	before, err := a.Windows.Correct(ctx, alert, kind, p.by.id, p.now)
	if err == nil && before != nil && before.Kind == kind {
		return p.by.say.Say(msg.WafSaidSame, msg.Args{"Who": msg.Person(before.By), "At": p.by.say.Moment(before.At, p.by.zone)}), nil
	}
	return a.noWindow(err, p.by)
}

// noWindow explains that the record of an alert's blocked requests is gone.
func (a *App) noWindow(err error, w who) (string, error) {
	if errors.Is(err, alerts.ErrNotFound) {
		return w.say.Say(msg.WafSaidNothing, nil), nil
	}
	return "", err
}

// tuneBlocked shows the presser the tuning note of an alert.
func (a *App) tuneBlocked(ctx context.Context, p press) (string, error) {
	c, err := a.Reader.CaseOfAlert(ctx, p.value)
	if err != nil {
		return a.noWindow(err, p.by)
	}
	if c.Context == nil || c.Context.WAF == nil || c.Context.WAF.Note == nil {
		return p.by.say.Say(msg.WafSaidNothing, nil), nil
	}
	a.show(ctx, p, noteOf(*c.Context.WAF, p.by))
	return "", nil
}
