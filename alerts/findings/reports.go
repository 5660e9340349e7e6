package findings

import (
	"slices"
	"time"

	"toban/alerts/scan"
)

// hears notes what one report of a finding says and reports whether that is
// news. EventBridge promises no order; a check that could not run says nothing;
// and a source repeats what it was told that people did.
func (r *Record) hears(f scan.Finding, at time.Time) bool {
	i := slices.IndexFunc(r.Reports, func(o Report) bool { return o.ID == f.Native && o.ProductARN == f.ProductARN })
	known := i >= 0
	switch {
	case known && f.UpdatedAt.Before(r.Reports[i].At) && !f.UpdatedAt.IsZero():
		return false
	case f.Compliance == scan.NotAvailable && !f.Archived:
		return false
	case !f.Archived && f.Compliance != scan.Passed && (r.State == Suppressed && f.Workflow == scan.Suppressed || r.State == Fixed && f.Workflow == scan.Resolved):
		return false
	case !known && len(r.Reports) == maxReports:
		return f.Open()
	case !known:
		i = len(r.Reports)
		r.Reports = append(slices.Clip(r.Reports), Report{ID: f.Native, ProductARN: f.ProductARN})
	default:
		r.Reports = slices.Clone(r.Reports)
	}
	late := !known && r.State.Done() && f.UpdatedAt.Before(r.Finding.UpdatedAt)
	r.Reports[i].Closed, r.Reports[i].Severity, r.Reports[i].At = !f.Open(), f.Severity, f.UpdatedAt
	if f.UpdatedAt.IsZero() {
		r.Reports[i].At = at
	}
	return !late // another standard's word from before it was mended
}

// worst is the severity of the worst report that still stands; empty: none does.
// One standard that is switched off does not mend what another still finds.
func (r *Record) worst(at time.Time) (worst scan.Severity) {
	for _, o := range r.Reports {
		if !o.Closed && at.Sub(o.At) < silent && (worst == "" || Rank(o.Severity) < Rank(worst)) {
			worst = o.Severity
		}
	}
	return worst
}
