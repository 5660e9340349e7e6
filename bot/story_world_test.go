package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"toban/bot/config"
	"toban/bot/reading"
	"toban/fixtures"
	"toban/fixtures/datadog"
	"toban/fixtures/slack"
)

const (
	storyToken    = "story-token"
	storyPatience = 10 * time.Second // how long an expectation may take
	storyQuiet    = 4 * time.Second  // after which nothing more comes by itself
)

// storyWorld is everything that a story plays in.
type storyWorld struct {
	*slack.Workspace
	t      *testing.T
	script script
	net    storyNet
	url    string   // of Slack's Web API
	dial   dialFunc // to Slack
	dd     *datadog.Datadog
	ddURL  string       // of Datadog's API
	ddAPI  *http.Client // the way there
	dir    string
	log    *storyLog
	ends   []func()
	life   *storyLife

	expected  []string // errors that the log may hold
	seen      map[string]map[string]bool
	complaint error // of a form that was not taken, until somebody looked

	mu      sync.Mutex
	dialBot dialFunc // to the bot that runs now
}

// storyLife is one run of the bot on the story's database.
type storyLife struct {
	line  *lifeline
	stop  context.CancelFunc
	ended chan error
}

func newStoryWorld(t *testing.T, s script, net storyNet) *storyWorld {
	t.Helper()
	w := &storyWorld{t: t, script: s, net: net, dir: t.TempDir(), log: &storyLog{}, seen: map[string]map[string]bool{}}
	people, channels := s.company()
	w.Workspace = slack.New(slack.Options{
		Team: fixtures.Team(), AppName: "Toban", Commands: demoCommands(), MorePeople: people, MoreChannels: channels,
	})
	var endSlack func()
	w.url, w.dial, endSlack = net.serve(w.Workspace)
	hook := &http.Transport{DialContext: w.reachBot}
	w.dd = datadog.New(datadog.Options{WebhookURL: "http://toban.test/datadog", Token: storyToken, Client: &http.Client{Transport: hook}})
	ddURL, ddDial, endDatadog := net.serve(w.dd)
	api := &http.Transport{DialContext: ddDial}
	w.ddURL, w.ddAPI = strings.TrimSuffix(ddURL, "/api/"), &http.Client{Transport: api}
	w.ends = []func(){w.dd.Close, api.CloseIdleConnections, endDatadog, hook.CloseIdleConnections, func() { _ = w.Close() }, endSlack}
	return w
}

// reachBot connects to the bot that runs now, if one does.
func (w *storyWorld) reachBot(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	dial := w.dialBot
	w.mu.Unlock()
	if dial == nil {
		return nil, fmt.Errorf("the bot does not run")
	}
	return dial(ctx, network, addr)
}

// start begins a life of the bot and waits until Slack can reach it.
func (w *storyWorld) start() {
	w.t.Helper()
	l, dial, err := w.net.listen()
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	life := &storyLife{line: &lifeline{Listener: l, call: w.dial}, stop: stop, ended: make(chan error, 1)}
	cfg, err := config.Parse(w.script.config, "toban.yaml", w.env)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.dialBot = dial
	w.mu.Unlock()
	w.life = life
	go func() {
		life.ended <- serve(ctx, cfg, world{Listener: life.line, Dial: life.line.dial, Datadog: w.ddAPI, Read: readTitle}, slog.New(w.log))
	}()
	if err := w.until(func() bool { return w.Connections() > 0 || len(life.ended) > 0 }); err != nil || len(life.ended) > 0 {
		w.t.Error("the bot does not connect to Slack")
	}
}

// env is the bot's environment; the script's own lines NAME=value come first.
func (w *storyWorld) env(name string) string {
	for line := range strings.Lines(w.script.files["environment"]) {
		if own, value, _ := strings.Cut(strings.TrimSpace(line), "="); own == name {
			return value
		}
	}
	return map[string]string{
		"SLACK_BOT_TOKEN": w.BotToken(), "SLACK_APP_TOKEN": w.AppToken(), "SLACK_API_URL": w.url,
		"DATABASE_URL": "sqlite:" + filepath.Join(w.dir, "toban.db"), "TOBAN_WEBHOOK_TOKEN": storyToken,
		"DD_API_KEY": "story", "DD_APP_KEY": "story", "DD_API_URL": w.ddURL,
		"HOST": "127.0.0.1", "PORT": "0",
	}[name]
}

// stop ends the bot as a SIGTERM does.
func (w *storyWorld) stop() error {
	if w.life == nil {
		return nil
	}
	w.mu.Lock()
	w.dialBot = nil
	w.mu.Unlock()
	w.life.stop()
	err := <-w.life.ended
	w.life = nil
	if err != nil {
		return fmt.Errorf("the bot does not end cleanly: %w", err)
	}
	return nil
}

// kill ends the bot without letting it say a word.
func (w *storyWorld) kill() {
	w.mu.Lock()
	w.dialBot = nil
	w.mu.Unlock()
	w.life.line.cutAll()
	w.life.stop()
	<-w.life.ended // what it had to leave unfinished is no error of a killed one
	w.life = nil
	w.log.forgive()
}

// until waits for a fact.
func (w *storyWorld) until(fact func() bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), storyPatience)
	defer cancel()
	return w.Wait(ctx, fact)
}

// quiet lets everything come that is on its way. Over sockets nobody can know
// that, so there "not" only means not yet.
func (w *storyWorld) quiet() {
	if w.net.timed() {
		time.Sleep(storyQuiet)
		synctest.Wait()
	}
}

func (w *storyWorld) close() {
	w.quiet()
	if err := w.stop(); err != nil {
		w.t.Error(err)
	}
	stats := w.Stats()
	for mark, n := range stats.Duplicates() {
		w.t.Errorf("posted %d times: %s", n, mark)
	}
	if n := stats.Refused(); n > 0 {
		w.t.Errorf("%d calls ran into Slack's limits: %v", n, stats.Limited)
	}
	for _, line := range w.log.errors(w.expected) {
		w.t.Errorf("the bot logged an error: %s", line)
	}
	for _, end := range w.ends {
		end()
	}
	if w.t.Failed() {
		w.t.Logf("the bot's log:\n%s", w.log)
	}
}

// storyLog keeps what the bot logs.
type storyLog struct {
	mu    sync.Mutex
	lines []string
	bad   []string
}

// Enabled takes all but debug lines.
func (l *storyLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle keeps a line.
func (l *storyLog) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", r.Time.UTC().Format("15:04:05.000"), r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s=%v", a.Key, a.Value); return true })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, b.String())
	if r.Level >= slog.LevelError {
		l.bad = append(l.bad, b.String())
	}
	return nil
}

// WithAttrs is not needed by the bot's lines.
func (l *storyLog) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup is not needed by the bot's lines.
func (l *storyLog) WithGroup(string) slog.Handler { return l }

func (l *storyLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines[max(0, len(l.lines)-60):], "\n")
}

func (l *storyLog) forgive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bad = nil
}

// errors are the error lines that no pattern expects.
func (l *storyLog) errors(expected []string) (bad []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
next:
	for _, line := range l.bad {
		for _, pattern := range expected {
			if reads(line, pattern) {
				continue next
			}
		}
		bad = append(bad, line)
	}
	return bad
}

// readTitle reads in this process what a child of the bot would.
func readTitle(_ context.Context, title string) ([]string, error) { return reading.Words(title) }
