package main

import (
	"context"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"toban/fixtures/slack"
)

// TestAFrozenReplica stops the process that speaks in the middle of a
// transaction, where it holds locks that the other one needs. The other one
// goes on; the frozen one wakes later and says nothing a second time.
func TestAFrozenReplica(t *testing.T) {
	if !hasPostgres(t) {
		return
	}
	t.Parallel()
	w := startSlack(t, slack.Options{})
	database := postgresURL(t)
	first, second := newLoadBot(t, w, named(t, database, "toban-first")), newLoadBot(t, w, database)
	first.start()
	waitFor(t, first.speaks, "the first process speaks")
	second.start()
	const n = 600
	sent := newBurst(n, "load:patient", first, second)
	all := sent.background(t)
	sent.reached(t, n/10)
	frozen := first.pid()
	freezeInTransaction(t, frozen, "toban-first", all)
	waitFor(t, second.speaks, "the second process speaks")
	alone := newBurst(1, "load:patient", second)
	alone.bodies[0] = burstBody(n, "load:patient")
	waitFor(t, alone.background(t), "the second process takes an alert")
	w.until(t, 40*time.Second, "it is shown", func() bool { return w.places("alerts").count()[burstTitle(n)] > 0 })
	if err := syscall.Kill(frozen, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	waitFor(t, all, "everything is accepted")
	w.until(t, 60*time.Second, "every alert is named", namedAll(w, n+1))
	w.complain(t, n+1)
}

// named has the database know a process by a name.
func named(t *testing.T, database, name string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("application_name", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// freezeInTransaction stops a process as often as it takes to meet it between
// two statements of a transaction, and leaves it so.
func freezeInTransaction(t *testing.T, pid int, name string, until <-chan struct{}) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), os.Getenv("TOBAN_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		var held int
		const holding = `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle in transaction' AND backend_xid IS NOT NULL`
		if err := conn.QueryRow(context.Background(), holding, name).Scan(&held); err != nil {
			t.Fatal(err)
		}
		if held > 0 {
			return
		}
		if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		select {
		case <-until:
			t.Fatal("the burst is over, and the process was never met in a transaction")
		default:
		}
	}
}
