package store

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toban/alerts"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ why, url, want string }{
		{"wrong scheme", "mysql://host/db", `has the unknown scheme "mysql"; use sqlite:PATH`},
		{"a path alone", "toban.db", "has no scheme"},
		{"no file", "sqlite:", "names no file"},
		{"memory", "sqlite::memory:", "would lose every page at a restart"},
		{"parameters", "sqlite:toban.db?mode=ro", "there are none to set"},
		{"no such directory", "sqlite:" + filepath.Join(dir, "no", "toban.db"), "no does not exist: create it, or change DATABASE_URL"},
		{"a file for a directory", "sqlite:" + filepath.Join(text, "toban.db"), "cannot write in the directory"},
		{"not a database", "sqlite:" + text, "is not a SQLite database: move it away, or change DATABASE_URL"},
		{"a directory", "sqlite:" + dir, "cannot open"},
		{"unreadable", "postgres://host:port/db", "cannot be read"},
		{"Postgres is down", "postgres://user:secret@127.0.0.1:" + freePort(t) + "/db", "cannot reach PostgreSQL at 127.0.0.1:"},
	} {
		db, err := Open(t.Context(), tt.url)
		if err == nil {
			_ = db.Close()
			t.Errorf("%s: opened", tt.why)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n got: %v\nwant in it: %s", tt.why, err, tt.want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: a password is told: %v", tt.why, err)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func TestPathsOfAllKindsOpen(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, url := range []string{"", "sqlite:relative.db", "sqlite://" + dir + "/three slashes.db", "sqlite:" + dir + "/当番 #1 100%41.db"} {
		db := place{url: url}.open(t)
		save(t, db, newCase("1"))
	}
	for _, name := range []string{"toban.db", "relative.db", "three slashes.db", "当番 #1 100%41.db"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

func TestAFullDiskLosesNothingAndPasses(t *testing.T) {
	db := place{url: "sqlite:" + filepath.Join(t.TempDir(), "toban.db")}.open(t)
	save(t, db, newCase("before"))
	limit := func(text string) {
		if _, err := db.write.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	limit("PRAGMA max_page_count = 60")
	big := newCase("big")
	big.Alert.Text = strings.Repeat("x", 1<<20)
	err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error { return tx.Save([]alerts.Case{big}) })
	if !IsUnavailable(err) || !strings.Contains(err.Error(), "the disk is full") {
		t.Fatalf("got %v, want to hear that the disk is full", err)
	}
	if _, err := db.CaseOfAlert(t.Context(), "Abig"); !errors.Is(err, alerts.ErrNotFound) {
		t.Errorf("half of it was saved: %v", err)
	}
	limit("PRAGMA max_page_count = 1000000")
	save(t, db, big)
	for _, id := range []string{"Abefore", "Abig"} {
		if _, err := db.CaseOfAlert(t.Context(), id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestWhatIsUnavailable(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), -time.Second)
		defer cancel()
		if err := db.Ping(ctx); !IsUnavailable(err) {
			t.Errorf("out of time: %v", err)
		}
		own := errors.New("the caller's own")
		err := db.Alerts().Update(t.Context(), func(alerts.Tx) error { return own })
		if IsUnavailable(err) || IsUnavailable(nil) {
			t.Errorf("an error of the caller counts as one of the database: %v", err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); !IsUnavailable(err) {
			t.Errorf("closed: %v", err)
		}
	})
}

func TestALaterVersionsTablesDoNoHarm(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		if _, err := db.write.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, $1)`, true); err != nil {
			t.Fatal(err)
		}
		save(t, reopen(t, p, db), newCase("2"))
	})
}

// What an earlier process left beside a database is closed too, also where the
// database is known by a link.
func TestALinkedDatabaseIsMadePrivate(t *testing.T) {
	real, link := filepath.Join(t.TempDir(), "real.db"), filepath.Join(t.TempDir(), "toban.db")
	files := []string{real, real + "-wal", real + "-shm", real + "-journal"}
	for _, file := range files {
		if err := errors.Join(os.WriteFile(file, nil, 0o644), os.Chmod(file, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	keepPrivate(link)
	for _, file := range files {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", file, info.Mode(), err)
		}
	}
}

// A database that anybody on the machine could read is closed to them, whoever
// made it so.
func TestAnExistingDatabaseIsMadePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toban.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", file, info.Mode(), err)
		}
	}
}
