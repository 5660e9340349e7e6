package waf

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// plain gives the bytes of a string with its escapes resolved. The result lives
// until the next record.
func (s *scan) plain(t text) []byte {
	if !t.escaped {
		return t.raw
	}
	from := len(s.buf)
	s.buf = unescape(s.buf, t.raw)
	return s.buf[from:len(s.buf):len(s.buf)]
}

// unescape appends raw with its JSON escapes resolved, as encoding/json does; an
// escape that JSON does not know stays as it is.
func unescape(to, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c != '\\' || i+1 == len(raw) {
			to = append(to, c)
			continue
		}
		i++
		switch raw[i] {
		case '"', '\\', '/':
			to = append(to, raw[i])
		case 'b':
			to = append(to, '\b')
		case 'f':
			to = append(to, '\f')
		case 'n':
			to = append(to, '\n')
		case 'r':
			to = append(to, '\r')
		case 't':
			to = append(to, '\t')
		case 'u':
			r, ok := hex4(raw[i+1:])
			if !ok {
				to = append(to, '\\', 'u')
				continue
			}
			i += 4
			if utf16.IsSurrogate(r) {
				low, ok := rune(0), false
				if rest := raw[i+1:]; len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
					low, ok = hex4(rest[2:])
				}
				if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
					i += 6
				}
			}
			to = utf8.AppendRune(to, r)
		default:
			to = append(to, '\\', raw[i])
		}
	}
	return to
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n), err == nil
}
