package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// UnavailableError means that the database cannot be read or written just now.
// Nothing of the change was saved; the same may work later.
type UnavailableError struct {
	Why string // for people
	Err error
}

func (e *UnavailableError) Error() string { return e.Why + ": " + e.Err.Error() }
func (e *UnavailableError) Unwrap() error { return e.Err }

// IsUnavailable reports whether err is about the database and not about what
// was asked of it: to try again later may help.
func IsUnavailable(err error) bool {
	var unavailable *UnavailableError
	return errors.As(err, &unavailable)
}

// errConflict means that a value was changed since it was read.
var errConflict = errors.New("changed by somebody else meanwhile")

// explain puts the engine's errors into words. Others it returns unchanged.
func (db *DB) explain(err error) error {
	if err == nil || IsUnavailable(err) {
		return err
	}
	if why := db.why(err); why != "" {
		var known error = &UnavailableError{why, err}
		if isDamage(err) {
			if gone := db.Intact(); gone != nil {
				return gone // then it is not our file that is damaged
			}
			db.damage.Store(&known)
		}
		return known
	}
	return err
}

// isDamage reports whether the file is broken, which does not mend itself.
func isDamage(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code()&0xff == sqlite3.SQLITE_CORRUPT || lite.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

func (db *DB) why(err error) string {
	var lite *sqlite.Error
	var network net.Error
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &lite):
		return db.whySQLite(lite.Code() & 0xff)
	case errors.As(err, &pg):
		return db.whyPostgres(pg.Code)
	case errors.As(err, &connect):
		return fmt.Sprintf("cannot reach %s: start it, or change DATABASE_URL", db.where)
	case errors.Is(err, errConflict):
		return "too many changes to the same thing at once: nothing of this one was saved"
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer in time from %s", db.where)
	case errors.As(err, &network), errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return fmt.Sprintf("the connection to %s broke: nothing of this change was saved, or it was saved whole", db.where)
	case strings.Contains(err.Error(), "sql: database is closed"): // database/sql has no value for it
		return "the database is closed already"
	}
	return ""
}

func (db *DB) whySQLite(code int) string {
	switch code {
	case sqlite3.SQLITE_FULL:
		return fmt.Sprintf("the disk is full (%s): nothing of this change was saved, all before it was. Free some space; no restart is needed", db.where)
	case sqlite3.SQLITE_IOERR:
		return fmt.Sprintf("the disk refuses to read or write %s: check its space and its health; nothing of this change was saved", db.where)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Sprintf("another program holds %s locked (a shell of sqlite3, a backup?): nothing of this change was saved", db.where)
	case sqlite3.SQLITE_CANTOPEN:
		return fmt.Sprintf("cannot open %s: let this user read and write it and its directory, or change DATABASE_URL", db.where)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fmt.Sprintf("%s may only be read: let this user write it and its directory, or change DATABASE_URL", db.where)
	case sqlite3.SQLITE_NOTADB:
		return fmt.Sprintf("%s is not a SQLite database: move it away, or change DATABASE_URL", db.where)
	case sqlite3.SQLITE_CORRUPT:
		return fmt.Sprintf("%s is damaged: stop the bot and restore it from a backup (sqlite3 FILE .recover saves what can be read)", db.where)
	}
	return ""
}

func (db *DB) whyPostgres(code string) string {
	switch {
	case code == "28P01" || code == "28000":
		return fmt.Sprintf("%s refuses the user or the password of DATABASE_URL", db.where)
	case code == "3D000":
		return fmt.Sprintf("%s does not exist: create it, or change DATABASE_URL", db.where)
	case code == "42501":
		return fmt.Sprintf("%s does not allow this user to do it: it must own the schema or may create in it", db.where)
	case code == "25006":
		return fmt.Sprintf("%s may only be read (a standby?): point DATABASE_URL to the primary", db.where)
	case code == "53100":
		return fmt.Sprintf("the disk of %s is full: nothing of this change was saved", db.where)
	case isConflict(&pgconn.PgError{Code: code}):
		return "too many changes to the same thing at once: nothing of this one was saved"
	case code == "57014":
		return fmt.Sprintf("no answer in time from %s: nothing of this change was saved", db.where)
	case strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "08"), strings.HasPrefix(code, "58"):
		return fmt.Sprintf("%s cannot serve just now: nothing of this change was saved", db.where)
	}
	return ""
}

// isConflict reports whether running the transaction again may end otherwise.
func isConflict(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "40001", "40P01", // serialization failure, deadlock
			"55P03", // waited for a lock as long as one may: whoever has it may be frozen
			"25P03": // frozen ourselves, and the server has let others go on
			return true
		}
		return false
	}
	return errors.Is(err, errConflict) || errors.Is(err, pgx.ErrTxCommitRollback) || isUnique(err)
}

// isUnique reports whether a row with the same key was there already. Two
// replicas that insert the same at once learn of each other that way.
func isUnique(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}
