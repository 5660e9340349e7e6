package store

import (
	"strings"
	"testing"
)

func TestPlainTextOverANetworkIsKnown(t *testing.T) {
	for _, tt := range []struct {
		url   string
		plain bool
	}{
		{"sqlite:toban.db", false},
		{"postgres://u:p@db.internal/toban", true},
		{"postgres://u:p@db.internal/toban?sslmode=disable", true},
		{"postgres://u:p@db.internal/toban?sslmode=allow", true},
		{"postgres://u:p@db.internal/toban?sslmode=prefer", true},
		{"postgres://u:p@db.internal/toban?sslmode=require", false},
		{"postgres://u:p@db.internal/toban?sslmode=verify-full", false},
		{"postgres://u:p@10.0.0.5/toban", true},
		{"postgres://u:p@localhost/toban", false},
		{"postgres://u:p@127.0.0.1/toban?sslmode=disable", false},
		{"postgres://u@/toban?host=/var/run/postgresql", false},
		{"postgres://u:p@localhost,db.internal/toban", true},
		{"postgres://u@/toban?host=/var/run/postgresql,db.internal&sslmode=require", false},
		{"postgres://u:p@[::1]/toban", false},
	} {
		if got := InPlainText(tt.url); got != tt.plain {
			t.Errorf("%s: %t", tt.url, got)
		}
	}
}

// libpq's variables count as they do for a connection.
func TestTheEnvironmentMayInsistOnTLS(t *testing.T) {
	t.Setenv("PGSSLMODE", "verify-full")
	if InPlainText("postgres://u:p@db.internal/toban") {
		t.Error("PGSSLMODE is not heard")
	}
}

// What is no address is not repeated: it may be a password.
func TestAnErrorOfTheAddressHoldsNoPassword(t *testing.T) {
	for _, text := range []string{"host=db user=toban password=hush host=::1", "//toban:hush@db/toban", "toban-hush@db:5432", "toban:hush@db/toban", "host=db password=hush"} {
		if _, err := parseURL(text); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
