package rotation

import "time"

// Span is the time from Start up to, and without, End (rule 1).
type Span struct{ Start, End time.Time }

// Contains reports whether at lies in the span. Its End does not.
func (s Span) Contains(at time.Time) bool {
	return !at.Before(s.Start) && at.Before(s.End)
}

// Overlaps reports whether the two spans share an instant. Spans that only
// touch share none, and neither does an empty one.
func (s Span) Overlaps(o Span) bool {
	return !s.IsEmpty() && !o.IsEmpty() && s.Start.Before(o.End) && o.Start.Before(s.End)
}

// IsEmpty reports whether the span covers nothing: End is not after Start.
func (s Span) IsEmpty() bool { return !s.End.After(s.Start) }

// Span returns the window of h.
func (h Half) Span() Span { return Span{h.Start, h.End} }

// Span returns the window of o.
func (o Override) Span() Span { return Span{o.Start, o.End} }
