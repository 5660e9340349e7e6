package datadog

import (
	"net/url"
	"strings"
	"time"
)

// links is what the links in a monitor's message tell beside their targets.
type links struct {
	monitor          string // URL of the monitor's page for this group
	monitorID, group string
	event            string
	from, until      time.Time
}

// findLinks looks at every Markdown link of text. The window of a link to logs
// is the evaluated one; that of the monitor's page is wider.
func findLinks(text string) links {
	var found links
	for {
		_, rest, ok := strings.Cut(text, "](http")
		if !ok {
			return found
		}
		end := strings.IndexAny(rest, ") \n")
		if end < 0 {
			return found
		}
		found.add("http" + rest[:end])
		text = rest[end:]
	}
}

func (l *links) add(link string) {
	from, okFrom := instant(parameter(link, "from_ts"))
	until, okUntil := instant(parameter(link, "to_ts"))
	window := okFrom && okUntil && from.Before(until)
	id := monitorIn(link)
	if id == "" {
		if window {
			l.from, l.until = from, until
		}
		return
	}
	if l.monitorID == "" {
		l.monitorID = id
	}
	if event := parameter(link, "event_id"); l.event == "" && event != "" {
		l.monitor, l.event = link, event
		l.group = parameter(link, "group")
		if window && l.from.IsZero() {
			l.from, l.until = from, until
		}
	}
}

// parameter returns a query parameter; parsing the whole of each link is dear.
func parameter(link, name string) string {
	for {
		at := strings.Index(link, name+"=")
		if at < 0 {
			return ""
		}
		before := link[:at]
		link = link[at+len(name)+1:]
		if !strings.HasSuffix(before, "?") && !strings.HasSuffix(before, "&") && !strings.HasSuffix(before, "&amp;") {
			continue
		}
		value := link
		if end := strings.IndexAny(value, "&#"); end >= 0 {
			value = value[:end]
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			return plain
		}
		return value
	}
}

// monitorIn returns the monitor's id from a link to it.
func monitorIn(link string) string {
	for _, path := range []string{"/monitors/", "/monitors#"} {
		if _, rest, ok := strings.Cut(link, path); ok {
			end := 0
			for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
				end++
			}
			return rest[:end]
		}
	}
	return ""
}

// maxURL is Slack's own limit for a link. A shortened link leads nowhere, so a
// longer one is left out.
const maxURL = 3000

// firstURL returns the first that a person can safely be sent to.
func firstURL(candidates ...string) string {
	for _, c := range candidates {
		c = strings.TrimSpace(c)
		if len(c) > maxURL || strings.ContainsAny(c, " \n\t<>|") {
			continue
		}
		if u, err := url.Parse(c); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			return c
		}
	}
	return ""
}
