package waf

import "fmt"

// guard forbids a verdict that would call something noise while there is a sign
// that it is not. Points cannot outweigh a guard: taking a targeted attempt for
// noise is the one mistake that must not happen.
type guard struct {
	name    string
	forbids Kind
	says    string
	holds   func(f facts) (holds bool, n, of int)
}

var guards = []guard{
	{"one place", Scan, "somebody may be working on one place: %d of %d requests attack it", func(f facts) (bool, int, int) {
		// The same thing again and again is a scanner's list that begins anew;
		// what changes from try to try, or cannot be seen, may be work.
		work := f.hot.Variants >= 3 || f.signals.Hidden >= 5
		many := f.hot.Aimed >= 3 && f.share(f.hot.Aimed) >= 0.04 || f.hot.Aimed >= 15 && work
		// A scanner tries everything at all the places it finds, so one of many
		// with everything tried on it is no sign.
		mixed := (len(f.hot.Families) >= 3 || 2*f.hot.Named > f.hot.Aimed) && f.attacked >= 8 && f.hot.Aimed*f.attacked <= 3*f.tried
		return many && !mixed, f.hot.Aimed, f.n
	}},
	{"few requests", Scan, "in so few requests %d of %d attacks at a place of our own would count", func(f facts) (bool, int, int) {
		// Under a scanner's name too, if it is one or two places that it attacks.
		kept := f.attacked > 0 && f.attacked <= 2
		return f.n < 20 && (f.share(f.signals.AimedPlaces) > 0.1 || f.hot.Aimed >= 2 || kept), f.tried, f.n
	}},
	{"few places", Scan, "places asked for: %d, in %d requests", func(f facts) (bool, int, int) {
		everything := f.share(f.signals.Scanners) >= 0.8 && len(f.aimed) >= 4
		return (f.signals.Places <= 2 || f.signals.Places*12 < min(f.n, 120)) && !everything, f.signals.Places, f.n
	}},
	{"aimed elsewhere", Scan, "%d of %d requests carry attacks to places scanners have no list of", func(f facts) (bool, int, int) {
		return f.share(f.signals.AimedPlaces) > 0.4 && len(f.aimed) < 3, f.signals.AimedPlaces, f.n
	}},
	{"known places", Scan, "%d of %d requests went to places that answer other people", func(f facts) (bool, int, int) {
		return f.signals.OwnKnown && f.share(f.signals.Own) > 0.3, f.signals.Own, f.n
	}},
	{"logging in", Scan, "%d of %d requests went where people log in or pay", func(f facts) (bool, int, int) {
		return f.signals.Logins > f.signals.Probes && f.share(f.signals.Logins) > 0.3, f.signals.Logins, f.n
	}},
	{"somebody else", Scan, "%d of %d requests attack and do not come from the scanner that gives its name", func(f facts) (bool, int, int) {
		return f.share(f.signals.Scanners) >= 0.5 && f.signals.AimedPlaces >= 1, f.signals.AimedPlaces, f.n
	}},
	{"with a session", Scan, "%d of %d requests belong to a session: scanners have none", func(f facts) (bool, int, int) {
		return f.share(f.signals.Sessions) > 0.3 && f.share(f.signals.Attacks) > 0.3, f.signals.Sessions, f.n
	}},
	{"beside the list", Scan, "beside requests for what scanners ask every site for, %d of %d attack something else", func(f facts) (bool, int, int) {
		other := min(f.signals.AimedPlaces, f.signals.Attacks)
		return f.share(f.signals.Probes) >= 0.6 && other > 0 && len(f.aimed) <= 2, other, f.n
	}},
	{"visitors", Scan, "%d of %d requests belong to a session: some of this is no scanner's", func(f facts) (bool, int, int) {
		visitors := f.signals.Sessions
		if f.signals.OwnKnown {
			visitors = min(visitors, f.signals.Own)
		}
		return visitors >= min(2, 1+f.n/10) && f.share(visitors) >= 0.05, visitors, f.n
	}},
	{"trying passwords", Scan, "%d of %d requests send something where people log in", func(f facts) (bool, int, int) {
		return f.share(f.writes) > 0.5 && f.share(f.signals.Logins) > 0.1, min(f.writes, f.signals.Logins), f.n
	}},
	{"takeover", Scan, takeoverSays, takenOver},
	{"they got through", Scan, "%d requests matched a rule against break-ins and passed, beside %d blocked", func(f facts) (bool, int, int) {
		return f.signals.PassedAimed > 0 && f.signals.PassedAimed*10 >= f.n, f.signals.PassedAimed, f.n
	}},

	{"attack in sight", FalsePositive, "%d of %d requests have an attack in sight", func(f facts) (bool, int, int) {
		return f.signals.Attacks >= max(1, f.n/50), f.signals.Attacks, f.n
	}},
	{"few requests", FalsePositive, "in so few requests the %d of %d that rules against break-ins blocked would count", func(f facts) (bool, int, int) {
		return f.n < 20 && f.signals.Aimed > f.signals.Mistaken, f.signals.Aimed, f.n
	}},
	{"odd text", FalsePositive, "%d of %d requests have text that may hide an attack", func(f facts) (bool, int, int) {
		return f.share(f.signals.Odd) > 0.2, f.signals.Odd, f.n
	}},
	{"not to be seen", FalsePositive, "%d of %d requests matched in a body, a header or redacted text: nobody can see what was sent", func(f facts) (bool, int, int) {
		return f.share(f.signals.Hidden) > 0.2 && f.share(f.signals.Mistaken) < 0.6, f.signals.Hidden, f.n
	}},
	{"nobody to be seen", FalsePositive, "only %d of %d requests show a session, a browser or a page of ours: these may be programs", func(f facts) (bool, int, int) {
		seen := max(f.signals.Sessions, f.signals.Browsers, f.signals.OwnReferers)
		return f.share(seen) < 0.1 && !(f.signals.OwnKnown && f.share(f.signals.Own) > 0.7), seen, f.n
	}},
	{"one address", FalsePositive, "one address sent %d of %d", func(f facts) (bool, int, int) {
		return f.share(f.loudest) > 0.34, f.loudest, f.n
	}},
	{"few addresses", FalsePositive, "addresses: only %d, in %d requests", func(f facts) (bool, int, int) {
		return f.addresses < 4 || f.addresses*15 < min(f.n, 300), f.addresses, f.n
	}},
	{"programs", FalsePositive, "%d of %d requests come from programs", func(f facts) (bool, int, int) {
		return f.share(f.signals.Tools+f.signals.Scanners) > 0.2, f.signals.Tools + f.signals.Scanners, f.n
	}},
	{"probing", FalsePositive, "%d of %d requests ask for what scanners ask for", func(f facts) (bool, int, int) {
		return f.share(f.signals.Probes) > 0.2, f.signals.Probes, f.n
	}},
	{"rules against break-ins", FalsePositive, "rules against break-ins blocked %d of %d, and no cookie or own page shows that these are people", func(f facts) (bool, int, int) {
		people := f.share(max(f.signals.Sessions, f.signals.OwnReferers)) >= 0.5
		visitors := 2*f.signals.AlsoPassed >= f.addresses && f.share(f.signals.Own) >= 0.7
		return f.share(f.signals.Aimed) > 0.5 && !people && !visitors, f.signals.Aimed, f.n
	}},

	{"walking", FalsePositive, walkingSays, func(f facts) (bool, int, int) {
		return f.walks() && f.share(f.signals.Mistaken) < 0.6 && f.share(f.signals.Aimed) < 0.3, f.walked.Variants, f.n
	}},
	{"takeover", FalsePositive, takeoverSays, takenOver},

	{"under cover", Flood, "under cover of the flood %d of %d requests carry attacks", func(f facts) (bool, int, int) {
		return f.signals.Aimed-min(f.signals.Aimed, f.signals.Probes) >= max(1, f.n/50), f.signals.Aimed, f.n
	}},
	{"trying passwords", Flood, "it goes where people log in or pay (%d of %d): it may be passwords being tried", func(f facts) (bool, int, int) {
		return f.share(f.signals.Logins) > 0.08, f.signals.Logins, f.n
	}},
	{"beside the limit", Flood, "%d of %d requests were blocked by something else than the rate limit", func(f facts) (bool, int, int) {
		others := f.n - f.signals.RateLimited - min(f.n-f.signals.RateLimited, f.signals.Probes)
		return others >= max(1, f.n/50), others, f.n
	}},
	{"writes", Flood, "%d of %d requests send something: it may be passwords, codes or cards being tried", func(f facts) (bool, int, int) {
		return f.share(f.writes) > 0.25, f.writes, f.n
	}},
	{"walking", Flood, walkingSays, func(f facts) (bool, int, int) {
		return f.walks() && f.share(f.signals.Sessions) >= 0.5 && f.share(f.loudest) >= 0.3, f.walked.Variants, f.n
	}},
	{"takeover", Flood, takeoverSays, takenOver},
}

const (
	takeoverSays = "%d of %d requests are marked as passwords that are tried or stolen"
	walkingSays  = "one place was asked for %d different things in %d requests: somebody may be going through them"
)

func takenOver(f facts) (bool, int, int) {
	return f.signals.Takeover >= max(1, f.n/50), f.signals.Takeover, f.n
}

// doubts gives what forbids a verdict.
func doubts(kind Kind, f facts) (out []Reason) {
	for _, g := range guards {
		if g.forbids != kind {
			continue
		}
		if holds, n, of := g.holds(f); holds {
			out = append(out, Reason{Name: g.name, For: Unsure, N: n, Of: of, Says: fmt.Sprintf(g.says, n, of)})
		}
	}
	return out
}
