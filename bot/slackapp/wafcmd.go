package slackapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"toban/alerts/enrich"
	"toban/alerts/waf"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// How far back is looked where nobody says.
const (
	topLast  = time.Hour
	ruleLast = 24 * time.Hour
)

// wafTop answers what was stopped most: "[ip|rule|path|…] [1h]".
func (a *App) wafTop(ctx context.Context, c *call) (reply, error) {
	by, last, err := c.takeTop()
	if err != nil {
		return reply{}, err
	}
	if a.Firewall == nil {
		return a.notAsked(enrich.ErrNoKeys, c.who), nil
	}
	return a.ask(ctx, c, fmt.Sprint("top ", by, " ", last), func(ctx context.Context) (func(who) reply, error) {
		found, err := a.Firewall.Top(ctx, by, last)
		return func(w who) reply { return answered(view.WAFTop(found, w.context(), w.say)) }, err
	})
}

// takeTop reads a facet and a length, in any order: "path 1h", 「1時間 国別」.
func (c *call) takeTop() (by waf.Facet, last time.Duration, err error) {
	for {
		c.skipLittle()
		word, more := c.next()
		facet := facetNamed(word)
		known := facet != ""
		switch {
		case !more || known && by != "":
			if by == "" {
				by = waf.ByAddress
			}
			if last == 0 {
				last = topLast
			}
			return by, last, c.done()
		case known:
			by = facet
			c.at++
			continue
		case last == 0:
			if last, err = c.takeLength(0); err != nil {
				return "", 0, err
			}
			if last > 0 {
				continue
			}
		}
		return "", 0, refusal(c.say.Say(msg.WafSaidFacet, msg.Args{"Word": msg.Code(view.Cut(readable(word), 60))}))
	}
}

// facetNamed is the facet that a word names, also as 「国別」; empty: none.
func facetNamed(word string) waf.Facet {
	facet, _ := waf.ParseFacet(strings.TrimSuffix(word, "別"))
	return facet
}

// wafCounted answers what a rule in count mode would have stopped: "RULE [24h]".
func (a *App) wafCounted(ctx context.Context, c *call) (reply, error) {
	rule, last, err := c.takeRule()
	switch {
	case err != nil:
		return reply{}, err
	case rule == "":
		return reply{}, whichRule(c, msg.HelpExampleWafCounted)
	case a.Firewall == nil:
		return a.notAsked(enrich.ErrNoKeys, c.who), nil
	}
	return a.ask(ctx, c, fmt.Sprint("counted ", rule, " ", last), func(ctx context.Context) (func(who) reply, error) {
		found, err := a.Firewall.WouldBlock(ctx, rule, last)
		return func(w who) reply { return answered(view.WAFWouldBlock(found, w.say)) }, err
	})
}

// wafTune answers what to consider about a rule: "[RULE] [24h]". Without one it
// shows the latest note that a saved window has.
func (a *App) wafTune(ctx context.Context, c *call) (reply, error) {
	rule, last, err := c.takeRule()
	switch {
	case err != nil:
		return reply{}, err
	case rule == "":
		return a.latestNote(ctx, c)
	case a.Firewall == nil:
		return a.notAsked(enrich.ErrNoKeys, c.who), nil
	}
	return a.ask(ctx, c, fmt.Sprint("tune ", rule, " ", last), func(ctx context.Context) (func(who) reply, error) {
		note, _, err := a.Firewall.Tune(ctx, rule, last)
		return func(w who) reply { return answered(view.WAFNote(note, last, w.say)) }, err
	})
}

// looksBack is among how many windows the latest note is looked for.
const looksBack = 50

func (a *App) latestNote(ctx context.Context, c *call) (reply, error) {
	if a.Windows == nil {
		return reply{}, whichRule(c, msg.HelpExampleWafTune)
	}
	past, err := a.Windows.PastWindows(ctx, looksBack)
	if err != nil {
		return reply{}, err
	}
	for _, window := range past {
		if known := window.Context; known != nil && known.WAF != nil && known.WAF.Note != nil {
			return noteOf(*known.WAF, c.who), nil
		}
	}
	return reply{}, whichRule(c, msg.HelpExampleWafTune)
}

// noteOf is the tuning note that a saved window has.
func noteOf(r waf.Report, w who) reply {
	return answered(view.WAFNote(*r.Note, r.Until.Sub(r.From), w.say))
}

// maxRule is longer than the name of any rule, with its group.
const maxRule = 300

// takeRule reads a rule's name, which may hold spaces, and a length behind it.
func (c *call) takeRule() (rule string, last time.Duration, err error) {
	words := c.line.texts(c.at)
	last = ruleLast
	if n := len(words); n > 0 {
		d, ok, looks := parseLength(words[n-1])
		switch {
		case ok:
			words, last = words[:n-1], d
		case looks && n > 1:
			return "", 0, refusal(c.say.Say(msg.ErrorLength, msg.Args{"Text": view.Cut(readable(words[n-1]), 60)}))
		}
	}
	rule = strings.Trim(readable(strings.Join(words, " ")), "`* ")
	if r := []rune(rule); len(r) > maxRule {
		rule = string(r[:maxRule])
	}
	return rule, last, nil
}

func whichRule(c *call, example msg.Key) error {
	return refusal(c.say.Say(msg.WafSaidRule, msg.Args{"Example": c.say.Plain(example, nil)}))
}

// wafRecord answers what people said of the bot's verdicts.
func (a *App) wafRecord(ctx context.Context, c *call) (reply, error) {
	if a.Windows == nil {
		return said(c.say.Say(msg.ErrorSetupWindows, nil)), nil
	}
	counts, windows, err := a.Windows.Corrections(ctx)
	if err != nil {
		return reply{}, err
	}
	return answered(view.WAFRecord(counts, windows, c.say)), nil
}
