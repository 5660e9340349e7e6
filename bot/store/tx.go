package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"
)

// tx is one transaction. Each part of the bot sees it through the interface
// that it declared itself.
type tx struct {
	db    *DB
	ctx   context.Context
	pool  *pool
	sql   *sql.Tx
	at    time.Time // when it began
	stmts map[string]*sql.Stmt
	woken bool // somebody who sleeps should look again

	changed bool // a row

	seqs     map[string]int64 // of alerts and pages read or saved
	versions map[string]int   // of values saved in here: a second save builds on the first
	conflict error            // stays, even if whoever called swallows it
}

const (
	tries   = 12
	maxWait = 100 * time.Millisecond
)

// update runs do in a transaction and returns once it is on disk, as if it
// had run alone. After a conflict do runs again.
func (db *DB) update(ctx context.Context, do func(*tx) error) error {
	return db.retry(ctx, &db.engine.whole, do)
}

// updateRows is update for what decides by the rows that it changes and
// nothing else: each statement sees what was committed before it, so do must
// lock what it decides by (see [tx.lockKeys] and locked), or save it by its
// version. It does not stand in the way of what changes other rows.
func (db *DB) updateRows(ctx context.Context, do func(*tx) error) error {
	return db.retry(ctx, &db.engine.rows, do)
}

func (db *DB) retry(ctx context.Context, how *sql.TxOptions, do func(*tx) error) error {
	var err error
	for try := range tries {
		if err = db.once(ctx, db.write, how, do); err == nil || !isConflict(err) {
			break
		}
		// Replicas that met once should not meet again.
		if sleep(ctx, rand.N(min(time.Millisecond<<try, maxWait))) != nil {
			break
		}
	}
	return db.explain(err)
}

// view runs do on what was committed last. It waits for no writer.
func (db *DB) view(ctx context.Context, do func(*tx) error) error {
	return db.explain(db.once(ctx, db.read, &db.engine.read, do))
}

func (db *DB) once(ctx context.Context, p *pool, options *sql.TxOptions, do func(*tx) error) error {
	if db.Shared() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, transactionTime)
		defer cancel()
	}
	if err := db.files.lost(); err != nil {
		return err // and nothing more is written into what is not ours
	}
	begun, err := p.begin(ctx, options)
	if err != nil {
		return err
	}
	defer begun.Rollback() // does nothing after a commit
	t := &tx{db: db, ctx: ctx, pool: p, sql: begun, at: db.Now(), stmts: map[string]*sql.Stmt{}, seqs: map[string]int64{}, versions: map[string]int{}}
	err = do(t)
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // that is what ended it
	}
	if t.conflict != nil {
		err = t.conflict
	}
	if err != nil {
		return err
	}
	if t.woken {
		if err := t.notify(); err != nil {
			return err
		}
	}
	if t.changed {
		if err := db.files.raise(t); err != nil {
			return err
		}
	}
	if err := begun.Commit(); err != nil {
		return err
	}
	if options != &db.engine.read {
		// What is saved in a file that the next start does not find is lost.
		if err := db.Intact(); err != nil {
			return err
		}
	}
	if t.woken {
		db.wake.all()
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(text string, args ...any) (int64, error) {
	text = t.db.engine.sql(text)
	clean(args)
	var result sql.Result
	stmt, err := t.stmt(text)
	switch {
	case err != nil:
		return 0, err
	case stmt != nil:
		result, err = stmt.Exec(args...) // cancelled by the transaction's context: not once a statement
	default:
		result, err = t.sql.ExecContext(t.ctx, text, args...)
	}
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	t.changed = t.changed || n > 0
	return n, err
}

// each runs a query and calls scan for every row.
func (t *tx) each(scan func(*sql.Rows) error, text string, args ...any) error {
	text = t.db.engine.sql(text)
	clean(args)
	var rows *sql.Rows
	stmt, err := t.stmt(text)
	switch {
	case err != nil:
		return err
	case stmt != nil:
		rows, err = stmt.Query(args...)
	default:
		rows, err = t.sql.QueryContext(t.ctx, text, args...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one reads a single row into to and reports whether there was one.
func (t *tx) one(to []any, text string, args ...any) (found bool, err error) {
	err = t.each(func(rows *sql.Rows) error {
		found = true
		return rows.Scan(to...)
	}, text, args...)
	return found, err
}

// clean replaces what Postgres cannot store in a text: NUL and broken UTF-8.
// Both engines then hold the same.
func clean(args []any) {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = cleanText(s)
		}
	}
}

func cleanText(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// expect notes a conflict if a statement did not change all n rows it should.
func (t *tx) expect(n int, changed int64, err error) error {
	if err == nil && changed != int64(n) {
		t.conflict = errConflict
		return errConflict
	}
	return err
}

const lockKeys = `SELECT count(*) FROM (
	SELECT pg_advisory_xact_lock(key) FROM (
		SELECT DISTINCT hashtextextended(current_schema() || key, 0) AS key FROM unnest($1::text[]) AS key ORDER BY key) AS keys) AS taken`

// lockKeys keeps other transactions that lock one of the keys waiting until
// this one ends: for what is decided by rows that are not there yet.
func (t *tx) lockKeys(keys []string) error {
	if t.db.engine.name == "sqlite" {
		return nil
	}
	saved := make([]string, len(keys))
	for i, key := range keys {
		saved[i] = cleanText(key)
	}
	var n int
	_, err := t.one([]any{&n}, lockKeys, saved)
	return err
}

// nextVersion is the version to save a value under that was read as version.
func (t *tx) nextVersion(id string, version int) int {
	version = max(version, t.versions[id]) + 1
	t.versions[id] = version
	return version
}

// micros is an instant as it is saved: whole microseconds, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// round makes instants as they will be read again.
func round(times ...*time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			*t = instant(micros(*t))
		}
	}
}
