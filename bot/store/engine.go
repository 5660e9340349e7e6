package store

import (
	"database/sql"
	"regexp"
	"strings"
)

// engine is what differs between the two databases.
type engine struct {
	name string
	// whole is how transactions run that decide by more than the rows that they
	// change: on Postgres two of them must not each decide on what the other is
	// about to change. SQLite has one writer at a time anyway.
	whole sql.TxOptions
	// rows is how transactions run that decide by the rows that they change:
	// they lock those, or name the version that they read.
	rows sql.TxOptions
	// read is how views see one state: SQLite's always do.
	read sql.TxOptions
	// batch is how many rows one INSERT carries. Each statement is a round trip
	// to Postgres. SQLite is in our own process, and there a prepared statement
	// for one row beats every longer one: 6 µs a row against 9 to 10 with 16 to
	// 256 rows, for then it also keeps a journal of each statement.
	batch int
	// keys is how many keys one look-up carries.
	keys int
	// ddl turns our schema text into the engine's.
	ddl func(string) string
}

func sqliteEngine() engine {
	return engine{name: "sqlite", batch: 1, keys: 32, ddl: sqliteDDL}
}

func postgresEngine() engine {
	return engine{
		name: "postgres", batch: 256, keys: 256, ddl: func(s string) string { return s },
		whole: sql.TxOptions{Isolation: sql.LevelSerializable},
		rows:  sql.TxOptions{Isolation: sql.LevelReadCommitted},
		read:  sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	}
}

// locked ends a query whose rows nobody else may change until the transaction
// ends. All take their locks in the order of creation, an alert's before those
// of its messages and a storm's row last, so that nobody waits in a circle.
// SQLite, with its one writer, reads a comment.
const (
	forUpdate = "/* postgres: FOR UPDATE */"
	locked    = " ORDER BY seq " + forUpdate
)

// sql is a statement as the engine takes it.
func (e engine) sql(text string) string {
	if e.name == "sqlite" {
		return text
	}
	return strings.Replace(text, forUpdate, "FOR UPDATE", 1)
}

var onSQLite = regexp.MustCompile(`/\* sqlite: ([A-Z, ]+) \*/`)

// sqliteDDL makes the tables strict, which Postgres always is: strict tables
// have INTEGER for BIGINT, and the words of the comment "/* sqlite: STRICT */"
// become real.
func sqliteDDL(text string) string {
	return onSQLite.ReplaceAllString(strings.ReplaceAll(text, "BIGINT", "INTEGER"), "$1")
}
