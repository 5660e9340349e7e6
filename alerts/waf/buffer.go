package waf

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// start fills the buffer for the first time and looks for gzip.
func (r *Reader) start() {
	r.buf = make([]byte, firstBuffer)
	head := r.buf[:2]
	n, err := io.ReadFull(r.in, head)
	if n == 2 && head[0] == 0x1f && head[1] == 0x8b {
		unzip, failed := gzip.NewReader(io.MultiReader(bytes.NewReader([]byte{0x1f, 0x8b}), r.in))
		if failed != nil {
			r.ended = fmt.Errorf("read gzip: %w", failed)
			return
		}
		r.ahead = readAhead(unzip)
		r.in = r.ahead
		return
	}
	r.to, r.read = n, int64(n)
	if err != nil {
		r.end(err)
	}
}

// Close ends what a [Reader] of gzip started. The stream itself stays open.
func (r *Reader) Close() {
	if r.ahead != nil {
		r.ahead.close()
		r.ahead = nil
	}
}

// more reads on, moving the unread part to the front and growing the buffer up
// to maxRecord. It reports false if there is nothing more or no room for it.
func (r *Reader) more() bool {
	if r.ended != nil {
		return false
	}
	if r.from > 0 {
		copy(r.buf, r.buf[r.from:r.to])
		r.to -= r.from
		r.noLine = max(0, r.noLine-r.from)
		r.from = 0
	}
	if r.to == len(r.buf) {
		if len(r.buf) >= maxRecord {
			return false
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	before := r.to
	for r.to < len(r.buf) && r.ended == nil {
		n, err := r.in.Read(r.buf[r.to:])
		r.to += n
		r.read += int64(n)
		if err != nil {
			r.end(err)
		}
	}
	return r.to > before
}

func (r *Reader) end(err error) {
	if err == io.EOF || (err == io.ErrUnexpectedEOF && r.read < 2) {
		r.ended = io.EOF
		return
	}
	r.ended = fmt.Errorf("read records: %w", err)
}
