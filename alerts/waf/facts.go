package waf

import "slices"

// facts are the numbers of a summary in the form the evidence asks for.
type facts struct {
	n         int
	signals   Signals
	addresses int // different ones
	loudest   int // requests of the busiest address
	topRule   int // requests stopped by the busiest rule
	aimed     []Count
	// hot is the place where most aimed requests went that scanning does not
	// explain, and worked what went to the three hottest together.
	hot    Place
	worked int
}

func look(s Summary) facts {
	f := facts{n: s.Stopped.N, signals: s.Signals, addresses: s.Stopped.Addresses.Distinct}
	f.loudest = first(s.Stopped.Addresses)
	f.topRule = first(s.Stopped.Rules)
	for _, c := range s.Stopped.Families.Top {
		if i := slices.Index(families, c.Key); i >= 0 && (mark(1)<<i)&aimed != 0 && int(c.N) >= max(1, f.n/30) {
			f.aimed = append(f.aimed, c)
		}
	}
	hot := 0
	for _, p := range s.Signals.Focus {
		if !workedOn(p) || hot == 3 {
			continue
		}
		if hot == 0 {
			f.hot = p
		}
		hot++
		f.worked += p.Aimed
	}
	return f
}

// workedOn reports that somebody may be working on a place: aimed requests went
// there and it is none that scanners ask every site for, or it is, but they sent
// it more variants than a scanner tries in passing.
func workedOn(p Place) bool {
	return p.Aimed > 0 && (!p.Probe || p.Aimed >= 4 && p.Variants >= 4)
}

// inSight is 0 if all that was stopped as an attack lies in the open and none of
// it looks like one, and 1 if enough of it does or nobody can see.
func (f facts) inSight() float64 {
	telling := f.signals.Attacks + f.signals.Odd + f.signals.Hidden
	return from(float64(telling)/float64(max(1, f.signals.Aimed)), 0, 0.3)
}

func first(c Counts) int {
	if len(c.Top) == 0 {
		return 0
	}
	return int(c.Top[0].N)
}

func (f facts) share(n int) float64 { return float64(n) / float64(f.n) }

// from is 0 up to low and 1 from high on.
func from(x, low, high float64) float64 { return clamp((x - low) / (high - low)) }
