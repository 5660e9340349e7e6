package view

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
)

// textLimit is how much of a monitor's message is shown: enough for a runbook
// line and its links, short enough that the buttons stay on the screen.
const textLimit = 1000

// Alert draws the copy that the team sees in its channel.
func Alert(c alerts.Case, x Context, m msg.Catalog) (string, []slack.Block) {
	x.Reader = ""
	return draw(c, x, m)
}

// Page draws the copy that x.Reader gets as a direct message or, without a
// reader, the one in a channel that an escalation step names.
func Page(c alerts.Case, x Context, m msg.Catalog) (string, []slack.Block) { return draw(c, x, m) }

// locked is how much of a title a locked phone shows, and still says who is
// called.
const locked = 100

func draw(c alerts.Case, x Context, m msg.Catalog) (string, []slack.Block) {
	lead := Lead(c, m)
	status := Status(c, x, m)
	title := Cut(c.Alert.Title, 200)
	if strings.TrimSpace(c.Alert.Title) == "" {
		title = m.Plain(msg.PageUntitled, nil)
	}
	args := msg.Args{"Lead": lead, "Title": title, "Status": msg.Markup(m.Sentences(inShort(c, m), status))}
	blocks := []slack.Block{header(withMark(m.Plain(msg.PageHeader, args), mark(c))), section(status)}
	args["Title"] = Cut(title, locked)
	text := cutMrkdwn(m.Say(msg.PageText, args), 3000)

	blocks = append(blocks, atAGlance(c, x, m)...)
	blocks = append(blocks, note(facts(c.Alert, x, m))...)
	blocks = append(blocks, buttons(c, x, m)...)
	blocks = append(blocks, blocked(c, x, m)...)
	blocks = append(blocks, stopped(c, x, m)...)
	blocks = append(blocks, known(c, x, m)...)
	blocks = append(blocks, body(c.Alert, m)...)
	if c.Page != nil {
		blocks = append(blocks, note(history(c.Page.Log, x, m))...)
	}
	return text, blocks
}

// Lead says the worst first: priority and what is the matter, or how it ended.
func Lead(c alerts.Case, m msg.Catalog) string {
	word := m.Plain(leadKey(c), nil)
	if c.Alert.Priority == "" {
		return word
	}
	return m.Plain(msg.PageLead, msg.Args{"Priority": c.Alert.Priority, "Lead": word})
}

func leadKey(c alerts.Case) msg.Key {
	switch {
	case c.Alert.State == alerts.AlertRecovered:
		return msg.PageLeadRecovered
	case c.Alert.State == alerts.AlertMuted:
		return msg.PageLeadMuted
	case c.Page != nil && c.Page.State == alerts.PageClosed && c.Page.ClosedBy == "":
		return msg.PageLeadRecovered // of this page; the alert has fired again since
	case c.Alert.State == alerts.AlertResolved:
		return msg.PageLeadResolved
	case c.Page != nil && c.Page.State == alerts.PageUnanswered && !c.Page.Reached():
		return msg.PageLeadNobody
	case c.Page != nil && c.Page.State == alerts.PageUnanswered:
		return msg.PageLeadUnanswered
	case c.Page != nil && c.Page.State == alerts.PageDamped:
		return msg.PageLeadDamped
	case c.Page != nil && c.Page.State == alerts.PageAcknowledged:
		return msg.PageLeadAcknowledged
	case c.Page != nil && c.Page.State == alerts.PageSnoozed:
		return msg.PageLeadSnoozed
	case c.Page != nil && c.Page.State == alerts.PageClosed:
		return msg.PageLeadResolved
	case byHand(c.Alert):
		return msg.PageLeadManual
	case c.Alert.Level == alerts.LevelWarn:
		return msg.PageLeadWarn
	case c.Alert.Level == alerts.LevelNoData:
		return msg.PageLeadNoData
	}
	return msg.PageLeadAlert
}

// mark ends the header with a colour; the words before it say the same.
func mark(c alerts.Case) string {
	switch leadKey(c) {
	case msg.PageLeadRecovered, msg.PageLeadResolved:
		return "🟢"
	case msg.PageLeadAcknowledged:
		return "🟠"
	case msg.PageLeadSnoozed, msg.PageLeadNoData, msg.PageLeadMuted: // nothing was mended
		return "⚪"
	case msg.PageLeadWarn, msg.PageLeadDamped:
		return "🟡"
	case msg.PageLeadAlert:
		if c.Alert.Priority == "P4" || c.Alert.Priority == "P5" {
			return "🔵"
		}
	}
	return "🔴"
}

func withMark(text, mark string) string { return Cut(text, 147) + " " + mark }

func byHand(a alerts.Alert) bool { return a.By != "" }

// Status says in words where the search for somebody stands.
func Status(c alerts.Case, x Context, m msg.Catalog) string {
	sender := ""
	if byHand(c.Alert) && !callsReader(c.Page, x) { // to them the call itself says who calls
		sender = m.Say(msg.PageStatusByHand, msg.Args{"Who": msg.Person(c.Alert.By)})
	}
	return join("\n", sender, closing(c, x, m), standing(c, x, m), troubles(c.Page, m), declared(x, m))
}

// closing says how it ended, and is blank while it has not.
func closing(c alerts.Case, x Context, m msg.Catalog) string {
	at := msg.Args{"At": m.Moment(c.Alert.ClosedAt, x.zone())}
	switch c.Alert.State {
	case alerts.AlertRecovered:
		return m.Say(msg.PageStatusRecovered, at)
	case alerts.AlertMuted:
		return m.Say(msg.PageStatusMuted, at)
	}
	if c.Page == nil || c.Page.State != alerts.PageClosed {
		return ""
	}
	if c.Page.ClosedBy == "" {
		return m.Say(msg.PageStatusRecovered, msg.Args{"At": m.Moment(c.Page.ClosedAt, x.zone())})
	}
	text := m.Say(msg.PageStatusResolved, msg.Args{"Who": msg.Person(c.Page.ClosedBy), "At": m.Moment(c.Page.ClosedAt, x.zone())})
	if byHand(c.Alert) || c.Alert.State != alerts.AlertResolved {
		return text
	}
	return m.Sentences(text, m.Say(msg.PageStatusStillFiring, nil))
}

// standing says who has an open page, or who is looked for until when.
func standing(c alerts.Case, x Context, m msg.Catalog) string {
	p := c.Page
	if p == nil {
		if c.Alert.State == alerts.Firing {
			return m.Say(msg.PageStatusNobodyPaged, nil)
		}
		return ""
	}
	yours := x.Reader != "" && p.OwnedBy == x.Reader
	switch p.State {
	case alerts.PageTriggered:
		if byHand(c.Alert) && callsReader(p, x) {
			return join("\n", m.Say(msg.PageStatusByHandYou, msg.Args{"Who": msg.Person(c.Alert.By)}), upcoming(*p, x, m))
		}
		return join("\n", calling(*p, x, m), upcoming(*p, x, m))
	case alerts.PageUnanswered:
		if !p.Reached() {
			return m.Say(msg.PageStatusNobody, nil)
		}
		return m.Say(msg.PageStatusUnanswered, nil)
	case alerts.PageDamped:
		return m.Say(msg.PageStatusDamped, msg.Args{"Until": m.Precisely(p.NextStepAt, x.zone())})
	case alerts.PageAcknowledged:
		args := msg.Args{"Who": msg.Person(p.OwnedBy), "At": m.Moment(p.AckedAt, x.zone())}
		if yours {
			return m.Say(msg.PageStatusAcknowledgedYou, msg.Args{"At": args["At"]})
		}
		return m.Say(msg.PageStatusAcknowledged, args)
	case alerts.PageSnoozed:
		args := msg.Args{"Who": msg.Person(p.OwnedBy), "Until": m.Moment(p.NextStepAt, x.zone())}
		if yours {
			return m.Say(msg.PageStatusSnoozedYou, msg.Args{"Until": args["Until"]})
		}
		return m.Say(msg.PageStatusSnoozed, args)
	}
	return ""
}

// calling names those whom the step told last waits for.
func calling(p alerts.Page, x Context, m msg.Catalog) string {
	people, channels := p.Called(), p.CalledChannels()
	if len(people) == 0 && len(channels) == 0 {
		return m.Say(msg.PageStatusStarting, nil)
	}
	args := msg.Args{"Who": who(m, people, channels)}
	switch {
	case x.Reader == "":
		return m.Say(msg.PageStatusCalling, args)
	case callsReader(&p, x):
		return m.Say(msg.PageStatusCallingYou, nil)
	}
	return m.Say(msg.PageStatusCallingOthers, args)
}

// callsReader reports whether an open page waits for its reader's answer.
func callsReader(p *alerts.Page, x Context) bool {
	return p != nil && p.State == alerts.PageTriggered && x.Reader != "" && slices.Contains(p.Called(), x.Reader)
}

// lastTold is when the page told somebody last.
func lastTold(p alerts.Page) time.Time {
	for i := len(p.Log) - 1; i >= 0; i-- {
		if p.Log[i].Did == alerts.DidPage {
			return p.Log[i].At
		}
	}
	return p.OpenedAt
}

func upcoming(p alerts.Page, x Context, m msg.Catalog) string {
	if p.NextStepAt.IsZero() {
		return ""
	}
	until := m.Clock
	if p.NextStepAt.Sub(lastTold(p)) < 2*time.Minute {
		until = m.Precisely
	}
	args := msg.Args{"Until": until(p.NextStepAt, x.zone())}
	switch {
	case x.Next.Empty():
		return m.Say(msg.PageStatusLast, args)
	case x.Next.Repeats:
		return m.Say(msg.PageStatusRepeat, args)
	}
	args["Next"] = x.Next.who(m)
	return m.Say(msg.PageStatusNext, args)
}

// troubles names those whom Slack would not tell, while it matters.
func troubles(p *alerts.Page, m msg.Catalog) string {
	if p == nil || p.State != alerts.PageTriggered && p.State != alerts.PageUnanswered {
		return ""
	}
	var lines []string
	seen := map[msg.Markup]bool{}
	failed := func(who msg.Markup, why string) {
		if why != "" && !seen[who] && len(seen) < 5 {
			seen[who] = true
			lines = append(lines, m.Say(msg.PageStatusFailed, msg.Args{"Who": who, "Why": Cut(why, 80)}))
		}
	}
	for _, n := range p.Notified {
		failed(msg.Person(n.Person), n.Failed)
	}
	for _, c := range p.Calls {
		failed(msg.Channel(c.Channel), c.Failed)
	}
	return strings.Join(lines, "\n")
}

func declared(x Context, m msg.Catalog) string {
	if x.Incident == nil || Room(*x.Incident) == "" { // the line comes with the channel
		return ""
	}
	return m.Say(msg.PageStatusIncident, msg.Args{"Channel": Room(*x.Incident)})
}
