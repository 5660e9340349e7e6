package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"toban/alerts"
)

// Statuses of an alert together with its page.
const (
	statusFiring       = "firing"     // nobody is on it
	statusUnanswered   = "unanswered" // nobody is on it, and nobody else is paged
	statusAcknowledged = "acknowledged"
	statusClosed       = "closed"
)

func statusOf(c alerts.Case) string {
	open := c.Page != nil && c.Page.Open()
	switch {
	case c.Alert.State != alerts.Firing && !open:
		return statusClosed
	case open && (c.Page.State == alerts.PageAcknowledged || c.Page.State == alerts.PageSnoozed):
		return statusAcknowledged
	case open && c.Page.State == alerts.PageUnanswered:
		return statusUnanswered
	}
	return statusFiring
}

// ownerOf is who is on an acknowledged case.
func ownerOf(c alerts.Case) string {
	if statusOf(c) != statusAcknowledged {
		return ""
	}
	return string(c.Page.OwnedBy)
}

// Saving names the version that it expects behind the conflict: a row that
// another transaction changed meanwhile is left alone and not counted.
var (
	saveAlerts = bulk{
		head: `INSERT INTO alerts (seq, id, key, status, owner, rank, monitor, title, page, look_at, version, doc) VALUES`,
		tail: `ON CONFLICT (id) DO UPDATE SET status = excluded.status, owner = excluded.owner, rank = excluded.rank, title = excluded.title,
			page = CASE WHEN excluded.page > alerts.page THEN excluded.page ELSE alerts.page END,
			look_at = CASE WHEN excluded.look_at > 0 THEN excluded.look_at ELSE alerts.look_at END,
			version = excluded.version, doc = excluded.doc
			WHERE alerts.version = excluded.version - 1`,
		cols: 12,
	}
	savePages = bulk{
		head: `INSERT INTO pages (seq, id, alert, next_step_at, unverified, version, doc) VALUES`,
		tail: `ON CONFLICT (id) DO UPDATE SET next_step_at = excluded.next_step_at, unverified = excluded.unverified,
			version = excluded.version, doc = excluded.doc
			WHERE pages.version = excluded.version - 1`,
		cols: 7,
	}
)

func (t *tx) Save(cases []alerts.Case) error {
	seen := make(map[string]bool, len(cases))
	for i, c := range cases {
		if seen[c.Alert.ID] { // one statement cannot save an alert twice
			if err := t.Save(cases[:i]); err != nil {
				return err
			}
			return t.Save(cases[i:])
		}
		seen[c.Alert.ID] = true
	}
	if err := t.findSeqs(cases); err != nil {
		return err
	}
	cases = slices.Clone(cases)
	slices.SortStableFunc(cases, func(a, b alerts.Case) int { return cmp.Compare(t.seqs[a.Alert.ID], t.seqs[b.Alert.ID]) })
	alertRows := make([]any, 0, len(cases)*saveAlerts.cols)
	pageRows := make([]any, 0, len(cases)*savePages.cols)
	for _, c := range cases {
		var pageSeq int64
		if c.Page != nil {
			pageSeq = t.seqOf(c.Page.ID)
		}
		doc, err := encodeAlert(c.Alert)
		if err != nil {
			return err
		}
		alertRows = append(alertRows, t.rowSeq(c.Alert.ID, c.Alert.Version), c.Alert.ID, c.Alert.Key, statusOf(c), ownerOf(c), c.Alert.Priority.Rank(),
			monitorOf(c.Alert), c.Alert.Title, pageSeq, micros(c.Alert.LookAt), t.nextVersion(c.Alert.ID, c.Alert.Version), doc)
		if c.Page == nil {
			continue
		}
		if doc, err = encodePage(*c.Page); err != nil {
			return err
		}
		pageRows = append(pageRows, t.rowSeq(c.Page.ID, c.Page.Version), c.Page.ID, t.seqOf(c.Alert.ID), micros(c.Page.NextStepAt), flag(c.Page.Unverified()),
			t.nextVersion(c.Page.ID, c.Page.Version), doc)
	}
	changed, err := saveAlerts.exec(t, alertRows)
	if err := t.expect(len(cases), changed, err); err != nil {
		return err
	}
	changed, err = savePages.exec(t, pageRows)
	if err := t.expect(len(pageRows)/savePages.cols, changed, err); err != nil {
		return err
	}
	return t.showCases(cases)
}

// flag is a flag as a column holds it.
func flag(is bool) int {
	if is {
		return 1
	}
	return 0
}

// findSeqs learns the seq of saved alerts and pages that this transaction has
// not read itself.
func (t *tx) findSeqs(cases []alerts.Case) error {
	for _, c := range cases {
		unknown := t.seqs[c.Alert.ID] == 0 && c.Alert.Version > 0 ||
			c.Page != nil && t.seqs[c.Page.ID] == 0 && c.Page.Version > 0
		if !unknown {
			continue
		}
		if _, err := t.ByAlert(c.Alert.ID); err != nil {
			return err
		}
		if c.Page != nil && c.Page.Version > 0 {
			if _, err := t.ByPage(c.Page.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// seqOf returns the seq of an alert or page, a new one if it has none.
func (t *tx) seqOf(id string) int64 {
	if t.seqs[id] == 0 {
		t.seqs[id] = t.db.nextSeq()
	}
	return t.seqs[id]
}

// rowSeq is the seq to insert a row with. One that is there already keeps its
// own; what it is offered must not collide with it before the id does.
func (t *tx) rowSeq(id string, version int) int64 {
	if version == 0 && t.versions[id] == 0 {
		return t.seqOf(id)
	}
	return t.db.nextSeq()
}

// showCases marks the messages of cases.
func (t *tx) showCases(cases []alerts.Case) error {
	t.woken = true
	var fresh, known []alerts.Case
	for _, c := range cases {
		if c.Alert.Version == 0 && t.versions[c.Alert.ID] == 1 {
			fresh = append(fresh, c)
		} else {
			known = append(known, c)
		}
	}
	if err := t.remindOf(known); err != nil {
		return err
	}
	var messages []message
	for _, c := range fresh {
		messages = t.messagesOf(messages, c)
	}
	return t.insertMessages(messages)
}

// wasNeverSeen reports an alert whose recovery was the first we heard of it.
func wasNeverSeen(a alerts.Alert) bool {
	return a.State != alerts.Firing && micros(a.ClosedAt) == micros(a.OpenedAt)
}

// messagesOf appends the messages that c must have.
func (t *tx) messagesOf(to []message, c alerts.Case) []message {
	alert, rank := t.seqOf(c.Alert.ID), c.Alert.Priority.Rank()
	urgency := noting
	if c.Page != nil {
		urgency = paging
	}
	if c.Alert.Channel != "" && !wasNeverSeen(c.Alert) {
		to = append(to, message{kind: kindAlert, subject: c.Alert.ID, to: c.Alert.Channel, alert: alert, rank: rank, urgency: urgency, due: micros(c.Alert.ShowAt)})
	}
	if c.Page == nil || !c.Page.Open() { // nobody is woken for what is over
		return to
	}
	page := message{kind: kindPage, subject: c.Page.ID, alert: alert, rank: rank, urgency: paging}
	for i, n := range c.Page.Notified {
		if nth := timesTold(c.Page.Notified[:i+1]); nth > 0 {
			told := page
			told.subject, told.to, told.waits = again(c.Page.ID, nth), string(n.Person), nth == 1 && waits(c)
			to = append(to, told)
		}
	}
	if nth, at := ended(*c.Page); c.Page.State == alerts.PageUnanswered && !saidWithAlert(*c.Page, at) {
		unanswered := page
		unanswered.kind, unanswered.subject, unanswered.to = kindUnanswered, again(c.Page.ID, nth), c.Alert.Channel
		to = append(to, unanswered)
	}
	return callsOf(to, c, page)
}

// ended says how often p's search ended without an answer, and when it did last.
func ended(p alerts.Page) (nth int, at time.Time) {
	for _, e := range p.Log {
		if e.Did == alerts.DidExhaust || e.Did == alerts.DidNobody {
			nth, at = nth+1, e.At
		}
	}
	return max(nth, 1), at
}

// saidWithAlert reports whether what happened to p at an instant is said by its
// alert's first message in the channel.
func saidWithAlert(p alerts.Page, at time.Time) bool { return p.WithAlert && at.Equal(p.OpenedAt) }

// callsOf appends the messages by which steps call channels: each time a new
// one, for an edit is not heard. Where the channel shows the alert or the page
// already, that is a reply. No two have one subject: a place that is closed has
// its messages shown in another.
func callsOf(to []message, c alerts.Case, call message) []message {
	for _, channel := range c.Page.Channels {
		if channel != c.Alert.Channel && !slices.ContainsFunc(c.Page.Calls, func(c alerts.Call) bool { return c.Channel == channel }) {
			call.to = channel // by a version that did not note its calls
			to = append(to, call)
		}
	}
	first, last := map[string]string{}, map[string]time.Time{}
	nth := 0
	for _, made := range c.Page.Calls {
		if made.At.Equal(last[made.Channel]) { // one step names it twice
			continue
		}
		nth++
		last[made.Channel] = made.At
		here := made.Channel == c.Alert.Channel
		if here && saidWithAlert(*c.Page, made.At) {
			continue
		}
		call.to, call.subject, call.under = made.Channel, again(c.Page.ID, nth), first[made.Channel]
		if here {
			call.under = c.Alert.ID
		}
		first[made.Channel] = cmp.Or(first[made.Channel], call.subject)
		to = append(to, call)
	}
	return to
}

// timesTold is how often the person of the last notice has been told by now; 0
// when it is the same telling, because one step names them twice.
func timesTold(notices []alerts.Notice) int {
	last, nth := notices[len(notices)-1], 1
	for _, n := range notices[:len(notices)-1] {
		switch {
		case n.Person != last.Person:
		case n.At.Equal(last.At):
			return 0
		default:
			nth++
		}
	}
	return nth
}

// again is the subject of a page's nth message to the same person: an edit
// wakes nobody, so whoever is told again gets one more.
func again(page string, nth int) string {
	if nth == 1 {
		return page
	}
	return page + "/" + strconv.Itoa(nth)
}

// pageOf is the page that a message's subject names.
func pageOf(subject string) string {
	page, _, _ := strings.Cut(subject, "/")
	return page
}
