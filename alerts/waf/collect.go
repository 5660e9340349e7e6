package waf

import (
	"errors"
	"io"
)

// Collect counts every record of a stream into t and says what was skipped. What
// came before an error is counted.
func (t *Tally) Collect(in io.Reader) (Skipped, error) {
	r := NewReader(in)
	defer r.Close()
	for {
		rec, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return r.Skipped(), nil
		case err != nil:
			return r.Skipped(), err
		}
		t.Add(rec)
	}
}

// Summarize counts a whole stream. What came before an error is in the summary.
func Summarize(in io.Reader) (Summary, error) {
	t := NewTally()
	skipped, err := t.Collect(in)
	s := t.Summary()
	s.Skipped = skipped
	return s, err
}
