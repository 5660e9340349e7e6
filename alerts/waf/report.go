package waf

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"toban/alerts/mask"
)

// Report is what is known about the requests that one window of an alert
// stopped: the summary, what changed against the day before, and the verdict.
type Report struct {
	Query   string      `json:"query"`          // the log search that was asked, without the action; masked
	Host    string      `json:"host,omitempty"` // the host or web ACL of the window, if the alert names one
	From    time.Time   `json:"from"`
	Until   time.Time   `json:"until"`
	Total   int         `json:"total"` // stopped requests of the window
	Read    int         `json:"read"`  // of these, records that were read one by one
	Summary Summary     `json:"summary"`
	Verdict Verdict     `json:"verdict"`
	Before  *Difference `json:"before,omitempty"` // against the same window the day before
	// Note is what to consider where people seem to be stopped by mistake.
	Note    *Note `json:"note,omitempty"`
	Partial []Gap `json:"partial,omitempty"`
}

// Gap is one thing that a report lacks, and why.
type Gap struct {
	Part string `json:"part"` // "total", "address", "samples", "day before", …
	Why  string `json:"why"`  // "timeout", "budget", "sampled", or Datadog's warning
}

// Sampled is the Gap.Why of a list that was made from the records that were
// read, where the window had more.
const Sampled = "sampled"

// Facts are what a report is made from.
type Facts struct {
	Query, Host string
	From, Until time.Time
	// Read are the records that were read one by one: stopped ones of the
	// window, and what passed beside them.
	Read Summary
	// Total counts the stopped requests of the window and Lists breaks them
	// down; not needed (zero, nil) where all of them were read.
	Total int
	Lists map[Facet]Counts
	// Before is the same window the day before; nil: not known.
	Before *Aggregate
	Gaps   []Gap
}

// Aggregate is what a log search counts without reading the records.
type Aggregate struct {
	Total int
	Lists map[Facet]Counts
}

// NewReport puts facts together. The verdict is made from the records that were
// read, so its numbers are of those.
func NewReport(f Facts) Report {
	r := Report{
		Query: mask.Text(f.Query), Host: f.Host, From: f.From, Until: f.Until, Summary: f.Read,
		Read: f.Read.Stopped.N, Total: max(f.Total, f.Read.Stopped.N), Partial: slices.Clone(f.Gaps),
		Verdict: Judge(f.Read),
	}
	if r.Total > r.Read {
		for _, by := range Facets {
			counts := r.Summary.Stopped.Of(by)
			if whole, known := f.Lists[by]; known && counts != nil {
				*counts = whole
				continue
			}
			r.Partial = append(r.Partial, Gap{string(by), Sampled})
		}
		r.Partial = append(r.Partial, Gap{"verdict", Sampled})
	}
	if f.Before != nil {
		d := r.since(*f.Before)
		r.Before = &d
	}
	return r
}

// since compares r with the day before, list by list that both have of their
// whole window.
func (r *Report) since(before Aggregate) Difference {
	d := Difference{Today: r.Total, Before: before.Total}
	for _, by := range Facets {
		was, known := before.Lists[by]
		if today := r.Summary.Stopped.Of(by); known && today != nil && !r.sampled(by) {
			d.Changes = append(d.Changes, changes(string(by), shortRules(by, *today), was)...)
		}
	}
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.What, b.What), cmp.Compare(a.Key, b.Key))
	})
	d.Changes = d.Changes[:min(len(d.Changes), maxChanges)]
	return d
}

// shortRules adds up sub-rules under their rule: that is all that a log search
// can count.
func shortRules(by Facet, c Counts) Counts {
	if by != ByRule {
		return c
	}
	n, order := map[string]uint64{}, []string{}
	for _, rule := range c.Top {
		name, _, _ := strings.Cut(rule.Key, between)
		if _, seen := n[name]; !seen {
			order = append(order, name)
		}
		n[name] += rule.N
	}
	short := Counts{Distinct: len(order), About: c.About, Lost: c.Lost}
	for _, name := range order {
		short.Top = append(short.Top, Count{name, n[name]})
	}
	slices.SortFunc(short.Top, byCount)
	return short
}

func (r *Report) sampled(by Facet) bool {
	return slices.Contains(r.Partial, Gap{string(by), Sampled})
}

// List breaks the window down. of is how many requests that is of: all that were
// stopped, or the records that were read where only those tell.
func (r *Report) List(by Facet) (c Counts, of int) {
	of = r.Total
	if r.sampled(by) {
		of = r.Read
	}
	if by == ByTime {
		buckets := r.Summary.Times.Buckets
		for each := (len(buckets) + shownBuckets - 1) / shownBuckets; len(buckets) > 0; buckets = buckets[min(each, len(buckets)):] {
			row := Count{Key: buckets[0].At.Format(time.RFC3339)}
			for _, b := range buckets[:min(each, len(buckets))] {
				row.N += uint64(b.N)
			}
			c.Top = append(c.Top, row)
		}
		c.Distinct = len(c.Top)
		return c, of
	}
	if counts := r.Summary.Stopped.Of(by); counts != nil {
		c = *counts
	}
	return c, of
}

// shownBuckets is how many stretches of time a list has at most.
const shownBuckets = 12
