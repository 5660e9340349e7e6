package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"toban/bot/outbox"
)

const (
	stormLasts = 60 * time.Second // after its last fold a storm takes more in for so long
	loudLasts  = 10 * time.Second // after its message began it takes in what must be heard
)

// storm is a row of storms.
type storm struct {
	id, to      string
	seq, total  int64
	named, loud int64
}

const (
	// growing finds the storm that goes on. What is in it already or must be heard
	// would be a mere edit of it, and so would be what comes after everything in
	// it was answered: then a new message begins.
	growing = `SELECT id, seq, total, named, loud FROM storms latest
		WHERE id = (SELECT id FROM storms WHERE recipient = $1 AND last_at > $2 ORDER BY last_at DESC, seq DESC LIMIT 1)
		AND ($3 = 0 OR loud = 1 AND opened_at > $4)
		AND EXISTS (SELECT 1 FROM storm_counts c WHERE c.storm = latest.id AND c.status IN ('firing', 'unanswered') AND c.n > 0)
		AND NOT EXISTS (SELECT 1 FROM messages w JOIN messages m ON m.alert = w.alert AND m.alert > 0
			WHERE w.stale = 1 AND w.recipient = $1 AND w.foldable > 0 AND m.storm || '' = latest.id)`
	toFold  = `SELECT count(*), COALESCE(max(foldable & 2), 0), COALESCE(max(foldable & 4), 0) FROM messages WHERE stale = 1 AND recipient = $1 AND foldable > 0`
	foldAll = `UPDATE messages SET storm = $2, stale = 0, foldable = 0, fold_seq = $3 + chosen.place
		FROM (SELECT seq, row_number() OVER (ORDER BY rank, seq) AS place
			FROM (SELECT seq, rank FROM messages WHERE stale = 1 AND recipient = $1 AND foldable > 0` + locked + `) AS waiting) AS chosen
		WHERE messages.seq = chosen.seq`
	// saveStorm names the total that the places in it were counted from.
	saveStorm = `INSERT INTO storms (seq, id, recipient, opened_at, last_at, total, named, loud, missed) VALUES ($1, $2, $3, $4, $4, $5, $6, $8, 0)
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
		w, err := t.whatFolds(to)
		if err != nil {
			return err
		}
		before, found, err := t.growing(w, at)
		if err != nil {
			return err
		}
		s := before
		added, err := t.exec(foldAll, to, s.id, s.total)
		if err != nil {
			return err
		}
		s.total += added
		if w.named > 0 {
			s.named = 1
		}
		saved, err := t.exec(saveStorm, rowOf(t, found, s.seq), s.id, to, micros(at), s.total, s.named, before.total, s.loud)
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

// foldables is what waits for a destination and may go into a storm.
type foldables struct {
	to          string
	named, loud int64 // above zero: some of it is
}

func (t *tx) whatFolds(to string) (foldables, error) {
	w, n := foldables{to: to}, 0
	_, err := t.one([]any{&n, &w.named, &w.loud}, toFold, to)
	if err == nil && n == 0 {
		err = errNothing
	}
	return w, err
}

// growing is the storm that takes w in: one that is found, or a new one.
func (t *tx) growing(w foldables, at time.Time) (s storm, found bool, err error) {
	s.to = w.to
	found, err = t.one([]any{&s.id, &s.seq, &s.total, &s.named, &s.loud}, growing, w.to, micros(at.Add(-stormLasts)), w.loud, micros(at.Add(-loudLasts)))
	if !found {
		s.id, s.seq, s.loud = "T"+rand.Text(), t.db.nextSeq(), min(w.loud, 1)
	}
	return s, found, err
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
