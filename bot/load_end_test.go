package main

import (
	"strings"
	"testing"
	"time"

	"toban/fixtures/slack"
)

func TestStopInMidBurst(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	bot := newLoadBot(t, w, sqliteURL(t))
	bot.start()
	const n = 500
	sent := newBurst(n, "load:patient", bot)
	all := sent.background(t)
	sent.reached(t, n/3)
	code, took := bot.stop()
	if code != 0 || took > 10*time.Second {
		t.Errorf("it ended with exit code %d after %v", code, took)
	}
	if s := w.Stats(); s.ClosedCleanly != 2 || s.ClosedRudely != 0 {
		t.Errorf("%d sockets closed cleanly and %d rudely, want the two cleanly", s.ClosedCleanly, s.ClosedRudely)
	}
	bot.start()
	waitFor(t, all, "everything is accepted")
	w.until(t, 40*time.Second, "every alert is named", namedAll(w, n))
	w.complain(t, n)
}

func TestASecondProcessOnTheSameFile(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	database := sqliteURL(t)
	first, second := newLoadBot(t, w, database), newLoadBot(t, w, database)
	first.start()
	code := second.fails()
	if said := second.said(); code != exitBad || !strings.Contains(said, "in use by process") || !strings.Contains(said, "Stop the other one first") {
		t.Errorf("the second process ends with %d and says:\n%s", code, said)
	}
	waitFor(t, newBurst(1, "load:quiet", first).background(t), "the first one goes on")
}
