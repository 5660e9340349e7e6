package waf

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

const (
	ones   = 0x0101010101010101
	highs  = 0x8080808080808080
	quotes = ones * '"'
	slants = ones * '\\'
)

// endOfString finds the closing quote of the string whose first byte is at i, -1
// if there is none. Short strings are read eight bytes at a time; for long ones
// it pays to call the vector search twice.
func endOfString(b []byte, i int) (end int, escaped bool) {
	for {
		for short := i + 24; i+8 <= len(b); i += 8 {
			if i >= short {
				n := bytes.IndexByte(b[i:], '"')
				if n < 0 {
					return -1, escaped
				}
				if slant := bytes.IndexByte(b[i:i+n], '\\'); slant < 0 {
					return i + n, escaped
				} else {
					i += slant
					break
				}
			}
			w := binary.LittleEndian.Uint64(b[i:])
			q, e := w^quotes, w^slants
			if hit := ((q - ones) &^ q & highs) | ((e - ones) &^ e & highs); hit != 0 {
				i += bits.TrailingZeros64(hit) >> 3
				break
			}
		}
		for i < len(b) && b[i] != '"' && b[i] != '\\' {
			i++
		}
		if i >= len(b) {
			return -1, escaped
		}
		if b[i] == '"' {
			return i, escaped
		}
		escaped = true
		i += 2
	}
}
