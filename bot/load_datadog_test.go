package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"toban/fixtures/datadog"
	"toban/fixtures/slack"
)

// loadDatadog is the embedded Datadog on a loopback address. It can be made to
// think about logs, and notes when it answered last.
type loadDatadog struct {
	*datadog.Datadog

	mu       sync.Mutex
	thinks   time.Duration // before it answers about logs
	asked    int           // about logs
	answered time.Time     // anything, last
}

// startDatadog gives the bot keys to a Datadog of its own.
func startDatadog(tb testing.TB, bot *loadBot) *loadDatadog {
	tb.Helper()
	d := &loadDatadog{Datadog: datadog.New(datadog.Options{})}
	server := httptest.NewServer(d)
	tb.Cleanup(func() {
		d.Datadog.Close()
		server.CloseClientConnections() // of calls that still think
		server.Close()
	})
	bot.env = append(bot.env, "DD_API_KEY=k", "DD_APP_KEY=k", "DD_API_URL="+server.URL)
	return d
}

func (d *loadDatadog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	wait := d.thinks
	if strings.HasPrefix(r.URL.Path, "/api/v2/logs/") {
		d.asked++
	} else {
		wait = 0
	}
	d.mu.Unlock()
	body, _ := io.ReadAll(r.Body) // until then the server does not see that the bot hangs up
	r.Body = io.NopCloser(bytes.NewReader(body))
	select {
	case <-time.After(wait):
		d.Datadog.ServeHTTP(w, r)
	case <-r.Context().Done():
	}
	d.mu.Lock()
	d.answered = time.Now()
	d.mu.Unlock()
}

func (d *loadDatadog) thinksFor(t time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.thinks = t
}

func (d *loadDatadog) last() (asked int, answered time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked, d.answered
}

// blockedOn is how many requests are stopped on each host.
const blockedOn = 120

// blocks has the WAF stop requests of people on a host, just now.
func (d *loadDatadog) blocks(host string) {
	now := time.Now()
	for i := range blockedOn {
		address := fmt.Sprintf("203.0.113.%d", i)
		d.Log(now.Add(-time.Duration(i)*time.Second), map[string]string{"source": "waf", "host": host}, map[string]any{
			"timestamp": now.UnixMilli(), "action": "BLOCK", "terminatingRuleId": "AWS-AWSManagedRulesCommonRuleSet",
			"ruleGroupList": map[string]any{"AWS#AWSManagedRulesCommonRuleSet": map[string]any{"terminatingRule": map[string]any{"SizeRestrictions_BODY": map[string]any{"action": "BLOCK"}}}},
			"httpRequest": map[string]any{
				"clientIp": address, "country": "JP", "uri": "/reviews/new", "httpMethod": "POST",
				"headers": map[string]any{"Host": host, "Cookie": "REDACTED", "User-Agent": "Mozilla/5.0 (iPhone)", "Accept-Language": "ja"},
			},
			"network": map[string]any{"client": map[string]any{"ip": address}}, "system": map[string]any{"action": "BLOCK"},
			"http": map[string]any{"url_details": map[string]any{"path": "/reviews/new"}},
		})
	}
}

// wafBody is burstBody of a log monitor that watches the WAF on its own host.
func wafBody(i int, tag string) string {
	now := time.Now()
	return strings.NewReplacer("query_alert_monitor", "log_alert",
		"1796172420000", fmt.Sprint(now.Add(-5*time.Minute).UnixMilli()), "1796173920000", fmt.Sprint(now.UnixMilli()),
	).Replace(burstBody(i, tag+",source:waf"))
}

// summarized is how many alerts of a channel say what was blocked.
func summarized(messages []slack.Message) (n int) {
	for _, m := range messages {
		if kind(m) == "alert" && strings.Contains(m.Fallback, "Blocked by the WAF") {
			n++
		}
	}
	return n
}

// TestKillWhileAWarningWaits kills the bot while warnings wait for what Datadog
// does not answer, and again when it has answered for some. Each is shown once,
// and says what was blocked.
func TestKillWhileAWarningWaits(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(t *testing.T, database string) {
		w := startSlack(t, slack.Options{})
		bot := newLoadBot(t, w, database)
		dd := startDatadog(t, bot)
		dd.thinksFor(time.Minute)
		bot.start()
		const n = 2 // more would be one message
		sent := newBurst(n, "load:quiet", bot)
		for i := range n {
			dd.blocks(fmt.Sprintf("h%d", i))
			sent.bodies[i] = wafBody(i, "load:quiet")
		}
		began := time.Now()
		waitFor(t, sent.background(t), "everything is accepted")
		asked := func(n int) func() bool {
			return func() bool { asked, _ := dd.last(); return asked >= n }
		}
		poll(t, "Datadog is asked", asked(n))
		if shown := w.posted("alerts", "alert"); len(shown) > 0 && time.Since(began) < 4*time.Second {
			t.Errorf("%d warnings did not wait", len(shown))
		}
		bot.kill()
		dd.thinksFor(50 * time.Millisecond)
		before, _ := dd.last()
		bot.start()
		poll(t, "it is asked again", asked(before+2))
		bot.kill()
		bot.start()
		w.until(t, 30*time.Second, "all are shown, with what was blocked", func() bool { return summarized(w.Messages("alerts")) == n })
		w.complain(t, n)
	})
}

// poll waits for a fact that Slack does not tell of.
func poll(tb testing.TB, what string, fact func() bool) {
	tb.Helper()
	late := time.After(20 * time.Second)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !fact() {
		select {
		case <-look.C:
		case <-late:
			tb.Fatalf("waiting until %s", what)
		}
	}
}
