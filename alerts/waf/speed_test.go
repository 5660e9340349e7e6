package waf

import (
	"io"
	"strings"
	"testing"
)

// again repeats a text until n bytes were read.
type again struct {
	text string
	at   int
	left int64
}

func (a *again) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, a.text[a.at:])
	a.at = (a.at + n) % len(a.text)
	a.left -= int64(n)
	return n, nil
}

// BenchmarkSummary reads -benchtime=1024x times a MiB of mixed records as one
// stream: -benchtime=1024x is 1 GiB.
func BenchmarkSummary(b *testing.B) {
	c := loadCorpus(b)
	var text strings.Builder
	for run := range uint64(20) {
		for _, s := range scenarios {
			text.WriteString(s.window(c, 50, run%2 == 0, run))
		}
	}
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	b.ResetTimer()
	s, err := Summarize(&again{text: text.String(), left: int64(b.N) << 20})
	b.StopTimer()
	if err != nil || s.Records == 0 {
		b.Fatalf("%d records, %v", s.Records, err)
	}
}
