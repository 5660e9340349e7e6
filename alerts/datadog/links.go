package datadog

import (
	"net/url"
	"strings"
	"time"

	"toban/alerts"
)

// links is what the row of links tells that Datadog puts below a monitor's
// message.
type links struct {
	monitor          string // URL of the monitor's page for this group
	monitorID, group string
	event            string
	from, until      time.Time
}

// An alert's window ends near its event, and is not longer than what a monitor
// looks at in logs.
const (
	windowNear = 24 * time.Hour
	windowMost = 48 * time.Hour
)

// findLinks reads Datadog's row of links, which is the last line of text. All
// above it may have been written by whoever wrote the logs that it quotes, so
// links there tell nothing. A row is Datadog's own if it is of the monitor that
// the payload names or, where it names none, of the payload's event; nobody
// knows an event's id beforehand. One that leads anywhere else than to Datadog
// tells nothing, nor does a window that is not near at.
func findLinks(text, monitor, event string, at time.Time) (found links) {
	var logs []string
	for part := range strings.SplitSeq(lastRow(text), "](") {
		link, _, _ := strings.Cut(part, ")")
		if !strings.HasPrefix(link, "http") {
			continue
		}
		if !alerts.OnDatadog(link) {
			return links{}
		}
		switch id := monitorIn(link); {
		case id == "":
			logs = append(logs, link)
		case monitor != "" && id != monitor, found.monitorID != "" && id != found.monitorID:
			return links{}
		default:
			found.addMonitor(id, link, at)
		}
	}
	if found.monitorID == "" || monitor == "" && (event == "" || found.event != event) {
		return links{}
	}
	for _, link := range logs { // the evaluated window; that of the monitor's page is wider
		if from, until, ok := window(link, at); ok {
			found.from, found.until = from, until
		}
	}
	return found
}

// lastRow is the last line of text that says something, if it is a row of links.
func lastRow(text string) string {
	text = strings.TrimRight(text, " \t\r\n%")
	line := strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
	if !strings.HasPrefix(line, "[[") {
		return ""
	}
	return line
}

func (l *links) addMonitor(id, link string, at time.Time) {
	l.monitorID = id
	if event := parameter(link, "event_id"); l.event == "" && event != "" {
		l.monitor, l.event, l.group = link, event, parameter(link, "group")
		l.from, l.until, _ = window(link, at)
	}
}

// window is the span that a link shows, if it is near at.
func window(link string, at time.Time) (from, until time.Time, ok bool) {
	from, okFrom := instant(parameter(link, "from_ts"))
	until, okUntil := instant(parameter(link, "to_ts"))
	if !okFrom || !okUntil || !from.Before(until) || until.Sub(from) > windowMost || until.Sub(at).Abs() > windowNear {
		return time.Time{}, time.Time{}, false
	}
	return from, until, true
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
