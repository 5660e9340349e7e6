package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts/scan"
	"toban/bot/msg"
)

// Malware draws the answer to "/scan malware". Nothing but a clean scan is
// called clean.
func Malware(latest []scan.Result, by map[scan.Verdict]int, since time.Time, x Context, m msg.Catalog) (string, []slack.Block) {
	total := 0
	for _, n := range by {
		total += n
	}
	args := msg.Args{"Since": m.Moment(since, x.zone()), "Count": number(total), "List": verdictCounts(by, m)}
	switch {
	case total == 0:
		return Said(m.Say(msg.MalwareNone, args))
	case by[scan.Clean] == total:
		return Said(m.Say(msg.MalwareClean, args))
	}
	title := m.Say(msg.MalwareTitle, args)
	rows := []string{"*" + title + "*"}
	for _, r := range latest {
		rows = append(rows, "• "+scanLine(r, x, m))
	}
	return title, sections(rows)
}

// Coverage draws the answer to "/scan config": first what is not covered.
func Coverage(p scan.Protection, uncovered []string, readAt time.Time, x Context, m msg.Catalog) (string, []slack.Block) {
	title := m.Say(msg.CoverageTitle, msg.Args{"At": m.Moment(readAt, x.zone())})
	rows := []string{"*" + title + "*"}
	if len(uncovered) > 0 {
		rows = append(rows, m.Say(msg.CoverageBare, msg.Args{"List": codes(uncovered, 30, m)}))
	} else {
		rows = append(rows, m.Say(msg.CoverageAll, nil))
	}
	for _, b := range p.Buckets[:min(40, len(p.Buckets))] {
		rows = append(rows, "• "+m.Say(msg.CoverageBucket, msg.Args{"Bucket": msg.Code(Cut(b.Name, 80)), "How": msg.Markup(scanned(b, m))}))
	}
	engine := strings.TrimSpace(p.Engine + " " + p.MultiEngine)
	if engine == "" {
		rows = append(rows, m.Say(msg.CoverageEngineUnknown, nil))
	} else {
		rows = append(rows, m.Say(msg.CoverageEngine, msg.Args{"Engine": Cut(engine, 100)}))
	}
	rows = append(rows, quarantine(p.Quarantine, m))
	blocks := sections(rows)
	if len(p.Unknown) > 0 {
		blocks = append(blocks, note(m.Say(msg.CoverageUnknown, msg.Args{"List": codes(p.Unknown, 20, m)}))...)
	}
	return join("\n", title, rows[1]), blocks
}

// scanned says how one bucket is scanned, and what of it is not.
func scanned(b scan.Bucket, m msg.Catalog) string {
	key := msg.CoverageHowNone
	switch {
	case b.Event && b.Schedule:
		key = msg.CoverageHowBoth
	case b.Event:
		key = msg.CoverageHowEvent
	case b.Schedule:
		key = msg.CoverageHowSchedule
	}
	text := m.Say(key, nil)
	if len(b.Only) > 0 {
		text += ", " + m.Say(msg.CoverageOnly, msg.Args{"List": codes(b.Only, 5, m)})
	}
	if len(b.Skip) > 0 {
		text += ", " + m.Say(msg.CoverageSkip, msg.Args{"List": codes(b.Skip, 5, m)})
	}
	return text
}

// codes lists texts as code, some of them.
func codes(texts []string, limit int, m msg.Catalog) msg.Markup {
	var list []msg.Markup
	for _, t := range texts[:min(limit, len(texts))] {
		list = append(list, msg.Code(Cut(t, 80)))
	}
	if len(texts) > limit {
		list = append(list, "…")
	}
	return m.List(list...)
}

// quarantine says what becomes of an infected object.
func quarantine(q scan.Quarantine, m msg.Catalog) string {
	switch strings.ToLower(q.Action) {
	case "":
		return m.Say(msg.CoverageQuarantineNone, nil)
	case "move":
		return m.Say(msg.CoverageQuarantine, msg.Args{"Bucket": msg.Code(Cut(q.Bucket, 80))})
	case "delete":
		return m.Say(msg.CoverageQuarantineDelete, nil)
	default:
		return m.Say(msg.CoverageQuarantineKeep, msg.Args{"Action": Cut(q.Action, 40)})
	}
}
