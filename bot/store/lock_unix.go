//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of the whole process on f, or returns errLocked. The
// kernel gives it back when the process ends, however it ends.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
