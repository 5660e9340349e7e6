package waf

import "strings"

// unpercent resolves %XX and plus signs as far as they are right, as lenient as
// the applications that attackers try.
func unpercent(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(s) && hexDigit(s[i+1]) < 16 && hexDigit(s[i+2]) < 16:
			out = append(out, hexDigit(s[i+1])<<4|hexDigit(s[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// maxCoded is how often text may be coded one over the other and is still read.
const maxCoded = 3

// decode is unpercent again and again.
func decode(s string) string {
	for range maxCoded {
		next := unpercent(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}

func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
