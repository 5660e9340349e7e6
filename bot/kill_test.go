package main

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"toban/fixtures/slack"
)

// The bot of these tests is the real program in a process of its own, killed
// as a power cut would; Slack and the senders live on in this process. What the
// bot has accepted must then be in Slack exactly once.

const killBurst = 1000

func TestKillInMidBurst(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, database string) {
		w := startSlack(t, slack.Options{})
		bot := newLoadBot(t, w, database)
		bot.start()
		sent := newBurst(killBurst, "load:patient", bot)
		all := sent.background(t)

		for third := range 3 {
			sent.reached(t, third*killBurst/3+1+rand.IntN(killBurst/3-1))
			bot.kill()
			bot.start()
		}
		waitFor(t, all, "everything is accepted")
		w.until(t, 50*time.Second, "every alert is named", namedAll(w, killBurst))
		w.complain(t, killBurst)
		t.Logf("%d accepted, %d refused and %d left without an answer on the way", sent.accepted.Load(), sent.refused.Load(), sent.cut.Load())
	})
}

// TestKillWhileSlackIsTold kills the bot at the moment at which Slack has a
// message and the bot does not know it: the answer to its post is lost.
func TestKillWhileSlackIsTold(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	bot := newLoadBot(t, w, sqliteURL(t))
	bot.start()
	const n = 250
	waitFor(t, newBurst(n, "load:patient", bot).background(t), "everything is accepted")
	for kill := range 3 {
		before := w.Stats()
		w.Fail(slack.Fault{Method: "chat.postMessage", Times: 1, Cut: slack.CutAfter})
		w.until(t, 20*time.Second, "an answer is lost", func() bool {
			now := w.Stats()
			return now.Faulted["chat.postMessage"] > kill && now.Posts > before.Posts
		})
		bot.kill()
		bot.start()
	}
	w.until(t, 50*time.Second, "every alert is named", namedAll(w, n))
	w.complain(t, n)
}

func namedAll(w *loadSlack, n int) func() bool {
	names := w.places("alerts")
	return func() bool { return len(names.count()) >= n }
}

func waitFor(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("waiting until %s: %v", what, ctx.Err())
	}
}
