package view

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/msg"
)

// atAGlance is what somebody who was just woken reads before the buttons: noise
// or not, and who wants what of which place.
func atAGlance(c alerts.Case, x Context, m msg.Catalog) []slack.Block {
	if c.Context == nil || c.Context.WAF == nil {
		return nil
	}
	r, text := c.Context.WAF, opinion(*c.Context, x, m)
	switch {
	case r.Total > 0:
		text += "\n" + gist(r, x, m)
	case len(r.Partial) == 0: // nothing was stopped, and no verdict is needed
		return nil
	}
	return []slack.Block{section(text)}
}

// inShort is what was blocked, for the one line that a locked phone shows.
func inShort(c alerts.Case, m msg.Catalog) string {
	if c.Context == nil || c.Context.WAF == nil || c.Context.WAF.Total == 0 {
		return ""
	}
	r, kind := c.Context.WAF, c.Context.WAF.Verdict.Kind
	if c.Context.Correction != nil {
		kind = c.Context.Correction.Kind
	}
	return m.Say(msg.WafShort, msg.Args{
		"Verdict": Verdict(kind, m), "Requests": counted(msg.WafCountRequests, r.Total, false, m), "To": mostly(r, waf.ByPath, m),
	})
}

// gist says how many requests of whom to where, stopped by what, and when.
func gist(r *waf.Report, x Context, m msg.Catalog) string {
	s := r.Summary.Stopped
	return m.Say(msg.WafGist, msg.Args{
		"Requests": counted(msg.WafCountRequests, r.Total, false, m), "Addresses": counted(msg.WafCountAddresses, s.Addresses.Distinct, s.Addresses.About, m),
		"Networks": counted(msg.WafCountNetworks, s.Networks.Distinct, s.Networks.About, m), "Countries": countries(r, m),
		"To": mostly(r, waf.ByPath, m), "By": mostly(r, waf.ByRule, m), "Span": m.Moments(r.From, r.Until, x.zone()),
	})
}

func counted(of msg.Key, n int, about bool, m msg.Catalog) msg.Markup {
	count := number(n)
	if about {
		count = "≈" + count
	}
	return m.Mark(of, msg.Args{"N": n, "Count": count})
}

// things counts what requests are broken down by: nine addresses.
func things(by waf.Facet, n int, about bool, m msg.Catalog) msg.Markup {
	return counted(facets[by].count, n, about, m)
}

// mostly names the one thing that most requests have in common, where there is
// one, and how many there are.
func mostly(r *waf.Report, by waf.Facet, m msg.Catalog) msg.Markup {
	list, of := r.List(by)
	if len(list.Top) > 0 && 2*int(list.Top[0].N) > of {
		name := msg.Code(Cut(shortRule(by, list.Top[0].Key), 60))
		if list.Distinct > 1 {
			name += " " + m.Mark(msg.WafGistOthers, msg.Args{"All": number(list.Distinct)})
		}
		return name
	}
	return things(by, list.Distinct, list.About, m)
}

// countries are named where they are few.
func countries(r *waf.Report, m msg.Catalog) msg.Markup {
	list, _ := r.List(waf.ByCountry)
	if n := len(list.Top); n == 0 || list.Distinct > 3 || n < list.Distinct {
		return counted(msg.WafCountCountries, r.Summary.Stopped.Countries.Distinct, false, m)
	}
	var names []msg.Markup
	for _, c := range list.Top {
		names = append(names, msg.Code(Cut(c.Key, 10)))
	}
	return m.List(names...)
}

// scattered reports a list of which no entry stands out: that there are many,
// and how many requests one has at most, says more than three of them.
func scattered(list waf.Counts, of int) bool {
	return len(list.Top) > 0 && list.Distinct > len(shownOf) && 50*int(list.Top[0].N) < of
}

// partOf names a part of what was looked up.
func partOf(part string, m msg.Catalog) string {
	if by := waf.Facet(part); slices.Contains(waf.Facets, by) {
		return Facet(by, m)
	}
	if key, known := parts[part]; known {
		return m.Plain(key, nil)
	}
	return strings.ToValidUTF8(part, "")
}

var parts = map[string]msg.Key{
	"waf": msg.KnownPartWaf, "deploys": msg.KnownPartDeploys, "blocked": msg.KnownPartBlocked,
	"samples": msg.WafPartSamples, "passed": msg.WafPartPassed, "total": msg.WafPartTotal, "day before": msg.WafPartDayBefore,
}
