package view

import (
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/msg"
)

// blocked draws what the WAF stopped, below the verdict ([atAGlance]): why we
// think so, then the lists. In a direct message it is the same without the
// menus.
//
// Whatever a client sent stands in code, where Slack makes no links of it.
func blocked(c alerts.Case, x Context, m msg.Catalog) []slack.Block {
	if c.Context == nil || c.Context.WAF == nil {
		return nil
	}
	r := c.Context.WAF
	if r.Total == 0 && len(r.Partial) == 0 {
		return append(note(m.Say(msg.WafNothing, msg.Args{"Span": m.Moments(r.From, r.Until, x.zone())})), sourceOf(r, m)...)
	}
	var blocks []slack.Block
	if c.Context.Correction == nil {
		var lines []string
		for _, why := range r.Verdict.Reasons {
			lines = append(lines, "• "+reason(why, m))
		}
		if len(lines) > 0 {
			blocks = append(blocks, section(strings.Join(lines, "\n")))
		}
	}
	if lines := lists(r, m); len(lines) > 0 {
		blocks = append(blocks, section(strings.Join(lines, "\n")))
	}
	blocks = append(blocks, sourceOf(r, m)...)
	if x.Reader == "" {
		blocks = append(blocks, wafButtons(c, m))
	}
	return blocks
}

// opinion is the verdict, or what a person says instead.
func opinion(c alerts.Context, x Context, m msg.Catalog) string {
	said := Verdict(c.WAF.Verdict.Kind, m)
	if to := c.Correction; to != nil {
		return m.Say(msg.WafCorrected, msg.Args{"Verdict": Verdict(to.Kind, m), "Who": msg.Person(to.By), "At": m.Moment(to.At, x.zone()), "Said": said})
	}
	return m.Say(msg.WafHead, msg.Args{"Verdict": said, "Means": means(c.WAF.Verdict.Kind, m)})
}

func means(k waf.Kind, m msg.Catalog) string {
	if v, known := verdicts[k]; known {
		return m.Plain(v.means, nil)
	}
	return ""
}

// number writes 12,345.
func number(n int) string { return msg.Count(n) }

// shownOf is how many of each list the card shows; the drill-down shows more.
var shownOf = []struct {
	by waf.Facet
	n  int
}{{waf.ByRule, 3}, {waf.ByPath, 3}, {waf.ByAddress, 3}, {waf.ByCountry, 4}, {waf.ByAgent, 2}}

func lists(r *waf.Report, m msg.Catalog) (lines []string) {
	for _, show := range shownOf {
		c, of := r.List(show.by)
		if len(c.Top) == 0 {
			continue
		}
		var items []string
		for _, top := range c.Top[:min(show.n, len(c.Top))] {
			items = append(items, string(msg.Code(Cut(shortRule(show.by, top.Key), 48)))+" "+number(int(top.N)))
		}
		if more := c.Distinct - len(items); more > 0 {
			items = append(items, m.Say(msg.WafMore, msg.Args{"Things": things(show.by, more, false, m)}))
		}
		if scattered(c, of) {
			items = []string{m.Say(msg.WafScattered, msg.Args{"Things": things(show.by, c.Distinct, c.About, m), "Most": number(int(c.Top[0].N))})}
		}
		title := m.Plain(facets[show.by].title, nil)
		if of < r.Total {
			title += " °"
		}
		lines = append(lines, string(msg.Bold(title))+"  "+strings.Join(items, " · "))
	}
	if example := sample(r.Summary.Samples, m); example != "" {
		lines = append(lines, string(msg.Bold(m.Plain(msg.WafListSample, nil)))+"  "+example)
	}
	return append(lines, sinceYesterday(r, m)...)
}

// shortRule leaves out what every managed rule's name begins with.
func shortRule(by waf.Facet, name string) string {
	if by != waf.ByRule {
		return name
	}
	if _, after, ok := strings.Cut(name, "AWSManagedRules"); ok {
		return after
	}
	return name
}

// sample shows the request that tells most: one with an attack in sight, else
// the first.
func sample(all []waf.Sample, m msg.Catalog) string {
	if len(all) == 0 {
		return ""
	}
	s := all[0]
	for _, other := range all {
		if other.WasAttack {
			s = other
			break
		}
	}
	request := s.Method + " " + s.Path
	if s.Query != "" {
		request += "?" + s.Query
	}
	text := string(msg.Code(Cut(request, 120)))
	for _, match := range s.Matches {
		if match.Data != "" {
			text += " – " + m.Say(msg.WafMatched, msg.Args{"Data": msg.Code(Cut(match.Data, 60)), "Where": Cut(strings.ToLower(match.Location), 30)})
			break
		}
	}
	return text
}

// sinceYesterday says what changed.
func sinceYesterday(r *waf.Report, m msg.Catalog) []string {
	if r.Before == nil {
		return nil
	}
	lines := []string{m.Say(msg.WafBeforeGrew, msg.Args{"Before": number(r.Before.Before)})}
	var fresh, changed []msg.Markup
	for _, ch := range r.Before.Changes {
		name := ch.Key
		if ch.What == "rule" {
			name = shortRule(waf.ByRule, name)
		}
		item := string(msg.Code(Cut(name, 60))) + " "
		if ch.New && r.Before.Before > 0 {
			fresh = append(fresh, msg.Markup(item+number(int(ch.Today))))
		} else if !ch.New {
			changed = append(changed, msg.Markup(item+number(int(ch.Before))+" → "+number(int(ch.Today))))
		}
	}
	if len(fresh) > 0 {
		lines = append(lines, m.Say(msg.WafBeforeNew, msg.Args{"List": m.List(fresh[:min(3, len(fresh))]...)}))
	}
	if len(changed) > 0 {
		lines = append(lines, m.Say(msg.WafBeforeChanged, msg.Args{"List": m.List(changed[:min(3, len(changed))]...)}))
	}
	return lines
}

// sourceOf says where the numbers come from and what they lack.
func sourceOf(r *waf.Report, m msg.Catalog) []slack.Block {
	var read string
	if r.Read < r.Total {
		read = m.Say(msg.WafRead, msg.Args{"Read": number(r.Read)})
	}
	return sourceWith(r, read, m)
}

// sourceWith is the same with other words about what was read.
func sourceWith(r *waf.Report, read string, m msg.Catalog) []slack.Block {
	parts := []string{m.Say(msg.WafSource, msg.Args{"Query": msg.Code(Cut(r.Query, 150))})}
	if read != "" {
		parts = append(parts, read)
	}
	if text := lacking(r.Partial, m); text != "" {
		parts = append(parts, text)
	}
	if n := r.Summary.Skipped.Lines; n > 0 {
		why := ""
		if len(r.Summary.Skipped.Reasons) > 0 {
			why = r.Summary.Skipped.Reasons[0].Why
		}
		parts = append(parts, m.Say(msg.WafSkipped, msg.Args{"Count": number(n), "Why": Cut(why, 80)}))
	}
	return note(strings.Join(parts, "\n"))
}

// lacking lists what could not be found out. What was only not read is said
// elsewhere.
func lacking(of []waf.Gap, m msg.Catalog) string {
	var list []msg.Markup
	for _, g := range of {
		if g.Why == waf.Sampled {
			continue
		}
		key, known := gaps[g.Why]
		if !known {
			key = msg.WafGapOther
		}
		list = append(list, m.Mark(key, msg.Args{"Part": partOf(g.Part, m), "Why": Cut(g.Why, 100)}))
	}
	if len(list) == 0 {
		return ""
	}
	return m.Say(msg.WafPartial, msg.Args{"List": m.List(list...)})
}

// wafButtons offers the drill-down, the correction and, where people seem to be
// stopped, the tuning note.
func wafButtons(c alerts.Case, m msg.Catalog) slack.Block {
	var by, kinds []*slack.OptionBlockObject
	for _, f := range waf.Facets {
		by = append(by, option(string(f)+"/"+c.Alert.ID, m.Plain(facets[f].choice, nil)))
	}
	for _, k := range Verdicts {
		kinds = append(kinds, option(string(k)+"/"+c.Alert.ID, Verdict(k, m)))
	}
	row := []slack.BlockElement{
		slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(m.Plain(msg.WafButtonDrill, nil), 75), WAFDrill, by...),
		slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(m.Plain(msg.WafButtonCorrect, nil), 75), WAFCorrect, kinds...),
	}
	if c.Context.WAF.Note != nil {
		row = append(row, button(m, WAFTune, c.Alert.ID, msg.WafButtonTune, nil))
	}
	return slack.NewActionBlock("waf/"+c.Alert.ID, row...)
}

// WAFDetail draws one breakdown, for the alert's thread.
func WAFDetail(c alerts.Case, by waf.Facet, x Context, m msg.Catalog) (string, []slack.Block) {
	if c.Context == nil || c.Context.WAF == nil {
		return Said(m.Say(msg.WafSaidNothing, nil))
	}
	r := c.Context.WAF
	list, of := r.List(by)
	if len(list.Top) == 0 {
		return Said(m.Say(msg.WafDetailNone, msg.Args{"By": Facet(by, m)}))
	}
	var read string
	if of < r.Total {
		read = m.Say(msg.WafDetailSampled, msg.Args{"Read": number(of), "Of": number(r.Total)})
	}
	if by == waf.ByTime {
		title := m.Say(msg.WafDetailTime, msg.Args{"Of": number(of)})
		return title, append([]slack.Block{section("*" + title + "*\n" + overTime(list, x, m))}, sourceWith(r, read, m)...)
	}
	title := m.Say(msg.WafDetailTitle, msg.Args{"Things": things(by, list.Distinct, list.About, m), "Of": number(of)})
	return title, append([]slack.Block{section(table("*"+title+"*", list, of, by, m))}, sourceWith(r, read, m)...)
}

// table lists counts with their shares, a line each.
func table(title string, list waf.Counts, of int, by waf.Facet, m msg.Catalog) string {
	lines := []string{title}
	for _, top := range list.Top[:min(20, len(list.Top))] {
		lines = append(lines, share(int(top.N), of)+"  "+string(msg.Code(Cut(shortRule(by, top.Key), 100))))
	}
	if more := list.Distinct - len(lines) + 1; more > 0 {
		lines = append(lines, m.Say(msg.WafMore, msg.Args{"Things": things(by, more, false, m)}))
	}
	return strings.Join(lines, "\n")
}

// overTime draws a bar for each stretch of time.
func overTime(list waf.Counts, x Context, m msg.Catalog) string {
	most := uint64(1)
	for _, b := range list.Top {
		most = max(most, b.N)
	}
	var lines []string
	for _, b := range list.Top {
		at, err := time.Parse(time.RFC3339, b.Key)
		if err != nil {
			continue
		}
		lines = append(lines, string(m.Precisely(at, x.zone()))+"  "+strings.Repeat("▇", int((10*b.N+most-1)/most))+" "+number(int(b.N)))
	}
	return strings.Join(lines, "\n")
}

// share writes a count and what part of all it is: "612 (41 %)".
func share(n, of int) string {
	if of <= 0 {
		return number(n)
	}
	if n > 0 && 100*n < of {
		return number(n) + " (&lt;1 %)"
	}
	return number(n) + " (" + strconv.Itoa(100*n/of) + " %)"
}
