package store

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// lockFile takes the lock of the whole process on f, or returns errLocked. The
// kernel gives it back when the process ends, however it ends. The locked byte
// lies behind the text, which others may read.
func lockFile(f *os.File) error {
	const exclusive, atOnce = 2, 1
	const lockViolation = syscall.Errno(33)
	lockFileEx := syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")
	at := syscall.Overlapped{Offset: 1 << 30}
	ok, _, err := lockFileEx.Call(f.Fd(), exclusive|atOnce, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	switch {
	case ok != 0:
		return nil
	case errors.Is(err, lockViolation):
		return errLocked
	}
	return err
}
