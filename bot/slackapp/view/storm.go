package view

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/rotation"
)

// Storm draws one message that stands for many alerts: how many still need an
// answer, then the largest groups.
func Storm(s outbox.StormState, x Context, m msg.Catalog) (string, []slack.Block) {
	n := msg.Args{"N": s.Total, "Firing": s.Firing, "Worst": worst(s, m)}
	head, text, colour := msg.StormHeader, msg.StormText, "🔴"
	switch {
	case s.Closed >= s.Total:
		head, text, colour = msg.StormHeaderClosed, msg.StormTextClosed, "🟢"
	case s.Firing == 0:
		colour = "🟠"
	}
	blocks := []slack.Block{
		header(withMark(m.Plain(head, n), colour)),
		section(join("\n", m.Say(msg.StormCounts, msg.Args{"Firing": s.Firing, "Acknowledged": s.Acknowledged, "Closed": s.Closed}), givenUp(s, m), acknowledgedBy(s, m))),
	}
	if groups := groups(s, m); groups != "" {
		blocks = append(blocks, section(groups))
	}
	blocks = append(blocks, stormButtons(s, m)...)
	about := []string{m.Say(msg.StormWhy, nil)}
	if x.Reader == "" {
		about = append(about, m.Say(msg.StormNamed, nil))
	}
	if !s.OpenedAt.IsZero() {
		about = append(about, m.Say(msg.StormSince, msg.Args{"From": m.Moment(s.OpenedAt, x.zone()), "Last": m.Clock(s.LastAt, x.zone())}))
	}
	return cutMrkdwn(m.Say(text, n), 3000), append(blocks, note(m.Sentences(about...))...)
}

// givenUp says how many of them wait for a person and page nobody.
func givenUp(s outbox.StormState, m msg.Catalog) string {
	if s.Unanswered == 0 {
		return ""
	}
	return m.Say(msg.StormUnanswered, msg.Args{"N": s.Unanswered})
}

// acknowledgedBy names who is on how many of them.
func acknowledgedBy(s outbox.StormState, m msg.Catalog) string {
	var names []msg.Markup
	for _, o := range s.Owners {
		names = append(names, msg.Markup(m.Say(msg.StormByOne, msg.Args{"Who": msg.Person(rotation.PersonID(o.Person)), "N": o.Count})))
	}
	if s.MoreOwners > 0 {
		names = append(names, msg.Markup(m.Say(msg.StormByRest, msg.Args{"N": s.MoreOwners})))
	}
	if len(names) == 0 {
		return ""
	}
	return m.Say(msg.StormBy, msg.Args{"Who": m.List(names...)})
}

// worst names the gravest group for the locked phone.
func worst(s outbox.StormState, m msg.Catalog) string {
	best := -1
	for i, g := range s.Groups {
		if best < 0 || alerts.Priority(g.Worst).Rank() < alerts.Priority(s.Groups[best].Worst).Rank() {
			best = i
		}
	}
	if best < 0 {
		return m.Plain(msg.PageUntitled, nil)
	}
	return join(" ", string(s.Groups[best].Worst), Cut(s.Groups[best].Title, 120))
}

func groups(s outbox.StormState, m msg.Catalog) string {
	var lines []string
	rest := s.Total
	for _, g := range s.Groups {
		rest -= g.Count
		title := join(" ", string(g.Worst), Cut(g.Title, 160))
		line := msg.StormGroup
		if g.Titles > 1 {
			line = msg.StormGroupAlike
		}
		lines = append(lines, m.Say(line, msg.Args{"Count": g.Count, "Title": title}))
	}
	if rest > 0 && len(lines) > 0 {
		lines = append(lines, m.Say(msg.StormRest, msg.Args{"N": rest}))
	}
	return strings.Join(lines, "\n")
}

// stormButtons act on every open page of the storm; only resolving asks first,
// because it cannot be taken back.
func stormButtons(s outbox.StormState, m msg.Catalog) []slack.Block {
	var row []slack.BlockElement
	if s.Firing > 0 {
		row = append(row, button(m, PageAcknowledge, s.ID, msg.StormAcknowledge, msg.Args{"N": s.Firing}).WithStyle(slack.StylePrimary))
	}
	if open := s.Firing + s.Acknowledged; open > 0 {
		n := msg.Args{"N": open}
		row = append(row, button(m, PageResolve, s.ID, msg.StormResolve, n).WithConfirm(
			confirm(m, msg.StormConfirmTitle, msg.StormConfirmText, msg.StormConfirmYes, msg.StormConfirmNo, n)))
	}
	if len(row) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock("storm/"+s.ID, row...)}
}

// StormNames draws one part of the list of a storm's alerts, in its thread.
// first is the number of the first alert in the part.
func StormNames(cases []alerts.Case, first int, m msg.Catalog) (string, []slack.Block) {
	title := m.Say(msg.StormNames, msg.Args{"From": strconv.Itoa(first), "To": strconv.Itoa(first + len(cases) - 1)})
	lines := []string{title}
	for _, c := range cases {
		args := msg.Args{"Lead": Lead(c, m), "Title": Cut(c.Alert.Title, 100)}
		lines = append(lines, join(" ", m.Say(msg.PageAlertsLine, args), scope(c.Alert)))
	}
	return title, sections(lines)
}

// listed draws an answer that is a list; its text is the list itself.
func listed(lines []string) (string, []slack.Block) {
	return cutMrkdwn(strings.Join(lines, "\n"), 3000), sections(lines)
}

// sections packs lines into as few section blocks as Slack's limits allow.
func sections(lines []string) []slack.Block {
	var blocks []slack.Block
	text := ""
	flush := func() {
		if text != "" && len(blocks) < 45 {
			blocks = append(blocks, section(text))
		}
		text = ""
	}
	for _, line := range lines {
		line = cutMrkdwn(line, 1400)
		if len([]rune(text))+len([]rune(line)) > 2900 {
			flush()
		}
		text = join("\n", text, line)
	}
	flush()
	return blocks
}
