package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed schema/*.sql
var schema embed.FS

// migrate brings the tables up to date. On Postgres several processes may
// start at once; on SQLite the lock of the process came first.
func (db *DB) migrate(ctx context.Context) error {
	steps, err := migrations(db.engine)
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
	}
	dialect := goose.DialectSQLite3
	if db.engine.name == "postgres" {
		dialect = goose.DialectPostgres
		const everySecond, forTwoMinutes = 1, 120
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(everySecond, forTwoMinutes))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	conns, done := db.unlimited()
	defer done()
	provider, err := goose.NewProvider(dialect, conns, nil, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	return nil
}

// migrations reads schema/NNNN_what_it_makes_true.sql.
func migrations(e engine) ([]*goose.Migration, error) {
	files, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []*goose.Migration
	for _, name := range files {
		text, err := schema.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "schema/"), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		ddl := e.ddl(string(text))
		steps = append(steps, goose.NewGoMigration(version, &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, ddl)
				return err
			},
		}, nil))
	}
	return steps, nil
}
