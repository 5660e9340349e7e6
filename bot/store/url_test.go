package store

import "testing"

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
	} {
		if got := InPlainText(tt.url); got != tt.plain {
			t.Errorf("%s: %t", tt.url, got)
		}
	}
}
