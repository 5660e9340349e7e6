package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// What a replica that was frozen, or whose network was cut, may cost the
// others. It keeps its locks until the server ends its session, so the server
// does that within seconds; the others wait less for a lock and try again.
const (
	connectTimeout = 5 * time.Second
	// transactionTime bounds a whole transaction, also where the server says
	// nothing any more.
	transactionTime = 10 * time.Second
)

// sessionLimits are set for every session, where the URL does not set them.
var sessionLimits = []struct{ name, value string }{
	{"statement_timeout", "10s"},
	{"lock_timeout", "2s"},
	{"idle_in_transaction_session_timeout", "3s"},
	{"tcp_user_timeout", "10s"}, // data that a dead network swallowed
	{"tcp_keepalives_idle", "5"},
	{"tcp_keepalives_interval", "2"},
	{"tcp_keepalives_count", "3"},
}

func (db *DB) openPostgres(url string) error {
	db.engine = postgresEngine()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return &URLError{fmt.Sprintf("cannot be read: %v", err)} // pgx takes the password out
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "toban"
	}
	config.DialFunc = dialer().DialContext
	db.where = fmt.Sprintf("PostgreSQL at %s:%d, database %s", config.Host, config.Port, config.Database)
	// Reading has connections of its own: a transaction that asks something
	// outside itself must not wait for transactions that do the same.
	limits := stdlib.OptionAfterConnect(limitSession(config.RuntimeParams))
	db.write, db.read = newPool(stdlib.OpenDB(*config, limits), false), newPool(stdlib.OpenDB(*config, limits), false)
	for _, p := range []*pool{db.write, db.read} {
		p.SetMaxOpenConns(6)
		p.SetMaxIdleConns(3)
	}
	db.wake.from = rand.Text()
	db.listenTo = config
	return nil
}

// dialer notices within about ten seconds that the server is gone.
func dialer() *net.Dialer {
	return &net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		Control:         limitUnacknowledged,
	}
}

// limitSession sets the limits of a session. Statements do it and no startup
// parameters, which poolers such as PgBouncer refuse.
func limitSession(chosen map[string]string) func(context.Context, *pgx.Conn) error {
	var text strings.Builder
	for _, l := range sessionLimits {
		if _, is := chosen[l.name]; !is {
			fmt.Fprintf(&text, "SET %s = '%s'; ", l.name, l.value)
		}
	}
	return func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, text.String())
		return err
	}
}

// unlimited returns connections for migrations, which may take their time.
func (db *DB) unlimited() (conns *sql.DB, done func()) {
	if db.listenTo == nil {
		return db.write.DB, func() {}
	}
	conns = stdlib.OpenDB(*db.listenTo)
	return conns, func() { _ = conns.Close() }
}
