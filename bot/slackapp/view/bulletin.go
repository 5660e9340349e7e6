package view

import (
	"github.com/slack-go/slack"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
)

// Bulletin draws a message about several findings. records are those that it
// names, as they are now.
func Bulletin(b findings.Bulletin, records []findings.Record, x Context, m msg.Catalog) (string, []slack.Block) {
	switch b.Kind {
	case findings.Nudge:
		return nudge(b, records, x, m)
	case findings.Weekly:
		return weekly(b, records, x, m)
	case findings.Protection:
		return protection(b, m)
	case findings.Notices:
		return notices(b, x, m)
	}
	title := m.Say(msg.BulletinMore, msg.Args{"N": b.Total, "Day": dayOf(b, x, m)})
	return title, sections(append([]string{title}, lines(records, b.Total, x, m)...))
}

// dayOf is the day of a bulletin: it is read on later days too.
func dayOf(b findings.Bulletin, x Context, m msg.Catalog) string { return m.Date(b.At, x.zone(), b.At) }

// nudge asks for what still waits; once all have an owner it says thanks.
func nudge(b findings.Bulletin, records []findings.Record, x Context, m msg.Catalog) (string, []slack.Block) {
	var waiting []findings.Record
	for _, r := range records {
		if r.State.Waits() {
			waiting = append(waiting, r)
		}
	}
	total := b.Total - len(records) + len(waiting)
	if len(waiting) == 0 {
		total = b.Total
	}
	key, args := msg.BulletinNudgeAll, msg.Args{"Total": number(total)}
	if b.Asked != "" {
		key, args["Who"] = msg.BulletinNudge, msg.Person(b.Asked)
	}
	text := m.Say(key, args)
	if len(waiting) == 0 {
		return text, []slack.Block{section(text), section(m.Say(msg.BulletinReacted, nil))}
	}
	return text, sections(append([]string{text}, lines(waiting, total, x, m)...))
}

// weekly lists what is open by severity and age.
func weekly(b findings.Bulletin, records []findings.Record, x Context, m msg.Catalog) (string, []slack.Block) {
	team := b.Team
	if team == "" {
		team = m.Plain(msg.BulletinNoteam, nil)
	}
	title := m.Say(msg.BulletinWeek, msg.Args{"Team": Cut(team, 60), "Day": dayOf(b, x, m), "Total": number(b.Total)})
	rows := []string{"*" + title + "*"}
	for _, s := range []scan.Severity{scan.Critical, scan.High, scan.Medium, scan.Low, scan.Informational} {
		n := func(age findings.Age) int { return b.Counts[string(s)+"/"+string(age)] }
		if n(findings.ThisWeek)+n(findings.ThisMonth)+n(findings.Older) == 0 {
			continue
		}
		rows = append(rows, m.Say(msg.BulletinWeekRow, msg.Args{
			"Severity": severity(s, m), "Older": number(n(findings.Older)), "Month": number(n(findings.ThisMonth)), "Week": number(n(findings.ThisWeek)),
		}))
	}
	if len(records) > 0 {
		rows = append(rows, m.Say(msg.BulletinWeekOldest, nil))
	}
	for _, r := range records[:min(5, len(records))] {
		rows = append(rows, standingLine(r, x, m))
	}
	return title, sections(rows)
}

// protection says what changed in what the scanner covers.
func protection(b findings.Bulletin, m msg.Catalog) (string, []slack.Block) {
	keys := map[string]msg.Key{
		"many": msg.ProtectionMany, "unprotected": msg.ProtectionUnprotected, "protected": msg.ProtectionProtected, "mode": msg.ProtectionMode, "quarantine": msg.ProtectionQuarantine,
		"engine": msg.ProtectionEngine, "tagging": msg.ProtectionTagging, "skip": msg.ProtectionSkip, "only": msg.ProtectionOnly,
	}
	title := m.Say(msg.ProtectionTitle, nil)
	rows := []string{"*" + title + "*"}
	text := title
	for i, c := range b.Changes {
		switch c.What {
		case "unreadable":
			return Said(m.Say(msg.ProtectionUnreadable, msg.Args{"Why": Cut(c.After, 300)}))
		case "unlisted":
			return Said(m.Say(msg.ProtectionUnlisted, nil))
		}
		line := m.Say(keys[c.What], msg.Args{"Bucket": msg.Code(Cut(c.Bucket, 80)), "Before": how(c.Before, m), "After": how(c.After, m)})
		if rows = append(rows, line); i == 0 {
			text += ": " + line
		}
	}
	return text, sections(rows)
}

// how says in words how a bucket is scanned, or shows what else was set.
func how(text string, m msg.Catalog) string {
	switch text {
	case "event":
		return m.Plain(msg.CoverageHowEvent, nil)
	case "schedule":
		return m.Plain(msg.CoverageHowSchedule, nil)
	case "event, schedule":
		return m.Plain(msg.CoverageHowBoth, nil)
	case "":
		return m.Plain(msg.ProtectionNothing, nil)
	}
	return Cut(text, 200)
}
