package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/waf"
	"toban/rotation"
)

// Contexts is where an [enrich.Looker] finds what to look up and saves it.
func (db *DB) Contexts() enrich.Store { return contextStore{db} }

type contextStore struct{ *DB }

const (
	dueLooks  = `SELECT ` + caseColumns + ` FROM alerts a` + withPage
	duePaged  = dueLooks + ` WHERE a.look_at > 0 AND a.page > 0 AND a.look_at <= $1 ORDER BY a.look_at LIMIT $2`
	dueRest   = dueLooks + ` WHERE a.look_at > 0 AND a.page = 0 AND a.look_at <= $1 ORDER BY a.look_at LIMIT $2`
	nextPaged = `SELECT COALESCE(min(look_at), 0) FROM alerts WHERE look_at > 0 AND page > 0 AND look_at > $1`
	nextRest  = `SELECT COALESCE(min(look_at), 0) FROM alerts WHERE look_at > 0 AND page = 0 AND look_at > $1`
)

// DueContexts returns up to limit cases whose context is to be looked up.
func (s contextStore) DueContexts(ctx context.Context, at time.Time, limit int, skip []string) (due []alerts.Case, next time.Time, err error) {
	if err := s.lookNoMore(ctx, at); err != nil {
		return nil, time.Time{}, err
	}
	err = s.view(ctx, func(t *tx) error {
		due = nil
		for _, query := range []string{duePaged, dueRest} {
			found, err := t.cases(query, micros(at), limit+len(skip))
			if err != nil {
				return err
			}
			due = append(due, found...)
		}
		due = slices.DeleteFunc(due, func(c alerts.Case) bool { return slices.Contains(skip, c.Alert.ID) })
		due = due[:min(len(due), limit)]
		for i := range due {
			if due[i].Context, err = t.context(due[i].Alert.ID); err != nil {
				return err
			}
		}
		paged, err := t.instant(nextPaged, micros(at))
		if err != nil {
			return err
		}
		rest, err := t.instant(nextRest, micros(at))
		next = soonest(paged, rest)
		return err
	})
	return due, next, err
}

const (
	isFolded    = ` AND EXISTS (SELECT 1 FROM messages m WHERE m.alert = a.seq AND m.alert > 0 AND m.storm <> '') ORDER BY a.look_at LIMIT $2`
	foldedPaged = `SELECT a.seq FROM alerts a WHERE a.look_at > 0 AND a.page > 0 AND a.look_at <= $1` + isFolded
	foldedRest  = `SELECT a.seq FROM alerts a WHERE a.look_at > 0 AND a.page = 0 AND a.look_at <= $1` + isFolded
	foldedBatch = 256
)

var lookNoMore = bulk{
	head: `UPDATE alerts SET look_at = 0 WHERE look_at > 0 AND seq IN (SELECT seq FROM alerts WHERE seq IN (`,
	tail: `)` + locked + `)`,
	cols: 1, list: true,
}

// lookNoMore takes what is due and became a line in a storm off the list, where
// nobody reads what is known about it. Folding itself leaves alerts alone.
func (s contextStore) lookNoMore(ctx context.Context, at time.Time) error {
	for {
		var seqs []any
		err := s.view(ctx, func(t *tx) error {
			seqs = nil
			for _, query := range []string{foldedPaged, foldedRest} {
				if err := t.each(func(rows *sql.Rows) error {
					var seq int64
					err := rows.Scan(&seq)
					seqs = append(seqs, seq)
					return err
				}, query, micros(at), foldedBatch); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(seqs) == 0 {
			return err
		}
		err = s.updateRows(ctx, func(t *tx) error {
			_, err := lookNoMore.exec(t, seqs)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// soonest is the earlier of two instants, where zero is none.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

const (
	saveContext = `INSERT INTO contexts (alert, at, verdict, corrected, corrected_by, corrected_at, doc) VALUES ($1, $2, $3, '', '', 0, $4)
		ON CONFLICT (alert) DO UPDATE SET at = excluded.at, verdict = excluded.verdict, doc = excluded.doc`
	looked = `UPDATE alerts SET look_at = $2 WHERE id = $1`
	// showNow ends the waiting of what waited for its context, and not of what
	// waits because Slack failed.
	showNow = `UPDATE messages SET due_at = 0 WHERE alert = $1 AND ts = '' AND attempts = 0 AND stale = 1`
)

// SaveContext saves what is known about an alert. What shows nothing is not
// saved: the alert just is not looked up any more.
func (s contextStore) SaveContext(ctx context.Context, alert string, c alerts.Context, again time.Time) error {
	return s.updateRows(ctx, func(t *tx) error {
		// The alert's row first: from here on nobody else changes what is read.
		if _, err := t.exec(looked, alert, micros(again)); err != nil {
			return err
		}
		found, err := t.ByAlert(alert)
		if err != nil {
			return err
		}
		seq := t.seqOf(alert)
		if _, err := t.exec(showNow, seq); err != nil {
			return err
		}
		t.woken = true
		before, err := t.context(alert)
		if err != nil || c.Empty() && before == nil {
			return err
		}
		if before != nil && before.Correction != nil {
			c.WAF = keepVerdict(c.WAF, before.WAF)
		}
		verdict := ""
		if c.WAF != nil {
			verdict = string(c.WAF.Verdict.Kind)
		}
		c.Correction = nil // has columns of its own
		doc, err := encode(c)
		if err != nil {
			return err
		}
		if _, err := t.exec(saveContext, seq, micros(c.At), verdict, doc); err != nil {
			return err
		}
		return t.redraw(found)
	})
}

// keepVerdict leaves the verdict that a person corrected where a later look has
// another: what they said is of that one, and is shown and counted beside it.
func keepVerdict(found, before *waf.Report) *waf.Report {
	if found == nil {
		return before
	}
	kept := *found
	kept.Verdict = before.Verdict
	return &kept
}

const contextOf = `SELECT c.doc, c.corrected, c.corrected_by, c.corrected_at FROM contexts c JOIN alerts a ON a.seq = c.alert WHERE a.id = $1`

// context returns what is known about an alert; nil: nothing.
func (t *tx) context(alert string) (*alerts.Context, error) {
	all, err := t.contexts(contextOf, alert)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

func (t *tx) contexts(text string, args ...any) (all []*alerts.Context, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var doc sql.RawBytes
		var kind, by string
		var at int64
		if err := rows.Scan(&doc, &kind, &by, &at); err != nil {
			return err
		}
		c := &alerts.Context{}
		if err := json.Unmarshal(doc, c); err != nil {
			return fmt.Errorf("context: %w", err)
		}
		if kind != "" {
			c.Correction = &alerts.Correction{Kind: waf.Kind(kind), By: rotation.PersonID(by), At: instant(at)}
		}
		all = append(all, c)
		return nil
	}, text, args...)
	return all, err
}

// Lease grants name to one holder at a time.
func (s contextStore) Lease(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error) {
	return s.DB.Lease(ctx, name, holder, now, ttl)
}

const correct = `UPDATE contexts SET corrected = $2, corrected_by = $3, corrected_at = $4 WHERE alert = $1 AND verdict <> ''`

// Correct notes what a person says of the verdict on an alert's blocked
// requests, and returns who said so before (nil: nobody). What the bot had said
// stays. [alerts.ErrNotFound]: there is no verdict to correct.
func (db *DB) Correct(ctx context.Context, alert string, kind waf.Kind, by rotation.PersonID, at time.Time) (before *alerts.Correction, err error) {
	err = db.update(ctx, func(t *tx) error {
		before = nil
		c, err := t.ByAlert(alert)
		if err != nil {
			return err
		}
		known, err := t.context(alert)
		if err != nil {
			return err
		}
		if known == nil || known.WAF == nil {
			return alerts.ErrNotFound
		}
		if before = known.Correction; before != nil && before.Kind == kind {
			return nil
		}
		if _, err := t.exec(correct, t.seqOf(alert), string(kind), string(by), micros(at)); err != nil {
			return err
		}
		if err := t.Audit(rotation.Audit{At: at, Who: by, Did: "waf.correct", Subject: alert, Detail: string(known.WAF.Verdict.Kind) + " > " + string(kind)}); err != nil {
			return err
		}
		t.woken = true
		return t.remindOf([]alerts.Case{c})
	})
	return before, err
}

const (
	corrections = `SELECT verdict, corrected, count(*) FROM contexts WHERE corrected <> '' GROUP BY verdict, corrected`
	pastWindows = `SELECT ` + caseColumns + ` FROM contexts c JOIN alerts a ON a.seq = c.alert` + withPage + ` WHERE c.verdict <> '' ORDER BY c.alert DESC LIMIT $1`
	countWAF    = `SELECT count(*) FROM contexts WHERE verdict <> ''`
)

// Corrections counts what people said of the bot's verdicts: by what it had
// said, and what they said. windows is how many verdicts there were in all.
func (db *DB) Corrections(ctx context.Context) (counts map[waf.Kind]map[waf.Kind]int, windows int, err error) {
	err = db.view(ctx, func(t *tx) error {
		counts = map[waf.Kind]map[waf.Kind]int{}
		err := t.each(func(rows *sql.Rows) error {
			var said, corrected waf.Kind
			var n int
			err := rows.Scan(&said, &corrected, &n)
			if counts[said] == nil {
				counts[said] = map[waf.Kind]int{}
			}
			counts[said][corrected] = n
			return err
		}, corrections)
		if err == nil {
			_, err = t.one([]any{&windows}, countWAF)
		}
		return err
	})
	return counts, windows, err
}

// PastWindows returns the latest n alerts that have a verdict on blocked
// requests, with their context, newest first.
func (db *DB) PastWindows(ctx context.Context, n int) (past []alerts.Case, err error) {
	err = db.view(ctx, func(t *tx) error {
		if past, err = t.cases(pastWindows, n); err != nil {
			return err
		}
		for i := range past {
			if past[i].Context, err = t.context(past[i].Alert.ID); err != nil {
				return err
			}
		}
		return nil
	})
	return past, err
}
