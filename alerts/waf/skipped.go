package waf

import (
	"slices"

	"toban/alerts/mask"
)

// Skipped counts what a [Reader] could not use.
type Skipped struct {
	Lines   int       `json:"lines"`
	Reasons []SkipWhy `json:"reasons,omitempty"`
}

// SkipWhy is one reason and the first line it was met on.
type SkipWhy struct {
	Why   string `json:"why"`
	Lines int    `json:"lines"`
	First int    `json:"first_line"`
}

func (s *Skipped) add(why string, line, n int) {
	s.Lines += n
	for i := range s.Reasons {
		if s.Reasons[i].Why == why {
			s.Reasons[i].Lines += n
			return
		}
	}
	s.Reasons = append(s.Reasons, SkipWhy{why, n, line})
}

// Plus adds up two counts; first lines are those of s where both have one.
func (s Skipped) Plus(o Skipped) Skipped {
	s.Reasons = slices.Clone(s.Reasons)
	for _, r := range o.Reasons {
		s.add(r.Why, r.First, r.Lines)
	}
	return s
}

// In says of each reason in which file it was met.
func (s Skipped) In(file string) Skipped {
	s.Reasons = slices.Clone(s.Reasons)
	for i := range s.Reasons {
		s.Reasons[i].Why += " in " + mask.Clean(file)
	}
	return s
}
