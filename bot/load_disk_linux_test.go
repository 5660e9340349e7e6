package main

import (
	"syscall"
	"testing"
	"time"
	"unsafe"

	"toban/fixtures/slack"
)

// TestFullDisk takes the right to write files from a running bot, which looks
// to it like a disk that takes no more, and gives it back.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	bot := newLoadBot(t, w, sqliteURL(t))
	bot.start()
	const n = 60
	before := newBurst(n, "load:patient", bot)
	waitFor(t, before.background(t), "the disk takes alerts")

	limitFiles(t, bot.pid(), 0)
	s := &sender{}
	defer s.close()
	for range 20 {
		if status, err := s.post(bot.address(), burstBody(n, "load:patient")); status != 503 || err != nil {
			t.Fatalf("with the disk full the answer is %d, %v; want 503", status, err)
		}
	}
	if status, body, err := bot.get(t.Context(), "/healthz"); status != 200 {
		t.Errorf("the bot does not live: %d %s %v", status, body, err)
	}
	bot.answers("/readyz", 503)
	limitFiles(t, bot.pid(), syscall.RLIM_INFINITY&(1<<63-1))
	bot.answers("/readyz", 200)
	after := newBurst(n+1, "load:patient", bot) // the first n again: they were accepted before
	waitFor(t, after.background(t), "the disk takes alerts again")
	w.until(t, 40*time.Second, "every alert is named", namedAll(w, n+1))
	w.complain(t, n+1)
}

// limitFiles sets how large a file the process may write.
func limitFiles(t *testing.T, pid int, size uint64) {
	t.Helper()
	var now syscall.Rlimit
	const rlimitFileSize = syscall.RLIMIT_FSIZE
	_, _, failed := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), rlimitFileSize, 0, uintptr(unsafe.Pointer(&now)), 0, 0)
	if failed == 0 {
		now.Cur = min(size, now.Max)
		_, _, failed = syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), rlimitFileSize, uintptr(unsafe.Pointer(&now)), 0, 0, 0)
	}
	if failed != 0 {
		t.Fatalf("prlimit: %v", failed)
	}
}
