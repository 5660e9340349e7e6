package waf

import (
	"cmp"
	"fmt"
	"slices"
)

// Kind is what a verdict says.
type Kind string

// The verdicts. Unsure is an answer too: it says that a person should look.
const (
	Scan          Kind = "scan"           // indiscriminate: it asks everybody for everything
	Targeted      Kind = "targeted"       // somebody works on a place of ours
	FalsePositive Kind = "false-positive" // people are being stopped
	Flood         Kind = "flood"          // too many requests, none of them special
	Unsure        Kind = "unsure"
)

// Verdict is an opinion about the stopped requests of a summary and what it
// rests on. It replaces no number and stops no page.
type Verdict struct {
	Kind    Kind     `json:"kind"`
	Reasons []Reason `json:"reasons"` // the three strongest
	// Doubts say why the verdict that the points favour was not given.
	Doubts []Reason `json:"doubts,omitempty"`
	Points []Points `json:"points"`
}

// Points is what the evidence adds up to for one verdict.
type Points struct {
	Kind   Kind    `json:"kind"`
	Points float64 `json:"points"`
}

// Reason is one piece of evidence: Name identifies it (for other languages), N
// and Of are its numbers, Says is the English sentence.
type Reason struct {
	Name   string  `json:"name"`
	For    Kind    `json:"for"`
	Points float64 `json:"points,omitempty"`
	N      int     `json:"n"`
	Of     int     `json:"of"`
	Says   string  `json:"says"`
}

const (
	// enough is how many points a verdict needs, ahead by how many it must
	// lead. Both were set on the windows of our own corpus.
	enough = 3.0
	lead   = 1.0
)

// Judge says what the stopped requests of s look like. It is a pure function:
// each row of the evidence table gives up to its weight in points to one
// verdict; the verdict with the most points is given if it has enough, leads
// clearly and no guard forbids it. Otherwise the answer is Unsure.
func Judge(s Summary) Verdict {
	f := look(s)
	if f.n == 0 {
		return Verdict{Kind: Unsure, Reasons: []Reason{{Name: "nothing", For: Unsure, Of: s.Records, Says: "nothing was stopped"}}}
	}
	given := make([]Reason, 0, len(evidence))
	points := map[Kind]float64{}
	for _, row := range evidence {
		r, holds := row.reason(f)
		points[row.speaks] += r.Points
		if holds {
			r.Points = round(r.Points)
			given = append(given, r)
		}
	}
	slices.SortStableFunc(given, strongest)
	v := Verdict{Kind: Unsure}
	for _, kind := range []Kind{Targeted, Scan, FalsePositive, Flood} {
		v.Points = append(v.Points, Points{kind, round(points[kind])})
	}
	slices.SortStableFunc(v.Points, func(a, b Points) int { return cmp.Compare(b.Points, a.Points) })
	best, second := v.Points[0], v.Points[1]
	v.Doubts = doubts(best.Kind, f)
	switch {
	case best.Points < enough:
		v.Doubts = append(v.Doubts, Reason{Name: "weak", For: Unsure, N: f.n, Of: f.n, Says: "the evidence is weak"})
	case best.Points-second.Points < lead:
		v.Doubts = append(v.Doubts, Reason{
			Name: "close", For: second.Kind, N: f.n, Of: f.n,
			Says: fmt.Sprintf("%s is almost as likely as %s", second.Kind, best.Kind),
		})
	case len(v.Doubts) == 0:
		v.Kind = best.Kind
	}
	v.Reasons = reasonsFor(v, given, f)
	return v
}

// reason is what the row says of f, and whether that is worth saying.
func (row row) reason(f facts) (r Reason, holds bool) {
	strength, n, of := row.strength(f)
	p := row.weight * clamp(strength)
	return Reason{row.name, row.speaks, p, n, of, fmt.Sprintf(row.says, n, of)}, p >= 0.1
}

func strongest(a, b Reason) int { return cmp.Compare(b.Points, a.Points) }

// reasonsFor gives the three strongest reasons for a verdict; for Unsure those
// of any, because people want to see what pulls which way. The doubts come first
// then: they are why. Where there are fewer than three, plain numbers fill up.
func reasonsFor(v Verdict, given []Reason, f facts) []Reason {
	var out []Reason
	if v.Kind == Unsure {
		out = append(out, v.Doubts[:min(len(v.Doubts), 2)]...)
	}
	for _, r := range given {
		if v.Kind == Unsure || r.For == v.Kind {
			out = append(out, r)
		}
	}
	for _, row := range plainly {
		_, n, of := row.strength(f)
		out = append(out, Reason{Name: row.name, For: Unsure, N: n, Of: of, Says: fmt.Sprintf(row.says, n, of)})
	}
	return out[:3]
}

func clamp(x float64) float64 { return max(0, min(1, x)) }

func round(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

// ReasonNames lists the names that reasons and doubts can have, for those who
// say them in another language.
func ReasonNames() []string {
	names := []string{"weak", "close", "nothing"}
	for _, row := range slices.Concat(evidence, plainly) {
		names = append(names, row.name)
	}
	for _, g := range guards {
		names = append(names, g.name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
