package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

var errLocked = errors.New("locked")

// InUseError means that another process, or this one, has the SQLite file open.
type InUseError struct{ Path, By string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("%s is in use by %s: only one process may use a SQLite database. Stop the other one first, or give this one its own file; several processes can share a PostgreSQL (DATABASE_URL=postgres://…)", e.Path, e.By)
}

// lockDatabase keeps other processes away from a SQLite file until the
// returned file is closed or the process ends. The lock stands beside the
// database: SQLite's own are held for moments only, and goose has none.
func lockDatabase(path string) (*os.File, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // the same file by another name is the same file
	}
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, cannotWrite(path, err)
	}
	switch err := lockFile(f); {
	case errors.Is(err, errLocked):
		by, _ := io.ReadAll(io.LimitReader(f, 64))
		_ = f.Close()
		return nil, &InUseError{path, holder(string(by))}
	case err != nil:
		_ = f.Close()
		return nil, fmt.Errorf("lock %s.lock: %w", path, err)
	}
	if err := errors.Join(f.Truncate(0), writePID(f)); err != nil {
		_ = f.Close()
		return nil, cannotWrite(path, err)
	}
	return f, nil
}

// keepPrivate makes a database readable by its owner alone: it holds what alerts
// and people said. SQLite gives new files beside it the same mode; those that an
// earlier process left are changed too. A file of somebody else's stays as it is.
func keepPrivate(path string) {
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err == nil {
		_ = f.Close()
	} // else SQLite says in its own words what is wrong with the file
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // SQLite keeps its files beside the file itself
	}
	for _, file := range []string{path, path + "-wal", path + "-shm", path + "-journal"} {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
			_ = os.Chmod(file, info.Mode().Perm()&0o700)
		}
	}
}

func writePID(f *os.File) error {
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

func holder(pid string) string {
	switch pid = strings.TrimSpace(pid); pid {
	case "":
		return "another process"
	case fmt.Sprint(os.Getpid()):
		return "this process already"
	}
	return "process " + pid
}

func cannotWrite(path string, err error) error {
	dir := filepath.Dir(path)
	if _, bad := os.Stat(dir); errors.Is(bad, os.ErrNotExist) {
		return fmt.Errorf("the directory %s does not exist: create it, or change DATABASE_URL: %w", dir, err)
	}
	return fmt.Errorf("cannot write in the directory %s, where SQLite keeps its files: let this user write there, or change DATABASE_URL: %w", dir, err)
}
