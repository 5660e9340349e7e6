package main

import (
	"context"
	"os"
	"testing"
	"time"

	"toban/fixtures/slack"
)

const benchBurst = 10_000

// BenchmarkBurst sends 10,000 different alerts, one a request, from 16
// senders, all to one channel that Slack lets speak once a second: how many
// are accepted a second, when the last one is counted in Slack, when each is
// named there, and what memory that takes. "paged" wakes somebody for each of
// them as well, "quiet" only tells the channel. On Postgres, where there is
// one, also with two replicas that share the senders.
func BenchmarkBurst(b *testing.B) {
	for _, on := range []struct {
		name     string
		database func(testing.TB) string
		bots     int
	}{{"sqlite", sqliteURL, 1}, {"postgres", postgresURL, 1}, {"replicas", postgresURL, 2}} {
		if on.name != "sqlite" && os.Getenv("TOBAN_TEST_POSTGRES") == "" {
			continue
		}
		for _, tag := range []string{"quiet", "paged"} {
			b.Run(on.name+"/"+tag, func(b *testing.B) {
				for b.Loop() {
					oneBurst(b, map[string]string{"quiet": "load:quiet", "paged": "load:patient"}[tag], on.database(b), on.bots)
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

func oneBurst(b *testing.B, tag, database string, replicas int) {
	w := startSlack(b, slack.Options{})
	var bots []*loadBot
	for range replicas {
		bots = append(bots, newLoadBot(b, w, database))
		bots[len(bots)-1].start()
	}
	bot := bots[0]
	sent := newBurst(benchBurst, tag, bots...)
	before := processorTime(b, bot.pid())
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()

	began := time.Now()
	sent.send(ctx)
	accepted := time.Since(began)
	used := processorTime(b, bot.pid()) - before
	w.until(b, time.Minute, "the last one is counted", func() bool { return w.counted("alerts") >= benchBurst })
	counted := time.Since(began)
	names := w.places("alerts")
	w.until(b, 2*time.Minute, "every alert is named", func() bool { return len(names.count()) >= benchBurst })
	named := time.Since(began)

	b.ReportMetric(benchBurst/accepted.Seconds(), "accepted/s")
	b.ReportMetric(float64(used.Microseconds())/benchBurst, "cpu-µs/alert")
	b.ReportMetric(counted.Seconds(), "s-counted")
	b.ReportMetric(named.Seconds(), "s-named")
	b.ReportMetric(float64(w.Stats().Refused()), "refused")
	b.ReportMetric(memory(b, bot.pid(), "VmHWM"), "peak-MiB")
	w.complain(b, benchBurst)
	for _, bot := range bots {
		bot.kill()
	}
}
