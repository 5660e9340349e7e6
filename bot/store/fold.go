package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"toban/bot/outbox"
)

// stormLasts is how long after its last fold a storm takes more in.
const stormLasts = 60 * time.Second

// storm is a row of storms.
type storm struct {
	id, to     string
	seq, total int64
	named      int64
}

const (
	findStorm = `SELECT id, seq, total, named FROM storms WHERE recipient = $1 AND last_at > $2 ORDER BY last_at DESC LIMIT 1`
	toFold    = `SELECT COALESCE(max(foldable), 0) FROM messages WHERE stale = 1 AND recipient = $1 AND foldable > 0`
	foldAll   = `UPDATE messages SET storm = $2, stale = 0, foldable = 0, fold_seq = $3 + chosen.place
		FROM (SELECT seq, row_number() OVER (ORDER BY rank, seq) AS place
			FROM (SELECT seq, rank FROM messages WHERE stale = 1 AND recipient = $1 AND foldable > 0` + locked + `) AS waiting) AS chosen
		WHERE messages.seq = chosen.seq`
	// saveStorm names the total that the places in it were counted from.
	saveStorm = `INSERT INTO storms (seq, id, recipient, opened_at, last_at, total, named, missed) VALUES ($1, $2, $3, $4, $4, $5, $6, 0)
		ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, total = excluded.total, named = excluded.named
		WHERE storms.total = $7`
)

// Fold puts every alert and page that waits for a destination and was never
// posted into one storm message: the one that still grows, or a new one. In a
// channel its thread names them, worst first. It returns the storm's id, ""
// when nothing waits. It changes no alert, so nothing that happens to one
// meanwhile waits for it or makes it begin again.
func (db *DB) Fold(ctx context.Context, to string, at time.Time) (id string, err error) {
	at = db.shared(at)
	err = db.updateRows(ctx, func(t *tx) error {
		id = ""
		var kind int64 // 2 when an alert is among them: a channel, not a person
		if _, err := t.one([]any{&kind}, toFold, to); err != nil {
			return err
		}
		if kind == 0 {
			return errNothing
		}
		s := storm{to: to}
		found, err := t.one([]any{&s.id, &s.seq, &s.total, &s.named}, findStorm, to, micros(at.Add(-stormLasts)))
		if err != nil {
			return err
		}
		if !found {
			s.id, s.seq = "T"+rand.Text(), t.db.nextSeq()
		}
		before := s
		added, err := t.exec(foldAll, to, s.id, s.total)
		if err != nil {
			return err
		}
		s.total += added
		if kind == 2 {
			s.named = 1
		}
		saved, err := t.exec(saveStorm, rowOf(t, found, s.seq), s.id, to, micros(at), s.total, s.named, before.total)
		if err := t.expect(1, saved, err); err != nil {
			return err
		}
		id = s.id
		if err := t.showStorm(before, s); err != nil {
			return err
		}
		return t.countFolded(s.id, before.total)
	})
	if errors.Is(err, errNothing) {
		return "", nil
	}
	return id, err
}

// rowOf is the seq to insert a row with that may be there: see rowSeq.
func rowOf(t *tx, found bool, seq int64) int64 {
	if found {
		return t.db.nextSeq()
	}
	return seq
}

const (
	countStorm   = `UPDATE messages SET folded = $2, accounted = accounted + 1 WHERE alert = 0 AND subject = $1 AND kind = 'storm'`
	stormMessage = `SELECT seq FROM messages WHERE alert = 0 AND subject = $1 AND kind = 'storm'`
)

// showStorm marks the storm's message and those parts of its thread whose
// names are not those of before.
func (t *tx) showStorm(before, now storm) error {
	if err := t.show(now.id, message{kind: kindStorm, subject: now.id, to: now.to, urgency: paging}); err != nil {
		return err
	}
	if _, err := t.exec(countStorm, now.id, now.total); err != nil {
		return err
	}
	if now.named == 0 {
		return nil
	}
	var seq int64
	if _, err := t.one([]any{&seq}, stormMessage, now.id); err != nil {
		return err
	}
	first := int64(0)
	if before.named == 1 {
		first = before.total / outbox.NamesInPart // full parts stay as they are
	}
	for part := first; part*outbox.NamesInPart < now.total; part++ {
		subject := fmt.Sprintf("%s/%d", now.id, part)
		names := message{kind: string(outbox.StormNames), subject: subject, to: now.to, thread: messageID(seq), urgency: telling}
		if err := t.show(subject, names); err != nil {
			return err
		}
	}
	return nil
}
