package store

import (
	"context"
	"database/sql"
	"time"
)

// How long it is remembered what was seen. Datadog and Slack repeat within
// minutes; a person who finds an old message in their scroll, within days.
const (
	keepEvents = 30 * 24 * time.Hour
	keepKeys   = 7 * 24 * time.Hour
	// AWS repeats within a day, and there may be 200,000 scan results in one.
	keepRepeats = 3 * 24 * time.Hour
	keepScans   = 400 * 24 * time.Hour
	pruneBatch  = 2000 // rows of one transaction: others get their turn between
)

var freshEvents = bulk{
	head: `INSERT INTO events (id, at) VALUES`,
	tail: `ON CONFLICT (id) DO NOTHING RETURNING id`,
	cols: 2,
}

const freshEvent = `INSERT INTO events (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`

// Fresh counts an id that ids holds twice as fresh once.
func (t *tx) Fresh(ids []string, at time.Time) (map[string]bool, error) {
	args := make([]any, 0, 2*len(ids))
	asked := make(map[string]string, len(ids)) // as saved -> as asked for
	for _, id := range ids {
		saved := cleanText(id)
		if _, twice := asked[saved]; !twice {
			args = append(args, saved, micros(at))
		}
		asked[saved] = id
	}
	fresh := make(map[string]bool, len(ids))
	if t.db.engine.batch == 1 { // row by row it takes a third of the time there
		for i := 0; i < len(args); i += freshEvents.cols {
			id := args[i].(string)
			n, err := t.exec(freshEvent, args[i:i+freshEvents.cols]...)
			if err != nil {
				return nil, err
			}
			if n == 1 {
				fresh[asked[id]] = true
			}
		}
		return fresh, nil
	}
	err := freshEvents.each(t, args, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		fresh[asked[id]] = true
		return err
	})
	return fresh, err
}

// Once reports whether key is new and notes it. The empty key is always new.
func (t *tx) Once(key string, at time.Time) (bool, error) {
	if key == "" {
		return true, nil
	}
	n, err := t.exec(`INSERT INTO keys (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, micros(at))
	return n == 1, err
}

const (
	pruneEvents = `DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < $1 ORDER BY at LIMIT $2)`
	pruneKeys   = `DELETE FROM keys WHERE key IN (SELECT key FROM keys WHERE at < $1 ORDER BY at LIMIT $2)`

	pruneCounts  = `DELETE FROM scan_counts WHERE day < $1 AND day IN (SELECT day FROM scan_counts WHERE day < $1 ORDER BY day LIMIT $2)`
	pruneResults = `DELETE FROM results WHERE seq IN (SELECT seq FROM results WHERE at < $1 AND unpaged = 0 ORDER BY at LIMIT $2)`
	// What a person said of a verdict is kept, and so is what it was about.
	pruneContexts  = `DELETE FROM contexts WHERE alert IN (SELECT alert FROM contexts WHERE at < $1 AND corrected = '' ORDER BY alert LIMIT $2)`
	pruneBulletins = `DELETE FROM bulletins WHERE id IN (SELECT id FROM bulletins WHERE at < $1 ORDER BY at LIMIT $2)`
)

// Prune forgets events seen more than 30 days and keys seen more than 7 days
// before an instant, and scans, contexts and bulletins after 400 days.
func (db *DB) Prune(ctx context.Context, at time.Time) error {
	for _, old := range []struct {
		text   string
		before time.Time
	}{
		{pruneEvents, at.Add(-keepEvents)},
		{pruneKeys, at.Add(-keepKeys)},
		{pruneCounts, at.Add(-keepScans)},
		{pruneResults, at.Add(-keepScans)},
		{pruneContexts, at.Add(-keepScans)},
		{pruneBulletins, at.Add(-keepScans)},
	} {
		for n := int64(pruneBatch); n == pruneBatch; {
			err := db.updateRows(ctx, func(t *tx) (err error) {
				n, err = t.exec(old.text, micros(old.before), pruneBatch)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
