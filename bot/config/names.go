package config

import (
	"fmt"
	"maps"
	"slices"
)

// names collects what is defined and what is used, because either may stand
// first in the file.
type names struct {
	defined []named
	used    []named
	former  []named
}

type named struct{ kind, name, field string }

func (n *names) define(kind, name, field string) {
	n.defined = append(n.defined, named{kind, name, field})
}

func (n *names) rename(was, field string) {
	if was != "" {
		n.former = append(n.former, named{"rotation", was, field})
	}
}

func (n *names) use(kind, name, field string) {
	if name != "" {
		n.used = append(n.used, named{kind, name, field})
	}
}

// check notes names that are defined twice or used and never defined.
func (n *names) check(r *reader) {
	known := map[string]map[string]string{"rotation": {}, "escalation": {}, "team": {}}
	for _, d := range n.defined {
		if first, twice := known[d.kind][d.name]; twice {
			r.at(d.field, fmt.Sprintf("%q again", d.name),
				fmt.Sprintf("a name that no other %s has; %s is the same", d.kind, first))
			continue
		}
		known[d.kind][d.name] = d.field
	}
	for i, f := range n.former {
		if _, ok := known[f.kind][f.name]; ok {
			r.at(f.field, fmt.Sprintf("the rotation %q, which is still defined", f.name), "the name that this rotation had before")
		}
		if slices.ContainsFunc(n.former[:i], func(o named) bool { return o.name == f.name }) {
			r.at(f.field, fmt.Sprintf("%q again", f.name), "a name that no other rotation had")
		}
	}
	for _, u := range n.used {
		if _, ok := known[u.kind][u.name]; !ok {
			r.at(u.field, fmt.Sprintf("the %s %q, which is not defined", u.kind, u.name), anyOf(u.kind, known[u.kind])+
				didYouMean(u.name, maps.Keys(known[u.kind])))
		}
	}
}

func anyOf(kind string, known map[string]string) string {
	if len(known) == 0 {
		return "a definition of it under " + kind + "s"
	}
	return oneOf(slices.Sorted(maps.Keys(known)))
}
