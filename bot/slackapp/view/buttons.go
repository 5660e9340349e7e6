package view

import (
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
)

// Action ids: the words by which Slack tells us what was pressed. They are
// part of the contract; messages from months ago still carry them.
const (
	PageAcknowledge = "page.acknowledge"
	PageResolve     = "page.resolve"
	PageSnooze      = "page.snooze"
	PageEscalate    = "page.escalate"
	PageTake        = "page.take"
	PageDeclare     = "page.declare"

	SwapAccept   = "swap.accept"
	SwapDecline  = "swap.decline"
	SwapWithdraw = "swap.withdraw"

	OverrideCancel = "override.cancel"

	// WhenChoose has a slash and a number behind it: several stand in one row.
	WhenChoose = "when.choose"

	IncidentJoin    = "incident.join"
	IncidentUpdate  = "incident.update"
	IncidentResolve = "incident.resolve"

	WAFDrill   = "waf.drill"
	WAFCorrect = "waf.correct"
	WAFTune    = "waf.tune"
	WAFTrain   = "waf.train"

	FindingAcknowledge = "finding.acknowledge"
	FindingAssign      = "finding.assign"
	FindingSuppress    = "finding.suppress"
	FindingFixed       = "finding.fixed"

	// OpensForm is added to the id of a button whose deed needs a form; the
	// form's callback id is the id without it.
	OpensForm = ".open"
)

// SnoozeMorning in place of a duration means the next 9:00 on the clock of
// whoever chose it.
const SnoozeMorning = "morning"

// SnoozeFor lists the lengths that the menu offers.
var SnoozeFor = []time.Duration{30 * time.Minute, time.Hour, 4 * time.Hour}

// buttons offers what makes sense in the page's state; nothing once it is
// closed.
func buttons(c alerts.Case, x Context, m msg.Catalog) []slack.Block {
	p := c.Page
	if p == nil || !p.Open() {
		return nil
	}
	var row []slack.BlockElement
	press := func(action string, label msg.Key) *slack.ButtonBlockElement {
		b := button(m, action, p.ID, label, nil)
		row = append(row, b)
		return b
	}
	if p.State == alerts.PageAcknowledged {
		press(PageResolve, msg.PageButtonResolve).WithStyle(slack.StylePrimary)
		if x.Reader == "" || x.Reader != p.OwnedBy {
			press(PageTake, msg.PageButtonTake)
		}
	} else {
		press(PageAcknowledge, msg.PageButtonAcknowledge).WithStyle(slack.StylePrimary)
		press(PageResolve, msg.PageButtonResolve)
	}
	row = append(row, snooze(p.ID, m))
	if x.Next.Further {
		press(PageEscalate, msg.PageButtonEscalate)
	}
	if p.IncidentID == "" {
		press(PageDeclare+OpensForm, msg.PageButtonDeclare)
	}
	return []slack.Block{slack.NewActionBlock("page/"+p.ID, row...)}
}

// snooze is a menu; each choice carries the page's id because a menu has no
// value of its own.
func snooze(page string, m msg.Catalog) *slack.SelectBlockElement {
	var choices []*slack.OptionBlockObject
	for _, d := range SnoozeFor {
		choices = append(choices, option(d.String()+"/"+page, m.Plain(msg.PageSnoozeFor, msg.Args{"For": m.Duration(d)})))
	}
	choices = append(choices, option(SnoozeMorning+"/"+page, m.Plain(msg.PageSnoozeMorning, nil)))
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(m.Plain(msg.PageButtonSnooze, nil), 75), PageSnooze, choices...)
}
