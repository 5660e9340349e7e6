package datadog

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// A walker steps through JSON that is known to be valid, so it meets no
// errors. It reads only the values that have a meaning, in the order in which
// they stand, and keeps no part of the body.
type walker struct {
	data []byte
	pos  int
	into *fields
}

// walk reads the object data. prefix is the name of what holds it.
func walk(data, prefix []byte, into *fields) {
	w := walker{data: data, into: into}
	w.space()
	w.object(prefix, 0)
}

// maxDepth is how deep objects are looked into; no vendor's template needs more.
const maxDepth = 4

func (w *walker) object(prefix []byte, depth int) {
	w.pos++ // {
	var room [64]byte
	for w.more('}') {
		key := appendName(append(room[:0], prefix...), w.raw())
		w.space()
		w.pos++ // :
		w.space()
		if w.data[w.pos] == '{' && depth < maxDepth {
			if wrappers[string(key)] {
				key = nil
			}
			w.object(bytes.Clone(key), depth+1)
			continue
		}
		if which := names[string(key)]; which != noField {
			w.into.set(which, w.text())
		} else {
			w.raw()
		}
	}
}

// more moves to the next member or element and reports whether there is one.
func (w *walker) more(end byte) bool {
	w.space()
	if w.data[w.pos] == ',' {
		w.pos++
		w.space()
	}
	if w.data[w.pos] == end {
		w.pos++
		return false
	}
	return true
}

// text reads a value as text; the elements of a list are joined by commas.
func (w *walker) text() string {
	switch w.data[w.pos] {
	case '"':
		return unquote(w.raw())
	case '{':
		w.raw()
		return ""
	case '[':
		w.pos++
		var parts []string
		for w.more(']') {
			if c := w.data[w.pos]; c == '[' || c == '{' {
				w.raw()
				continue
			}
			if s := w.text(); !missing(s) {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ",")
	default:
		return string(w.raw())
	}
}

// raw steps over one value and returns it as it stands.
func (w *walker) raw() []byte {
	start, depth := w.pos, 0
	for {
		switch w.data[w.pos] {
		case '"':
			w.pos++
			for w.data[w.pos] != '"' {
				if w.data[w.pos] == '\\' {
					w.pos++
				}
				w.pos++
			}
			w.pos++
		case '{', '[':
			depth++
			w.pos++
		case '}', ']':
			depth--
			w.pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			w.pos++
		default:
			for w.pos < len(w.data) && strings.IndexByte(",}] \t\r\n", w.data[w.pos]) < 0 {
				w.pos++
			}
		}
		if depth == 0 {
			return w.data[start:w.pos]
		}
	}
}

func (w *walker) space() {
	for w.pos < len(w.data) {
		switch w.data[w.pos] {
		case ' ', '\t', '\n', '\r':
			w.pos++
		default:
			return
		}
	}
}

func unquote(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if !utf8.Valid(inner) || bytes.Contains(inner, []byte(`\u`)) {
		var s string
		// Valid JSON never fails here; what is not UTF-8 becomes U+FFFD.
		_ = json.Unmarshal(raw, &s)
		return s
	}
	next := bytes.IndexByte(inner, '\\')
	if next < 0 {
		return string(inner)
	}
	plain := make([]byte, 0, len(inner))
	for ; next >= 0; next = bytes.IndexByte(inner, '\\') {
		plain = append(append(plain, inner[:next]...), escaped(inner[next+1]))
		inner = inner[next+2:]
	}
	return string(append(plain, inner...))
}

// escaped is the character that c stands for after a backslash.
func escaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}
