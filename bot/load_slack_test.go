package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"toban/fixtures"
	"toban/fixtures/slack"
)

// loadSlack is the embedded Slack on a real loopback address, with Slack's
// limits, in this process: it outlives the bots that talk to it.
type loadSlack struct {
	*slack.Workspace
	url string
}

func startSlack(tb testing.TB, o slack.Options) *loadSlack {
	tb.Helper()
	if len(o.Team.Users) == 0 {
		o.Team = fixtures.Team()
	}
	o.AppName, o.Commands = "Toban", demoCommands()
	w := slack.New(o)
	server := httptest.NewServer(w)
	tb.Cleanup(func() {
		_ = w.Close()
		server.Close()
	})
	return &loadSlack{w, server.URL + "/api/"}
}

// until waits for a fact about Slack.
func (w *loadSlack) until(tb testing.TB, within time.Duration, what string, fact func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), within)
	defer cancel()
	if err := w.Wait(ctx, fact); err != nil {
		tb.Fatalf("waiting until %s: %v", what, err)
	}
}

// kind is what the metadata of one of our messages calls it.
func kind(m slack.Message) string {
	if m.Metadata == nil {
		return ""
	}
	return fmt.Sprint(m.Metadata.Payload["kind"])
}

// posted returns the messages of a kind in a channel.
func (w *loadSlack) posted(channel, of string) (found []slack.Message) {
	for _, m := range w.Messages(channel) {
		if kind(m) == of {
			found = append(found, m)
		}
	}
	return found
}

// places counts where each burst alert is named in a channel: in a message of
// its own, or in a line of a storm's names. The storm itself only gives
// examples. What has not changed is not read again.
type places struct {
	slack   *loadSlack
	channel string
	seen    map[string]shownAt
}

type shownAt struct {
	rev   any
	names []string
}

var burstName = regexp.MustCompile(`burst-\d{6}`)

func (w *loadSlack) places(channel string) *places {
	return &places{slack: w, channel: channel, seen: map[string]shownAt{}}
}

// count returns how many places name each alert.
func (p *places) count() map[string]int {
	found := map[string]int{}
	for _, m := range p.slack.Messages(p.channel) {
		if k := kind(m); k != "alert" && k != "storm_names" {
			continue
		}
		rev := m.Metadata.Payload["rev"]
		r, ok := p.seen[m.TS]
		if !ok || r.rev != rev {
			r = shownAt{rev, namesIn(m)}
			p.seen[m.TS] = r
		}
		for _, name := range r.names {
			found[name]++
		}
	}
	return found
}

// namesIn returns each alert that a message is about: one that is an alert's
// own may say its title several times, a line of a list counts each time.
func namesIn(m slack.Message) []string {
	var names []string
	for _, b := range m.Blocks {
		names = append(names, burstName.FindAllString(fmt.Sprint(b), -1)...)
	}
	if kind(m) == "alert" && len(names) > 1 {
		names = names[:1]
	}
	return names
}

var stormCount = regexp.MustCompile(`^(\d+) alerts? at once`)

// counted is how many alerts the channel accounts for, with messages of their
// own or as a number in a storm's.
func (w *loadSlack) counted(channel string) int {
	n := 0
	for _, m := range w.Messages(channel) {
		switch kind(m) {
		case "alert":
			n++
		case "storm":
			if found := stormCount.FindStringSubmatch(m.Fallback); found != nil {
				var in int
				_, _ = fmt.Sscan(found[1], &in)
				n += in
			}
		}
	}
	return n
}

// complain fails the test for whatever of n alerts is not named exactly once,
// and for every message and call that should not have been.
func (w *loadSlack) complain(tb testing.TB, n int) {
	tb.Helper()
	found := w.places("alerts").count()
	var wrong []string
	for i := range n {
		if name := burstTitle(i); found[name] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s %d times", name, found[name]))
		}
	}
	if len(wrong) > 0 {
		tb.Errorf("%d of %d alerts are not named exactly once: %s", len(wrong), n, strings.Join(wrong[:min(len(wrong), 10)], ", "))
	}
	w.tidy(tb)
}

// tidy fails the test if Slack was told anything twice or refused a call.
func (w *loadSlack) tidy(tb testing.TB) {
	tb.Helper()
	s := w.Stats()
	if twice := s.Duplicates(); len(twice) > 0 {
		tb.Errorf("posted more than once: %v", twice)
	}
	if s.Refused() > 0 {
		tb.Errorf("Slack refused calls: %v", s.Limited)
	}
}
