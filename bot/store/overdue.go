package store

import (
	"context"
	"database/sql"
	"time"
)

// Overdue counts what should have happened some time before an instant and did
// not: pages whose next step passed, and messages that nobody has seen.
type Overdue struct{ Pages, Messages int }

// Overdue looks with queries of its own, so that a fault in those of the
// Speaker and the timers does not hide itself.
func (db *DB) Overdue(ctx context.Context, before time.Time) (o Overdue, err error) {
	err = db.view(ctx, func(t *tx) error {
		return t.each(func(rows *sql.Rows) error { return rows.Scan(&o.Pages, &o.Messages) }, `
			SELECT (SELECT count(*) FROM pages WHERE next_step_at > 0 AND next_step_at < $1),
			       (SELECT count(*) FROM messages WHERE stale = 1 AND ts = '' AND storm = '' AND trouble = '' AND created_at < $1 AND due_at < $1)`,
			micros(before))
	})
	return o, err
}
