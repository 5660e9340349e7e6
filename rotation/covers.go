package rotation

import (
	"cmp"
	"slices"
	"time"
)

// A cover is an override, or one half of a swap, with its people as numbers.
type cover struct {
	from, until int64
	user        int32
	replaces    int32 // anyone, or the person it applies to (rule 8)
	change      int32 // covers of one swap share this: they apply together (rule 9)
}

const anyone = int32(-1)

// settle applies the covers in force at t to the person that the base rotation
// names. It returns who is on call then, and the cover that decided, or -1.
func settle(covers []cover, t int64, base int32) (person int32, decided int) {
	person, decided = base, -1
	before, change := base, int32(-1)
	for i := range covers {
		c := &covers[i]
		if t < c.from || t >= c.until {
			continue
		}
		if c.change != change {
			before, change = person, c.change
		}
		if c.replaces == anyone || c.replaces == before {
			person, decided = c.user, i
		}
	}
	return person, decided
}

// coverings lists the changes of r as covers, oldest first: swaps, then overrides.
func coverings(swaps []Swap, overrides []Override, p *people) []cover {
	covers := make([]cover, 0, 2*len(swaps)+len(overrides))
	change := int32(0)
	for _, s := range swaps {
		a, b := p.number(s.A.User), p.number(s.B.User)
		covers = append(covers,
			cover{s.A.Start.UnixMicro(), s.A.End.UnixMicro(), b, a, change},
			cover{s.B.Start.UnixMicro(), s.B.End.UnixMicro(), a, b, change})
		change++
	}
	for _, o := range overrides {
		replaces := anyone
		if o.Replaces != Nobody {
			replaces = p.number(o.Replaces)
		}
		covers = append(covers,
			cover{o.Start.UnixMicro(), o.End.UnixMicro(), p.number(o.User), replaces, change})
		change++
	}
	return covers
}

// An effect is what the covers do between two of their bounds: name one person
// whoever has the turn, or replace some people and leave the others. So covers
// need not be cut at handoffs, however many of these they last over.
type effect struct {
	fixed   int32 // the person, or anyone if the turn decides
	replace []replacement
	first   int32 // covers in force lie within covers[first:last]
	last    int32
}

type replacement struct{ person, by int32 }

// on returns who is on call while base has the turn.
func (e *effect) on(base int32) int32 {
	for i := range e.replace {
		if e.replace[i].person == base {
			return e.replace[i].by
		}
	}
	return base
}

// overlay is the timeline of effects.
type overlay struct {
	from    []int64 // effects[i] holds from from[i] to from[i+1]
	effects []effect
}

// overlayOf sweeps over the bounds of covers once, keeping those in force.
func overlayOf(covers []cover) overlay {
	type bound struct {
		at    int64
		cover int32
		opens bool
	}
	bounds := make([]bound, 0, 2*len(covers))
	for i, c := range covers {
		if c.until > c.from {
			bounds = append(bounds, bound{c.from, int32(i), true}, bound{c.until, int32(i), false})
		}
	}
	slices.SortFunc(bounds, func(a, b bound) int { return cmp.Compare(a.at, b.at) })

	line := overlay{from: []int64{firstInstant}, effects: []effect{{fixed: anyone}}}
	var open []int32 // covers in force, in the order of creation
	for i, b := range bounds {
		place, _ := slices.BinarySearch(open, b.cover)
		if b.opens {
			open = slices.Insert(open, place, b.cover)
		} else {
			open = slices.Delete(open, place, place+1)
		}
		if i+1 == len(bounds) || bounds[i+1].at != b.at {
			line.from = append(line.from, b.at)
			line.effects = append(line.effects, effectOf(covers, open, b.at))
		}
	}
	return line
}

// effectOf works out what the open covers do together at the instant t.
func effectOf(covers []cover, open []int32, t int64) effect {
	e := effect{fixed: anyone}
	if len(open) == 0 {
		return e
	}
	e.first, e.last = open[0], open[len(open)-1]+1
	active := make([]cover, 0, len(open))
	replaced := make([]int32, 0, len(open))
	for _, i := range open {
		c := covers[i]
		if c.replaces == anyone {
			e.fixed, active = c.user, active[:0] // what is older no longer shows
		}
		active = append(active, c)
		replaced = append(replaced, c.replaces)
	}
	if e.fixed != anyone {
		e.fixed, _ = settle(active, t, e.fixed)
		return e
	}
	slices.Sort(replaced)
	for _, person := range slices.Compact(replaced) {
		if by, decided := settle(active, t, person); decided >= 0 {
			e.replace = append(e.replace, replacement{person, by})
		}
	}
	return e
}

// people numbers the people of a schedule; 0 is nobody.
type people struct {
	numbers map[PersonID]int32
	names   []PersonID
}

func newPeople() *people {
	return &people{map[PersonID]int32{Nobody: 0}, []PersonID{Nobody}}
}

func (p *people) number(id PersonID) int32 {
	n, known := p.numbers[id]
	if !known {
		n = int32(len(p.names))
		p.numbers[id], p.names = n, append(p.names, id)
	}
	return n
}

func (p *people) list(ids []PersonID) []int32 {
	numbers := make([]int32, len(ids))
	for i, id := range ids {
		numbers[i] = p.number(id)
	}
	return numbers
}

// instant turns microseconds back into a UTC time.
func instant(t int64) time.Time { return time.UnixMicro(t).UTC() }
