package waf

import "time"

// Report is what is known about the requests that one window of an alert
// stopped: the summary, what changed against the day before, and the verdict.
type Report struct {
	Query   string      `json:"query"`          // the log search that was asked, without the action
	Host    string      `json:"host,omitempty"` // the host or web ACL of the window, if the alert names one
	From    time.Time   `json:"from"`
	Until   time.Time   `json:"until"`
	Total   int         `json:"total"` // stopped requests of the window
	Read    int         `json:"read"`  // of these, records that were read one by one
	Summary Summary     `json:"summary"`
	Verdict Verdict     `json:"verdict"`
	Before  *Difference `json:"before,omitempty"` // against the same window the day before
	Partial []Gap       `json:"partial,omitempty"`
}

// Gap is one thing that a report lacks, and why.
type Gap struct {
	Part string `json:"part"` // "total", "address", "rule", "samples", "day before", …
	Why  string `json:"why"`  // "timeout", "budget", "sampled", or Datadog's warning
}
