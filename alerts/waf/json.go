package waf

import "errors"

// The scan knows the keys of a WAF record and steps over everything else
// without looking into it: most of a record is headers nobody counts. It is
// lenient where leniency loses nothing (it does not check numbers or brackets
// it steps over) and never recurses deeper than the shapes of a record do.

var (
	errShort = errors.New("cut off before its end")
	errBad   = errors.New("not JSON")
)

// text is a string value in the input: its bytes, still escaped if escaped.
type text struct {
	raw     []byte
	escaped bool
}

// scan walks over one JSON text. After an error every method does nothing, so
// callers check err once, at the end of an object.
type scan struct {
	b   []byte
	i   int
	err error
	// buf holds unescaped strings of the current record.
	buf []byte
}

func (s *scan) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.i = len(s.b)
}

// peek gives the next byte that is not white space, 0 at the end.
func (s *scan) peek() byte {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return s.b[s.i]
	}
	return s.peekFar()
}

func (s *scan) peekFar() byte {
	for ; s.i < len(s.b); s.i++ {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
		case 0:
			s.fail(errBad) // 0 means the end to callers
			return 0
		default:
			return c
		}
	}
	s.fail(errShort)
	return 0
}

// str reads a string; the next byte must be its quote.
func (s *scan) str() text {
	end, escaped := endOfString(s.b, s.i+1)
	if end < 0 {
		s.fail(errShort)
		return text{}
	}
	t := text{s.b[s.i+1 : end], escaped}
	s.i = end + 1
	return t
}

// skip steps over any value.
func (s *scan) skip() {
	switch s.peek() {
	case 0:
	case '"':
		s.str()
	case '{', '[':
		s.skipNested()
	default:
		s.literal()
	}
}

func (s *scan) skipNested() {
	b, i, depth := s.b, s.i, 0
	for i < len(b) {
		switch b[i] {
		case '"':
			end, _ := endOfString(b, i+1)
			if end < 0 {
				s.fail(errShort)
				return
			}
			i = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.i = i + 1
				return
			}
		}
		i++
	}
	s.fail(errShort)
}

// literal reads a number, true, false or null as it stands.
func (s *scan) literal() []byte {
	from := s.i
	for ; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			if s.i == from {
				s.fail(errBad)
			}
			return s.b[from:s.i]
		case '"', '{', '[', ':':
			s.fail(errBad)
			return nil
		}
	}
	s.fail(errShort)
	return nil
}

// value reads a string or a literal as plain bytes, so that a number written as
// a string is a number; null, objects and lists are nothing.
func (s *scan) value() []byte {
	if s.i < len(s.b) && s.b[s.i] == '"' {
		return s.plain(s.str())
	}
	switch s.peek() {
	case 0:
		return nil
	case '"':
		return s.plain(s.str())
	case '{', '[':
		s.skipNested()
		return nil
	}
	v := s.literal()
	if string(v) == "null" {
		return nil
	}
	return v
}

// object calls field with each key of an object; field must consume the value.
// Anything that is not an object is stepped over.
func (s *scan) object(field func(key []byte)) {
	if c := s.peek(); c != '{' {
		if c != 0 {
			s.skip()
		}
		return
	}
	s.i++
	if s.peek() == '}' {
		s.i++
		return
	}
	s.fields(field)
}

// fields goes on with an object whose next field is at hand.
func (s *scan) fields(field func(key []byte)) {
	for s.err == nil {
		if !s.is('"') {
			return
		}
		key := s.str()
		if !s.is(':') {
			return
		}
		s.i++
		field(s.plain(key))
		if s.closes('}') {
			return
		}
	}
}

// is reports that the next byte is c, and fails if it is another.
func (s *scan) is(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		return true
	}
	if got := s.peekFar(); got != c {
		if got != 0 {
			s.fail(errBad)
		}
		return false
	}
	return true
}

// closes steps over the comma between two values, or over the bracket after the
// last of them, and reports whether that was it.
func (s *scan) closes(bracket byte) bool {
	c := byte(0)
	if s.i < len(s.b) {
		c = s.b[s.i]
	}
	if c != ',' && c != bracket {
		c = s.peekFar()
	}
	switch c {
	case ',', bracket:
		s.i++
		return c == bracket
	case 0:
	default:
		s.fail(errBad)
	}
	return true
}

// list calls each at every element of a list; each must consume it. Anything
// that is not a list is stepped over.
func (s *scan) list(each func()) {
	if c := s.peek(); c != '[' {
		if c != 0 {
			s.skip()
		}
		return
	}
	s.i++
	if s.peek() == ']' {
		s.i++
		return
	}
	for s.err == nil {
		each()
		if s.closes(']') {
			return
		}
	}
}

// many calls one for every value of a list or of an object's fields, with the
// field's name (nil in a list): the two shapes in which records keep lists.
func (s *scan) many(one func(name []byte)) {
	switch s.peek() {
	case '[':
		s.list(func() { one(nil) })
	default:
		s.object(one)
	}
}
