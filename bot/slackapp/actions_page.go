package slackapp

import (
	"context"
	"slices"
	"strings"
	"time"

	"toban/alerts"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

func (p press) onPage() alerts.Press {
	return alerts.Press{Page: p.value, By: p.by.id, At: p.now, Unverified: p.by.unverified}
}

func (a *App) acknowledgePage(ctx context.Context, p press) (string, error) {
	c, answer, err := a.Pager.Acknowledge(ctx, p.onPage())
	return nothingNew(c, answer, p), err
}

func (a *App) resolvePage(ctx context.Context, p press) (string, error) {
	c, answer, err := a.Pager.Resolve(ctx, p.onPage())
	return nothingNew(c, answer, p), err
}

func (a *App) takePage(ctx context.Context, p press) (string, error) {
	c, answer, err := a.Pager.Take(ctx, p.onPage())
	return nothingNew(c, answer, p), err
}

func (a *App) escalatePage(ctx context.Context, p press) (string, error) {
	c, answer, err := a.Pager.Escalate(ctx, p.onPage())
	return nothingNew(c, answer, p), err
}

// snoozePage reads the menu's choice: how long, or "morning", and the page.
func (a *App) snoozePage(ctx context.Context, p press) (string, error) {
	choice, page, ok := strings.Cut(p.value, "/")
	until := nextMorning(p.now, p.by.zone)
	if choice != view.SnoozeMorning {
		length, err := time.ParseDuration(choice)
		ok = ok && err == nil && slices.Contains(view.SnoozeFor, length) // nothing but what the menu offers
		until = p.now.Add(length)
	}
	if !ok {
		return p.by.say.Say(msg.ErrorStale, nil), nil
	}
	p.value = page
	c, answer, err := a.Pager.Snooze(ctx, p.onPage(), until)
	return nothingNew(c, answer, p), err
}

// nextMorning is the next 9:00 on somebody's clock.
func nextMorning(now time.Time, zone *time.Location) time.Time {
	at, ok := nextClock(9*60, now, zone)
	if !ok { // no zone skips nine in the morning on three days running
		return now.Add(12 * time.Hour)
	}
	return at
}

// nothingNew explains a press that changed nothing: who was first, and when.
func nothingNew(c alerts.Case, answer alerts.Answer, p press) string {
	say, zone := p.by.say, p.by.zone
	switch answer {
	case alerts.NobodyLeft:
		return say.Say(msg.PageSaidNobodyLeft, nil)
	case alerts.NotOpen:
		return closedBefore(c, p)
	case alerts.AlreadyDone:
		if c.Page == nil {
			return say.Say(msg.PageSaidUnknown, nil)
		}
		if c.Page.State == alerts.PageSnoozed {
			return say.Say(msg.PageSaidAlreadySnoozed, msg.Args{"Until": say.Moment(c.Page.NextStepAt, zone)})
		}
		at := say.Moment(c.Page.AckedAt, zone)
		if c.Page.OwnedBy == p.by.id {
			return say.Say(msg.PageSaidAlreadyYours, msg.Args{"At": at})
		}
		return say.Say(msg.PageSaidAlreadyAcknowledged, msg.Args{"Who": msg.Person(c.Page.OwnedBy), "At": at})
	}
	return ""
}

func closedBefore(c alerts.Case, p press) string {
	say, zone := p.by.say, p.by.zone
	switch {
	case c.Page == nil:
		return say.Say(msg.PageSaidStormClosed, nil)
	case c.Page.ClosedBy != "":
		return say.Say(msg.PageSaidClosedBy, msg.Args{"Who": msg.Person(c.Page.ClosedBy), "At": say.Moment(c.Page.ClosedAt, zone)})
	}
	return say.Say(msg.PageSaidClosed, msg.Args{"At": say.Moment(c.Page.ClosedAt, zone)})
}
