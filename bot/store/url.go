package store

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// DefaultURL is used where DATABASE_URL is not set.
const DefaultURL = "sqlite:toban.db"

// URLError says what is wrong with DATABASE_URL. It never holds a password.
type URLError struct{ Why string }

func (e *URLError) Error() string {
	return "DATABASE_URL " + e.Why + "; use sqlite:PATH (for instance sqlite:toban.db) or postgres://user:password@host/database"
}

// schemed is what a scheme looks like that somebody may have meant.
var schemed = regexp.MustCompile(`^[a-z][a-z+]{1,19}$`)

// parseURL returns the path of a SQLite file, or "" for Postgres.
func parseURL(text string) (path string, err error) {
	if text == "" {
		text = DefaultURL
	}
	scheme, rest, ok := strings.Cut(text, ":")
	switch {
	case !ok || !schemed.MatchString(scheme): // not repeated: it may be part of a password
		return "", &URLError{"has no scheme"}
	case scheme == "postgres" || scheme == "postgresql":
		return "", nil
	case scheme != "sqlite":
		return "", &URLError{fmt.Sprintf("has the unknown scheme %q", scheme)}
	}
	path = strings.TrimPrefix(rest, "//")
	switch {
	case path == "":
		return "", &URLError{"names no file"}
	case strings.Contains(path, ":memory:"):
		return "", &URLError{"asks for a database in memory, which would lose every page at a restart"}
	case strings.Contains(path, "?"):
		return "", &URLError{"has parameters after the file's path, and there are none to set"}
	}
	return filepath.Abs(path)
}

// InPlainText reports that a DATABASE_URL reaches PostgreSQL over a network and
// does not insist on TLS. sslmode's default, "prefer", takes plain text from a
// server that offers nothing else, or from somebody who answers in its place.
func InPlainText(url string) bool {
	if path, err := parseURL(url); path != "" || err != nil {
		return false
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return false
	}
	ways := append(config.Fallbacks, &pgconn.FallbackConfig{Host: config.Host, TLSConfig: config.TLSConfig})
	return slices.ContainsFunc(ways, func(w *pgconn.FallbackConfig) bool { return w.TLSConfig == nil && !local(w.Host) })
}

// local reports a socket in the file system or this machine's own addresses.
func local(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}

// sqliteDSN is the driver's name for a file. A transaction that will write says
// so when it begins ("immediate"): one that turned out to write later could no
// longer wait for its turn. temp_store keeps the journal of single statements
// in memory; on disk it cost a third of a large write.
func sqliteDSN(path, begin string, pragmas ...string) string {
	q := url.Values{"_txlock": {begin}, "mode": {"rw"}} // a file that was deleted is not made anew
	for _, p := range append([]string{"busy_timeout(5000)", "foreign_keys(1)", "temp_store(MEMORY)"}, pragmas...) {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + q.Encode()
}
