package datadog

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"toban/alerts"
)

// Source is the [alerts.Event.Source] of everything decoded here.
const Source = "datadog"

// Decode reads one webhook body that arrived at now. The error is a
// [*BodyError] or [ErrContentType].
func Decode(data []byte, contentType string, now time.Time) (alerts.Event, error) {
	f, err := read(data, contentType)
	if err != nil {
		return alerts.Event{}, err
	}
	if f.first(eventTitle, alertTitle, body, plainBody, status, monitorID) == "" {
		return alerts.Event{}, &BodyError{
			What: "the body names no title, text or monitor that could be shown to anybody",
			Hint: templateHint,
		}
	}
	return f.event(now), nil
}

// event makes the best of what f tells.
func (f *fields) event(now time.Time) alerts.Event {
	title, head := cutHead(legible(oneLine(f.first(eventTitle, alertTitle))))
	text := f.first(body, plainBody)
	when, known := f.when(now)
	monitor := identity(f[monitorID])
	if monitor == "" {
		monitor = monitorIn(f[link])
	}
	links := findLinks(text, monitor, identity(f[eventID]), when)

	e := alerts.Event{
		Source:     Source,
		Org:        identity(f[orgID]),
		Scope:      f.scope(head, links),
		Cycle:      identity(f[cycleKey]),
		Transition: f.transition(head),
		Title:      title,
		Text:       cut(cleanText(text), maxText),
		Priority:   f.priority(head),
		Type:       oneLine(f[eventType]),
		Tags:       f.tags(head),
		Host:       identity(f[host]),
		Query:      cut(printable(f[query]), maxText),
		Link:       firstURL(f[link], links.monitor),
		Snapshot:   firstURL(f[snapshot]),
		From:       links.from,
		Until:      links.until,
		At:         when,
	}
	if e.Text == "" {
		e.Text = cut(cleanText(f[status]), maxText)
	}
	if e.Title == "" {
		e.Title, _ = cutHead(legible(oneLine(f[alertTitle])))
	}
	if e.Title == "" {
		line, _, _ := strings.Cut(e.Text, "\n")
		e.Title = cut(legible(oneLine(line)), maxTitle)
	}
	e.Monitor = f.monitor(e, links)
	if e.Title == "" {
		e.Title = cut("Monitor "+e.Monitor, maxTitle)
	}
	e.ID = identity(f[eventID])
	if e.ID == "" {
		e.ID = identity(links.event)
	}
	// A template that gives the monitor's id as the event's would make all but
	// the first of its events look like repeats.
	if e.ID == "" || e.ID == e.Monitor {
		e.ID = fingerprint(e, known, now)
	}
	return e
}

// transition is what the variable says. Monitors' authors may write any word
// into their titles, so the title is asked last.
func (f *fields) transition(head head) alerts.Transition {
	if said := oneLine(f[transition]); said != "" {
		switch t, ok := transitions[word(said)]; {
		case t == alerts.Renotify:
			return f.renotified(head)
		case ok:
			return t
		}
		return alerts.Transition(cut(said, 40))
	}
	switch strings.ToLower(f[alertType]) {
	case "success":
		return alerts.Recovered
	case "warning":
		return alerts.Warned
	}
	if head.transition != "" {
		return head.transition
	}
	return alerts.Triggered
}

// renotified is a repetition with its level, where the body tells it elsewhere.
func (f *fields) renotified(head head) alerts.Transition {
	switch {
	case head.transition.Repeats() && head.transition != alerts.Renotify:
		return head.transition
	case strings.EqualFold(f[alertType], "warning"):
		return alerts.ReWarned
	}
	return alerts.Renotify
}

func (f *fields) priority(head head) alerts.Priority {
	for _, said := range []string{f[alertPriority], f[otherPriority]} {
		if p, ok := priority(strings.TrimSpace(said)); ok {
			return p
		}
	}
	return head.priority
}

// priority reads P1 to P5, also written as a bare number. Words such as
// "normal" are the event's priority and say nothing about the monitor.
func priority(said string) (alerts.Priority, bool) {
	digit := strings.TrimPrefix(strings.ToUpper(said), "P")
	if len(digit) != 1 || digit < "1" || digit > "5" {
		return "", false
	}
	return alerts.Priority("P" + digit), true
}

func (f *fields) scope(head head, links links) string {
	said := f[scope]
	if said == "" {
		said = head.scope
	}
	if said == "" {
		said = links.group
	}
	if said = strings.Trim(strings.TrimSpace(said), "{}"); said == "*" {
		return ""
	}
	parts := list(said)
	slices.Sort(parts)
	return identity(strings.Join(slices.Compact(parts), ","))
}

// maxTags keeps a hostile body from filling the database.
const maxTags = 100

func (f *fields) tags(head head) []string {
	var kept []string
	for _, tag := range list(f[tags]) {
		if len(kept) < maxTags && !slices.Contains(kept, tag) {
			kept = append(kept, identity(tag))
		}
	}
	if head.test {
		kept = append(kept, "test:true")
	}
	return kept
}

// list splits at commas; colons inside the parts are theirs.
func list(said string) []string {
	if said == "" {
		return nil
	}
	parts := strings.Split(said, ",")
	kept := parts[:0]
	for _, part := range parts {
		if part = oneLine(part); !missing(part) {
			kept = append(kept, part)
		}
	}
	return kept
}

// monitor names the monitor as well as the body allows. Without its id,
// whatever stays the same from trigger to recovery has to do.
func (f *fields) monitor(e alerts.Event, links links) string {
	for _, id := range []string{f[monitorID], links.monitorID, monitorIn(f[link]), f[aggregKey], e.Title} {
		if id = identity(id); id != "" {
			return id
		}
	}
	return "unknown"
}

// when returns the source's instant and whether the body told it. Sources may
// run a little ahead of us; what claims to be from far ahead would make every
// later event look stale.
func (f *fields) when(now time.Time) (at time.Time, told bool) {
	for _, said := range []string{f[date], f[lastUpdated]} {
		if at, ok := instant(strings.TrimSpace(said)); ok && at.Before(now.Add(10*time.Minute)) {
			return at, true
		}
	}
	return now, false
}

// instant reads seconds, milliseconds or microseconds since 1970, or RFC 3339.
func instant(said string) (time.Time, bool) {
	if strings.Contains(said, "T") {
		at, err := time.Parse(time.RFC3339, said)
		return at.UTC(), err == nil && at.Year() >= 1998
	}
	whole, _, _ := strings.Cut(said, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	switch {
	case err != nil || n < 9e8 || n >= 1e17:
		return time.Time{}, false
	case n < 1e11:
		return time.Unix(n, 0).UTC(), true
	case n < 1e14:
		return time.UnixMilli(n).UTC(), true
	default:
		return time.UnixMicro(n).UTC(), true
	}
}

// fingerprint makes up an id that a repeat of the same delivery gets again.
// Where the body does not say when it happened, the arrival decides, roughly:
// the same words an hour later are a new alert, and better told twice than not.
func fingerprint(e alerts.Event, told bool, now time.Time) string {
	at := e.At
	if !told {
		at = now.Truncate(10 * time.Minute)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{
		e.Key(), e.Cycle, string(e.Transition), e.Title, e.Text, at.UTC().Format(time.RFC3339Nano),
	}, "\x1e")))
	return "toban-" + hex.EncodeToString(sum[:12])
}
