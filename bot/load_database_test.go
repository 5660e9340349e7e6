package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// onEachDatabase runs a test side by side on a SQLite file of its own and on a
// schema of its own in Postgres.
func onEachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, sqliteURL(t))
	})
	if !hasPostgres(t) {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgresURL(t))
	})
}

var sayLeftOut sync.Once

// hasPostgres reports whether there is a Postgres to test with. That there is
// none is said once, and is a failure where nothing may be left out.
func hasPostgres(t *testing.T) bool {
	if os.Getenv("TOBAN_TEST_POSTGRES") != "" {
		return true
	}
	if os.Getenv("TOBAN_TEST_ALL") == "1" {
		t.Fatal("TOBAN_TEST_ALL=1 wants Postgres: set TOBAN_TEST_POSTGRES to the postgres:// URL of a server")
	}
	sayLeftOut.Do(func() {
		fmt.Fprintln(os.Stderr, "bot: left out: kills and replicas on Postgres (set TOBAN_TEST_POSTGRES to the URL of a server, or run make test)")
	})
	return false
}

// postgresURL makes a schema and drops it after the test.
func postgresURL(t testing.TB) string {
	t.Helper()
	server, err := url.Parse(os.Getenv("TOBAN_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	run := func(text string) {
		conn, err := pgx.Connect(context.Background(), server.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), text); err != nil {
			t.Fatal(err)
		}
	}
	name := "toban_kill_" + strings.ToLower(rand.Text())
	run("CREATE SCHEMA " + name)
	t.Cleanup(func() { run("DROP SCHEMA " + name + " CASCADE") })
	mine := *server
	q := mine.Query()
	q.Set("search_path", name)
	mine.RawQuery = q.Encode()
	return mine.String()
}
