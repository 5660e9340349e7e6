package waf

import (
	"cmp"
	"slices"
)

// Change is what differs between two days in one list.
type Change struct {
	What   string `json:"what"` // "rule", "path", …
	Key    string `json:"key"`
	Today  uint64 `json:"today"`
	Before uint64 `json:"before"`
	// New means that it did not come the day before; with a trimmed or
	// approximate list of that day it only was not among the frequent ones.
	New bool `json:"new,omitempty"`
}

// Difference is what changed against the day before.
type Difference struct {
	Today   int      `json:"today"`
	Before  int      `json:"before"`
	Changes []Change `json:"changes"`
}

// maxChanges is how many changes a difference lists.
const maxChanges = 10

// Diff lists what changed most among the stopped requests, first what is new,
// then what grew or shrank the most. Small numbers that merely differ are left
// out.
func Diff(today, dayBefore Summary) Difference {
	d := Difference{Today: today.Stopped.N, Before: dayBefore.Stopped.N}
	t, b := today.Stopped, dayBefore.Stopped
	for _, l := range []struct {
		what          string
		today, before Counts
	}{
		{"rule", t.Rules, b.Rules},
		{"family", t.Families, b.Families},
		{"path", t.Paths, b.Paths},
		{"network", t.Networks, b.Networks},
		{"country", t.Countries, b.Countries},
		{"agent", t.Agents, b.Agents},
		{"host", t.Hosts, b.Hosts},
	} {
		d.Changes = append(d.Changes, changes(l.what, l.today, l.before)...)
	}
	slices.SortStableFunc(d.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.weight(), a.weight()), cmp.Compare(a.What, b.What), cmp.Compare(a.Key, b.Key))
	})
	d.Changes = d.Changes[:min(len(d.Changes), maxChanges)]
	return d
}

func changes(what string, today, before Counts) (out []Change) {
	was := make(map[string]uint64, len(before.Top))
	for _, c := range before.Top {
		was[c.Key] = c.N
	}
	for _, c := range today.Top {
		n, known := was[c.Key]
		delete(was, c.Key)
		if ch := (Change{what, c.Key, c.N, n, !known}); ch.tells() {
			out = append(out, ch)
		}
	}
	for key, n := range was {
		if ch := (Change{what, key, 0, n, false}); ch.tells() {
			out = append(out, ch)
		}
	}
	return out
}

// tells leaves out what chance alone may do.
func (c Change) tells() bool {
	if c.New {
		return c.Today >= 3
	}
	moved := max(c.Today, c.Before) - min(c.Today, c.Before)
	return moved >= 5 && 2*moved >= max(c.Today, c.Before)
}

func (c Change) weight() uint64 {
	moved := max(c.Today, c.Before) - min(c.Today, c.Before)
	if c.New {
		return 2 * moved
	}
	return moved
}
