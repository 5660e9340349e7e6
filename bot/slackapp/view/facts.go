package view

import (
	"strings"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
)

// facts is one small line: where, since when, how often, and the way to the
// source.
func facts(a alerts.Alert, x Context, m msg.Catalog) string {
	parts := []string{scope(a), string(msg.Code(Cut(a.Host, 80)))}
	if strings.Contains(a.Scope, "host:"+a.Host) || a.Host == "" {
		parts = parts[:1]
	}
	switch {
	case leadHidesLevel(a) || byHand(a):
	case a.Level == alerts.LevelWarn:
		parts = append(parts, m.Say(msg.PageFactWarn, nil))
	case a.Level == alerts.LevelNoData:
		parts = append(parts, m.Say(msg.PageFactNoData, nil))
	}
	if !a.OpenedAt.IsZero() {
		parts = append(parts, m.Say(msg.PageFactSince, msg.Args{"At": m.Moment(a.OpenedAt, x.zone())}))
	}
	if a.Deliveries > 1 {
		parts = append(parts, m.Say(msg.PageFactRepeats, msg.Args{"N": a.Deliveries}))
	}
	if a.Flaps > 0 {
		parts = append(parts, m.Say(msg.PageFactFlaps, msg.Args{"N": a.Flaps}))
	}
	if a.Late > 0 {
		parts = append(parts, m.Say(msg.PageFactLate, msg.Args{"N": a.Late}))
	}
	parts = append(parts, link(a.Link, sourceLink(a.Link, m)), link(a.Snapshot, snapshotLink(a.Snapshot, m)))
	return join(" · ", parts...)
}

// leadHidesLevel: once somebody is on it the header no longer names the level.
func leadHidesLevel(a alerts.Alert) bool {
	return a.State != alerts.Firing || a.Level == alerts.LevelAlert
}

// sourceLink says where a link leads: the name of Datadog is for its own site.
func sourceLink(address string, m msg.Catalog) string {
	if alerts.OnDatadog(address) {
		return m.Plain(msg.PageLinkSource, nil)
	}
	return m.Plain(msg.PageLinkElsewhere, msg.Args{"Host": msg.Host(address)})
}

func snapshotLink(address string, m msg.Catalog) string {
	label := m.Plain(msg.PageLinkSnapshot, nil)
	if !alerts.OnDatadog(address) {
		label += " (" + msg.Host(address) + ")"
	}
	return label
}

// scope shows the group's tags, each as code, a few of them.
func scope(a alerts.Alert) string {
	if byHand(a) { // its scope is the key of the command that sent it
		return ""
	}
	var tags []string
	length := 0
	for tag := range strings.SplitSeq(a.Scope, ",") {
		if tag = strings.TrimSpace(tag); tag == "" || tag == "*" {
			continue
		}
		if length += len(tag); len(tags) == 6 || length > 300 && len(tags) > 0 {
			tags = append(tags, "…")
			break
		}
		tags = append(tags, string(msg.Code(Cut(tag, 120))))
	}
	return strings.Join(tags, " ")
}

// body shows what the monitor's author wrote.
//
// The snapshot is linked and not shown as an image block: Slack refuses the
// whole message when it cannot fetch an image, and a page must never wait for
// a graph.
func body(a alerts.Alert, m msg.Catalog) []slack.Block {
	var blocks []slack.Block
	if text, left := Mrkdwn(a.Text, textLimit); text != "" {
		if left > 0 {
			text = cutMrkdwn(text, 2800) + "\n" + m.Say(msg.PageTextCut, msg.Args{"N": left})
		}
		blocks = append(blocks, section(text))
	}
	return blocks
}
