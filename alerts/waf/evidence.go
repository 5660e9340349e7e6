package waf

// row is one piece of evidence: how many points it can give to which verdict,
// how strongly it holds from 0 to 1, and the two numbers its sentence shows.
type row struct {
	name     string
	speaks   Kind
	weight   float64
	says     string
	strength func(f facts) (strength float64, n, of int)
}

// evidence is the whole of what a verdict is made from, with its weights.
var evidence = []row{
	{"probes", Scan, 3.5, "%d of %d requests ask for what scanners ask every site for (/.env, /wp-login.php …)", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Probes), 0.15, 0.6), f.signals.Probes, f.n
	}},
	{"breadth", Scan, 1.5, "they went to %d different places in %d requests", func(f facts) (float64, int, int) {
		return from(float64(f.signals.Places), 3, 12) * from(float64(f.signals.Places)/float64(min(f.n, 60)), 0.15, 0.5), f.signals.Places, f.n
	}},
	{"families", Scan, 1.5, "%d kinds of attack were mixed in %d requests", func(f facts) (float64, int, int) {
		return from(float64(len(f.aimed)), 2, 4) * from(float64(f.signals.Places), 3, 8), len(f.aimed), f.n
	}},
	{"scanners", Scan, 3, "%d of %d requests name a security scanner as their agent", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Scanners), 0.1, 0.5), f.signals.Scanners, f.n
	}},
	{"strange", Scan, 1, "%d of %d requests went where nothing of ours answers", func(f facts) (float64, int, int) {
		strange := f.n - f.signals.Own
		if !f.signals.OwnKnown {
			return 0, strange, f.n
		}
		return from(f.share(strange), 0.5, 0.9), strange, f.n
	}},

	{"worked", Targeted, 3, "%d of %d requests carry attacks to at most three places that scanners have no list of", func(f facts) (float64, int, int) {
		return from(f.share(f.worked), 0.1, 0.6) * f.inSight(), f.worked, f.n
	}},
	{"variants", Targeted, 1, "one place got %d variants in %d requests", func(f facts) (float64, int, int) {
		return from(float64(f.hot.Variants), 2, 8) * from(f.share(f.hot.Aimed), 0.1, 0.4), f.hot.Variants, f.hot.N
	}},
	{"specialized", Targeted, 1, "kinds of attack: only %d, in %d aimed requests; somebody knows what to try", func(f facts) (float64, int, int) {
		if len(f.aimed) == 0 || len(f.aimed) > 2 {
			return 0, len(f.aimed), f.signals.Aimed
		}
		return from(f.share(f.worked), 0.2, 0.6) * f.inSight(), len(f.aimed), f.signals.Aimed
	}},
	{"attacks", Targeted, 1, "%d of %d requests have an attack in sight", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Attacks), 0.05, 0.5) * (1 - from(f.share(f.signals.Probes), 0.2, 0.6)), f.signals.Attacks, f.n
	}},
	{"few", Targeted, 1, "the busiest address sent %d of %d aimed at few places", func(f facts) (float64, int, int) {
		return from(f.share(f.loudest), 0.2, 0.6) * from(f.share(f.worked), 0.2, 0.6) * f.inSight(), f.loudest, f.n
	}},
	{"own", Targeted, 1, "%d of %d requests went to places that answer other people", func(f facts) (float64, int, int) {
		if f.worked == 0 {
			return 0, f.signals.Own, f.n
		}
		return from(f.share(f.signals.Own), 0.3, 0.8) * f.inSight(), f.signals.Own, f.n
	}},
	{"logins", Targeted, 1.5, "%d of %d requests went where people log in or pay", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Logins-min(f.signals.Logins, f.signals.Probes)), 0.3, 0.8), f.signals.Logins, f.n
	}},
	{"passed", Targeted, 1.5, "%d more requests matched such a rule and passed, beside %d that were blocked", func(f facts) (float64, int, int) {
		return from(float64(f.signals.PassedAimed), 0, 5), f.signals.PassedAimed, f.n
	}},

	{"mistaken", FalsePositive, 1.5, "%d of %d were blocked by a rule known for mistakes (size, no agent, links …)", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Mistaken), 0.4, 0.9), f.signals.Mistaken, f.n
	}},
	{"sessions", FalsePositive, 1.5, "%d of %d requests belong to a session", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Sessions), 0.3, 0.8) * f.innocent(), f.signals.Sessions, f.n
	}},
	{"browsers", FalsePositive, 1, "%d of %d requests come from a browser", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.Browsers), 0.5, 0.9) * f.innocent(), f.signals.Browsers, f.n
	}},
	{"people", FalsePositive, 1, "they came from %d addresses in %d requests", func(f facts) (float64, int, int) {
		return f.many() * f.innocent(), f.addresses, f.n
	}},
	{"referers", FalsePositive, 1, "%d of %d requests came from a page of the same host", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.OwnReferers), 0.2, 0.7) * f.innocent(), f.signals.OwnReferers, f.n
	}},
	{"clean", FalsePositive, 2, "%d of %d requests show nothing that would attack, all in the open", func(f facts) (float64, int, int) {
		shown := f.n - max(f.signals.Hidden, f.signals.NoQuery)
		if f.signals.Attacks > 0 || f.signals.Odd > f.n/20 {
			return 0, shown, f.n
		}
		return from(f.share(shown), 0.5, 0.9) * from(float64(f.n), 5, 20), shown, f.n
	}},
	{"one rule", FalsePositive, 0.5, "one rule blocked %d of %d", func(f facts) (float64, int, int) {
		return from(f.share(f.topRule), 0.6, 0.9), f.topRule, f.n
	}},
	{"also passed", FalsePositive, 1, "%d of their %d addresses also had requests pass", func(f facts) (float64, int, int) {
		return from(float64(f.signals.AlsoPassed)/float64(max(1, f.addresses)), 0.3, 0.8), f.signals.AlsoPassed, f.addresses
	}},

	{"rate", Flood, 6, "%d of %d requests were blocked by a rate limit", func(f facts) (float64, int, int) {
		return from(f.share(f.signals.RateLimited), 0.3, 0.8), f.signals.RateLimited, f.n
	}},
}

// plainly are numbers that speak for nothing by themselves; they stand where
// there are fewer than three reasons.
var plainly = []row{
	{"attacks", Unsure, 0, "%d of %d requests have an attack in sight", func(f facts) (float64, int, int) {
		return 0, f.signals.Attacks, f.n
	}},
	{"addresses", Unsure, 0, "they came from %d addresses in %d requests", func(f facts) (float64, int, int) {
		return 0, f.addresses, f.n
	}},
	{"busiest rule", Unsure, 0, "one rule blocked %d of %d", func(f facts) (float64, int, int) {
		return 0, f.topRule, f.n
	}},
}
