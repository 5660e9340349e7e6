package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// loadToken signs the webhooks of tests.
const loadToken = "load-token"

// loadConfig pages ken for every alert, unless its tags say otherwise.
const loadConfig = `
language: en
channels: {alerts: "#alerts", incidents: "#incidents"}
rotations:
  - {name: first, zone: Asia/Tokyo, start: 2026-01-05T10:00:00+09:00, kind: daily, handoff: "10:00", members: ["@ken"]}
  - {name: second, zone: Asia/Tokyo, start: 2026-01-05T10:00:00+09:00, kind: daily, handoff: "10:00", members: ["@bo"]}
escalations:
  - {name: patient, steps: [{notify: ["rotation:first"], wait: 1h}]}
  - {name: hasty, steps: [{notify: ["rotation:first"], wait: 3s}, {notify: ["rotation:second"], wait: 1h}]}
routes:
  - {match: {load: quiet}}
  - {match: {load: hasty}, escalation: hasty}
  - {escalation: patient}
`

// program is the bot, built once for all tests. It stays where the next run
// finds it: an unchanged program is not linked again.
var program = sync.OnceValues(func() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256([]byte(here))
	path := filepath.Join(cache, "toban-test", hex.EncodeToString(sum[:6]), "bot")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// loadBot is the real program as a process of its own. It may be started again
// after its end.
type loadBot struct {
	tb     testing.TB
	path   string
	env    []string
	client *http.Client

	mu      sync.Mutex
	cmd     *exec.Cmd
	addr    string        // where it listens; empty while it does not
	log     bytes.Buffer  // of all its lives
	speaks  chan struct{} // closed once this life speaks
	readAll chan struct{}
}

// newLoadBot prepares a bot on a database.
func newLoadBot(tb testing.TB, w *loadSlack, database string) *loadBot {
	tb.Helper()
	return newLoadBotWith(tb, w, database, loadConfig)
}

func newLoadBotWith(tb testing.TB, w *loadSlack, database, cfg string) *loadBot {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(tb.TempDir(), "toban.yaml")
	if err := os.WriteFile(file, []byte(cfg), 0o600); err != nil {
		tb.Fatal(err)
	}
	b := &loadBot{tb: tb, path: path, client: &http.Client{Timeout: 5 * time.Second}, env: []string{
		"SLACK_BOT_TOKEN=" + w.BotToken(), "SLACK_APP_TOKEN=" + w.AppToken(), "SLACK_API_URL=" + w.url,
		"DATABASE_URL=" + database, "TOBAN_WEBHOOK_TOKEN=" + loadToken, "TOBAN_CONFIG=" + file,
		"HOST=127.0.0.1", "PORT=0", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(),
	}}
	tb.Cleanup(func() {
		b.client.CloseIdleConnections()
		b.kill()
		if tb.Failed() {
			tb.Logf("the bot said:\n%s", tail(b.said(), 6000))
		}
	})
	return b
}

func sqliteURL(tb testing.TB) string { return "sqlite:" + filepath.Join(tb.TempDir(), "toban.db") }

// start begins a life and returns once /readyz is content.
func (b *loadBot) start() {
	b.tb.Helper()
	b.launch()
	b.ready()
}

// launch begins a life and returns once it listens.
func (b *loadBot) launch() {
	b.tb.Helper()
	cmd := exec.Command(b.path, "serve")
	cmd.Env = b.env
	pipe, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.tb.Fatal(err)
	}
	listens, speaks, readAll := make(chan struct{}), make(chan struct{}), make(chan struct{})
	b.mu.Lock()
	b.cmd, b.speaks, b.readAll = cmd, speaks, readAll
	b.mu.Unlock()
	go func() {
		defer close(readAll)
		for lines := bufio.NewScanner(pipe); lines.Scan(); {
			b.hear(lines.Bytes(), listens, speaks)
		}
	}()
	select {
	case <-listens:
	case <-readAll:
		b.tb.Fatalf("the bot ended before it listened:\n%s", tail(b.said(), 3000))
	case <-time.After(20 * time.Second):
		b.tb.Fatalf("the bot does not listen:\n%s", tail(b.said(), 3000))
	}
}

// fails runs the bot where it cannot start, and returns its exit code.
func (b *loadBot) fails() int {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.tb.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.path, "serve")
	cmd.Env, cmd.Stderr = b.env, &b.log
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		b.tb.Fatalf("the bot was expected to fail: %v", err)
	}
	return exit.ExitCode()
}

// hear keeps a line of the log and notes what it tells.
func (b *loadBot) hear(line []byte, listens, speaks chan struct{}) {
	var said struct{ Msg, HTTP string }
	_ = json.Unmarshal(line, &said)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.log.Write(append(line, '\n'))
	switch said.Msg {
	case "toban is on duty":
		b.addr = said.HTTP
		close(listens)
	case "slack speaker: this replica speaks now":
		select {
		case <-speaks:
		default:
			close(speaks)
		}
	}
}

// ready returns once /readyz answers 200.
func (b *loadBot) ready() {
	b.tb.Helper()
	b.answers("/readyz", http.StatusOK)
}

// answers returns once a path is answered with a status.
func (b *loadBot) answers(path string, want int) {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(b.tb.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		status, body, err := b.get(ctx, path)
		if err == nil && status == want {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			b.tb.Fatalf("%s is not answered with %d: %d %s %v\n%s", path, want, status, body, err, tail(b.said(), 3000))
		}
	}
}

func (b *loadBot) get(ctx context.Context, path string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.address()+path, nil)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", "Bearer "+loadToken)
	resp, err := b.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(resp.Body)
	return resp.StatusCode, text.String(), err
}

func (b *loadBot) address() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.addr
}

func (b *loadBot) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

// pid is 0 when the bot does not run.
func (b *loadBot) pid() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd == nil {
		return 0
	}
	return b.cmd.Process.Pid
}

// kill ends the life as a power cut would.
func (b *loadBot) kill() { b.end(syscall.SIGKILL) }

// stop asks the bot to end and returns its exit code and how long it took.
func (b *loadBot) stop() (code int, took time.Duration) {
	began := time.Now()
	err := b.end(syscall.SIGTERM)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), time.Since(began)
	}
	return 0, time.Since(began)
}

func (b *loadBot) end(by syscall.Signal) error {
	b.mu.Lock()
	cmd, readAll := b.cmd, b.readAll
	b.cmd, b.addr = nil, ""
	b.mu.Unlock()
	if cmd == nil {
		return nil
	}
	_ = cmd.Process.Signal(by)
	late := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	<-readAll
	return cmd.Wait()
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }
