package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"toban/bot/outbox"
)

const (
	firstTrial = 30 * time.Second // after Slack refused a place, until one message is tried there
	lastTrial  = 5 * time.Minute  // between two such tries, at most
)

const allPlaces = `SELECT recipient, why, since, try_at, (SELECT count(*) FROM messages WHERE owed = 1 AND messages.recipient = places.recipient) FROM places ORDER BY recipient`

// Closed returns the places that Slack refuses and those that nobody has tried
// again since.
func (db *DB) Closed(ctx context.Context) (closed []outbox.Closed, err error) {
	err = db.view(ctx, func(t *tx) error {
		closed, err = t.closed()
		return err
	})
	return closed, err
}

func (t *tx) closed() (closed []outbox.Closed, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var c outbox.Closed
		var since, try int64
		err := rows.Scan(&c.Place, &c.Why, &since, &try, &c.Owed)
		c.Since, c.TryAt = instant(since), instant(try)
		closed = append(closed, c)
		return err
	}, allPlaces)
	return closed, err
}

const aTrial = `SELECT COALESCE(min(seq), 0) FROM messages WHERE owed = 1 AND recipient = $1 AND thread = '' AND due_at <= $2`

// trials marks those of ready whose place is closed, and adds a try at each
// place whose time has come. It returns when the next one comes.
func (t *tx) trials(ready []outbox.Ready, at time.Time, busy []string) (_ []outbox.Ready, next time.Time, err error) {
	closed, err := t.closed()
	if err != nil || len(closed) == 0 {
		return ready, time.Time{}, err
	}
	of := map[string]outbox.Closed{}
	for _, c := range closed {
		of[c.Place] = c
	}
	for i, r := range ready {
		c, ok := of[r.To]
		switch {
		case !ok:
		case c.TryAt.After(at):
			ready[i].Closed = c.Why
		default:
			ready[i].Trial = true
		}
		delete(of, r.To)
	}
	var seqs []any
	for _, c := range of {
		switch {
		case c.Owed == 0 || slices.Contains(busy, c.Place):
		case c.TryAt.After(at):
			next = earliest(next, c.TryAt)
		default:
			var seq int64
			if _, err := t.one([]any{&seq}, aTrial, c.Place, micros(at)); err != nil {
				return ready, next, err
			}
			if seq != 0 {
				seqs = append(seqs, seq)
			}
		}
	}
	tries, err := t.inTurn(seqs)
	for _, r := range tries {
		r.Trial = true
		ready = append(ready, r)
	}
	return ready, next, err
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

const (
	waitsFor = `SELECT ` + messageColumns + ` FROM messages WHERE stale = 1 AND recipient = $1 ORDER BY seq LIMIT 1000`
	inStorm  = `SELECT ` + messageColumns + ` FROM messages WHERE storm = $1 AND storm <> '' ORDER BY fold_seq`
)

// Waiting returns what waits for a place, oldest first, at most 1,000. Behind
// each storm that was never posted come those that it stands for.
func (db *DB) Waiting(ctx context.Context, to string) (found []outbox.Message, err error) {
	err = db.view(ctx, func(t *tx) error {
		if found, err = t.messages(waitsFor, to); err != nil {
			return err
		}
		for _, m := range found {
			if m.Kind != outbox.Storm || m.TS != "" {
				continue
			}
			folded, err := t.messages(inStorm, m.Subject)
			if err != nil {
				return err
			}
			found = append(found, folded...)
		}
		return nil
	})
	return found, err
}

func (t *tx) messages(text string, args ...any) (found []outbox.Message, err error) {
	err = t.each(func(rows *sql.Rows) error {
		m, err := scanMessage(rows)
		found = append(found, m)
		return err
	}, text, args...)
	return found, err
}

// Reopen notes that Slack takes messages for a place again: what is owed to it
// is shown there now, as it is by then.
func (db *DB) Reopen(ctx context.Context, place string) error {
	return db.update(ctx, func(t *tx) error {
		t.woken = true
		if _, err := t.exec(`DELETE FROM places WHERE recipient = $1`, place); err != nil {
			return err
		}
		_, err := t.exec(`UPDATE messages SET owed = 0, stale = CASE WHEN wanted > shown THEN 1 ELSE stale END, due_at = 0 WHERE owed = 1 AND recipient = $1`, place)
		return err
	})
}

// Retry has a place that Slack refused tried again at once: somebody says that
// it is back.
func (db *DB) Retry(ctx context.Context, place string) error {
	return db.update(ctx, func(t *tx) error {
		n, err := t.exec(`UPDATE places SET try_at = 0 WHERE recipient = $1`, place)
		t.woken = n > 0
		return err
	})
}

const unseen = `SELECT count(*) FROM messages o WHERE o.owed = 1 AND o.ts = '' AND o.recipient NOT LIKE '%@%' AND NOT EXISTS (
	SELECT 1 FROM messages s WHERE s.stands_for = o.seq AND s.stands_for > 0 AND s.trouble = '')`

// Unseen counts what is owed to places that Slack refuses and that nobody is
// shown elsewhere. Of people who are not found yet others are told.
func (db *DB) Unseen(ctx context.Context) (n int, err error) {
	err = db.view(ctx, func(t *tx) error {
		_, err := t.one([]any{&n}, unseen)
		return err
	})
	return n, err
}

const letGo = `UPDATE messages SET trouble = 'over', owed = 0, stale = 0, foldable = 0 WHERE recipient = $1 AND kind = 'page' AND ts = ''
	AND alert > 0 AND EXISTS (SELECT 1 FROM alerts WHERE alerts.seq = messages.alert AND status = 'closed')`

// Move has what was never posted to one place go to another, and what stands
// there already belong to it: a name is known to stand for that id. A page that
// is over by now is let go of: whoever it was for need not hear of it.
func (db *DB) Move(ctx context.Context, from, to string) error {
	if from == "" || from == to {
		return nil
	}
	return db.update(ctx, func(t *tx) error {
		t.woken = true
		if _, err := t.exec(letGo, from); err != nil {
			return err
		}
		for _, text := range []string{
			`UPDATE messages SET recipient = $2, owed = 0, stale = CASE WHEN owed = 1 THEN 1 ELSE stale END WHERE recipient = $1 AND (ts = '' OR channel = $2)`,
			`UPDATE storms SET recipient = $2 WHERE recipient = $1`,
		} {
			if _, err := t.exec(text, from, to); err != nil {
				return err
			}
		}
		_, err := t.exec(`DELETE FROM places WHERE recipient = $1`, from)
		return err
	})
}
