package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// files are the database and its log as they were when they were opened. SQLite
// goes on writing into a file that was deleted, or that somebody has copied a
// backup over, without a word; and the next start puts the log of the one onto
// the other, which ruins both.
type files struct {
	path string
	main *os.File    // stays open: to close any file of a database takes SQLite's locks away
	info fs.FileInfo // of main
	wal  fs.FileInfo

	mu    sync.Mutex
	stamp stamp
	gone  error // stays so until a restart
}

// A stamp is a number in the header of the database that every transaction
// raises. In the file it lags behind, as far as the log has not gone over into
// it, and never goes back: a backup copied over the file has an older one. They
// are compared by their difference, for after the highest comes the lowest.
type stamp struct {
	seen    int32 // the last that was in the file
	written int32 // the last of a transaction
}

const stampAt = 60 // in the file: user_version

// noteFiles remembers which files are open.
func (db *DB) noteFiles(ctx context.Context, path string) (err error) {
	f := &db.files
	f.path = path
	if f.main, err = os.Open(path); err != nil {
		return cannotWrite(path, err)
	}
	if f.info, err = f.main.Stat(); err != nil {
		return cannotWrite(path, err)
	}
	if f.wal, err = os.Stat(path + "-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotWrite(path, err)
	}
	if f.stamp.seen, err = f.inFile(); err != nil {
		return cannotWrite(path, err)
	}
	return db.explain(db.write.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&f.stamp.written))
}

// inFile is the stamp as the file itself has it.
func (f *files) inFile() (int32, error) {
	var b [4]byte
	_, err := f.main.ReadAt(b[:], stampAt)
	return int32(binary.BigEndian.Uint32(b[:])), err
}

// raise writes the next stamp in a transaction.
func (f *files) raise(t *tx) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.main == nil {
		return nil
	}
	f.stamp.written++
	_, err := t.sql.ExecContext(t.ctx, fmt.Sprintf(`PRAGMA user_version = %d`, f.stamp.written))
	return err
}

// Intact reports whether the files that are open still are the ones that the
// next start will find. What takes the place of the database while the bot runs
// keeps it: nothing is written any more, and the log, which is not its own, is
// put aside.
func (db *DB) Intact() error {
	f := &db.files
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.main == nil || f.gone != nil {
		return f.gone
	}
	err := f.look()
	if errors.Is(err, errReplaced) {
		f.gone = err
		f.putLogAside()
	}
	return err
}

// lost is what [DB.Intact] found for good.
func (f *files) lost() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gone
}

func (f *files) look() error {
	if err := same(f.path, f.info); err != nil {
		return err
	}
	if f.wal != nil {
		if err := same(f.path+"-wal", f.wal); err != nil {
			return err
		}
	}
	now, err := f.inFile()
	if err != nil || now-f.stamp.seen < 0 || f.stamp.written-now < 0 {
		return &UnavailableError{fmt.Sprintf("%s was overwritten while the bot runs: nothing more is accepted, for it would be lost. Stop the bot, put the backup there once more, start", f.path), errors.Join(errReplaced, err)}
	}
	f.stamp.seen = now
	return nil
}

// same reports whether the file at path is the one that was opened.
func same(path string, opened fs.FileInfo) error {
	now, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &UnavailableError{fmt.Sprintf("%s was deleted while the bot runs: nothing more is accepted, for it would be lost. Restart the bot, with the file restored from a backup if there is one", path), err}
	case err != nil:
		return &UnavailableError{fmt.Sprintf("%s cannot be found any more: nothing more is accepted", path), err}
	case !os.SameFile(opened, now):
		return &UnavailableError{fmt.Sprintf("%s was replaced by another file while the bot runs: nothing more is accepted, for it would be lost. Restart the bot", path), errReplaced}
	}
	return nil
}

var errReplaced = errors.New("it is not what was opened")

// putLogAside keeps the log, if it still is ours, from whatever stands in the
// place of our database.
func (f *files) putLogAside() {
	if f.wal != nil && same(f.path+"-wal", f.wal) == nil {
		_ = os.Rename(f.path+"-wal", f.path+"-wal.old")
	}
}

// close ends the looking, once nothing is open any more.
func (f *files) close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.main == nil {
		return nil
	}
	return f.main.Close()
}
