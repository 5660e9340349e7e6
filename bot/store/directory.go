package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"toban/bot/directory"
)

const (
	entriesNamed = `SELECT d.id, d.kind, d.doc FROM directory_names n JOIN directory d ON d.id = n.id WHERE n.kind = $1 AND n.name = $2 ORDER BY d.id`
	entryByID    = `SELECT id, kind, doc FROM directory WHERE id = $1`
)

// Named returns the people or channels that have a name, as [directory.Key]
// makes it.
func (db *DB) Named(ctx context.Context, kind directory.Kind, key string) (found []directory.Entry, err error) {
	err = db.view(ctx, func(t *tx) error {
		found, err = t.entries(entriesNamed, string(kind), key)
		return err
	})
	return found, err
}

// Entry returns a person or channel by id; a zero one is not known.
func (db *DB) Entry(ctx context.Context, id string) (e directory.Entry, err error) {
	err = db.view(ctx, func(t *tx) error {
		found, err := t.entries(entryByID, id)
		if len(found) > 0 {
			e = found[0]
		}
		return err
	})
	return e, err
}

func (t *tx) entries(text string, args ...any) (found []directory.Entry, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var e directory.Entry
		var id, kind string
		var doc []byte
		if err := rows.Scan(&id, &kind, &doc); err != nil {
			return err
		}
		err := json.Unmarshal(doc, &e)
		e.ID, e.Kind = id, directory.Kind(kind)
		found = append(found, e)
		return err
	}, text, args...)
	return found, err
}

// Listing says how far the list of all people or channels was read.
func (db *DB) Listing(ctx context.Context, kind directory.Kind) (l directory.Listing, err error) {
	l.Kind = kind
	err = db.view(ctx, func(t *tx) error {
		var began, ended int64
		_, err := t.one([]any{&l.Cursor, &l.Read, &began, &ended}, `SELECT cursor, entries, began_at, ended_at FROM listings WHERE kind = $1`, string(kind))
		l.BeganAt, l.EndedAt = instant(began), instant(ended)
		return err
	})
	return l, err
}

var (
	keepEntries = bulk{
		head: `INSERT INTO directory (id, kind, name, seen_at, doc) VALUES`,
		tail: `ON CONFLICT (id) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at, doc = excluded.doc`, cols: 5,
	}
	forgetNames = bulk{head: `DELETE FROM directory_names WHERE id IN (`, tail: `)`, cols: 1, list: true}
	keepNames   = bulk{head: `INSERT INTO directory_names (kind, name, id) VALUES`, tail: `ON CONFLICT DO NOTHING`, cols: 3}
)

// Keep remembers people and channels, and together with them how far the list
// was read that they come from; nil: from none.
func (db *DB) Keep(ctx context.Context, entries []directory.Entry, l *directory.Listing, at time.Time) error {
	var rows, ids, names []any
	seen := map[string]bool{}
	for _, e := range entries {
		if seen[e.ID] {
			continue // one statement cannot save a row twice
		}
		seen[e.ID] = true
		doc, err := encode(e)
		if err != nil {
			return err
		}
		rows, ids = append(rows, e.ID, string(e.Kind), directory.Key(e.Name), micros(at), doc), append(ids, e.ID)
		for _, key := range e.Keys() {
			names = append(names, string(e.Kind), key, e.ID)
		}
	}
	return db.update(ctx, func(t *tx) error {
		if _, err := keepEntries.exec(t, rows); err != nil {
			return err
		}
		if _, err := forgetNames.exec(t, ids); err != nil {
			return err
		}
		if _, err := keepNames.exec(t, names); err != nil || l == nil {
			return err
		}
		_, err := t.exec(`INSERT INTO listings (kind, cursor, entries, began_at, ended_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (kind) DO UPDATE SET cursor = excluded.cursor, entries = excluded.entries, began_at = excluded.began_at, ended_at = excluded.ended_at`,
			string(l.Kind), l.Cursor, l.Read, micros(l.BeganAt), micros(l.EndedAt))
		return err
	})
}
