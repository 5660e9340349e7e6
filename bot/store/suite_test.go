package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"toban/alerts"
	"toban/bot/outbox"
)

// at is when the tests play.
var at = time.Date(2026, 12, 2, 10, 0, 0, 123456000, time.UTC)

// place is a database of one test's own.
type place struct {
	url      string
	isShared bool // several processes may have it open
}

// open opens the database until the test ends.
func (p place) open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(context.Background(), p.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetChannels(Channels{Incidents: "C0INCIDENTS", Rotation: func(string) string { return "C0PLATFORM" }})
	return db
}

// forEachStore runs a test on both engines.
func forEachStore(t *testing.T, test func(t *testing.T, p place)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, place{url: "sqlite:" + filepath.Join(t.TempDir(), "toban.db")})
	})
	if leaveOutPostgres(t) {
		return
	}
	t.Run("postgres", func(t *testing.T) { test(t, postgresPlace(t)) })
}

var sayOnce sync.Once

func leaveOutPostgres(t *testing.T) bool {
	if os.Getenv("TOBAN_TEST_POSTGRES") != "" {
		return false
	}
	if os.Getenv("TOBAN_TEST_ALL") == "1" {
		t.Fatal("TOBAN_TEST_ALL=1 wants Postgres: set TOBAN_TEST_POSTGRES to the postgres:// URL of a server")
	}
	sayOnce.Do(func() {
		fmt.Fprintln(os.Stderr, "bot/store: left out: Postgres (set TOBAN_TEST_POSTGRES to the URL of a server, or run make test)")
	})
	return true
}

// postgresPlace makes a schema and drops it after the test.
func postgresPlace(t testing.TB) place {
	t.Helper()
	server := os.Getenv("TOBAN_TEST_POSTGRES")
	name := "toban_test_" + strings.ToLower(rand.Text())
	run := func(text string) {
		conn, err := pgx.Connect(context.Background(), server)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	run("CREATE SCHEMA " + name)
	t.Cleanup(func() { run("DROP SCHEMA " + name + " CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	q.Set("synchronous_commit", "off") // no test cuts the server's power; on is the default outside
	u.RawQuery = q.Encode()
	return place{u.String(), true}
}

// newCase is a firing alert in #alerts whose page told Ana.
func newCase(id string) alerts.Case {
	return alerts.Case{
		Alert: alerts.Alert{
			ID: "A" + id, Key: "datadog\x1f1\x1f2\x1f" + id, State: alerts.Firing, Level: alerts.LevelAlert, Title: "Disk full on " + id,
			Priority: "P2", Channel: "C0ALERTS", OpenedAt: at, EventAt: at, Deliveries: 1,
		},
		Page: &alerts.Page{
			ID: "P" + id, AlertID: "A" + id, Policy: "platform", State: alerts.PageTriggered, OpenedAt: at, NextStepAt: at.Add(5 * time.Minute),
			Notified: []alerts.Notice{{Person: "U0ANA", At: at}}, Log: []alerts.Entry{{At: at, Did: alerts.DidPage, Who: "U0ANA"}},
		},
	}
}

func save(t testing.TB, db *DB, cases ...alerts.Case) {
	t.Helper()
	err := db.Alerts().Update(context.Background(), func(tx alerts.Tx) error { return tx.Save(cases) })
	if err != nil {
		t.Fatal(err)
	}
}

// edit reads a case, changes it and saves it.
func edit(t testing.TB, db *DB, page string, change func(*alerts.Case)) {
	t.Helper()
	err := db.Alerts().Update(context.Background(), func(tx alerts.Tx) error {
		c, err := tx.ByPage(page)
		if err != nil {
			return err
		}
		change(&c)
		return tx.Save([]alerts.Case{c})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// all returns every message in order of creation.
func all(t testing.TB, db *DB) (found []outbox.Message) {
	t.Helper()
	err := db.view(context.Background(), func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			m, err := scanMessage(rows)
			found = append(found, m)
			return err
		}, `SELECT `+messageColumns+` FROM messages ORDER BY seq`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// told writes messages as "kind subject > to wanted/shown", sorted.
func told(messages []outbox.Message) string {
	lines := make([]string, len(messages))
	for i, m := range messages {
		lines[i] = fmt.Sprintf("%s %s > %s %d/%d", m.Kind, m.Subject, m.To, m.Wanted, m.Shown)
		for _, parent := range messages {
			if m.Thread == parent.ID {
				lines[i] += fmt.Sprintf(" in %s %s", parent.Kind, parent.Subject)
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func find(t testing.TB, messages []outbox.Message, kind outbox.Kind, to string) outbox.Message {
	t.Helper()
	for _, m := range messages {
		if m.Kind == kind && m.To == to {
			return m
		}
	}
	t.Fatalf("no %s to %s among\n%s", kind, to, told(messages))
	return outbox.Message{}
}

func next(t testing.TB, db *DB, at time.Time, busy ...string) ([]outbox.Ready, time.Time) {
	t.Helper()
	ready, due, err := db.Next(context.Background(), at, busy, 100)
	if err != nil {
		t.Fatal(err)
	}
	return ready, due
}

func shown(t testing.TB, db *DB, m outbox.Message) {
	t.Helper()
	if err := db.Shown(context.Background(), m.ID, cmp.Or(m.Channel, m.To), cmp.Or(m.TS, "1760000000.000100"), m.Wanted); err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got: %v\nwant: %v", what, got, want)
	}
}
