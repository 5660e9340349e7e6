package waf

import "bytes"

// hint is what a header tells about its request: that it was there, and a
// text for the record.
type hint struct {
	headers Headers
	to      int // one of the texts below
	text    []byte
}

const (
	toNothing = iota
	toHost
	toAgent
	toReferer
)

// tells says what a header tells.
func tells(name, value []byte) (h hint) {
	switch len(name) {
	case 4:
		if is(name, "host") {
			h.to = toHost
		}
	case 6:
		if is(name, "cookie") && len(value) > 0 {
			h.headers = HasCookie
		}
	case 7:
		if is(name, "referer") {
			h.to = toReferer
		}
	case 10:
		if is(name, "user-agent") {
			h.to, h.headers = toAgent, HasAgent
		}
	case 13:
		if is(name, "authorization") && len(value) > 0 {
			h.headers = HasAuthorization
		}
	case 14:
		if is(name[:10], "sec-fetch-") {
			h.headers = HasSecFetch
		}
	case 15:
		if is(name, "accept-language") {
			h.headers = HasLanguage
		}
	}
	if h.to != toNothing {
		h.text = value
	}
	return h
}

// mayTell says by length alone whether a header may tell anything.
func mayTell(name []byte) bool {
	switch len(name) {
	case 4, 6, 7, 10, 13, 14, 15:
		return true
	}
	return false
}

// is compares a name with one in small letters of the same length.
func is(name []byte, lower string) bool {
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func (r *Record) tell(h hint) {
	r.Headers |= h.headers
	switch h.to {
	case toHost:
		r.hostHeader = h.text
	case toAgent:
		r.Agent = h.text
	case toReferer:
		r.Referer = h.text
	}
}

// headers reads [{name, value}…] or {name: value…}. Of a header that comes
// twice the last one counts, because the rewritten shape has only that one.
func (d *decoder) headers() {
	if d.peek() != '[' {
		d.object(func(name []byte) {
			if mayTell(name) {
				d.rec.tell(tells(name, d.value()))
			} else {
				d.skip()
			}
		})
		return
	}
	n := 0
	d.list(func() {
		if !d.seenHeader(n) && !d.usualHeader(n) {
			d.anyHeader()
		}
		n++
	})
}

func (d *decoder) anyHeader() {
	var name, value []byte
	d.object(func(key []byte) {
		switch {
		case string(key) == "name":
			name = d.value()
		case string(key) == "value" && (name == nil || mayTell(name)):
			value = d.value()
		default:
			d.skip()
		}
	})
	d.rec.tell(tells(name, value))
}

// seen is the header that stood at the same place in a record before: often the
// next record has the same there.
type seen struct {
	raw []byte
	hint
}

const (
	maxSeen    = 32  // places
	longestRaw = 512 // that is kept
)

// seenHeader reads a header that is, byte for byte, the one seen before.
func (d *decoder) seenHeader(n int) bool {
	if n >= maxSeen {
		return false
	}
	s := &d.before[n]
	if len(s.raw) == 0 || !bytes.HasPrefix(d.b[d.i:], s.raw) {
		return false
	}
	d.i += len(s.raw)
	h := s.hint
	if h.to != toNothing { // its text is in this record too
		end := d.i - len(headerEnd)
		h.text = d.b[end-len(h.text) : end]
	}
	d.rec.tell(h)
	return true
}

const (
	headerStart  = `{"name":"`
	headerMiddle = `,"value":"`
	headerEnd    = `"}`
)

// usualHeader reads a header written exactly as AWS writes it; if it is not, it
// consumes nothing.
func (d *decoder) usualHeader(n int) bool {
	from := d.i
	if !d.has(headerStart) {
		return false
	}
	d.i += len(headerStart) - 1
	name := d.str()
	if !d.has(headerMiddle) {
		return d.err != nil || d.back(from)
	}
	d.i += len(headerMiddle) - 1
	value := d.str()
	if d.i == len(d.b) || d.b[d.i] != '}' {
		return d.err != nil || d.back(from)
	}
	d.i++
	var h hint
	if name.escaped || mayTell(name.raw) {
		h = tells(d.plain(name), d.plain(value))
		d.rec.tell(h)
	}
	if raw := d.b[from:d.i]; n < maxSeen && len(raw) <= longestRaw && !name.escaped && !value.escaped {
		d.before[n].keep(raw, h)
	}
	return true
}

func (s *seen) keep(raw []byte, h hint) {
	s.raw, s.hint = append(s.raw[:0], raw...), h
	if end := len(raw) - len(headerEnd); h.to != toNothing {
		s.text = s.raw[end-len(h.text) : end]
	}
}

// back returns to where something was read in vain.
func (s *scan) back(to int) bool {
	s.i = to
	return false
}
