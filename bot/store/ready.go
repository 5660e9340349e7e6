package store

import (
	"context"
	"sync"
	"time"
)

// readyEvery is how long an answer of [DB.Ready] is given again: those who ask
// often cost the disk nothing.
const readyEvery = 2 * time.Second

type readiness struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// Ready reports whether something can be saved: it saves something small, at
// most every two seconds.
func (db *DB) Ready(ctx context.Context) error {
	r := &db.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at.IsZero() || time.Since(r.at) > readyEvery {
		r.err = db.saveSomething(ctx)
		r.at = time.Now()
	}
	return r.err
}

const touch = `INSERT INTO ticks (name, at) VALUES ('ready', $1) ON CONFLICT (name) DO UPDATE SET at = excluded.at`

func (db *DB) saveSomething(ctx context.Context) error {
	if damage := db.damage.Load(); damage != nil {
		return *damage
	}
	return db.updateRows(ctx, func(t *tx) error {
		_, err := t.exec(touch, micros(db.Now()))
		return err
	})
}
