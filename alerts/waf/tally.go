package waf

import (
	"bytes"
	"math/bits"
	"net/netip"

	"toban/alerts/mask"
)

// Budgets in bytes. All tables together stay under 20 MiB whatever comes: 30,000
// addresses and 15,000 paths are kept exactly. The usual file has far fewer.
const (
	large  = 3 << 20
	middle = 3 << 19
	small  = 256 << 10
)

// maxSamples is how many requests are kept to show.
const maxSamples = 12

// Tally counts records. It is not safe for use by several goroutines.
type Tally struct {
	stopped, passed *table
	actions         *counter
	counted, others *counter // rules in count mode: of what passed, and of what another stopped
	// routes, variants and reach are about stopped requests: where they went,
	// with how many different queries, and how far each address went around.
	routes, variants, reach *counter
	ownRoutes               *counter
	data, prints            *counter
	first, last             int64
	clock                   clock // of stopped requests
	only                    func(r *Record) (counts, stopped bool)
	signals                 Signals
	samples                 []Sample
	looks                   uint64
	key                     []byte
}

// NewTally is empty.
func NewTally() *Tally {
	return &Tally{
		stopped: newTable(large), passed: newTable(middle),
		actions: newCounter(small), counted: newCounter(small), others: newCounter(small),
		routes: newCounter(middle / 2), variants: newCounter(2 * small), reach: newCounter(2 * small),
		ownRoutes: newCounter(middle / 2), data: newCounter(small), prints: newCounter(small),
	}
}

// table counts the things that requests are listed by.
type table struct {
	key                       []byte // scratch
	n                         uint64
	addresses, networks, asns *counter
	countries, rules, paths   *counter
	methods, hosts            *counter
	agents, labels            *counter
	families                  [16]uint64
}

func newTable(budget int) *table {
	t := &table{
		addresses: newCounter(budget), networks: newCounter(budget / 2), asns: newCounter(small),
		countries: newCounter(small), rules: newCounter(small), paths: newCounter(budget * 2 / 3),
		methods: newCounter(small), hosts: newCounter(small), agents: newCounter(2 * small), labels: newCounter(small),
	}
	t.addresses.full = func() { t.widen(t.networks) }
	return t
}

// Add counts one record.
func (t *Tally) Add(r *Record) {
	stopped := !r.Passed()
	if t.only != nil {
		var counts bool
		if counts, stopped = t.only(r); !counts {
			return
		}
	}
	t.window(r.At)
	t.actions.see(r.Action, nil)
	into := t.stopped
	if stopped {
		t.clock.add(r.At)
	} else {
		into = t.passed
		t.countedOnly(r)
	}
	into.n++
	address, h := into.address(r)
	place := into.place(r)
	agent := into.agents.see(r.Agent, func(e *entry) {
		e.mark = agentMark(string(r.Agent))
	})
	rule, m := into.marks(r)
	if into == t.stopped {
		m = t.watch(r, m, agent.mark, rule, address, h, place)
	} else {
		t.ownRoutes.add(place, nil, unnamed)
	}
	into.addFamilies(m)
	into.asn(r)
	into.countries.see(r.Country, nil)
	into.methods.see(r.Method, nil)
	into.hosts.see(r.Host, nil)
}

func (t *Tally) window(at int64) {
	if at == 0 {
		return
	}
	if t.first == 0 || at < t.first {
		t.first = at
	}
	t.last = max(t.last, at)
}

// see counts one more of a thing, kept under its masked text; about finds out
// more when it is new.
func (c *counter) see(b []byte, about func(*entry)) *entry {
	e, isNew := c.add(hash(b), b, named(b))
	if isNew && about != nil {
		about(e)
	}
	return e
}

// named keeps a thing under its masked text, or says that the record had none.
func named(b []byte) func() string {
	return func() string {
		if len(b) == 0 {
			return "-"
		}
		return mask.Text(string(b[:min(len(b), 4*mask.MaxText)]))
	}
}

func (t *table) addFamilies(m mark) {
	for f := m & (lastFamily - 1); f != 0; f &= f - 1 {
		t.families[bits.TrailingZeros32(uint32(f))]++
	}
}

func (t *table) asn(r *Record) {
	if len(r.ASN) > 0 {
		t.asns.see(r.ASN, nil)
	}
}

// place counts the path and gives the hash of its route, or of a coarse one
// where there are too many paths to find the route of each.
func (t *table) place(r *Record) uint64 {
	e := t.paths.see(r.Path, func(e *entry) { e.link = hash([]byte(route(string(r.Path)))) })
	if e.link == 0 {
		return hash(coarse(r.Path))
	}
	return e.link
}

// coarse is the first segment of a path.
func coarse(path []byte) []byte {
	if len(path) > 1 {
		if at := bytes.IndexByte(path[1:], '/'); at >= 0 {
			return path[:at+2]
		}
	}
	return path[:min(len(path), 1)]
}

// address counts the client, and gives its hash too. Networks follow from the addresses as long as all
// of those are kept; only from then on are they counted themselves.
func (t *table) address(r *Record) (e *entry, h uint64) {
	h = hash(r.ClientIP)
	e, _ = t.addresses.add(h, r.ClientIP, func() string {
		if network(string(r.ClientIP)) != noNetwork {
			return string(r.ClientIP)
		}
		return named(r.ClientIP)()
	})
	if t.addresses.lost > 0 {
		t.networks.see([]byte(network(string(r.ClientIP))), nil)
	}
	return e, h
}

// widen counts the networks of all addresses that are kept.
func (t *table) widen(into *counter) {
	for i, e := range t.addresses.entries {
		key := network(e.text)
		h := hash([]byte(key))
		into.add(h, []byte(key), func() string { return key })
		if at, _ := into.find(h); at >= 0 {
			into.ns[at] += t.addresses.ns[i] - 1
		}
	}
}

const noNetwork = "-"

// network is the /24 or /48 of an address.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return noNetwork
	}
	ip = ip.Unmap().WithZone("")
	length := 24
	if ip.Is6() {
		length = 48
	}
	p, _ := ip.Prefix(length) // no error: the length fits
	return p.String()
}
