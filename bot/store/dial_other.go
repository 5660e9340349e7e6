//go:build !linux

package store

import "syscall"

// limitUnacknowledged does nothing here: the time that a transaction may take
// is the limit.
func limitUnacknowledged(string, string, syscall.RawConn) error { return nil }
