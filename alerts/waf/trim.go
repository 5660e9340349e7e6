package waf

import (
	"encoding/json"
	"slices"
	"strings"
)

// maxSaved is the size of a trimmed report as JSON, in bytes.
const maxSaved = 24 << 10

// Trim makes r small enough to be saved with its alert: at most 24 KB of JSON,
// whatever the senders wrote into their requests.
func (r Report) Trim() Report {
	for counts, text := 12, 160; ; counts, text = (counts+1)/2, (text+1)/2 {
		small := r.cut(counts, text)
		if saved, err := json.Marshal(small); err != nil || len(saved) <= maxSaved || text < 8 {
			return small
		}
	}
}

// cut keeps so many of each list, and so many bytes of each text.
func (r Report) cut(counts, text int) Report {
	short := func(texts ...*string) {
		for _, t := range texts {
			if len(*t) > text {
				*t = strings.ToValidUTF8((*t)[:text], "") + "…"
			}
		}
	}
	short(&r.Query, &r.Host)
	r.Summary = r.Summary.Trim(counts)
	r.Summary.Samples = slices.Clone(r.Summary.Samples[:min(len(r.Summary.Samples), counts/2)])
	for i := range r.Summary.Samples {
		s := &r.Summary.Samples[i]
		s.Labels, s.Matches = slices.Clone(s.Labels[:min(len(s.Labels), 3)]), slices.Clone(s.Matches[:min(len(s.Matches), 2)])
		short(&s.Action, &s.Method, &s.Country, &s.Address, &s.Host, &s.Path, &s.Query, &s.Agent, &s.Rule)
		for j := range s.Labels {
			short(&s.Labels[j])
		}
		for j := range s.Matches {
			short(&s.Matches[j].Condition, &s.Matches[j].Location, &s.Matches[j].Data)
		}
	}
	r.Summary.Passed = Breakdown{N: r.Summary.Passed.N}
	r.Summary.Signals.Focus = slices.Clone(r.Summary.Signals.Focus[:min(len(r.Summary.Signals.Focus), 3)])
	for i := range r.Summary.Signals.Focus {
		short(&r.Summary.Signals.Focus[i].Route)
	}
	for _, c := range r.Summary.lists() {
		c.Top = slices.Clone(c.Top)
		for i := range c.Top {
			short(&c.Top[i].Key)
		}
	}
	r.Summary.Stopped.Labels.Top = r.Summary.Stopped.Labels.Top[:min(len(r.Summary.Stopped.Labels.Top), 5)]
	r.Summary.Skipped.Reasons = r.Summary.Skipped.Reasons[:min(len(r.Summary.Skipped.Reasons), 5)]
	if r.Before != nil {
		d := *r.Before
		d.Changes = slices.Clone(d.Changes[:min(len(d.Changes), counts)])
		for i := range d.Changes {
			short(&d.Changes[i].Key)
		}
		r.Before = &d
	}
	if r.Note != nil {
		n := *r.Note
		short(&n.Rule, &n.Method)
		n.Paths = slices.Clone(n.Paths)
		for i := range n.Paths {
			short(&n.Paths[i].Key)
		}
		r.Note = &n
	}
	return r
}
