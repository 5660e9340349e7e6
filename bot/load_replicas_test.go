package main

import (
	"testing"
	"time"

	"toban/fixtures/slack"
)

// TestTwoReplicasOnPostgres sends a burst to two processes that share one
// database and kills the one that speaks.
func TestTwoReplicasOnPostgres(t *testing.T) {
	if !hasPostgres(t) {
		return
	}
	t.Parallel()
	w := startSlack(t, slack.Options{})
	database := postgresURL(t)
	first, second := newLoadBot(t, w, database), newLoadBot(t, w, database)
	first.start()
	second.start()
	const n = 600
	sent := newBurst(n, "load:patient", first, second)
	all := sent.background(t)
	sent.reached(t, n/3)
	waitFor(t, first.speaks, "the first process speaks")
	select {
	case <-second.speaks:
		t.Fatal("both processes speak")
	default:
	}
	first.kill()
	waitFor(t, all, "everything is accepted")
	waitFor(t, second.speaks, "the second process speaks")
	first.start() // and comes back as the silent one
	w.until(t, 40*time.Second, "every alert is named", namedAll(w, n))
	w.complain(t, n)
}
