package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"toban/alerts"
)

// Alerts is where an [alerts.Pager] saves.
func (db *DB) Alerts() alerts.Store { return alertStore{db} }

type alertStore struct{ db *DB }

func (s alertStore) Update(ctx context.Context, do func(alerts.Tx) error) error {
	return s.db.updateRows(ctx, func(t *tx) error { return do(t) })
}

// caseColumns are what scanCase reads: an alert and one of its pages.
const caseColumns = `a.seq, a.id, a.key, a.title, a.version, a.doc,
	COALESCE(p.seq, 0), COALESCE(p.id, ''), COALESCE(p.next_step_at, 0), COALESCE(p.version, 0), COALESCE(p.doc, '')`

// withPage joins an alert with its newest page.
const withPage = ` LEFT JOIN pages p ON p.seq = a.page`

func (t *tx) scanCase(rows *sql.Rows) (alerts.Case, error) {
	var alertSeq, pageSeq, nextStepAt int64
	var alertVersion, pageVersion int
	var id, key, title, pageID string
	var doc, pageDoc sql.RawBytes
	if err := rows.Scan(&alertSeq, &id, &key, &title, &alertVersion, &doc, &pageSeq, &pageID, &nextStepAt, &pageVersion, &pageDoc); err != nil {
		return alerts.Case{}, err
	}
	var c alerts.Case
	var err error
	if c.Alert, err = decodeAlert(doc); err != nil {
		return c, fmt.Errorf("alert %s: %w", id, err)
	}
	c.Alert.ID, c.Alert.Key, c.Alert.Title, c.Alert.Version = id, key, title, alertVersion
	t.seqs[id] = alertSeq
	if pageSeq == 0 {
		return c, nil
	}
	page, err := decodePage(pageDoc)
	if err != nil {
		return c, fmt.Errorf("page %s: %w", pageID, err)
	}
	page.ID, page.AlertID, page.NextStepAt, page.Version = pageID, id, instant(nextStepAt), pageVersion
	t.seqs[pageID] = pageSeq
	c.Page = &page
	return c, nil
}

// cases returns all cases of a query for caseColumns.
func (t *tx) cases(text string, args ...any) (found []alerts.Case, err error) {
	err = t.each(func(rows *sql.Rows) error {
		c, err := t.scanCase(rows)
		found = append(found, c)
		return err
	}, text, args...)
	return found, err
}

func (t *tx) oneCase(text string, args ...any) (alerts.Case, error) {
	found, err := t.cases(text, args...)
	if err == nil && len(found) == 0 {
		err = alerts.ErrNotFound
	}
	if err != nil {
		return alerts.Case{}, err
	}
	return found[0], nil
}

const (
	caseOfAlert = `SELECT ` + caseColumns + ` FROM alerts a` + withPage + ` WHERE a.id = $1`
	caseOfPage  = `SELECT ` + caseColumns + ` FROM pages p JOIN alerts a ON a.seq = p.alert WHERE p.id = $1`
)

func (t *tx) ByAlert(id string) (alerts.Case, error) { return t.oneCase(caseOfAlert, id) }

func (t *tx) ByPage(id string) (alerts.Case, error) { return t.oneCase(caseOfPage, id) }

// latest looks a list of keys up at once; both engines call the column of a
// VALUES list column1.
var latest = bulk{
	head: `SELECT ` + caseColumns + ` FROM (VALUES`,
	tail: `) AS wanted
		JOIN alerts a ON a.seq = (SELECT max(seq) FROM alerts WHERE key = wanted.column1)` + withPage,
	cols: 1,
}

// Latest keeps other replicas from saving these keys until the transaction ends.
func (t *tx) Latest(keys []string) (map[string]alerts.Case, error) {
	if err := t.lockKeys(keys); err != nil {
		return nil, err
	}
	args := make([]any, len(keys))
	asked := make(map[string]string, len(keys)) // as saved -> as asked for
	for i, key := range keys {
		args[i], asked[cleanText(key)] = key, key
	}
	found := make(map[string]alerts.Case, len(keys))
	err := latest.each(t, args, func(rows *sql.Rows) error {
		c, err := t.scanCase(rows)
		found[asked[c.Alert.Key]] = c
		return err
	})
	return found, err
}

// duePages leaves out those that a press on their storm is about to reach.
const duePages = `SELECT ` + caseColumns + ` FROM pages p JOIN alerts a ON a.seq = p.alert
	WHERE p.next_step_at > 0 AND p.next_step_at <= $1 AND NOT EXISTS (SELECT 1 FROM storm_presses s
		JOIN messages m ON m.alert = p.alert AND m.alert > 0 AND m.storm = s.storm AND m.fold_seq > s.done AND m.fold_seq <= s.up_to)
	ORDER BY p.next_step_at, p.seq LIMIT $2`

func (t *tx) Due(at time.Time, limit int) ([]alerts.Case, error) {
	return t.cases(duePages, micros(at), limit)
}

const unverifiedPages = `SELECT ` + caseColumns + ` FROM pages p JOIN alerts a ON a.seq = p.alert
	WHERE p.unverified > 0 ORDER BY p.seq LIMIT $1`

func (t *tx) Unverified(limit int) ([]alerts.Case, error) { return t.cases(unverifiedPages, limit) }

const nextPage = `SELECT COALESCE(min(next_step_at), 0) FROM pages WHERE next_step_at > 0`

func (t *tx) NextDue() (time.Time, error) { return t.instant(nextPage) }

// instant returns the only value of a query.
func (t *tx) instant(text string, args ...any) (time.Time, error) {
	var at int64
	_, err := t.one([]any{&at}, text, args...)
	return instant(at), err
}

// once leaves out the cases that are there twice.
func once(all []alerts.Case) []alerts.Case {
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(c alerts.Case) bool {
		twice := seen[c.Alert.ID]
		seen[c.Alert.ID] = true
		return twice
	})
}
