package wafcmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"toban/alerts/waf"
)

// verdicts in the words of a sentence.
var verdicts = map[waf.Kind]string{
	waf.Scan:          "indiscriminate scan",
	waf.Targeted:      "targeted attempt",
	waf.FalsePositive: "likely false positive",
	waf.Flood:         "flood",
	waf.Unsure:        "unsure: have a look",
}

func writeText(w io.Writer, a answer) {
	fmt.Fprintf(w, "%s requests: %s blocked, %s passed", thousands(a.Records), thousands(a.Stopped.N), thousands(a.Passed.N))
	if a.Actions.Distinct > 0 {
		fmt.Fprintf(w, " (%s)", inline(a.Actions))
	}
	fmt.Fprintln(w)
	if !a.From.IsZero() {
		fmt.Fprintf(w, "%s to %s (%s)\n", a.From.Format(time.RFC3339), a.Until.Format(time.RFC3339), a.Until.Sub(a.From).Round(time.Second))
	}
	writeSkipped(w, a)
	if a.Stopped.N > 0 {
		writeVerdict(w, a.Verdict)
		writeChange(w, a.Change)
		writeNote(w, a.Note)
		writeBreakdown(w, "blocked", a.Stopped)
		writeTimes(w, a.Times)
	} else if a.Passed.N > 0 {
		writeChange(w, a.Change)
		fmt.Fprintf(w, "\nNothing was blocked. What passed:\n")
		writeBreakdown(w, "passed", a.Passed)
	}
	writeCounts(w, "rules in count mode that would have blocked what passed", a.Counted)
	writeSamples(w, a.Samples)
}

func writeSkipped(w io.Writer, a answer) {
	for _, file := range a.Unread {
		fmt.Fprintf(w, "NOT READ TO ITS END: %s\n", file)
	}
	if a.Skipped.Lines == 0 {
		return
	}
	fmt.Fprintf(w, "SKIPPED: %s\n", plural(a.Skipped.Lines, "line"))
	for _, why := range a.Skipped.Reasons {
		fmt.Fprintf(w, "  %8s  %s, first in line %d\n", thousands(why.Lines), why.Why, why.First)
	}
}

func writeVerdict(w io.Writer, v waf.Verdict) {
	fmt.Fprintf(w, "\nverdict: %s\n", verdicts[v.Kind])
	for _, r := range v.Reasons {
		fmt.Fprintf(w, "  - %s\n", r.Says)
	}
	var points []string
	for _, p := range v.Points {
		points = append(points, fmt.Sprintf("%s %.1f", p.Kind, p.Points))
	}
	fmt.Fprintf(w, "  points: %s\n", strings.Join(points, ", "))
}

func writeBreakdown(w io.Writer, what string, b waf.Breakdown) {
	fmt.Fprintf(w, "\n%s %s; different addresses: %s, networks: %s, countries: %s\n",
		plural(b.N, "request"), what, about(b.Addresses), about(b.Networks), about(b.Countries))
	for _, l := range []struct {
		title string
		c     waf.Counts
	}{
		{"rules", b.Rules},
		{"attack families", b.Families},
		{"paths", b.Paths},
		{"addresses", b.Addresses},
		{"networks", b.Networks},
		{"AS numbers", b.ASNs},
		{"countries", b.Countries},
		{"methods", b.Methods},
		{"hosts", b.Hosts},
		{"agents", b.Agents},
		{"labels", b.Labels},
	} {
		writeCounts(w, l.title, l.c)
	}
}

func writeCounts(w io.Writer, title string, c waf.Counts) {
	if c.Distinct == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s (%s)\n", title, about(c))
	for _, t := range c.Top {
		fmt.Fprintf(w, "  %8s  %s\n", thousands(int(t.N)), t.Key)
	}
	if rest := c.Distinct - len(c.Top); rest > 0 {
		fmt.Fprintf(w, "            and %s more\n", thousands(rest))
	}
	if c.Lost > 0 {
		fmt.Fprintf(w, "            too many to keep all: each number may be up to %s too low\n", thousands(int(c.Lost)))
	}
}

func writeSamples(w io.Writer, samples []waf.Sample) {
	if len(samples) == 0 {
		return
	}
	fmt.Fprintln(w, "\nsamples")
	for _, s := range samples {
		target := s.Path
		if s.Query != "" {
			target += "?" + s.Query
		}
		fmt.Fprintf(w, "  %s %s  (%s, %s, %s)\n", s.Method, target, s.Action, s.Address, s.Country)
		fmt.Fprintf(w, "      %s [%s]\n", s.Rule, strings.Join(s.Families, ", "))
		for _, m := range s.Matches {
			fmt.Fprintf(w, "      matched %s in %s: %s\n", m.Condition, m.Location, m.Data)
		}
	}
}

// inline lists counts within a sentence.
func inline(c waf.Counts) string {
	var parts []string
	for _, t := range c.Top {
		parts = append(parts, t.Key+" "+thousands(int(t.N)))
	}
	return strings.Join(parts, ", ")
}

// about gives the number of different things, and says so where it is only
// nearly right.
func about(c waf.Counts) string {
	if c.About {
		return "about " + thousands(c.Distinct)
	}
	return thousands(c.Distinct)
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return thousands(n) + " " + thing + "s"
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
