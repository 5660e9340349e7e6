package waf

import (
	"bytes"
	"errors"
)

// AWS writes the fields of a record always in the same order, and what stands
// between its instant and its httpRequest (ACL, rule, groups, source) is the
// same for thousands of requests. preambles keeps what was read of it: the same
// bytes mean the same.
type preambles struct {
	recent [4]*preamble // the latest first
	known  [256]*preamble
	// once holds hashes of what was seen once: only what comes again is kept.
	once [1024]uint32
}

type preamble struct {
	hash uint64
	raw  []byte
	rec  Record // its bytes are its own
}

const (
	recordStart = `{"timestamp":`
	requestKey  = `"httpRequest":{`
	// rare is a part of requestKey that is quick to search for: the first byte
	// of a needle should be rare.
	rare = `quest":{`
	// maxPreamble is the longest that is kept.
	maxPreamble = 4 << 10
)

// usualStart reads a record that starts as AWS writes it up to its httpRequest.
// It consumes nothing if it is another, or if it was not seen before.
func (d *decoder) usualStart() bool {
	b := d.b
	if d.usual == nil || len(b) < len(recordStart) || string(b[:len(recordStart)]) != recordStart {
		return false
	}
	from := len(recordStart)
	comma := bytes.IndexByte(b[from:min(len(b), from+16)], ',')
	if comma < 0 {
		return false
	}
	at, ok := digits(b[from : from+comma])
	if !ok {
		return false
	}
	from += comma
	p := d.usual.at(b[from:])
	if p == nil {
		return false
	}
	counted, labels, matches := d.rec.Counted, d.rec.Labels, d.rec.Matches
	d.rec = p.rec
	d.rec.Counted = append(counted[:0], p.rec.Counted...)
	d.rec.Labels = append(labels[:0], p.rec.Labels...)
	d.rec.Matches = append(matches[:0], p.rec.Matches...)
	d.rec.At = milliseconds(at)
	d.i = from + len(p.raw)
	return true
}

// at gives what was read before of what b starts with, nil if that was not so
// yet.
func (p *preambles) at(b []byte) *preamble {
	for i, k := range p.recent {
		if k == nil {
			break
		}
		if bytes.HasPrefix(b, k.raw) {
			copy(p.recent[1:i+1], p.recent[:i])
			p.recent[0] = k
			return k
		}
	}
	end := bytes.Index(b[:min(len(b), maxPreamble)], []byte(rare))
	if end += len(rare) - len(requestKey); end < 2 || !bytes.HasPrefix(b[end:], []byte(requestKey)) {
		return nil
	}
	k := p.find(b[:end])
	if k != nil {
		copy(p.recent[1:], p.recent[:])
		p.recent[0] = k
	}
	return k
}

func (p *preambles) find(raw []byte) *preamble {
	h := hash(raw)
	place := &p.known[h%uint64(len(p.known))]
	if k := *place; k != nil && k.hash == h && bytes.Equal(k.raw, raw) {
		return k
	}
	seen := &p.once[(h>>16)%uint64(len(p.once))]
	if *seen != uint32(h>>32) {
		*seen = uint32(h >> 32)
		return nil
	}
	k := readPreamble(h, raw)
	if k != nil {
		*place = k
	}
	return k
}

// readPreamble decodes raw, which starts and ends with a comma, as if it were
// all of a record. It gives nothing where the rest of the record may matter to
// what raw means.
func readPreamble(h uint64, raw []byte) *preamble {
	if raw[len(raw)-1] != ',' || bytes.Contains(raw, []byte(`"timestamp"`)) {
		return nil
	}
	whole := append(append([]byte{'{'}, raw[1:len(raw)-1]...), '}')
	var dec decoder
	end, err := dec.decode(whole)
	if (err != nil && !errors.Is(err, errForeign)) || end != len(whole) || dec.wrap > 0 {
		return nil
	}
	return &preamble{h, bytes.Clone(raw), dec.rec}
}
