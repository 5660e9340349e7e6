package store

import (
	"database/sql"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"toban/alerts"
	"toban/bot/outbox"
)

// The words of bot/outbox as they stand in the tables.
const (
	kindAlert = string(outbox.Alert)
	kindPage  = string(outbox.Page)
	kindStorm = string(outbox.Storm)

	kindUnanswered = string(outbox.Unanswered)

	paging  = int(outbox.Paging)
	noting  = int(outbox.Noting)
	editing = int(outbox.Editing)
	telling = int(outbox.Telling)
)

// message is a message that must exist.
type message struct {
	kind, subject, to, thread string
	alert                     int64
	rank, urgency             int
	due                       int64  // not before
	waits                     bool   // the person has not been told of the page before, and nobody is on it
	under                     string // subject of the message in the same place that it answers, where there is one
}

// What a message's column foldable says: 0 is a message that stays out of storms.
const (
	mayFold = 1
	named   = 2 // in a channel: the storm's thread names it
	loud    = 4 // it tells somebody again, so it must not become an edit
)

// foldable says whether m may go into a storm, and how.
func (m message) foldable() int {
	again := 0
	if strings.Contains(m.subject, "/") {
		again = loud
	}
	switch {
	case m.kind == kindAlert:
		return named
	case m.kind == kindUnanswered, m.kind == kindPage && !outbox.IsPerson(m.to):
		return named | loud
	case m.kind == kindPage:
		return mayFold | again
	}
	return 0
}

var insertMessage = bulk{
	head: `INSERT INTO messages (seq, kind, subject, alert, recipient, thread, urgency, rank, foldable, created_at, due_at, waits) VALUES`,
	cols: 12,
}

func (t *tx) insertMessages(messages []message) error {
	if len(messages) == 0 {
		return nil
	}
	t.woken = true
	args := make([]any, 0, len(messages)*insertMessage.cols)
	now := micros(t.at)
	for _, m := range messages {
		args = append(args, t.db.nextSeq(), m.kind, m.subject, m.alert, t.db.placeOf(m.to), m.thread, m.urgency, m.rank, m.foldable(), now, m.due, number(m.waits))
	}
	_, err := insertMessage.exec(t, args)
	return err
}

// existing is a message that is there.
type existing struct {
	seq                      int64
	kind, subject, to, storm string
	alert                    int64
	counted                  string // see counted
	waits                    int
}

var (
	messagesOfAlert = bulk{
		head: `SELECT seq, kind, subject, recipient, storm, alert, counted, waits FROM messages WHERE alert > 0 AND alert IN (`,
		tail: `)` + locked,
		cols: 1, list: true,
	}
	messagesOfSubject = bulk{
		head: `SELECT seq, kind, subject, recipient, storm, alert, counted, waits FROM messages WHERE alert = 0 AND subject IN (`,
		tail: `)` + locked,
		cols: 1, list: true,
	}
	// outdate asks for a message to be drawn again. One that waits for a later
	// try goes on waiting, one that is owed to a closed place until that is back,
	// and one that Slack refused for good stays away.
	outdate = bulk{
		head: `UPDATE messages SET wanted = wanted + 1,
			due_at = CASE WHEN stale = 1 THEN due_at ELSE 0 END,
			stale = CASE WHEN trouble = '' AND owed = 0 THEN 1 ELSE 0 END
			WHERE seq IN (`,
		tail: `)`,
		cols: 1, list: true,
	}
)

func (t *tx) existing(b bulk, args []any) (found []existing, err error) {
	err = b.each(t, args, func(rows *sql.Rows) error {
		var m existing
		err := rows.Scan(&m.seq, &m.kind, &m.subject, &m.to, &m.storm, &m.alert, &m.counted, &m.waits)
		found = append(found, m)
		return err
	})
	return found, err
}

// remindOf outdates the messages of saved cases and adds those that are new.
// For one that a storm stands for, the storm's counts change.
func (t *tx) remindOf(cases []alerts.Case) error {
	if len(cases) == 0 {
		return nil
	}
	args := make([]any, len(cases))
	for i, c := range cases {
		args[i] = t.seqOf(c.Alert.ID)
	}
	there, err := t.existing(messagesOfAlert, args)
	if err != nil {
		return err
	}
	byAlert := make(map[int64][]existing, len(cases))
	for _, m := range there {
		byAlert[m.alert] = append(byAlert[m.alert], m)
	}
	var missing, wanted []message
	var stale []any
	changes := newStormChanges()
	waits := map[int][]any{}
	for _, c := range cases {
		there := byAlert[t.seqOf(c.Alert.ID)]
		for _, m := range there {
			if is := number(m.waitsNow(c)); m.kind == kindPage && m.waits != is {
				waits[is] = append(waits[is], m.seq)
			}
			switch {
			case m.storm != "":
				changes.add(m, c)
			case m.shows(c): // otherwise what it says stays true
				stale = append(stale, m.seq)
			}
		}
		wanted = t.messagesOf(wanted[:0], c)
		missing = append(missing, inThread(t.without(wanted, there), there)...)
	}
	if _, err := outdate.exec(t, stale); err != nil {
		return err
	}
	for is, seqs := range waits {
		if _, err := setWaits[is].exec(t, seqs); err != nil {
			return err
		}
	}
	if err := t.count(changes); err != nil {
		return err
	}
	return t.insertMessages(missing)
}

// waitsNow reports whether m is what tells somebody of a page that waits.
func (m existing) waitsNow(c alerts.Case) bool {
	return c.Page != nil && m.subject == c.Page.ID && waits(c)
}

// waits reports whether c's page is for somebody to answer.
func waits(c alerts.Case) bool {
	return c.Page != nil && c.Page.Open() && statusOf(c) != statusAcknowledged
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// setWaits is by what it sets.
var setWaits = [...]bulk{
	{head: `UPDATE messages SET waits = 0 WHERE seq IN (`, tail: `)`, cols: 1, list: true},
	{head: `UPDATE messages SET waits = 1 WHERE seq IN (`, tail: `)`, cols: 1, list: true},
}

// shows reports whether m is about c as it is, and not about an earlier page.
func (m existing) shows(c alerts.Case) bool {
	return m.subject == c.Alert.ID || c.Page != nil && pageOf(m.subject) == c.Page.ID
}

// redraw outdates the messages that a case has for itself. A storm tells
// nothing of its alerts but their number, and stays as it is.
func (t *tx) redraw(c alerts.Case) error {
	there, err := t.existing(messagesOfAlert, []any{t.seqOf(c.Alert.ID)})
	if err != nil {
		return err
	}
	var stale []any
	for _, m := range there {
		if m.storm == "" && m.shows(c) {
			stale = append(stale, m.seq)
		}
	}
	_, err = outdate.exec(t, stale)
	return err
}

// without leaves out the messages that are there.
func (t *tx) without(wanted []message, there []existing) (missing []message) {
	for _, m := range wanted {
		if !slices.ContainsFunc(there, func(e existing) bool {
			return e.kind == m.kind && e.subject == m.subject && e.to == cleanText(t.db.placeOf(m.to))
		}) {
			missing = append(missing, m)
		}
	}
	return missing
}

// inThread has messages answer those that they stand under.
func inThread(messages []message, there []existing) []message {
	for i, m := range messages {
		for _, e := range there {
			if m.under != "" && e.subject == m.under && e.to == cleanText(m.to) {
				messages[i].thread = messageID(e.seq)
			}
		}
	}
	return messages
}

// show outdates what exists about a subject other than an alert and adds what
// is missing of wanted.
func (t *tx) show(subject string, wanted ...message) error {
	t.woken = true
	there, err := t.existing(messagesOfSubject, []any{subject})
	if err != nil {
		return err
	}
	var stale []any
	for _, m := range there {
		stale = append(stale, m.seq)
	}
	if _, err := outdate.exec(t, stale); err != nil {
		return err
	}
	return t.insertMessages(t.without(wanted, there))
}

// A message's id is "M" and its seq, so it needs no index of its own. The
// microsecond of its birth is in it, and so it differs from those of every
// other database that the same channel has seen.
func messageID(seq int64) string { return "M" + strconv.FormatInt(seq, 10) }

// messageSeq is 0, which no message has, for what is no id.
func messageSeq(id string) int64 {
	digits, ok := strings.CutPrefix(id, "M")
	seq, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return seq
}

const messageColumns = `seq, kind, subject, recipient, thread, urgency, channel, ts, storm, wanted, shown, folded, created_at, due_at, attempts, trouble, meant_for, meant_why`

// scanMessage reads messageColumns, behind what else was asked for.
func scanMessage(rows *sql.Rows, before ...any) (m outbox.Message, err error) {
	var seq, created, due int64
	err = rows.Scan(append(before, &seq, &m.Kind, &m.Subject, &m.To, &m.Thread, &m.Urgency, &m.Channel, &m.TS, &m.Storm,
		&m.Wanted, &m.Shown, &m.Folded, &created, &due, &m.Attempts, &m.Trouble, &m.MeantFor, &m.MeantWhy)...)
	m.ID, m.CreatedAt, m.DueAt = messageID(seq), instant(created), instant(due)
	return m, err
}

// nextSeq numbers what is created: later is higher, also after a restart with
// the clock set back. Ten bits below the microsecond keep replicas apart; when
// two meet nevertheless, one of the transactions runs again.
func (db *DB) nextSeq() int64 {
	for {
		last := db.counter.Load()
		next := max(last+1, db.Now().UnixMicro()<<10|rand.Int64N(1<<10))
		if db.counter.CompareAndSwap(last, next) {
			return next
		}
	}
}
