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
