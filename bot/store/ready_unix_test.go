//go:build unix

package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toban/alerts"
)

// SQLite itself goes on writing into a file that nobody will find again.
func TestAFileThatIsNotThereAnyMoreTakesNothing(t *testing.T) {
	for _, tt := range []struct {
		why, want string
		do        func(path string) error
	}{
		{"the database is deleted", "was deleted", os.Remove},
		{"its log is deleted", "was deleted", func(path string) error { return os.Remove(path + "-wal") }},
		{"it is emptied", "was overwritten", func(path string) error { return os.Truncate(path, 0) }},
		{"another file stands in its place", "was replaced", func(path string) error {
			if err := os.WriteFile(path+".new", nil, 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}},
	} {
		path := filepath.Join(t.TempDir(), "toban.db")
		db := place{url: "sqlite:" + path}.open(t)
		save(t, db, newCase("1"))
		if err := tt.do(path); err != nil {
			t.Fatal(err)
		}
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error { return tx.Save([]alerts.Case{newCase("2")}) })
		for asked, err := range map[string]error{"saving": err, "ready": db.Ready(t.Context()), "intact": db.Intact()} {
			if !IsUnavailable(err) || !strings.Contains(fmt.Sprint(err), tt.want) {
				t.Errorf("%s: %s: %v", tt.why, asked, err)
			}
		}
	}
}

// Whoever restores a backup under a running bot has it after the next start,
// whole: nothing that the bot had open is written into it, or read with it.
func TestABackupPutThereWhileWeRunIsKeptWhole(t *testing.T) {
	for how, put := range map[string]func(backup, path string) error{
		"moved":   os.Rename,
		"copied":  copyOver,
		"deleted": func(_, path string) error { return os.Remove(path) }, // and the backup comes once the bot has ended
	} {
		dir := t.TempDir()
		path, backup := filepath.Join(dir, "toban.db"), filepath.Join(dir, "backup")
		db := place{url: "sqlite:" + path}.open(t)
		for i := range 20 {
			save(t, db, newCase(fmt.Sprint("before", i)))
		}
		execute(t, db, `VACUUM INTO '`+backup+`'`)
		for i := range 20 {
			save(t, db, newCase(fmt.Sprint("after", i)))
		}
		execute(t, db, `PRAGMA wal_checkpoint`)
		save(t, db, newCase("last"))
		if err := put(backup, path); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error { return tx.Save([]alerts.Case{newCase("lost")}) })
			if !IsUnavailable(err) || !IsUnavailable(db.Ready(t.Context())) || !IsUnavailable(db.Intact()) {
				t.Errorf("%s: something is saved where the next start does not find it: %v", how, err)
			}
		}
		if err := db.Close(); err != nil {
			t.Errorf("%s: %v", how, err)
		}
		if how == "deleted" {
			if err := os.Rename(backup, path); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, how+": alerts after the next start", alertsIn(t, dir), 20)
	}
}

// copyOver writes into the file that is there, as cp does.
func copyOver(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

func execute(t *testing.T, db *DB, text string) {
	t.Helper()
	if _, err := db.write.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
}

// alertsIn opens what lies in dir, as another process would, and counts.
func alertsIn(t *testing.T, dir string) (n int) {
	t.Helper()
	other := t.TempDir()
	for _, name := range []string{"toban.db", "toban.db-wal"} {
		if err := copyOver(filepath.Join(dir, name), filepath.Join(other, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	db := place{url: "sqlite:" + filepath.Join(other, "toban.db")}.open(t)
	var whole string
	if err := db.read.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&whole); err != nil || whole != "ok" {
		t.Errorf("the file is damaged: %s %v", whole, err)
	}
	if err := db.read.QueryRowContext(t.Context(), `SELECT count(*) FROM alerts`).Scan(&n); err != nil {
		t.Error(err)
	}
	return n
}

// What does not need the damaged page goes on; that it is there is said until
// somebody restores the file.
func TestADamagedPageIsSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toban.db")
	db := place{url: "sqlite:" + path}.open(t)
	save(t, db, newCase("1"))
	var root, size int64
	err := db.view(t.Context(), func(tx *tx) error {
		if _, err := tx.one([]any{&root}, `SELECT rootpage FROM sqlite_schema WHERE name = 'events'`); err != nil {
			return err
		}
		_, err := tx.one([]any{&size}, `PRAGMA page_size`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("\xa5", int(size))), (root-1)*size); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	db = place{url: "sqlite:" + path}.open(t)
	equal(t, "before anybody needs the page", db.Ready(t.Context()), nil)
	err = db.Alerts().Update(t.Context(), func(tx alerts.Tx) error { _, err := tx.Fresh([]string{"1"}, at); return err })
	if !IsUnavailable(err) || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("the event is refused with %v", err)
	}
	db.readiness.at = time.Time{} // long ago
	if err := db.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("ready says %v", err)
	}
}
