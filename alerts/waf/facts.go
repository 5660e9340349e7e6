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
	// attacked is how many places got attacks, by named scanners too, and tried
	// how many those were, as far as the summary knows.
	attacked, tried int
	writes          int   // requests by methods that change something
	walked          Place // the busiest place
}

var writing = []string{"POST", "PUT", "PATCH", "DELETE"}

func look(s Summary) facts {
	f := facts{n: s.Stopped.N, signals: s.Signals, addresses: s.Stopped.Addresses.Distinct}
	f.loudest = first(s.Stopped.Addresses)
	f.topRule = first(s.Stopped.Rules)
	for _, c := range s.Stopped.Families.Top {
		if i := slices.Index(families, c.Key); i >= 0 && (mark(1)<<i)&aimed != 0 && int(c.N) >= max(1, f.n/30) {
			f.aimed = append(f.aimed, c)
		}
	}
	var places []Place
	for _, c := range s.Stopped.Methods.Top {
		if slices.Contains(writing, c.Key) {
			f.writes += int(c.N)
		}
	}
	for _, p := range s.Signals.Focus {
		if p.N > f.walked.N {
			f.walked = p
		}
		if p.Aimed+p.Named > 0 && !p.Probe {
			f.attacked++
			f.tried += p.Aimed + p.Named
		}
		// Scanners try everything; who keeps to one thing at one place is none,
		// whatever the agent says.
		if len(p.Families) <= 2 && p.Named >= max(2, f.n/12) {
			p.Aimed += p.Named
		}
		if workedOn(p) {
			places = append(places, p)
		}
	}
	for i, p := range topPlaces(places) {
		if i == 0 {
			f.hot = p
		}
		if i < 3 && (p.Aimed > 1 || s.Signals.Places == 1) { // once is in passing
			f.worked += p.Aimed
		}
	}
	return f
}

// workedOn reports that somebody may be working on a place: aimed requests went
// there and it is none that scanners ask every site for, or it is, but they sent
// it more variants than a scanner tries in passing.
func workedOn(p Place) bool {
	return p.Aimed > 0 && (!p.Probe || p.Aimed >= 4 && p.Variants >= 4)
}

// inSight is near 0 if all that was stopped as an attack lies in the open and
// none of it looks like one, and 1 if enough of it does. What nobody can see
// counts too, but for what browsers sent from many addresses: that may be people,
// unless it goes where they log in.
func (f facts) inSight() float64 {
	people := from(float64(f.addresses)/float64(min(f.n, 6)), 0.3, 0.8) * (1 - f.share(f.signals.Tools))
	if f.hot.Login {
		people = 0
	}
	telling := float64(f.signals.Attacks+f.signals.Odd) + float64(f.signals.Hidden)*(1-people)
	return 0.3 + 0.7*from(telling/float64(max(1, f.signals.Aimed)), 0, 0.3)
}

// innocent is 1 unless an attack is in sight: whoever sends one may well have a
// session, a browser and many addresses.
func (f facts) innocent() float64 {
	return 1 - from(f.share(f.signals.Attacks), 0.02, 0.2)
}

// many is how far the requests are from being one address's.
func (f facts) many() float64 {
	return from(float64(f.addresses), 2, 6) * (1 - from(f.share(f.loudest), 0.2, 0.5))
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

// walks reports that one place was asked for another thing each time: somebody
// may be going through what is there.
func (f facts) walks() bool {
	w := f.walked
	return w.N >= 3 && f.share(w.N) >= 0.7 && 10*w.Variants >= 8*w.N
}
