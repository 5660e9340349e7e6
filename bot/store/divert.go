package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"toban/bot/outbox"
)

// Divert keeps messages for a place that Slack refuses, and has others stand in
// for them where the channels and people that [DB.SetChannels] names can see
// them. What nobody need be shown elsewhere is let go of.
func (db *DB) Divert(ctx context.Context, d outbox.Diversion, at time.Time) error {
	return db.update(ctx, func(t *tx) error {
		t.woken = true
		if d.Closed {
			if err := t.closePlace(d.Place, d.Why, at); err != nil {
				return err
			}
		}
		seqs := make([]any, len(d.Messages))
		for i, id := range d.Messages {
			seqs[i] = messageSeq(id)
		}
		return t.divert(seqs, d, at)
	})
}

func (t *tx) divert(seqs []any, d outbox.Diversion, at time.Time) error {
	found, err := t.diverted(seqs)
	if err != nil {
		return err
	}
	places, err := t.places(at)
	if err != nil {
		return err
	}
	why := d.Why
	if !d.Closed && !places.Closed[d.Place] {
		why = itself + why
	}
	kept, err := t.keepOwed(found, why)
	if err != nil {
		return err
	}
	return t.standIn(kept, places, d.Why, at)
}

const (
	leftAtOnce = 1000
	// openThere finds what a place shows of open alerts: their own messages, and
	// storms that stand for them.
	openThere = `SELECT seq FROM messages WHERE channel = $1 AND ts <> '' AND owed = 0 AND trouble = '' AND (
			alert > 0 AND EXISTS (SELECT 1 FROM alerts WHERE alerts.seq = messages.alert AND status <> 'closed')
			OR kind = 'storm' AND EXISTS (SELECT 1 FROM messages f JOIN alerts a ON a.seq = f.alert WHERE f.storm = messages.subject AND a.status <> 'closed'))
		ORDER BY seq LIMIT $2`
)

// Leave notes that nobody reads a place any more, has the open alerts that
// stand there shown elsewhere, and returns how many messages that concerns.
// Those keep their place for the day when it is back.
func (db *DB) Leave(ctx context.Context, place, why string, at time.Time) (n int, err error) {
	for {
		var seqs []any
		err := db.update(ctx, func(t *tx) error {
			seqs = nil
			err := t.each(func(rows *sql.Rows) error {
				var seq int64
				err := rows.Scan(&seq)
				seqs = append(seqs, seq)
				return err
			}, openThere, place, leftAtOnce)
			if err != nil || len(seqs) == 0 {
				return err
			}
			t.woken = true
			if n == 0 {
				err = t.closePlace(place, why, at)
			}
			return cmp.Or(err, t.divert(seqs, outbox.Diversion{Place: place, Why: why, Closed: true}, at))
		})
		if n += len(seqs); err != nil || len(seqs) < leftAtOnce {
			return n, err
		}
	}
}

// closePlace notes that a place refuses everything. The tries come further and
// further apart.
func (t *tx) closePlace(place, why string, at time.Time) error {
	var tries int64
	if _, err := t.one([]any{&tries}, `SELECT tries FROM places WHERE recipient = $1`, place); err != nil {
		return err
	}
	again := at.Add(min(firstTrial<<min(tries, 10), lastTrial))
	_, err := t.exec(`INSERT INTO places (recipient, why, since, try_at, tries) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (recipient) DO UPDATE SET why = excluded.why, try_at = excluded.try_at, tries = excluded.tries`,
		place, why, micros(at), micros(again), tries+1)
	return err
}

// diverted is a message with what its stand-in needs of it.
type diverted struct {
	outbox.Message
	seq, alert, standsFor int64
	rank                  int
	over                  bool // its alert is closed
}

var divertedBySeq = bulk{
	head: `SELECT alert, rank, stands_for, alert > 0 AND EXISTS (SELECT 1 FROM alerts WHERE alerts.seq = messages.alert AND status = 'closed'), ` + messageColumns + ` FROM messages WHERE trouble = '' AND seq IN (`,
	tail: `) ORDER BY seq`, cols: 1, list: true,
}

func (t *tx) diverted(seqs []any) (found []diverted, err error) {
	err = divertedBySeq.each(t, seqs, func(rows *sql.Rows) error {
		var d diverted
		m, err := scanMessage(rows, &d.alert, &d.rank, &d.standsFor, &d.over)
		d.Message, d.seq = m, messageSeq(m.ID)
		found = append(found, d)
		return err
	})
	return found, err
}

var (
	oweAll = bulk{head: `UPDATE messages SET owed = 1, stale = 0, due_at = 0 WHERE seq IN (`, tail: `)`, cols: 1, list: true}
	dropIt = `UPDATE messages SET trouble = $2, owed = 0, stale = 0, foldable = 0 WHERE seq = $1`
)

// keepOwed keeps what is to be shown in its place one day, and lets go of the
// rest. For a stand-in that its place refuses too, the message itself comes back.
func (t *tx) keepOwed(found []diverted, why string) (kept []diverted, err error) {
	var owed, originals []any
	for _, d := range found {
		switch {
		case d.standsFor > 0:
			originals = append(originals, d.standsFor)
			_, err = t.exec(dropIt, d.seq, why)
		case !d.Kept():
			_, err = t.exec(dropIt, d.seq, why)
		default:
			owed, kept = append(owed, d.seq), append(kept, d)
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := oweAll.exec(t, owed); err != nil || len(originals) == 0 {
		return kept, err
	}
	again, err := t.diverted(originals)
	return append(kept, again...), err
}

var insertStandIn = bulk{
	head: `INSERT INTO messages (seq, kind, subject, alert, recipient, thread, urgency, rank, foldable, created_at, stands_for, meant_for, meant_why) VALUES`,
	cols: 13,
}

// standIn adds a message elsewhere for each of kept that has none there.
func (t *tx) standIn(kept []diverted, places outbox.Places, why string, at time.Time) error {
	there, err := t.standIns(kept, standInsOf)
	if err != nil {
		return err
	}
	refused, err := t.standIns(kept, refusedStandIns)
	if err != nil {
		return err
	}
	var rows []any
	for _, d := range kept {
		if anyOpen(there[d.seq], places.Closed) || d.over && d.TS != "" {
			continue
		}
		for _, to := range places.Without(refused.of(d.seq)...).For(d.Message) {
			m := message{kind: string(d.Kind), subject: d.Subject, to: to}
			seq := t.db.nextSeq()
			rows = append(rows, seq, m.kind, d.Subject, d.alert, to, threadAt(there, d.Thread, to), urgencyAnew(d.Message),
				d.rank, m.foldable(), micros(at), d.seq, d.To, why)
			there.add(d.seq, to, seq)
		}
	}
	_, err = insertStandIn.exec(t, rows)
	return err
}

// urgencyAnew is how urgent a message is that is posted anew elsewhere.
func urgencyAnew(m outbox.Message) int {
	switch {
	case m.Kind == outbox.Page, m.Kind == outbox.Storm, m.Kind == outbox.Unanswered:
		return paging
	case int(m.Urgency) == editing: // it was posted once
		return noting
	}
	return int(m.Urgency)
}

// places is what decides where a message goes whose place is closed. A place
// that is to be tried again is not among the closed ones.
func (t *tx) places(at time.Time) (p outbox.Places, err error) {
	closed, err := t.closed()
	p.Instead, p.Closed = t.db.channels.Load().Instead, map[string]bool{}
	for _, c := range closed {
		p.Closed[c.Place] = c.TryAt.After(at)
	}
	return p, err
}

// standIns are the messages that stand in for others: by those, and by place.
type standIns map[int64]map[string]int64

func (s standIns) add(owed int64, to string, seq int64) {
	if s[owed] == nil {
		s[owed] = map[string]int64{}
	}
	s[owed][to] = seq
}

// of are the places of those that stand in for a message.
func (s standIns) of(owed int64) []string { return slices.Collect(maps.Keys(s[owed])) }

func anyOpen(at map[string]int64, closed map[string]bool) bool {
	for to := range at {
		if !closed[to] {
			return true
		}
	}
	return false
}

// itself begins the trouble of a message that its place refused alone, while it
// takes others.
const itself = "message: "

// refusedStandIns are those that are not tried in the same place again.
var refusedStandIns = bulk{head: `SELECT stands_for, recipient, seq FROM messages WHERE trouble LIKE '` + itself + `%' AND stands_for > 0 AND stands_for IN (`, tail: `)`, cols: 1, list: true}

var standInsOf = bulk{head: `SELECT stands_for, recipient, seq FROM messages WHERE trouble = '' AND stands_for > 0 AND stands_for IN (`, tail: `)`, cols: 1, list: true}

// standIns finds those of kept, and of what kept answers in a thread.
func (t *tx) standIns(kept []diverted, which bulk) (standIns, error) {
	there, args := standIns{}, []any{}
	for _, d := range kept {
		args = append(args, d.seq)
		if d.Thread != "" {
			args = append(args, messageSeq(d.Thread))
		}
	}
	return there, which.each(t, args, func(rows *sql.Rows) error {
		var owed, seq int64
		var to string
		err := rows.Scan(&owed, &to, &seq)
		there.add(owed, to, seq)
		return err
	})
}

// threadAt is the thread of a stand-in: under that of the message it answers.
func threadAt(there standIns, parent, to string) string {
	if seq := there[messageSeq(parent)][to]; parent != "" && seq != 0 {
		return messageID(seq)
	}
	return ""
}
