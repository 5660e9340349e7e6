package datadog

import (
	"strings"

	"toban/alerts"
)

// transitions knows Datadog's words, spelled as word does it; some templates
// give the monitor's state instead.
var transitions = map[string]alerts.Transition{
	"triggered":   alerts.Triggered,
	"retriggered": alerts.ReTriggered,
	"warn":        alerts.Warned,
	"rewarn":      alerts.ReWarned,
	"nodata":      alerts.NoData,
	"renodata":    alerts.ReNoData,
	"renotify":    alerts.Renotify,
	"recovered":   alerts.Recovered,
	"muted":       alerts.Muted,
	"alert":       alerts.Triggered,
	"warning":     alerts.Warned,
	"ok":          alerts.Recovered,
	"resolved":    alerts.Recovered,
}

// titleWords are the transitions that Datadog itself puts before a title;
// [Alert] or [OK] there was written by a person.
var titleWords = map[string]bool{
	"Triggered": true, "Re-Triggered": true, "Warn": true, "Re-Warn": true, "No Data": true,
	"Re-No Data": true, "Renotify": true, "Recovered": true, "Muted": true,
}

func word(said string) string {
	return string(appendName(nil, []byte(said)))
}

// head is what Datadog puts in brackets before a monitor's name.
type head struct {
	priority   alerts.Priority
	transition alerts.Transition
	scope      string
	test       bool
}

// cutHead splits a title such as "[P2] [Triggered on {service:x}] Name". Of
// each kind one is Datadog's; the rest belongs to the name.
func cutHead(title string) (name string, h head) {
	rest := title
	for {
		inner, after, ok := bracket(rest)
		if !ok {
			return cut(strings.TrimSpace(rest), maxTitle), h
		}
		said, scope, _ := strings.Cut(inner, " on {")
		p, isPriority := priority(said)
		switch {
		case said == "TEST" && !h.test:
			h.test = true
		case isPriority && len(said) == 2 && h.priority == "":
			h.priority = p
		case titleWords[said] && h.transition == "":
			h.transition, h.scope = transitions[word(said)], scope
		default:
			return cut(strings.TrimSpace(rest), maxTitle), h
		}
		rest = after
	}
}

// bracket splits "[inner] after"; a scope in braces may hold brackets itself.
func bracket(s string) (inner, after string, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimLeft(s, " "), "[")
	if !ok {
		return "", "", false
	}
	if on := strings.Index(s, " on {"); on >= 0 && on < strings.IndexByte(s, ']') {
		if end := strings.Index(s[on:], "}]"); end >= 0 {
			return s[:on+end], s[on+end+2:], true
		}
	}
	return strings.Cut(s, "]")
}
