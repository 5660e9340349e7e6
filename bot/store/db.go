package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// DB is the saved state. Its methods may be called from any goroutine.
type DB struct {
	engine engine
	where  string // for error messages: the file, or host and database
	write  *pool
	read   *pool
	lock   *os.File // SQLite: held until Close
	files  files    // SQLite: the ones that are open

	clock     clock
	readiness readiness
	damage    atomic.Pointer[error] // SQLite: what was found damaged; it stays so until a restart

	channels atomic.Pointer[Channels]
	counter  atomic.Int64 // the last seq given out
	wake     wakes
	texts    sync.Map // statement texts by shape

	listenTo *pgx.ConnConfig // Postgres: where other processes are heard
	stop     context.CancelFunc
	wg       sync.WaitGroup
}

// Channels says where messages go that no saved value names.
type Channels struct {
	Incidents string                             // digests of incidents; "" leaves them out
	Rotation  func(name string) (channel string) // overrides are told there; "" tells nobody but the person
	// Alias is the id of a channel or person by the name that saved values may
	// still call it by; see [DB.Move].
	Alias map[string]string
	// Instead are the places that show what Slack refuses elsewhere: see
	// [outbox.Places].
	Instead [][]string
}

// SetChannels replaces the channels. Messages that exist stay where they are.
func (db *DB) SetChannels(c Channels) {
	if c.Rotation == nil {
		c.Rotation = func(string) string { return "" }
	}
	db.channels.Store(&c)
}

// placeOf is the id of a place that saved values may call by a name.
func (db *DB) placeOf(name string) string {
	return cmp.Or(db.channels.Load().Alias[name], name)
}

// Open opens the database that a DATABASE_URL names ("" is [DefaultURL]) and
// brings its tables up to date. A SQLite file belongs to one process at a time;
// a second one gets an [*InUseError].
func Open(ctx context.Context, url string) (*DB, error) { return openAt(ctx, url, time.Now) }

// openAt is Open for a process whose own clock is now.
func openAt(ctx context.Context, url string, now func() time.Time) (*DB, error) {
	path, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	db := &DB{stop: func() {}, clock: clock{wall: now}}
	db.SetChannels(Channels{})
	if path != "" {
		err = db.openSQLite(path)
	} else {
		err = db.openPostgres(url)
	}
	if err == nil {
		err = db.prepare(ctx)
	}
	if err == nil && path != "" {
		err = db.noteFiles(ctx, path)
	}
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.start()
	return db, nil
}

func (db *DB) openSQLite(path string) (err error) {
	db.engine, db.where = sqliteEngine(), path
	if db.lock, err = lockDatabase(path); err != nil {
		return err
	}
	keepPrivate(path)
	// The cache holds what a storm's transaction touches. The log goes over into
	// the file every 16 MB: at SQLite's own 4 MB a storm took twice as long.
	write, err := sql.Open("sqlite", sqliteDSN(path, "immediate",
		"journal_mode(WAL)", "synchronous(FULL)", "cache_size(-4000)", "wal_autocheckpoint(4000)"))
	if err != nil {
		return err
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, "deferred", "query_only(1)", "cache_size(-1000)"))
	if err != nil {
		return errors.Join(err, write.Close())
	}
	db.write, db.read = newPool(write, true), newPool(read, true)
	db.write.SetMaxOpenConns(1)
	db.read.SetMaxOpenConns(4)
	db.read.SetMaxIdleConns(2)
	return nil
}

// start begins what runs beside the callers.
func (db *DB) start() {
	if db.listenTo == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	db.stop = stop
	db.wg.Go(func() { db.listen(ctx, db.listenTo) })
	db.wg.Go(func() { db.keepClock(ctx) })
}

// prepare brings the tables up to date and finds where the order of creation stands.
func (db *DB) prepare(ctx context.Context) error {
	if err := db.migrate(ctx); err != nil {
		return db.explain(err)
	}
	if err := db.lookAtClock(ctx); err != nil {
		return err
	}
	var last int64
	err := db.write.QueryRowContext(ctx, `
		SELECT max(seq) FROM (
			SELECT COALESCE(max(seq), 0) AS seq FROM alerts UNION ALL
			SELECT COALESCE(max(seq), 0) FROM messages UNION ALL
			SELECT COALESCE(max(seq), 0) FROM audit) AS last`).Scan(&last)
	db.counter.Store(last)
	return db.explain(err)
}

// Shared reports whether other processes may change what is saved here. Where
// none can, no wake-up is ever lost.
func (db *DB) Shared() bool { return db.lock == nil }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return db.view(ctx, func(t *tx) error {
		var one int
		_, err := t.one([]any{&one}, `SELECT 1`)
		return err
	})
}

// Close ends everything that [Open] started.
func (db *DB) Close() error {
	db.stop()
	db.wg.Wait()
	db.wake.close()
	if db.files.main != nil && db.Intact() != nil {
		return db.abandon()
	}
	var errs []error
	if db.read != nil {
		errs = append(errs, db.read.Close())
	}
	if db.write != nil {
		errs = append(errs, db.write.Close()) // last: it tidies the log away
	}
	errs = append(errs, db.files.close())
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}

// abandon leaves a SQLite database open until the process ends: to close it
// would write its log into what stands there now.
func (db *DB) abandon() error {
	db.files.putLogAside()
	return db.lock.Close()
}
