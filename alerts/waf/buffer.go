package waf

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// packed are forms that logs are kept in and that are not read here, by their
// first bytes.
var packed = []struct{ start, name string }{
	{"\x28\xb5\x2f\xfd", "zstd"},
	{"PK\x03\x04", "zip"},
	{"BZh", "bzip2"},
	{"\xfd7zX", "xz"},
	{"\xff\xfe", "UTF-16"},
	{"\xfe\xff", "UTF-16"},
}

// start fills the buffer for the first time and looks for gzip.
func (r *Reader) start() {
	r.buf = make([]byte, firstBuffer)
	n, err := io.ReadFull(r.in, r.buf[:4])
	head := r.buf[:n]
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		unzip, failed := gzip.NewReader(io.MultiReader(bytes.NewReader(bytes.Clone(head)), r.in))
		if failed != nil {
			r.ended = fmt.Errorf("read gzip: %w", failed)
			return
		}
		r.ahead = readAhead(unzip)
		r.in = r.ahead
		return
	}
	for _, p := range packed {
		if bytes.HasPrefix(head, []byte(p.start)) {
			r.ended = fmt.Errorf("this is %s, which is not read here: unpack it and pipe it in", p.name)
			return
		}
	}
	r.to, r.read = n, int64(n)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.ended = io.EOF
	case err != nil:
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
	if errors.Is(err, io.EOF) {
		r.ended = io.EOF
		return
	}
	r.ended = fmt.Errorf("read records: %w", err)
}
