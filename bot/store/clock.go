package store

import (
	"context"
	"sync"
	"time"
)

// clock is the one clock of all who share a database: that of the database.
// Between two looks at it time is counted by our monotonic clock, so a clock of
// ours that is wrong, or set, moves nothing.
type clock struct {
	wall func() time.Time // ours

	mu    sync.Mutex
	there time.Time // what the database's clock said
	here  time.Time // when that was, by our monotonic clock
	ahead time.Duration
}

const (
	clockEvery = 5 * time.Second
	// sameClock is how far clocks may be apart that count as one: what is read
	// and written by ours is not turned then.
	sameClock = 100 * time.Millisecond
)

// nowMicros is the database's clock; only PostgreSQL is asked for it.
const nowMicros = `(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`

// Now is the instant that is saved and compared: by the database's clock where
// replicas share one, by ours otherwise.
func (db *DB) Now() time.Time {
	c := &db.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.there.IsZero() {
		return c.wall()
	}
	return c.there.Add(time.Since(c.here))
}

// Skew is how far our clock is ahead of the database's; negative: behind.
func (db *DB) Skew() time.Duration {
	if !db.Shared() {
		return 0
	}
	return db.clock.wall().Round(0).Sub(db.Now().Round(0))
}

// shared turns an instant of our clock into one of the database's, own back.
func (db *DB) shared(at time.Time) time.Time { return at.Add(-db.clock.apart()) }

func (db *DB) own(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Add(db.clock.apart())
}

// apart is how far our clock was ahead at the last look.
func (c *clock) apart() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ahead.Abs() < sameClock {
		return 0
	}
	return c.ahead
}

// lookAtClock asks the database for its time. What is answered lies between
// the question and the answer; a slow answer tells little and is not taken.
func (db *DB) lookAtClock(ctx context.Context) error {
	if !db.Shared() {
		return nil
	}
	asked := time.Now()
	var at int64
	if err := db.read.QueryRowContext(ctx, `SELECT `+nowMicros).Scan(&at); err != nil {
		return db.explain(err)
	}
	took := time.Since(asked)
	c := &db.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	if took < time.Second || c.there.IsZero() {
		c.there, c.here = instant(at), asked.Add(took/2)
		c.ahead = c.wall().Round(0).Sub(c.there.Add(time.Since(c.here))).Round(time.Millisecond)
	}
	return nil
}

func (db *DB) keepClock(ctx context.Context) {
	for sleep(ctx, clockEvery) == nil {
		_ = db.lookAtClock(ctx) // until it answers, the last answer is counted on from
	}
}
