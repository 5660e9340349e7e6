package store

import (
	"context"
	"database/sql"
)

// Names returns the ids that [DB.KeepNames] kept, by name.
func (db *DB) Names(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	err := db.view(ctx, func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var name, id string
			err := rows.Scan(&name, &id)
			ids[name] = id
			return err
		}, `SELECT name, id FROM names`)
	})
	return ids, err
}

// KeepNames remembers Slack's ids of names, for a start while Slack does not
// answer.
func (db *DB) KeepNames(ctx context.Context, ids map[string]string) error {
	return db.updateRows(ctx, func(t *tx) error {
		for name, id := range ids {
			_, err := t.exec(`INSERT INTO names (name, id) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET id = excluded.id`, name, id)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
