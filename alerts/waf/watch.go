package waf

import (
	"bytes"
	"cmp"
)

// Signals are the numbers that a verdict is made from. All but Own,
// AlsoPassed and OwnKnown count stopped requests by what each of them shows.
type Signals struct {
	Aimed       int `json:"aimed"`        // matched by a rule against break-ins, or with an attack in sight
	AimedPlaces int `json:"aimed_places"` // of these, at places that no scanner asks every site for, by nobody who says to be a scanner
	Looked      int `json:"looked"`       // whose path and query were looked at; if not all were, the next two are scaled up
	Attacks     int `json:"attacks"`      // with an attack in the path, query, agent or matched data
	Odd         int `json:"odd"`          // with text that may hide an attack
	Hidden      int `json:"hidden"`       // matched in a body, a header or a redacted query: nobody can see by what
	NoQuery     int `json:"no_query"`
	Probes      int `json:"probes"`
	Logins      int `json:"logins"`
	RateLimited int `json:"rate_limited"`
	Takeover    int `json:"takeover"` // by a rule, or with a label, about passwords that are tried or stolen
	Mistaken    int `json:"mistaken"` // by a rule known for mistakes
	Scanners    int `json:"scanners"`
	Tools       int `json:"tools"`
	NoAgent     int `json:"no_agent"`
	Sessions    int `json:"sessions"` // with a cookie or an Authorization header
	Browsers    int `json:"browsers"`
	OwnReferers int `json:"own_referers"`

	Own           int  `json:"own"`            // at places that answered others in the same input, but for attacks of named scanners
	OwnKnown      bool `json:"own_known"`      // the input had requests that passed
	AlsoPassed    int  `json:"also_passed"`    // addresses that also had requests pass
	PassedMatched int  `json:"passed_matched"` // requests that passed though a counting rule matched
	PassedAimed   int  `json:"passed_aimed"`   // of these, a rule against break-ins

	Places      int     `json:"places"`       // different routes
	ProbePlaces int     `json:"probe_places"` // of these, such that scanners ask for
	Reach       int     `json:"reach"`        // most routes that one address asked for
	Prints      int     `json:"prints"`       // different TLS fingerprints
	Focus       []Place `json:"focus,omitempty"`
}

// Place is a route and what was tried there.
type Place struct {
	Route    string `json:"route"`
	N        int    `json:"n"`
	Aimed    int    `json:"aimed"`
	Named    int    `json:"named,omitempty"` // aimed too, by scanners that give their name; not in Aimed
	Variants int    `json:"variants"`        // different queries and paths
	// Families are those of the aimed requests here.
	Families []string `json:"families,omitempty"`
	Probe    bool     `json:"probe,omitempty"`
	Login    bool     `json:"login,omitempty"`
	Own      bool     `json:"own,omitempty"`
}

// maxPlaces is how many places a summary keeps.
const maxPlaces = 50

// watch looks closer at a stopped request and gives its marks with what it
// found. h is the hash of its address.
func (t *Tally) watch(r *Record, m, agent mark, rule, address *entry, h, place uint64) mark {
	where, isNew := t.routes.add(place, nil, func() string { return route(string(r.Path)) })
	if isNew {
		where.mark = routeMark(where.text)
	}
	sent, fresh := t.sent(r, where, place)
	if _, isNew := t.reach.add(pair(h, place), nil, unnamed); isNew {
		address.spread++
		t.signals.Reach = max(t.signals.Reach, int(address.spread))
	}
	if len(r.JA4) > 0 {
		t.prints.add(hash(r.JA4), nil, unnamed)
	}
	found := sent | agent&(attack|aimed)
	for _, match := range r.Matches {
		e := t.data.see(match.Data, func(e *entry) {
			if t.mayLook() {
				e.mark = textMark(string(match.Data))
			}
		})
		found |= e.mark &^ odd
	}
	if m&aimed == 0 && len(r.Counted) > 0 {
		m = t.beside(r, m)
	}
	if m&(lastFamily-1) == 0 {
		m |= found & (lastFamily - 1)
	}
	if m&(lastFamily-1) == 0 {
		m |= other
	}
	where.mark |= m & probe
	if kind := cmp.Or(m&aimed, found&aimed); kind != 0 {
		where.mark |= kind
		if agent&scanner != 0 {
			where.named++
		} else {
			where.aimed++
		}
	}
	t.signals.note(r, m, found, where.mark, agent)
	if fresh && rule.spread < maxPerRule && len(t.samples) < maxSamples {
		rule.spread++
		t.sample(r, m|found)
	}
	return m
}

// sent looks at the path and query, once for each different one.
func (t *Tally) sent(r *Record, where *entry, place uint64) (m mark, isNew bool) {
	e, isNew := t.variants.add(pair(pair(place, hash(r.Path)), hash(r.Query)), nil, unnamed)
	if isNew {
		where.spread++
		if t.mayLook() {
			e.mark = looked | payloadMark(string(r.Path[:min(len(r.Path), maxLook)]), string(r.Query[:min(len(r.Query), maxLook)]))
		}
	}
	if e.mark&looked != 0 {
		t.signals.Looked++
	}
	return e.mark, isNew
}

const (
	// maxLook is how much of a path or query is looked at for attacks.
	maxLook = 1024
	// A look costs as much as reading a hundred records, so there are firstLooks
	// of them and then one in every perLook stopped requests.
	firstLooks = 1000
	perLook    = 256
)

func (t *Tally) mayLook() bool {
	if t.looks >= firstLooks+t.stopped.n/perLook {
		return false
	}
	t.looks++
	return true
}

func unnamed() string { return "" }

func (s *Signals) note(r *Record, m, found, where, agent mark) {
	redacted := bytes.Contains(r.Query, []byte("REDACTED"))
	browser := r.Headers&HasSecFetch != 0 || r.Headers&HasLanguage != 0 && agent&(tool|scanner) == 0
	for _, n := range []struct {
		holds bool
		count *int
	}{
		{(m|found)&aimed != 0, &s.Aimed},
		{(m|found)&aimed != 0 && where&probe == 0 && agent&scanner == 0, &s.AimedPlaces},
		{found&attack != 0, &s.Attacks},
		{found&odd != 0, &s.Odd},
		{m&unseen != 0 || redacted || m&aimed != 0 && m&inPath == 0 && found&(bare|attack) == bare, &s.Hidden},
		{len(r.Query) == 0, &s.NoQuery},
		{where&probe != 0, &s.Probes},
		{where&login != 0, &s.Logins},
		{m&rateLimit != 0, &s.RateLimited},
		{m&takeover != 0, &s.Takeover},
		{m&mistaken != 0, &s.Mistaken},
		{agent&scanner != 0, &s.Scanners},
		{agent&tool != 0, &s.Tools},
		{r.Headers&HasAgent == 0, &s.NoAgent},
		{r.Headers&(HasCookie|HasAuthorization) != 0, &s.Sessions},
		{browser, &s.Browsers},
		{ownReferer(r), &s.OwnReferers},
	} {
		if n.holds {
			*n.count++
		}
	}
}

// ownReferer reports that the request says it comes from a page of the same
// host.
func ownReferer(r *Record) bool {
	_, rest, ok := bytes.Cut(r.Referer, []byte("://"))
	host, _, _ := bytes.Cut(rest, []byte("/"))
	return ok && len(host) > 0 && bytes.EqualFold(host, r.Host)
}
