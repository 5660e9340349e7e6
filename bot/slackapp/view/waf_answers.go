package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts/enrich"
	"toban/alerts/waf"
	"toban/bot/msg"
)

// WAFTop draws the answer to "/waf top".
func WAFTop(a enrich.Answer, x Context, m msg.Catalog) (string, []slack.Block) {
	last := m.Lately(a.Until.Sub(a.From))
	if a.Of == 0 && len(a.Partial) == 0 {
		return Said(m.Say(msg.WafTopNone, msg.Args{"Last": last}))
	}
	title := m.Say(msg.WafTopTitle, msg.Args{"Last": last, "Things": things(a.By, a.List.Distinct, a.List.About, m), "Of": number(a.Of)})
	rows := table("*"+title+"*", a.List, a.Of, a.By, m)
	if a.By == waf.ByTime {
		title = m.Say(msg.WafTopTime, msg.Args{"Last": last, "Of": number(a.Of)})
		rows = "*" + title + "*\n" + overTime(a.List, x, m)
	}
	blocks := []slack.Block{section(rows)}
	var notes []string
	if a.More {
		notes = append(notes, m.Say(msg.WafTopSampled, msg.Args{"Of": number(a.Of)}))
	}
	if text := lacking(a.Partial, m); text != "" {
		notes = append(notes, text)
	}
	return title, append(blocks, note(strings.Join(notes, "\n"))...)
}

// WAFWouldBlock draws what a rule in count mode would have stopped.
func WAFWouldBlock(a enrich.Answer, m msg.Catalog) (string, []slack.Block) {
	args := msg.Args{
		"Last": m.Lately(a.Until.Sub(a.From)), "Rule": msg.Code(Cut(a.Rule, 100)), "Count": number(a.Total), "Of": number(a.Of),
	}
	if a.Total == 0 {
		text, blocks := Said(m.Say(msg.WafCountedNone, args))
		return text, append(blocks, note(join("\n", sampledNote(a, m), lacking(a.Partial, m)))...)
	}
	text := m.Say(msg.WafCountedTitle, args)
	kind := waf.Judge(a.Summary).Kind
	r := waf.NewReport(waf.Facts{Read: a.Summary})
	lines := append([]string{
		"*" + text + "*", m.Say(msg.WafCountedVerdict, msg.Args{"Verdict": Verdict(kind, m), "Means": means(kind, m)}),
	}, lists(&r, m)...)
	return text, append([]slack.Block{section(strings.Join(lines, "\n"))}, note(join("\n", sampledNote(a, m), lacking(a.Partial, m)))...)
}

func sampledNote(a enrich.Answer, m msg.Catalog) string {
	if !a.More {
		return ""
	}
	return m.Say(msg.WafTopSampled, msg.Args{"Of": number(a.Of)})
}

// WAFNote draws a tuning note: what speaks for and against a mistake, then the
// statement to consider.
func WAFNote(n waf.Note, last time.Duration, m msg.Catalog) (string, []slack.Block) {
	rule := msg.Code(Cut(shortRule(waf.ByRule, n.Rule), 100))
	if n.Refused == waf.NothingSeen {
		return Said(m.Say(msg.WafTuneRefusedNothing, msg.Args{"Last": m.Lately(last)}))
	}
	title := m.Say(msg.WafTuneTitle, msg.Args{"Rule": rule, "Count": number(n.N), "Of": number(n.Of)})
	lines := []string{"*" + title + "*"}
	for _, side := range []struct {
		title msg.Key
		list  []waf.Reason
	}{{msg.WafTuneAgainst, n.Against}, {msg.WafTuneFor, n.Evidence}} {
		if len(side.list) > 0 {
			lines = append(lines, string(msg.Bold(m.Plain(side.title, nil))))
		}
		for _, r := range side.list {
			lines = append(lines, "• "+reason(r, m))
		}
	}
	var paths []string
	for _, p := range n.Paths {
		paths = append(paths, string(msg.Code(Cut(p.Key, 80)))+" "+number(int(p.N)))
	}
	lines = append(lines, string(msg.Bold(m.Plain(msg.WafListPath, nil)))+"  "+strings.Join(paths, " · "))
	blocks := []slack.Block{section(strings.Join(lines, "\n"))}
	switch n.Refused {
	case waf.AttackInSight:
		return title, append(blocks, section(m.Say(msg.WafTuneRefusedAttack, nil)))
	case waf.MaybeAttack:
		return title, append(blocks, section(m.Say(msg.WafTuneRefusedMaybe, nil)))
	case waf.TooManyPaths:
		return title, append(blocks, section(m.Say(msg.WafTuneRefusedPaths, nil)))
	}
	if n.Instead != "" {
		blocks = append(blocks, code(m.Say(msg.WafTuneInstead, nil), n.Instead))
	}
	if n.Statement != "" {
		blocks = append(blocks, code(m.Say(msg.WafTuneStatement, nil), n.Statement))
	}
	return title, append(blocks, note(m.Say(msg.WafTuneText, nil))...)
}

// code shows text as it is, below a line of explanation.
func code(about, text string) slack.Block {
	return section(about + "\n```\n" + strings.ReplaceAll(msg.EscapeFormatted(text), "```", "ˋˋˋ") + "\n```")
}

// WAFRecord draws how people judged the bot's verdicts.
func WAFRecord(counts map[waf.Kind]map[waf.Kind]int, windows int, m msg.Catalog) (string, []slack.Block) {
	judged := 0
	var lines []string
	for _, said := range Verdicts {
		for _, people := range Verdicts {
			n := counts[said][people]
			if judged += n; n > 0 {
				line := m.Say(msg.WafRecordLine, msg.Args{"Said": Verdict(said, m), "People": Verdict(people, m), "Count": number(n)})
				if said == people {
					line = "✓ " + line
				}
				lines = append(lines, line)
			}
		}
	}
	if judged == 0 {
		return Said(m.Say(msg.WafRecordNone, nil))
	}
	title := m.Say(msg.WafRecordTitle, msg.Args{"Count": number(windows), "Corrected": number(judged)})
	return title, []slack.Block{section("*" + title + "*\n" + strings.Join(lines, "\n"))}
}
