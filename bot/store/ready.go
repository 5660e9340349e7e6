package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// readyEvery is how long an answer of [DB.Ready] is given again: those who ask
// often cost the disk nothing.
const readyEvery = 2 * time.Second

type readiness struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// Ready reports whether something can be saved: it saves something small, at
// most every two seconds.
func (db *DB) Ready(ctx context.Context) error {
	r := &db.readiness
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at.IsZero() || time.Since(r.at) > readyEvery {
		r.err = db.saveSomething(ctx)
		r.at = time.Now()
	}
	return r.err
}

const touch = `INSERT INTO ticks (name, at) VALUES ('ready', $1) ON CONFLICT (name) DO UPDATE SET at = excluded.at`

func (db *DB) saveSomething(ctx context.Context) error {
	if damage := db.damage.Load(); damage != nil {
		return *damage
	}
	return db.updateRows(ctx, func(t *tx) error {
		_, err := t.exec(touch, micros(db.Now()))
		return err
	})
}

// file is a file of the database as it was when it was opened.
type file struct {
	path string
	info fs.FileInfo
}

// noteFiles remembers which files are open: the database, and the log that
// holds what was saved last.
func (db *DB) noteFiles(path string) error {
	for _, p := range []string{path, path + "-wal"} {
		info, err := os.Stat(p)
		if p != path && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return cannotWrite(path, err)
		}
		db.files = append(db.files, file{p, info})
	}
	return nil
}

// Intact reports whether the files that are open still are the ones that the
// next start will find. SQLite goes on writing into a deleted file without a
// word, and all of it is lost at the end.
func (db *DB) Intact() error {
	for _, f := range db.files {
		now, err := os.Stat(f.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return &UnavailableError{fmt.Sprintf("%s was deleted while the bot runs: nothing more is accepted, for it would be lost. Restart the bot, with the file restored from a backup if there is one", f.path), err}
		case err != nil:
			return &UnavailableError{fmt.Sprintf("%s cannot be found any more: nothing more is accepted", f.path), err}
		case !os.SameFile(f.info, now):
			return &UnavailableError{fmt.Sprintf("%s was replaced by another file while the bot runs: nothing more is accepted, for it would be lost. Restart the bot", f.path), errReplaced}
		}
	}
	return nil
}

var errReplaced = errors.New("it is not the file that was opened")
