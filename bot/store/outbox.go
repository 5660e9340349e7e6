package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"toban/alerts"
	"toban/bot/outbox"
)

// turns walks the destinations that have something to do from one to the next
// through messages_stale, so ten thousand messages that wait for one of them
// cost no more than one. Within a destination the most urgent is first; of
// those, what failed before waits for what did not, and worse alerts go first.
const turns = `
	WITH RECURSIVE places (recipient) AS (
		SELECT min(recipient) FROM messages WHERE stale = 1
		UNION ALL
		SELECT (SELECT min(m.recipient) FROM messages m WHERE m.stale = 1 AND m.recipient > places.recipient)
		FROM places WHERE places.recipient IS NOT NULL
	)
	SELECT places.recipient, COALESCE(
		(SELECT m.seq FROM messages m WHERE m.stale = 1 AND m.recipient = places.recipient AND m.urgency = 0 AND m.due_at <= $1 ORDER BY m.due_at, m.rank, m.seq LIMIT 1),
		(SELECT m.seq FROM messages m WHERE m.stale = 1 AND m.recipient = places.recipient AND m.urgency = 1 AND m.due_at <= $1 ORDER BY m.due_at, m.rank, m.seq LIMIT 1),
		(SELECT m.seq FROM messages m WHERE m.stale = 1 AND m.recipient = places.recipient AND m.urgency = 2 AND m.due_at <= $1 ORDER BY m.due_at, m.rank, m.seq LIMIT 1),
		(SELECT m.seq FROM messages m WHERE m.stale = 1 AND m.recipient = places.recipient AND m.urgency = 3 AND m.due_at <= $1 ORDER BY m.due_at, m.rank, m.seq LIMIT 1),
		0)
	FROM places WHERE places.recipient IS NOT NULL`

// messagesBySeq orders messages as turns does, over all destinations.
var messagesBySeq = bulk{head: `SELECT rank, ` + messageColumns + ` FROM messages WHERE seq IN (`, tail: `)`, cols: 1, list: true}

const (
	waitingFor = `SELECT count(*) FROM messages WHERE stale = 1 AND recipient = $1 AND foldable > 0`
	nextLater  = `SELECT COALESCE(min(due_at), 0) FROM messages WHERE stale = 1 AND due_at > 0 AND due_at > $1`
)

// Next returns, of each destination that is not busy and has a message out of
// date and due, the most urgent one; most urgent destinations first, at most
// limit. next is the earliest instant in the future at which another is due.
// The Speaker counts by its own clock, and so do the instants here.
func (db *DB) Next(ctx context.Context, at time.Time, busy []string, limit int) (ready []outbox.Ready, next time.Time, err error) {
	at = db.shared(at)
	err = db.view(ctx, func(t *tx) error {
		firsts, err := t.firsts(at, busy)
		if err != nil {
			return err
		}
		if ready, err = t.inTurn(firsts); err != nil {
			return err
		}
		var trial time.Time
		if ready, trial, err = t.trials(ready[:min(len(ready), limit)], at, busy); err != nil {
			return err
		}
		for i, r := range ready {
			if _, err := t.one([]any{&ready[i].Waiting}, waitingFor, r.To); err != nil {
				return err
			}
		}
		next, err = t.instant(nextLater, micros(at))
		next = earliest(next, trial)
		return err
	})
	for i := range ready {
		db.asOwn(&ready[i].Message)
	}
	return ready, db.own(next), err
}

// firsts returns the seq of the most urgent message of each destination.
func (t *tx) firsts(at time.Time, busy []string) (seqs []any, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var to string
		var seq int64
		err := rows.Scan(&to, &seq)
		if seq != 0 && !slices.Contains(busy, to) {
			seqs = append(seqs, seq)
		}
		return err
	}, turns, micros(at))
	return seqs, err
}

// inTurn reads messages and puts the most urgent first.
func (t *tx) inTurn(seqs []any) ([]outbox.Ready, error) {
	var ready []outbox.Ready
	ranks := map[string]int{}
	err := messagesBySeq.each(t, seqs, func(rows *sql.Rows) error {
		var rank int
		m, err := scanMessage(rows, &rank)
		ranks[m.ID] = rank
		ready = append(ready, outbox.Ready{Message: m})
		return err
	})
	slices.SortFunc(ready, func(a, b outbox.Ready) int {
		return cmp.Or(cmp.Compare(a.Urgency, b.Urgency), a.DueAt.Compare(b.DueAt), cmp.Compare(ranks[a.ID], ranks[b.ID]), cmp.Compare(messageSeq(a.ID), messageSeq(b.ID)))
	})
	return ready, err
}

// Shown notes that Slack shows revision rev of a message at (channel, ts).
func (db *DB) Shown(ctx context.Context, id, channel, ts string, rev int) error {
	return db.change(ctx, `
		UPDATE messages SET channel = $2, ts = $3, foldable = 0, attempts = 0, due_at = 0, late = '',
			shown = CASE WHEN shown < $4 THEN $4 ELSE shown END, owed = 0,
			stale = CASE WHEN wanted > $4 AND wanted > shown AND storm = '' AND trouble = '' THEN 1 ELSE 0 END,
			urgency = CASE WHEN urgency < $5 THEN $5 ELSE urgency END
		WHERE seq = $1`, messageSeq(id), channel, ts, rev, editing)
}

// Later notes that a try failed and when the next one may be.
func (db *DB) Later(ctx context.Context, id string, due time.Time, why string) error {
	return db.change(ctx, `UPDATE messages SET due_at = $2, late = $3, attempts = attempts + 1 WHERE seq = $1`, messageSeq(id), micros(db.shared(due)), why)
}

// GiveUp notes that Slack refuses a message for good.
func (db *DB) GiveUp(ctx context.Context, id, why string) error {
	return db.change(ctx, `UPDATE messages SET trouble = $2, stale = 0, foldable = 0, attempts = attempts + 1 WHERE seq = $1`, messageSeq(id), why)
}

// change runs one statement that changes one message. It wakes nobody: the
// Speaker itself asked for it.
func (db *DB) change(ctx context.Context, text string, args ...any) error {
	return db.updateRows(ctx, func(t *tx) error {
		n, err := t.exec(text, args...)
		if err == nil && n == 0 {
			return alerts.ErrNotFound
		}
		return err
	})
}

// posted finds a message, or the storm that stands for it.
const posted = `
	SELECT COALESCE(s.channel, m.channel), COALESCE(s.ts, m.ts), COALESCE(s.trouble, m.trouble) FROM messages m
	LEFT JOIN messages s ON m.storm <> '' AND s.alert = 0 AND s.subject = m.storm AND s.kind = 'storm'
	WHERE m.seq = $1`

// Posted returns where a message stands in Slack, or the storm that stands for
// it; empty until that is posted, and [alerts.ErrNotFound] when it never will be.
func (db *DB) Posted(ctx context.Context, id string) (channel, ts string, err error) {
	err = db.view(ctx, func(t *tx) error {
		var trouble string
		found, err := t.one([]any{&channel, &ts, &trouble}, posted, messageSeq(id))
		if err == nil && (!found || ts == "" && trouble != "") {
			return alerts.ErrNotFound
		}
		return err
	})
	return channel, ts, err
}

const unposted = `SELECT ` + messageColumns + ` FROM messages WHERE stale = 1 AND recipient = $1 AND ts = ''
	UNION ALL SELECT ` + messageColumns + ` FROM messages WHERE owed = 1 AND stale = 0 AND recipient = $1 AND ts = '' ORDER BY 1`

// Unposted returns the messages to a destination that were never posted, as
// far as was noted, oldest first.
func (db *DB) Unposted(ctx context.Context, to string) (found []outbox.Message, err error) {
	err = db.view(ctx, func(t *tx) error {
		found = nil
		return t.each(func(rows *sql.Rows) error {
			m, err := scanMessage(rows)
			db.asOwn(&m)
			found = append(found, m)
			return err
		}, unposted, to)
	})
	return found, err
}

// asOwn has a message's instants count by our own clock.
func (db *DB) asOwn(m *outbox.Message) {
	m.CreatedAt, m.DueAt = db.own(m.CreatedAt), db.own(m.DueAt)
}

// errNothing ends a transaction that has nothing to change.
var errNothing = errors.New("nothing to do")
