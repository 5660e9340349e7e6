package waf

import "toban/alerts/mask"

// maxCoded is how often text may be coded one over the other and is still read.
const maxCoded = 3

// decode resolves percent signs again and again.
func decode(s string) string {
	for range maxCoded {
		next := mask.Unpercent(s)
		if next == s {
			break
		}
		s = next
	}
	return s
}
