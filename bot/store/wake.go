package store

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	wakeChannel = "toban"
	firstRetry  = 500 * time.Millisecond
	lastRetry   = 30 * time.Second
)

// wakes tells those who sleep that messages or due times changed. Many changes
// at once are one wake-up.
type wakes struct {
	mu   sync.Mutex
	subs map[chan struct{}]struct{}
	from string // names this process to itself
}

// Subscribe returns a channel that receives after a commit, here or in another
// process, that made a message out of date or moved a due time. Notices from
// other processes may be lost with their connection: look every second or so
// as well. cancel ends it.
func (db *DB) Subscribe() (ch <-chan struct{}, cancel func()) {
	w := &db.wake
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subs == nil {
		w.subs = map[chan struct{}]struct{}{}
	}
	w.subs[c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.subs, c)
	}
}

func (w *wakes) all() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.subs {
		select {
		case c <- struct{}{}:
		default: // it has not looked since the last one
		}
	}
}

func (w *wakes) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subs = nil
}

// notify wakes the other processes once the transaction is committed. SQLite
// has none.
func (t *tx) notify() error {
	if t.db.engine.name != "postgres" {
		return nil
	}
	_, err := t.exec(`SELECT pg_notify($1, $2)`, wakeChannel, t.db.wake.from)
	return err
}

// listen passes on what other processes notify, until ctx ends.
func (db *DB) listen(ctx context.Context, config *pgx.ConnConfig) {
	for wait := firstRetry; ctx.Err() == nil; wait = min(2*wait, lastRetry) {
		began := time.Now()
		_ = db.listenOnce(ctx, config) // the callers' own sweep is the net meanwhile
		if time.Since(began) > lastRetry {
			wait = firstRetry
		}
		if sleep(ctx, wait) != nil {
			return
		}
	}
}

func (db *DB) listenOnce(ctx context.Context, config *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(bye)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+wakeChannel); err != nil {
		return err
	}
	db.wake.all() // something may have happened before we listened
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Payload != db.wake.from {
			db.wake.all()
		}
	}
}
