package waf

import "io"

// ahead reads a stream in a goroutine of its own, so that unzipping and counting
// go on at the same time and the slower of the two, unzipping, sets the pace.
type ahead struct {
	full, free chan []byte
	rest       []byte // what is left of the piece being read
	piece      []byte
	err        error // why full was closed
	stopped    chan struct{}
}

const (
	pieces    = 3
	pieceSize = 256 << 10
)

func readAhead(from io.Reader) *ahead {
	a := &ahead{full: make(chan []byte, pieces), free: make(chan []byte, pieces), stopped: make(chan struct{})}
	for range pieces {
		a.free <- make([]byte, pieceSize)
	}
	go a.run(from)
	return a
}

func (a *ahead) run(from io.Reader) {
	defer close(a.stopped)
	defer close(a.full)
	for piece := range a.free {
		n := 0
		for n < len(piece) && a.err == nil {
			var m int
			m, a.err = from.Read(piece[n:])
			n += m
		}
		a.full <- piece[:n]
		if a.err != nil {
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.piece != nil {
			a.free <- a.piece[:pieceSize]
			a.piece = nil
		}
		piece, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.piece, a.rest = piece, piece
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// close ends the goroutine and waits for it.
func (a *ahead) close() {
	close(a.free)
	<-a.stopped
}
