package store

import (
	"context"
	"time"
)

const takeLease = `INSERT INTO leases (name, holder, until) VALUES ($1, $2, ` + nowMicros + ` + $3)
	ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
	WHERE leases.holder = excluded.holder OR leases.until <= ` + nowMicros

// Lease takes or renews a named lease for ttl and reports whether holder has
// it. It runs by the database's clock, whatever the holders' clocks say. One process alone has a SQLite database, so there it is always granted,
// also right after a crash.
func (db *DB) Lease(ctx context.Context, name, holder string, _ time.Time, ttl time.Duration) (held bool, err error) {
	if db.engine.name == "sqlite" {
		return true, nil
	}
	err = db.updateRows(ctx, func(t *tx) error {
		n, err := t.exec(takeLease, name, holder, ttl.Microseconds())
		held = n == 1
		return err
	})
	return held && err == nil, err
}

// Release gives a lease back before its time, if holder still has it.
func (db *DB) Release(ctx context.Context, name, holder string) error {
	return db.updateRows(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM leases WHERE name = $1 AND holder = $2`, name, holder)
		return err
	})
}
