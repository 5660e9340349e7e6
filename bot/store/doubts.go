package store

import (
	"context"
	"database/sql"
	"time"

	"toban/bot/outbox"
)

const (
	doubt = `
		INSERT INTO doubts (message, since, times, look_at) VALUES ($1, $2, 1, $3)
		ON CONFLICT (message) DO UPDATE SET since = excluded.since, times = doubts.times + 1, look_at = excluded.look_at
		RETURNING times`
	doubtsDue  = `SELECT since, ` + messageColumns + ` FROM messages JOIN doubts ON message = seq WHERE look_at <= $1 ORDER BY look_at, seq LIMIT 200`
	doubtsNext = `SELECT COALESCE(min(look_at), 0) FROM doubts WHERE look_at > $1`
)

// Doubt notes that a message was sent at since and that nobody knows what became
// of it; times is how often that happened. Slack is to be asked at lookAt.
func (db *DB) Doubt(ctx context.Context, id string, since, lookAt time.Time) (times int, err error) {
	err = db.update(ctx, func(t *tx) error {
		_, err := t.one([]any{&times}, doubt, messageSeq(id), micros(since), micros(lookAt))
		return err
	})
	return times, err
}

// Doubts returns those that Slack is to be asked about by an instant, at most
// 200, and when the next one is due; zero: none.
func (db *DB) Doubts(ctx context.Context, at time.Time) (due []outbox.Doubt, next time.Time, err error) {
	err = db.view(ctx, func(t *tx) error {
		due = nil
		err := t.each(func(rows *sql.Rows) error {
			var since int64
			m, err := scanMessage(rows, &since)
			due = append(due, outbox.Doubt{Message: m, Since: instant(since)})
			return err
		}, doubtsDue, micros(at))
		if err != nil {
			return err
		}
		next, err = t.instant(doubtsNext, micros(at))
		return err
	})
	return due, next, err
}

// Looked notes that Slack was asked about a doubt, and when it is asked again;
// a zero next: not any more.
func (db *DB) Looked(ctx context.Context, id string, next time.Time) error {
	return db.update(ctx, func(t *tx) error {
		text, args := `UPDATE doubts SET look_at = $2 WHERE message = $1`, []any{messageSeq(id), micros(next)}
		if next.IsZero() {
			text, args = `DELETE FROM doubts WHERE message = $1`, args[:1]
		}
		_, err := t.exec(text, args...)
		return err
	})
}
