package alerts

import (
	"time"

	"toban/alerts/scan"
	"toban/alerts/waf"
	"toban/rotation"
)

// Context is what was looked up about an alert after it was saved, so that
// whoever is woken knows what is going on. It never decides anything.
type Context struct {
	At time.Time // when it was looked up last
	// WAF is set for an alert about blocked requests.
	WAF        *waf.Report
	Correction *Correction // what a person says of WAF.Verdict
	// Scan is set for an alert about an object that a scan stopped.
	Scan  *scan.Result
	Scans Scans // of the same bucket, account or service
	// Findings are open ones of the same service or account, worst first; Open
	// counts them all.
	Findings []OpenFinding
	Open     int
	Deploys  []Deploy // before the alert began, latest first
	Blocked  *Blocked
	// Missing names what could not be looked up, so that silence is never
	// taken for "nothing found".
	Missing []Missing
	Tries   int // how often it was looked up
}

// Empty reports whether there is nothing to show.
func (c *Context) Empty() bool {
	return c == nil || c.WAF == nil && c.Scan == nil && c.Scans.N == 0 && len(c.Scans.Latest) == 0 &&
		c.Open == 0 && len(c.Deploys) == 0 && c.Blocked == nil && len(c.Missing) == 0
}

// Correction is a person's own verdict.
type Correction struct {
	Kind waf.Kind
	By   rotation.PersonID
	At   time.Time
}

// Scans sums up the malware scans of a bucket or account.
type Scans struct {
	Of     string // what they are of: "bucket:uploads", "account:1234…"
	Since  time.Time
	N      int // all, clean ones included
	By     map[scan.Verdict]int
	Latest []scan.Result // that were not clean, latest first
}

// OpenFinding is a finding and who has it.
type OpenFinding struct {
	ID       string // "F…"
	Title    string
	Control  string
	Severity scan.Severity
	Resource string
	Team     string
	Owner    rotation.PersonID
	Since    time.Time
}

// Deploy is a change that Datadog was told of.
type Deploy struct {
	At      time.Time
	Title   string
	Service string
	Version string
	Link    string
}

// Blocked counts requests that the WAF stopped on the alert's host while it
// began.
type Blocked struct {
	Host        string
	N           int
	Before      int // in the same window the day before; -1: not known
	From, Until time.Time
}

// Missing is one part of a context that could not be looked up.
type Missing struct {
	Part  string    // "waf", "deploys", "blocked", "scans", "findings"
	Why   string    // "no keys", "budget", "timeout", "refused", or what went wrong
	Again time.Time // when it is asked for again; zero: not
}
