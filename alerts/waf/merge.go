package waf

import (
	"slices"
	"time"
)

// Merge adds up two summaries of different records. Counts of what neither had
// to drop (or trim) are exact; the number of places is at most right.
func Merge(a, b Summary) Summary {
	out := Summary{
		Records: a.Records + b.Records,
		From:    earlier(a.From, b.From), Until: later(a.Until, b.Until),
		Samples: append(slices.Clone(a.Samples), b.Samples...),
		Times:   mergeTimelines(a.Times, b.Times),
		Skipped: a.Skipped.Plus(b.Skipped),
		Signals: mergeSignals(a.Signals, b.Signals),
	}
	out.Stopped.N, out.Passed.N = a.Stopped.N+b.Stopped.N, a.Passed.N+b.Passed.N
	out.Samples = out.Samples[:min(len(out.Samples), maxSamples)]
	as, bs, outs := a.lists(), b.lists(), out.lists()
	for i := range outs {
		*outs[i] = mergeCounts(*as[i], *bs[i])
	}
	return out
}

func mergeCounts(a, b Counts) Counts {
	out := Counts{About: a.About || b.About, Lost: a.Lost + b.Lost}
	at := make(map[string]int, len(a.Top))
	for _, c := range slices.Concat(a.Top, b.Top) {
		if i, ok := at[c.Key]; ok {
			out.Top[i].N += c.N
			continue
		}
		at[c.Key] = len(out.Top)
		out.Top = append(out.Top, c)
	}
	slices.SortFunc(out.Top, byCount)
	hidden := a.hidden() || b.hidden()
	if !hidden {
		out.Distinct = len(out.Top)
		return out
	}
	var s sketch
	for _, c := range []Counts{a, b} {
		s.merge(c.Sketch)
		for _, kept := range c.Top {
			s.see([]byte(kept.Key))
		}
	}
	out.About = true
	out.Sketch = s.registers
	out.Distinct = max(a.Distinct, b.Distinct, len(out.Top), s.estimate())
	return out
}

// hidden reports that there were things that are not in Top.
func (c Counts) hidden() bool { return c.About || c.Distinct > len(c.Top) }

func mergeSignals(a, b Signals) Signals {
	out := Signals{
		Aimed: a.Aimed + b.Aimed, AimedPlaces: a.AimedPlaces + b.AimedPlaces,
		Looked: a.Looked + b.Looked, Attacks: a.Attacks + b.Attacks, Odd: a.Odd + b.Odd, Hidden: a.Hidden + b.Hidden, NoQuery: a.NoQuery + b.NoQuery,
		Probes: a.Probes + b.Probes, Logins: a.Logins + b.Logins, RateLimited: a.RateLimited + b.RateLimited,
		Mistaken: a.Mistaken + b.Mistaken, Scanners: a.Scanners + b.Scanners, Tools: a.Tools + b.Tools,
		NoAgent: a.NoAgent + b.NoAgent, Sessions: a.Sessions + b.Sessions, Browsers: a.Browsers + b.Browsers,
		OwnReferers: a.OwnReferers + b.OwnReferers,
		Own:         a.Own + b.Own, OwnKnown: a.OwnKnown || b.OwnKnown, AlsoPassed: a.AlsoPassed + b.AlsoPassed,
		PassedMatched: a.PassedMatched + b.PassedMatched, PassedAimed: a.PassedAimed + b.PassedAimed,
		Reach: max(a.Reach, b.Reach), Prints: max(a.Prints, b.Prints),
	}
	at := map[string]int{}
	for _, p := range slices.Concat(a.Focus, b.Focus) {
		i, ok := at[p.Route]
		if !ok {
			at[p.Route] = len(out.Focus)
			out.Focus = append(out.Focus, p)
			continue
		}
		same := &out.Focus[i]
		same.N += p.N
		same.Named += p.Named
		same.Aimed += p.Aimed
		same.Variants += p.Variants
		same.Families = slices.Compact(slices.Sorted(slices.Values(slices.Concat(same.Families, p.Families))))
		same.Own = same.Own || p.Own
		same.Probe = same.Probe && p.Probe
	}
	both := len(a.Focus) + len(b.Focus) - len(out.Focus)
	out.Places = a.Places + b.Places - both
	out.ProbePlaces = max(a.ProbePlaces, b.ProbePlaces, a.ProbePlaces+b.ProbePlaces-both)
	out.Focus = topPlaces(out.Focus)
	return out
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
