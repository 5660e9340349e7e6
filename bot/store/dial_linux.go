package store

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// limitUnacknowledged ends a connection whose data nobody acknowledges, after
// as long as a transaction may take: keep-alive looks only at idle ones.
func limitUnacknowledged(network, _ string, c syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(transactionTime.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
