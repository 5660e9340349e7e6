package wafcmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"toban/alerts/waf"
)

// writeChange says what differs from the day before.
func writeChange(w io.Writer, d *waf.Difference) {
	if d == nil {
		return
	}
	fmt.Fprintf(w, "\nagainst the day before: %s blocked, then %s\n", thousands(d.Today), thousands(d.Before))
	for _, c := range d.Changes {
		was := "new"
		if !c.New {
			was = "was " + thousands(int(c.Before))
		}
		fmt.Fprintf(w, "  %8s  (%s)  %s %s\n", thousands(int(c.Today)), was, c.What, c.Key)
	}
}

var refusals = map[waf.Refusal]string{
	waf.AttackInSight: "an attack is in sight among them: no exception is proposed",
	waf.MaybeAttack:   "an attack may be behind them: no exception is proposed",
	waf.TooManyPaths:  "their paths have nothing in common: no exception is proposed",
	waf.NothingSeen:   "it blocked nothing in these records",
}

// writeNote says what to consider about a rule.
func writeNote(w io.Writer, n *waf.Note) {
	if n == nil {
		return
	}
	fmt.Fprintf(w, "\ntuning note for %s: it blocked %s\n", n.Rule, plural(n.N, "request"))
	for _, r := range n.Evidence {
		fmt.Fprintf(w, "  for a mistake: %s\n", r.Says)
	}
	for _, r := range n.Against {
		fmt.Fprintf(w, "  against it: %s\n", r.Says)
	}
	if why := refusals[n.Refused]; why != "" {
		fmt.Fprintf(w, "  %s\n", why)
		return
	}
	if n.Instead != "" {
		fmt.Fprintf(w, "\nset only this rule to Count, and add a rule behind the group that blocks:\n%s\n", n.Instead)
	}
	fmt.Fprintf(w, "\nscope-down statement to consider (it takes the whole rule or group off these paths):\n%s\n", n.Statement)
	fmt.Fprintln(w, "\nThis is text only: nothing changed. Try it in count mode first. The console")
	fmt.Fprintln(w, "takes the JSON as it is; the command line wants SearchString in base64.")
}

const (
	lineOf  = 40 // characters of the longest bar
	maxRows = 16
)

// writeTimes draws when requests were blocked.
func writeTimes(w io.Writer, t waf.Timeline) {
	rows, width := t.Buckets, t.Width
	for len(rows) > maxRows {
		rows, width = paired(rows), 2*width
	}
	if len(rows) < 2 {
		return
	}
	most := 1
	for _, b := range rows {
		most = max(most, b.N)
	}
	fmt.Fprintf(w, "\ntimes (steps of %s, UTC)\n", width)
	form := time.TimeOnly
	if rows[len(rows)-1].At.Sub(rows[0].At) > 20*time.Hour {
		form = "2006-01-02 15:04"
	}
	for _, b := range rows {
		bar := strings.Repeat("#", (b.N*lineOf+most-1)/most)
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %8s  %s  %s", thousands(b.N), b.At.UTC().Format(form), bar), " "))
	}
}

// paired puts each two neighbours together.
func paired(rows []waf.Bucket) (out []waf.Bucket) {
	for i, b := range rows {
		if i%2 == 0 {
			out = append(out, b)
		} else {
			out[len(out)-1].N += b.N
		}
	}
	return out
}
