package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"toban/fixtures"
	"toban/fixtures/slack"
)

// These measure the figures of docs/figures.md: the real program in a process
// of its own, a SQLite file that is synced to disk, Slack and the senders over
// loopback in this process, on the same processors. One iteration is one whole
// experiment, so -benchtime=1x -count=5 shows how much runs differ.

// lanes are channels, each with somebody on call of its own, so that alerts
// can be sent one by one and none waits for Slack's message a second.
const lanes = 50

func lane(i int) string { return fmt.Sprintf("lane-%d", i%lanes) }

func laneTeam() slack.Team {
	team := fixtures.Team()
	for i := range lanes {
		team.Users = append(team.Users, slack.User{ID: fmt.Sprintf("U0LANE%04d", i), Name: lane(i), RealName: lane(i), TZ: "Asia/Tokyo"})
		team.Channels = append(team.Channels, slack.Channel{ID: fmt.Sprintf("C0LANE%04d", i), Name: lane(i), App: true})
	}
	return team
}

// laneConfig sends alerts with the tag lane:N to that lane; with page:yes they
// page the lane's person too.
func laneConfig() string {
	config := "language: en\nchannels: {alerts: \"#alerts\", incidents: \"#incidents\"}\n"
	rotations, escalations, routes := "rotations:\n", "escalations:\n", "routes:\n"
	for i := range lanes {
		rotations += fmt.Sprintf("  - {name: %s, zone: Asia/Tokyo, start: 2026-01-05T10:00:00+09:00, kind: daily, handoff: \"10:00\", members: [\"@%s\"]}\n", lane(i), lane(i))
		escalations += fmt.Sprintf("  - {name: %s, steps: [{notify: [\"rotation:%s\"], wait: 1h}]}\n", lane(i), lane(i))
		routes += fmt.Sprintf("  - {match: {lane: \"%d\", page: \"yes\"}, channel: \"#%s\", escalation: %s}\n", i, lane(i), lane(i))
		routes += fmt.Sprintf("  - {match: {lane: \"%d\"}, channel: \"#%s\"}\n", i, lane(i))
	}
	return config + rotations + escalations + routes + "  - {}\n"
}

func startLanes(b *testing.B) (*loadSlack, *loadBot) {
	w := startSlack(b, slack.Options{Team: laneTeam()})
	bot := newLoadBotWith(b, w, sqliteURL(b), laneConfig())
	bot.start()
	return w, bot
}

// BenchmarkAlertToMessage sends one alert at a time to a bot that has nothing
// else to do, and measures until Slack has the message: in the channel, and
// where somebody is paged, in their direct messages.
func BenchmarkAlertToMessage(b *testing.B) {
	for _, tt := range []struct {
		name    string
		tag     string
		every   time.Duration // as often as Slack takes so many messages
		samples int
	}{
		{"message", "page:no", 250 * time.Millisecond, 200},
		{"page", "page:yes", 500 * time.Millisecond, 100},
	} {
		b.Run(tt.name, func(b *testing.B) {
			w, bot := startLanes(b)
			var channel, direct, answers []time.Duration
			pace := time.NewTicker(tt.every)
			defer pace.Stop()
			s := &sender{}
			defer s.close()
			for b.Loop() {
				for i := range tt.samples {
					<-pace.C
					body := burstBody(i, fmt.Sprintf("lane:%d,%s", i%lanes, tt.tag))
					began := time.Now()
					if status, err := s.post(bot.address(), body); status != 200 {
						b.Fatal(status, err)
					}
					answers = append(answers, time.Since(began))
					channel = append(channel, w.sight(b, lane(i), i/lanes+1).Sub(began))
					if tt.tag == "page:yes" {
						direct = append(direct, w.sight(b, w.As(lane(i)).ID, i/lanes+1).Sub(began))
					}
				}
			}
			quantiles(b, "", channel)
			quantiles(b, "answer-", answers)
			if len(direct) > 0 {
				quantiles(b, "dm-", direct)
			}
			w.tidy(b)
		})
	}
}

// sight waits for the nth message at a place and returns when Slack had it.
func (w *loadSlack) sight(tb testing.TB, place string, n int) time.Time {
	tb.Helper()
	look := w.Messages
	if strings.HasPrefix(place, "U") {
		look = w.DM
	}
	var seen []slack.Message
	w.until(tb, 10*time.Second, "the message is there", func() bool {
		seen = look(place)
		return len(seen) >= n
	})
	return stampTime(seen[n-1].TS)
}

func stampTime(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt(micros, 10, 64)
	return time.Unix(s, us*1000)
}

// quantiles say the middle and the slow end of what was measured.
func quantiles(b *testing.B, what string, took []time.Duration) {
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[min(int(share*float64(len(took))), len(took)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(at(.50), what+"p50-ms")
	b.ReportMetric(at(.99), what+"p99-ms")
	b.ReportMetric(0, "ns/op") // it says nothing
}

// BenchmarkPress measures from a press in Slack until its envelope is
// acknowledged, which the bot does once it is on disk.
func BenchmarkPress(b *testing.B) {
	w, bot := startLanes(b)
	s := &sender{}
	defer s.close()
	const pages = 8
	for i := range pages {
		if status, err := s.post(bot.address(), burstBody(i, fmt.Sprintf("lane:%d,page:yes", i))); status != 200 {
			b.Fatal(status, err)
		}
		w.sight(b, lane(i), 1)
		if err := w.As("ken").Press(w.Messages(lane(i))[0], "page.acknowledge"); err != nil {
			b.Fatal(err)
		}
	}
	w.until(b, 30*time.Second, "all are in hand", func() bool {
		for i := range pages {
			if !inHand(w.Messages(lane(i))) {
				return false
			}
		}
		return true
	})
	people := []string{"bo", "ken"}
	var took []time.Duration
	pace := time.NewTicker(30 * time.Millisecond)
	defer pace.Stop()
	for b.Loop() {
		for i := range 25 * pages {
			<-pace.C
			began := time.Now()
			if err := w.As(people[i/pages%2]).Press(w.Messages(lane(i % pages))[0], "page.take"); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
	}
	quantiles(b, "", took)
	w.tidy(b)
}

// BenchmarkStart measures from the start of the process until /readyz is
// content: the store is open, Slack knows who is who, the socket is there.
func BenchmarkStart(b *testing.B) {
	w := startSlack(b, slack.Options{})
	bot := newLoadBot(b, w, sqliteURL(b))
	var took []time.Duration
	for b.Loop() {
		for range 8 { // Slack takes no more new connections at once
			began := time.Now()
			bot.start()
			took = append(took, time.Since(began))
			bot.stop()
		}
	}
	quantiles(b, "", took)
}

// BenchmarkStartCompany starts in a company of 50,000 people and 20,000 channels,
// whose names come last in Slack's lists: first with an empty database, then
// with one that knows the names. It takes minutes: Slack's tempo sets them.
func BenchmarkStartCompany(b *testing.B) {
	for b.Loop() {
		w := startSlack(b, slack.Options{MorePeople: 50_000, MoreChannels: 20_000})
		bot := newLoadBot(b, w, sqliteURL(b))
		began := time.Now()
		bot.start()
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "unseen-ready-ms")
		b.ReportMetric(memory(b, bot.pid(), "VmRSS"), "unseen-MiB")
		for range time.Tick(250 * time.Millisecond) {
			if _, body, err := bot.get(b.Context(), "/readyz"); err != nil || strings.Contains(body, "slack names: ok\n") {
				break
			}
		}
		b.ReportMetric(time.Since(began).Seconds(), "all-found-s")
		b.ReportMetric(memory(b, bot.pid(), "VmHWM"), "peak-MiB")
		b.ReportMetric(float64(w.Stats().Calls["users.list"]), "users.list")
		bot.stop()
		began = time.Now()
		bot.start()
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "seen-ready-ms")
		bot.stop()
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkIdle watches a bot with nothing to do for ten seconds.
func BenchmarkIdle(b *testing.B) {
	w := startSlack(b, slack.Options{})
	bot := newLoadBot(b, w, sqliteURL(b))
	bot.start()
	<-time.After(2 * time.Second)
	for b.Loop() {
		before, began := processorTime(b, bot.pid()), time.Now()
		<-time.After(10 * time.Second)
		used := processorTime(b, bot.pid()) - before
		b.ReportMetric(100*used.Seconds()/time.Since(began).Seconds(), "cpu-%")
		b.ReportMetric(memory(b, bot.pid(), "VmRSS"), "MiB")
	}
	b.ReportMetric(0, "ns/op")
}

// processorTime is what all threads of a process have used.
func processorTime(b *testing.B, pid int) (used time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if len(threads) == 0 {
		b.Skip("needs /proc of Linux")
	}
	for _, t := range threads {
		var ns int64
		line, _ := os.ReadFile(t)
		_, _ = fmt.Sscan(string(line), &ns)
		used += time.Duration(ns)
	}
	return used
}

// memory reads VmRSS or VmHWM of a process, in MiB.
func memory(b *testing.B, pid int, what string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("needs /proc of Linux")
	}
	_, rest, _ := strings.Cut(string(status), what+":")
	var kib float64
	_, _ = fmt.Sscan(rest, &kib)
	return kib / 1024
}
