package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// browserDemo is `bot demo` in this process, on ports of its own.
type browserDemo struct {
	b    *browser
	url  string // of the page
	hook string // of the bot's webhook
}

func startDemo(t *testing.T, b *browser, speed string) *browserDemo {
	t.Helper()
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	page, hook := listen(), listen()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		c := demoCommand{Speed: speed}
		ended <- c.serve(ctx, page, hook, slog.New(slog.NewTextHandler(io.Discard, nil)))
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the demo ends with: %v", err)
		}
	})
	return &browserDemo{b, "http://" + page.Addr().String(), "http://" + hook.Addr().String() + "/datadog"}
}

// as opens a tab for a person; where is a channel's id, or "" for wherever the
// page begins.
func (d *browserDemo) as(t *testing.T, person, where string) *tab {
	t.Helper()
	p := d.b.open(t, d.url+"/?as="+person+"&channel="+where, 1280, 860)
	p.ready()
	return p
}

// ready waits until the page has loaded where it begins and is told of news.
func (p *tab) ready() {
	p.t.Helper()
	p.at("")
	p.sees("body.connected")
}

// at waits until a channel is loaded: then the message box is for it.
func (p *tab) at(channel string) {
	p.t.Helper()
	p.sees("[data-testid=channel-name]", channel)
	p.wait("the message box is for "+channel, `((to) => to && to.includes("`+channel+`"))(shown('[data-testid=composer]')?.placeholder)`)
}

// goes opens a channel, or with "app" the direct messages of the bot.
func (p *tab) goes(channel string) {
	p.t.Helper()
	if channel == "app" {
		p.click(".sidebar section:has(.badge-app) [data-channel]")
		p.at("Toban")
		return
	}
	p.click("[data-channel]", channel)
	p.at(channel)
}

// says sends a line in the open channel: text or a slash command.
func (p *tab) says(line string) {
	p.t.Helper()
	p.wait("the message box takes the keyboard", `(() => { const box = shown('[data-testid=composer]'); box?.focus(); box?.select(); return box && document.activeElement === box; })()`)
	p.types(line)
	p.keys(kb.Escape)
	p.keys(kb.Enter)
	p.wait("the line is sent", `shown('[data-testid=composer]').value === ''`)
}

// fires lets a sample monitor tell the bot something.
func (p *tab) fires(monitor, scope, transition string) {
	p.t.Helper()
	p.click(`[data-testid=datadog-fire]` + group(monitor, scope) + `[data-transition="` + transition + `"]`)
}

func group(monitor, scope string) string {
	if scope == "" {
		return `[data-monitor="` + monitor + `"]:not([data-scope])`
	}
	return `[data-monitor="` + monitor + `"][data-scope="` + scope + `"]`
}

// The sample monitors that the journeys use.
const (
	latency    = "24100101" // P2, service:checkout or cart; in #checkout or #alerts
	batch      = "24100104" // P1, one group without a name; in #alerts
	wafMonitor = "24100103" // P3, by host; in #alerts
)

// The people and channels of the sample team.
const (
	hana, ken, yuki, mei, ana, bo = "U0HANA001", "U0KEN0001", "U0YUKI001", "U0MEI0001", "U0ANA0001", "U0BO00001"

	alertsChannel, incidentsChannel, platformChannel, checkoutChannel = "C0ALERTS1", "C0INCID01", "C0PLATFM1", "C0CHECKT1"
)
