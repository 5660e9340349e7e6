package main

import (
	"context"
	"log/slog"
	"time"

	"toban/bot/store"
)

// due does what is due at an instant and returns when it wants to be called
// again; zero when nothing waits.
type due func(ctx context.Context, at time.Time) (next time.Time, err error)

// sweepOf is the longest a timer sleeps. Where replicas share the store,
// another one may have saved an earlier instant and its notice been lost; where
// there are none, only a clock that jumps is looked after.
func sweepOf(db *store.DB) time.Duration {
	if db.Shared() {
		return time.Second
	}
	return 10 * time.Second
}

// A wake-up is answered a moment later, so that what was saved is said first,
// and in a burst only now and then: nothing that is saved falls due so soon.
const (
	afterWake = 20 * time.Millisecond
	calm      = 100 * time.Millisecond // between two looks
	mostSulk  = 5 * time.Second        // after a failure: a page is at most so late once the store is back
)

// runTimer calls work whenever something of it falls due, and after each wake,
// until ctx ends. What fails is tried again; nothing is lost, for the instants
// are saved, and now is the clock that they were saved by.
func runTimer(ctx context.Context, log *slog.Logger, name string, sweep time.Duration, now func() time.Time, wake <-chan struct{}, work due) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var looked, again time.Time
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-wake:
			timer.Reset(min(max(time.Until(looked.Add(calm)), afterWake), time.Until(again)))
			<-timer.C
		case <-timer.C:
		}
		looked = time.Now()
		next, err := work(ctx, now())
		if ctx.Err() != nil {
			return
		}
		sleep := sweep
		switch {
		case err != nil:
			failures++
			sleep = min(time.Second<<min(failures-1, 3), mostSulk)
			log.Error("timer failed; it is tried again and nothing is lost", "timer", name, "failures", failures, "again_in", sleep.String(), "err", err)
		case !next.IsZero():
			failures = 0
			sleep = max(min(next.Sub(now()), sweep), 0)
		default:
			failures = 0
		}
		again = time.Now().Add(sleep)
		timer.Reset(sleep)
	}
}
