package store

import (
	"context"
	"database/sql"
	"time"

	"toban/alerts"
)

// A message lives when Slack shows it, when it had nothing to show, or when it
// is on its way. These queries are the auditor's own: they share nothing with
// those that send messages.
const (
	lostAlerts = `
		SELECT a.id FROM alerts a WHERE a.seq >= $1 AND a.seq < $2 AND NOT EXISTS (
			SELECT 1 FROM messages m WHERE m.alert = a.seq AND (m.ts <> '' OR m.shown > 0 OR m.stale = 1 AND m.trouble = ''
				OR m.storm <> '' AND EXISTS (
					SELECT 1 FROM messages s WHERE s.alert = 0 AND s.subject = m.storm AND s.kind = 'storm' AND (s.ts <> '' OR s.stale = 1 AND s.trouble = ''))))
		ORDER BY a.seq LIMIT 1000`
	lostOthers = `
		SELECT DISTINCT m.subject FROM messages m WHERE m.seq >= $1 AND m.seq < $2 AND m.alert = 0 AND m.ts = '' AND m.shown = 0 AND m.stale = 0
			AND NOT EXISTS (SELECT 1 FROM messages s WHERE s.alert = 0 AND s.subject = m.subject AND (s.ts <> '' OR s.shown > 0 OR s.stale = 1 AND s.trouble = ''))
		LIMIT 1000`

	// A page to a person is not sent again: it went on to somebody else.
	revive = `UPDATE messages SET trouble = '', owed = 0, stale = 1, due_at = 0
		WHERE ts = '' AND stale = 0 AND storm = '' AND stands_for = 0 AND NOT (kind IN ('page', 'storm') AND (recipient LIKE 'U%' OR recipient LIKE 'W%')) AND `
	// unfold takes out of storms that are nowhere what was put in.
	unfold = `UPDATE messages SET storm = '' WHERE alert > 0 AND alert = $1 AND ts = '' AND storm <> ''
		AND NOT EXISTS (SELECT 1 FROM messages s WHERE s.alert = 0 AND s.subject = messages.storm)`
	reviveOfAlert = revive + `alert > 0 AND alert = $1`
	reviveOther   = revive + `alert = 0 AND subject = $1`
)

// Lost finds what was accepted between two instants and no living message
// shows, has it shown again, and returns how many alerts and other things
// (incidents, findings, swaps, storms) that were. What nobody can be shown is
// found each time.
func (db *DB) Lost(ctx context.Context, since, before time.Time) (lost, others int, err error) {
	ids, subjects, err := db.findLost(ctx, since, before)
	if err != nil || len(ids)+len(subjects) == 0 {
		return 0, 0, err
	}
	err = db.update(ctx, func(t *tx) error {
		lost, others = 0, 0
		t.woken = true
		for _, id := range ids {
			found, err := t.bringBack(id)
			if err != nil {
				return err
			}
			lost += found
		}
		for _, subject := range subjects {
			n, err := t.exec(reviveOther, subject)
			if err != nil {
				return err
			}
			others += int(min(n, 1))
		}
		return nil
	})
	return lost, others, err
}

func (db *DB) findLost(ctx context.Context, since, before time.Time) (ids, subjects []string, err error) {
	from, until := since.UnixMicro()<<10, before.UnixMicro()<<10
	err = db.view(ctx, func(t *tx) error {
		if ids, err = t.strings(lostAlerts, from, until); err != nil {
			return err
		}
		subjects, err = t.strings(lostOthers, from, until)
		return err
	})
	return ids, subjects, err
}

func (t *tx) strings(text string, args ...any) (all []string, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		all = append(all, s)
		return err
	}, text, args...)
	return all, err
}

// bringBack has an alert shown that nothing shows; 0: it need not be.
func (t *tx) bringBack(id string) (int, error) {
	c, err := t.ByAlert(id)
	if err != nil || len(t.messagesOf(nil, c)) == 0 {
		return 0, err
	}
	if _, err := t.exec(unfold, t.seqOf(id)); err != nil {
		return 0, err
	}
	n, err := t.exec(reviveOfAlert, t.seqOf(id))
	if err != nil || n > 0 {
		return 1, err
	}
	return 1, t.remindOf([]alerts.Case{c})
}
