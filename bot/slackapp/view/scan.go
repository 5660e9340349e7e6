package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
)

// Malware draws the answer to "/scan malware": of the scans that were not clean,
// latest holds some, the worst first. Nothing but a clean scan is
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
	if more := total - by[scan.Clean] - len(latest); more > 0 {
		rows = append(rows, m.Say(msg.FindingListMore, msg.Args{"Count": number(more)}))
	}
	return title, sections(rows)
}

// Coverage draws the answer to "/scan config": first what is wrong, then what is
// not covered, and from where all buckets are known.
func Coverage(c findings.Coverage, x Context, m msg.Catalog) (string, []slack.Block) {
	if c.ReadAt.IsZero() {
		key := msg.CoverageUnread
		if !c.FailedAt.IsZero() {
			key = msg.CoverageNever
		}
		return Said(m.Say(key, msg.Args{"At": m.Moment(c.FailedAt, x.zone())}))
	}
	title := m.Say(msg.CoverageTitle, msg.Args{"At": m.Moment(c.ReadAt, x.zone())})
	rows := []string{"*" + title + "*"}
	if !c.FailedAt.IsZero() {
		rows = append(rows, m.Say(msg.CoverageStale, msg.Args{"At": m.Moment(c.FailedAt, x.zone())}))
	}
	switch {
	case !c.Lists:
		rows = append(rows, m.Say(msg.CoverageUnlisted, nil))
	case len(c.Uncovered) > 0:
		rows = append(rows, m.Say(msg.CoverageBare, msg.Args{"List": codes(c.Uncovered, 30, m)}))
	case c.Named+c.Seen == 0:
		rows = append(rows, m.Say(msg.CoverageNothingKnown, nil))
	default:
		rows = append(rows, m.Say(msg.CoverageAll, nil))
	}
	worst := join("\n", rows...)
	shown := c.Buckets[:min(40, len(c.Buckets))]
	for _, b := range shown {
		rows = append(rows, "• "+m.Say(msg.CoverageBucket, msg.Args{"Bucket": msg.Code(Cut(b.Name, 80)), "How": msg.Markup(scanned(b, m))}))
	}
	if more := len(c.Buckets) - len(shown); more > 0 {
		rows = append(rows, m.Say(msg.CoverageMore, msg.Args{"Count": number(more)}))
	}
	engine := strings.TrimSpace(c.Engine + " " + c.MultiEngine)
	if engine == "" {
		rows = append(rows, m.Say(msg.CoverageEngineUnknown, nil))
	} else {
		rows = append(rows, m.Say(msg.CoverageEngine, msg.Args{"Engine": Cut(engine, 100)}))
	}
	rows = append(rows, quarantine(c.Quarantine, m))
	blocks := sections(rows)
	notes := []string{m.Say(msg.CoverageKnown, msg.Args{"Named": number(c.Named), "Seen": number(c.Seen)})}
	if len(c.Unknown) > 0 {
		notes = append(notes, m.Say(msg.CoverageUnknown, msg.Args{"List": codes(c.Unknown, 20, m)}))
	}
	return worst, append(blocks, note(strings.Join(notes, "\n"))...)
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
	parts := []msg.Markup{msg.Markup(m.Say(key, nil))}
	if len(b.Only) > 0 {
		parts = append(parts, msg.Markup(m.Say(msg.CoverageOnly, msg.Args{"List": codes(b.Only, 5, m)})))
	}
	if len(b.Skip) > 0 {
		parts = append(parts, msg.Markup(m.Say(msg.CoverageSkip, msg.Args{"List": codes(b.Skip, 5, m)})))
	}
	return string(m.List(parts...))
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
