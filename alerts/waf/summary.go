package waf

import (
	"cmp"
	"slices"
	"time"
)

// Summary is what a [Tally] counted, as a plain value. Texts in it are masked
// and cleaned, but they are still what clients sent: escape them where they are
// shown, and never make them clickable.
type Summary struct {
	Records int       `json:"records"`
	From    time.Time `json:"from,omitzero"` // of the first record that says when
	Until   time.Time `json:"until,omitzero"`
	Actions Counts    `json:"actions"`

	Stopped Breakdown `json:"stopped"` // blocked, challenged, or any action but ALLOW
	Passed  Breakdown `json:"passed"`
	// Counted are the rules in count mode that would have stopped a request
	// that passed.
	Counted Counts `json:"counted"`

	Times Timeline `json:"times,omitzero"` // of stopped requests

	Samples []Sample `json:"samples,omitempty"`
	Signals Signals  `json:"signals"`
	Skipped Skipped  `json:"skipped"`
}

// Breakdown lists requests by everything people ask for.
type Breakdown struct {
	N         int    `json:"n"`
	Addresses Counts `json:"addresses"`
	Networks  Counts `json:"networks"` // /24 and /48
	ASNs      Counts `json:"asns"`
	Countries Counts `json:"countries"`
	Rules     Counts `json:"rules"`
	Families  Counts `json:"families"`
	Paths     Counts `json:"paths"`
	Methods   Counts `json:"methods"`
	Hosts     Counts `json:"hosts"`
	Agents    Counts `json:"agents"`
	Labels    Counts `json:"labels"`
}

// Counts lists how often each of many things came, most frequent first.
type Counts struct {
	Distinct int     `json:"distinct"`
	Top      []Count `json:"top"`
	// About means that there were too many different things to keep: Distinct
	// is then an estimate and each count may be too low by at most Lost.
	About  bool   `json:"about,omitempty"`
	Lost   uint64 `json:"lost,omitempty"`
	Sketch []byte `json:"sketch,omitempty"` // for merging
}

// Count is how often one thing came.
type Count struct {
	Key string `json:"key"`
	N   uint64 `json:"n"`
}

// Sample is one request, shown as an example of what was stopped.
type Sample struct {
	At        time.Time     `json:"at,omitzero"`
	Action    string        `json:"action"`
	Rule      string        `json:"rule"`
	Address   string        `json:"address"`
	Country   string        `json:"country"`
	Method    string        `json:"method"`
	Host      string        `json:"host"`
	Path      string        `json:"path"`
	Query     string        `json:"query,omitempty"`
	Agent     string        `json:"agent,omitempty"`
	Families  []string      `json:"families"`
	Matches   []SampleMatch `json:"matches,omitempty"`
	Labels    []string      `json:"labels,omitempty"`
	WasAttack bool          `json:"attack_in_sight,omitempty"`
}

// SampleMatch is what a rule said it matched.
type SampleMatch struct {
	Condition string `json:"condition,omitempty"`
	Location  string `json:"location,omitempty"`
	Data      string `json:"data,omitempty"`
}

// Summary gives what was counted so far.
func (t *Tally) Summary() Summary {
	s := Summary{
		Records: int(t.stopped.n + t.passed.n),
		Actions: t.actions.counts(),
		Stopped: t.stopped.breakdown(),
		Passed:  t.passed.breakdown(),
		Counted: t.counted.counts(),
		Times:   t.clock.timeline(),
		Samples: slices.Clone(t.samples),
		Signals: t.signals,
	}
	if t.first != 0 {
		s.From, s.Until = time.UnixMilli(t.first).UTC(), time.UnixMilli(t.last).UTC()
	}
	s.Signals.scale(s.Stopped.N)
	t.places(&s.Signals)
	return s
}

// scale makes up for the requests that nobody had time to look at.
func (s *Signals) scale(n int) {
	if s.Looked == 0 || s.Looked >= n {
		return
	}
	s.Attacks = min(n, s.Attacks*n/s.Looked)
	s.Odd = min(n, s.Odd*n/s.Looked)
}

func (t *table) breakdown() Breakdown {
	networks := t.networks
	if t.addresses.lost == 0 {
		networks = newCounter(large)
		t.widen(networks)
	}
	b := Breakdown{
		N: int(t.n), Addresses: t.addresses.counts(), Networks: networks.counts(), ASNs: t.asns.counts(),
		Countries: t.countries.counts(), Rules: t.rules.counts(), Paths: t.paths.counts(), Methods: t.methods.counts(),
		Hosts: t.hosts.counts(), Agents: t.agents.counts(), Labels: t.labels.counts(),
	}
	for i, n := range t.families {
		if n > 0 {
			b.Families.Distinct++
			b.Families.Top = append(b.Families.Top, Count{families[i], n})
		}
	}
	slices.SortFunc(b.Families.Top, byCount)
	return b
}

// places compares where stopped requests went with where others were answered.
func (t *Tally) places(s *Signals) {
	s.OwnKnown = t.passed.n > 0
	s.Places, s.Prints = t.routes.distinct(), len(t.prints.entries)
	for i, e := range t.routes.entries {
		n := int(t.routes.ns[i])
		known, _ := t.ownRoutes.find(e.hash)
		own := known >= 0
		if own {
			s.Own += n - int(e.named)
		}
		if e.mark&probe != 0 && !own {
			s.ProbePlaces++
		}
		s.Focus = append(s.Focus, Place{
			Route: e.text, N: n, Named: int(e.named), Aimed: int(e.aimed), Variants: int(e.spread), Families: familyNames(e.mark & aimed),
			Probe: e.mark&probe != 0 && !own, Login: e.mark&login != 0, Own: own,
		})
	}
	s.Focus = topPlaces(s.Focus)
	for _, e := range t.stopped.addresses.entries {
		if known, _ := t.passed.addresses.find(e.hash); known >= 0 {
			s.AlsoPassed++
		}
	}
}

// topPlaces keeps the places with the most aimed requests.
func topPlaces(all []Place) []Place {
	slices.SortFunc(all, func(a, b Place) int {
		return cmp.Or(cmp.Compare(b.Aimed, a.Aimed), cmp.Compare(b.Named, a.Named), cmp.Compare(b.N, a.N), cmp.Compare(a.Route, b.Route))
	})
	return slices.Clip(all[:min(len(all), maxPlaces)])
}

// Trim keeps the n most frequent of everything: enough to show, and to save with
// an alert. What is trimmed can no longer be merged exactly.
func (s Summary) Trim(n int) Summary {
	s.Samples = s.Samples[:min(n, len(s.Samples))]
	s.Signals.Focus = s.Signals.Focus[:min(n, len(s.Signals.Focus))]
	for _, c := range s.lists() {
		c.Top, c.Sketch = c.Top[:min(n, len(c.Top))], nil
	}
	return s
}

// lists gives every list of counts in s.
func (s *Summary) lists() []*Counts {
	return slices.Concat([]*Counts{&s.Actions, &s.Counted}, s.Stopped.lists(), s.Passed.lists())
}

func (b *Breakdown) lists() []*Counts {
	return []*Counts{
		&b.Addresses, &b.Networks, &b.ASNs, &b.Countries, &b.Rules, &b.Families,
		&b.Paths, &b.Methods, &b.Hosts, &b.Agents, &b.Labels,
	}
}
