package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// roomFor is how many bytes of bodies are held at once. A buffer that grows
	// takes up to twice as much.
	roomFor = 8 << 20
	// step is how much room a body takes at a time: what a sender announces and
	// does not send takes none. So two thousand small ones have room at once.
	step = 4 << 10
	// roomWithin is how long a body waits for room.
	roomWithin = time.Second
)

// errFull says that there is no room for another body now.
var errFull = errors.New("no room for the body")

// room bounds the memory that bodies take while they are read and saved, however
// many senders there are.
type room struct{ free *semaphore.Weighted }

func newRoom() *room { return &room{semaphore.NewWeighted(roomFor)} }

// share is one body's part of the room.
type share struct {
	of    *room
	taken int64
}

func (r *room) share() *share { return &share{of: r} }

func (s *share) giveBack() { s.of.free.Release(s.taken) }

// read reads a body into buf, taking room as it grows.
func (s *share) read(ctx context.Context, buf *bytes.Buffer, body io.Reader) error {
	for {
		if err := s.grow(ctx); err != nil {
			return err
		}
		switch _, err := io.CopyN(buf, body, step); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

func (s *share) grow(ctx context.Context) error {
	if !s.of.free.TryAcquire(step) {
		ctx, cancel := context.WithTimeout(ctx, roomWithin)
		defer cancel()
		if s.of.free.Acquire(ctx, step) != nil {
			return errFull
		}
	}
	s.taken += step
	return nil
}
