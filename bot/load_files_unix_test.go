//go:build unix

package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toban/fixtures/slack"
)

// TestABackupUnderARunningBot copies a backup over the database of a bot that
// runs, and takes the file away from the next one. Each refuses what it could
// not keep and says why; the start between finds the backup whole.
func TestABackupUnderARunningBot(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	path := filepath.Join(t.TempDir(), "toban.db")
	bot := newLoadBot(t, w, "sqlite:"+path)
	bot.start()
	waitFor(t, newBurst(30, "load:patient", bot).background(t), "alerts are taken")
	backup(t, path, path+".backup")
	waitFor(t, newBurst(60, "load:patient", bot).background(t), "more alerts are taken")
	bot.stop() // what was saved goes over into the file
	bot.start()

	data, err := os.ReadFile(path + ".backup")
	if err == nil {
		err = os.WriteFile(path, data, 0o600) // as cp does
	}
	if err != nil {
		t.Fatal(err)
	}
	bot.refuses(t, "was overwritten")
	bot.stop()
	bot.start()
	waitFor(t, newBurst(30, "load:patient", bot).background(t), "the backup takes alerts")

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	bot.refuses(t, "was deleted")
}

// backup makes one, as a shell of SQLite does beside a running bot.
func backup(t *testing.T, path, to string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `VACUUM INTO '`+to+`'`); err != nil {
		t.Fatal(err)
	}
}

// refuses sees that the bot lives, takes no alert and says why.
func (b *loadBot) refuses(t *testing.T, why string) {
	t.Helper()
	waitFor(t, b.says(why), "/readyz says that the file "+why)
	s := &sender{}
	defer s.close()
	if status, err := s.post(b.address(), burstBody(1000, "load:patient")); status != 503 || err != nil {
		t.Errorf("an alert is answered with %d, %v; want 503", status, err)
	}
	if status, body, err := b.get(t.Context(), "/healthz"); status != 200 {
		t.Errorf("the bot does not live: %d %s %v", status, body, err)
	}
}

// says is closed once /readyz answers 503 and its line "store" tells why.
func (b *loadBot) says(why string) <-chan struct{} {
	said := make(chan struct{})
	go func() {
		look := time.NewTicker(50 * time.Millisecond)
		defer look.Stop()
		for {
			status, body, err := b.get(b.tb.Context(), "/readyz")
			if store, _, _ := strings.Cut(body, "\n"); err == nil && status == 503 && strings.Contains(store, why) {
				close(said)
				return
			}
			select {
			case <-look.C:
			case <-b.tb.Context().Done():
				return
			}
		}
	}()
	return said
}
