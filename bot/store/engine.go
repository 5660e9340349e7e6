package store

import (
	"database/sql"
	"regexp"
	"strings"
)

// engine is what differs between the two databases.
type engine struct {
	name string
	// write is how transactions that decide something run. On Postgres two of
	// them must not each decide on what the other is about to change; SQLite
	// has one writer at a time anyway.
	write sql.TxOptions
	// read is how views see one state: SQLite's always do.
	read sql.TxOptions
	// rows is how many rows one INSERT carries. Each statement is a round trip
	// to Postgres. SQLite is in our own process, and there a prepared statement
	// for one row beats every longer one: 6 µs a row against 9 to 10 with 16 to
	// 256 rows, for then it also keeps a journal of each statement.
	rows int
	// keys is how many keys one look-up carries.
	keys int
	// ddl turns our schema text into the engine's.
	ddl func(string) string
}

func sqliteEngine() engine {
	return engine{name: "sqlite", rows: 1, keys: 32, ddl: sqliteDDL}
}

func postgresEngine() engine {
	return engine{
		name: "postgres", rows: 256, keys: 256, ddl: func(s string) string { return s },
		write: sql.TxOptions{Isolation: sql.LevelSerializable},
		read:  sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	}
}

var onSQLite = regexp.MustCompile(`/\* sqlite: ([A-Z, ]+) \*/`)

// sqliteDDL makes the tables strict, which Postgres always is: strict tables
// have INTEGER for BIGINT, and the words of the comment "/* sqlite: STRICT */"
// become real.
func sqliteDDL(text string) string {
	return onSQLite.ReplaceAllString(strings.ReplaceAll(text, "BIGINT", "INTEGER"), "$1")
}
