package waf

import (
	"bytes"
	"errors"
	"io"
)

const (
	firstBuffer = 128 << 10
	// maxRecord is the longest record that is read. AWS's own are under 100 KiB.
	maxRecord = 4 << 20
	// longestPrefix is what may stand before a record on its line: an exported
	// CloudWatch log puts its own instant there.
	longestPrefix = 64
	byteOrderMark = "\ufeff"
	// maxWaste is how many times as many bytes as were read may be looked at in
	// vain: each line of a bad file may begin a record that never ends.
	maxWaste = 8
)

const (
	whyLong   = "longer than 4 MiB"
	whyPrefix = "text that is not a record"
)

// Reader reads AWS WAF records from a stream: one a line, or in arrays, or just
// one after the other, plain or gzip, as AWS writes them or inside a Datadog log.
// What it cannot use it counts and steps over; a broken record never takes the
// next line with it.
type Reader struct {
	in       io.Reader
	ahead    *ahead // is in, if it is unzipped
	buf      []byte
	from, to int // the unread part of buf
	noLine   int // no line ends in buf[from:noLine]
	ended    error
	line     int // number of the line at from
	dec      decoder
	skipped  Skipped
	read     int64
	wasted   int64 // bytes looked at for records over several lines that were none
}

// NewReader reads from in; gzip is recognized by its first bytes. Close it after
// use.
func NewReader(in io.Reader) *Reader {
	return &Reader{in: in, line: 1, dec: decoder{usual: &preambles{}}}
}

// Skipped says what was stepped over so far.
func (r *Reader) Skipped() Skipped { return r.skipped }

// Read is how many (uncompressed) bytes were read so far.
func (r *Reader) Read() int64 { return r.read }

// Next gives the next record, or [io.EOF], or what the stream failed with; what
// came before a failure has been given by then.
func (r *Reader) Next() (*Record, error) {
	if r.buf == nil {
		r.start()
	}
	for {
		if !r.toRecord() {
			return nil, r.ended
		}
		if r.buf[r.from] != '{' {
			r.skipLine(whyPrefix)
			continue
		}
		if r.record() {
			return &r.dec.rec, nil
		}
	}
}

// record decodes the object at from and reports whether it is a record.
func (r *Reader) record() bool {
	lineEnd, whole := r.lineEnd()
	end, err := r.dec.decode(r.buf[r.from:lineEnd])
	for errors.Is(err, errShort) && !whole && r.more() {
		lineEnd, whole = r.lineEnd()
		end, err = r.dec.decode(r.buf[r.from:lineEnd])
	}
	if errors.Is(err, errShort) && whole && goesOn(r.buf[r.from:lineEnd]) && r.wasted <= maxWaste*r.read {
		end, err = r.decodeLines()
	}
	switch {
	case err == nil:
		r.from += end
		return true
	case errors.Is(err, errForeign):
		r.skipped.add(err.Error(), r.line, 1)
		r.from += end
	case errors.Is(err, errShort) && !whole && r.ended == nil:
		r.skipLong()
	default:
		r.skipLine(err.Error())
	}
	return false
}

// lineEnd gives the end of the line at from; whole is false if its end is not in
// the buffer yet.
func (r *Reader) lineEnd() (end int, whole bool) {
	from := max(r.from, r.noLine)
	if n := bytes.IndexByte(r.buf[from:r.to], '\n'); n >= 0 {
		return from + n, true
	}
	r.noLine = r.to
	return r.to, r.ended != nil
}

// goesOn reports that a line ends where a record written over several lines may
// go on.
func goesOn(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r")
	return len(line) > 0 && bytes.IndexByte([]byte("{[,"), line[len(line)-1]) >= 0
}

// decodeLines decodes a record that is written over several lines. It ends at
// the latest before a line that starts with an object: its own are indented.
func (r *Reader) decodeLines() (end int, err error) {
	for {
		limit, closed := r.to, r.ended != nil
		if n := bytes.Index(r.buf[r.from:r.to], []byte("\n{")); n >= 0 {
			limit, closed = r.from+n, true
		}
		end, err = r.dec.decode(r.buf[r.from:limit])
		if err != nil {
			r.wasted += int64(limit - r.from)
		}
		if !errors.Is(err, errShort) || closed || !r.more() {
			r.line += bytes.Count(r.buf[r.from:r.from+end], []byte("\n"))
			return end, err
		}
	}
}

// toRecord steps over white space and the punctuation between records, and over
// what an exported log puts before a record. It reports false at the end.
func (r *Reader) toRecord() bool {
	for {
		for ; r.from < r.to; r.from++ {
			switch c := r.buf[r.from]; c {
			case '\n':
				r.line++
			case ' ', '\t', '\r', ',', '[', ']':
			case '{':
				return true
			default:
				for r.to-r.from < longestPrefix && r.more() {
				}
				if bytes.HasPrefix(r.buf[r.from:r.to], []byte(byteOrderMark)) {
					r.from += len(byteOrderMark) - 1
					continue
				}
				r.stepOverPrefix()
				return true
			}
		}
		if !r.more() {
			return false
		}
	}
}

func (r *Reader) stepOverPrefix() {
	head := r.buf[r.from:min(r.to, r.from+longestPrefix)]
	head, _, _ = bytes.Cut(head, []byte("\n"))
	if n := bytes.IndexByte(head, '{'); n > 0 && head[0] >= '0' && head[0] <= '9' {
		r.from += n
	}
}

// skipLine gives up the rest of the line.
func (r *Reader) skipLine(why string) {
	r.skipped.add(why, r.line, 1)
	for {
		end, whole := r.lineEnd()
		r.from = end
		if whole || !r.more() {
			return
		}
	}
}

// skipLong gives up a record that does not fit in the buffer: to its last
// brace, so that the next in the same array is read, or to the line's end.
func (r *Reader) skipLong() {
	r.skipped.add(whyLong, r.line, 1)
	depth, quoted, escaped := 0, false, false
	for {
		for ; r.from < r.to; r.from++ {
			c := r.buf[r.from]
			switch {
			case c == '\n':
				return
			case escaped:
				escaped = false
			case quoted:
				escaped, quoted = c == '\\', c != '"'
			case c == '"':
				quoted = true
			case c == '{':
				depth++
			case c == '}':
				if depth--; depth == 0 {
					r.from++
					return
				}
			}
		}
		if !r.more() {
			return
		}
	}
}
