package main

import (
	"fmt"
	"testing"
	"time"

	"toban/fixtures/slack"
)

// BenchmarkContext measures how soon people read what the WAF blocked: from the
// sending of an alert until Slack has its first message, and from Datadog's last
// answer until that message, or its edit, says what was blocked. Each alert has
// 120 stopped requests on a host of its own, and four questions are asked.
func BenchmarkContext(b *testing.B) {
	for _, tt := range []struct {
		name    string
		tag     string
		thinks  time.Duration
		every   time.Duration // Slack takes 50 edits a minute, and a page has two copies
		samples int
	}{
		{"page", "page:yes", 0, 3 * time.Second, 20},
		{"page-datadog-takes-3s", "page:yes", 3 * time.Second, 4 * time.Second, 8},
		{"warning", "page:no", 0, 300 * time.Millisecond, 40},
		{"warning-datadog-takes-3s", "page:no", 3 * time.Second, 4 * time.Second, 8},
		{"warning-datadog-hangs", "page:no", time.Hour, 5 * time.Second, 4},
	} {
		b.Run(tt.name, func(b *testing.B) {
			w := startSlack(b, slack.Options{Team: laneTeam()})
			bot := newLoadBotWith(b, w, sqliteURL(b), laneConfig())
			dd := startDatadog(b, bot)
			dd.thinksFor(tt.thinks)
			bot.start()
			s := &sender{}
			defer s.close()
			pace := time.NewTicker(tt.every)
			defer pace.Stop()
			var first, known []time.Duration
			for b.Loop() {
				for i := range tt.samples {
					<-pace.C
					dd.blocks(fmt.Sprintf("h%d", i))
					began := time.Now()
					if status, err := s.post(bot.address(), wafBody(i, fmt.Sprintf("lane:%d,%s", i%lanes, tt.tag))); status != 200 {
						b.Fatal(status, err)
					}
					first = append(first, w.sight(b, lane(i), i/lanes+1).Sub(began))
					if tt.thinks > time.Minute {
						continue
					}
					w.until(b, 20*time.Second, "it says what was blocked", func() bool { return summarized(w.Messages(lane(i))) == i/lanes+1 })
					_, answered := dd.last()
					known = append(known, time.Since(answered))
				}
			}
			quantiles(b, "first-", first)
			if len(known) > 0 {
				quantiles(b, "answer-to-context-", known)
			}
			w.tidy(b)
		})
	}
}

// BenchmarkContextStorm sends 1,000 alerts about blocked requests at once, each
// of another host and each paging, and then one more that is not like them.
func BenchmarkContextStorm(b *testing.B) {
	const n = 1000
	for b.Loop() {
		w := startSlack(b, slack.Options{Team: laneTeam()})
		bot := newLoadBotWith(b, w, sqliteURL(b), laneConfig())
		dd := startDatadog(b, bot)
		bot.start()
		for i := range 100 {
			dd.blocks(fmt.Sprintf("h%d", i))
		}
		dd.blocks(fmt.Sprintf("h%d", n))
		sent := newBurst(n, "", bot)
		for i := range n {
			sent.bodies[i] = wafBody(i, "lane:0,page:yes")
		}
		began := time.Now()
		sent.send(b.Context())
		accepted := time.Since(began)
		s := &sender{}
		defer s.close()
		alone := time.Now()
		if status, err := s.post(bot.address(), wafBody(n, "lane:1,page:yes")); status != 200 {
			b.Fatal(status, err)
		}
		b.ReportMetric(w.sight(b, lane(1), 1).Sub(alone).Seconds()*1000, "one-more-ms")
		w.until(b, time.Minute, "the last one is counted", func() bool { return w.counted(lane(0)) >= n })
		b.ReportMetric(time.Since(began).Seconds(), "s-counted")
		w.until(b, 3*time.Minute, "every alert is named", func() bool { return len(w.places(lane(0)).count()) >= n })
		asked, _ := dd.last()
		b.ReportMetric(n/accepted.Seconds(), "accepted/s")
		b.ReportMetric(float64(asked), "log-queries")
		b.ReportMetric(float64(w.Stats().Refused()), "refused")
		b.ReportMetric(0, "ns/op")
		w.tidy(b)
		bot.kill()
	}
}
