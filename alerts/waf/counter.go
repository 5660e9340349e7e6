package waf

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
)

var seed = maphash.MakeSeed()

// entry is one thing that is counted.
type entry struct {
	hash uint64
	n    uint64
	text string
	// mark is what was found out about the thing when it was first seen, link
	// the hash of the wider thing it belongs to (the network of an address, the
	// route of a path), and spread how many different other things it was seen
	// with.
	mark   mark
	spread uint32
	aimed  uint32 // requests of a route that were aimed, by others than named scanners
	named  uint32 // the same, by scanners that give their name
	link   uint64
}

// perEntry is what an entry costs in memory beside its text.
const perEntry = 80

// counter counts how often it is shown each of many things. It knows a thing by
// its 64-bit hash: of ten million different things, two are taken for one with
// a chance of 1 in 370,000.
//
// Counts are exact until the budget is full. Then the rarer half is dropped and
// of what is new only every sixteenth is taken in, because looking at new things
// is what costs time. From there on a count may be too low by about lost, and
// distinct is an estimate.
type counter struct {
	entries []entry
	slots   []int32 // index into entries plus one; open addressing
	bytes   int
	budget  int
	lost    uint64
	turn    uint64
	refused entry // stands for what is not taken in
	// full is called once, before the first entries are dropped.
	full   func()
	sketch sketch
}

const takeIn = 16

func newCounter(budget int) *counter {
	return &counter{budget: budget, slots: make([]int32, 64)}
}

func hash(key []byte) uint64 { return maphash.Bytes(seed, key) }

// find gives the entry of a hash, or the free slot where it belongs.
func (c *counter) find(h uint64) (e *entry, slot uint64) {
	mask := uint64(len(c.slots) - 1)
	for slot = h & mask; ; slot = (slot + 1) & mask {
		i := c.slots[slot]
		if i == 0 {
			return nil, slot
		}
		if e := &c.entries[i-1]; e.hash == h {
			return e, slot
		}
	}
}

// add counts one more of a thing. If it is new, text says under which words to
// keep it; key is what it is told apart by where things are too many to keep
// (nil: nobody asks). The entry is good until the next add.
func (c *counter) add(h uint64, key []byte, text func() string) (e *entry, isNew bool) {
	e, slot := c.find(h)
	if e != nil {
		e.n++
		return e, false
	}
	if key != nil {
		c.sketch.see(key)
	}
	if c.lost > 0 {
		if c.turn++; c.turn%takeIn != 0 {
			c.refused = entry{hash: h}
			return &c.refused, false
		}
	}
	t := text()
	if size := perEntry + len(t); c.bytes+size > c.budget && len(c.entries) > 1 {
		c.prune()
		_, slot = c.find(h)
	}
	c.bytes += perEntry + len(t)
	c.entries = append(c.entries, entry{hash: h, n: 1, text: t})
	c.slots[slot] = int32(len(c.entries))
	if 2*len(c.entries) > len(c.slots) {
		c.index(2 * len(c.slots))
	}
	return &c.entries[len(c.entries)-1], true
}

func (c *counter) index(size int) {
	c.slots = make([]int32, size)
	for i := range c.entries {
		_, slot := c.find(c.entries[i].hash)
		c.slots[slot] = int32(i + 1)
	}
}

// prune drops the rarer half.
func (c *counter) prune() {
	slices.SortFunc(c.entries, func(a, b entry) int { return cmp.Compare(b.n, a.n) })
	keep := len(c.entries) / 2
	if c.lost == 0 {
		if c.full != nil {
			c.full()
		}
		c.lost = takeIn
	}
	c.lost += c.entries[keep].n
	clear(c.entries[keep:])
	c.entries = c.entries[:keep]
	c.bytes = 0
	for _, e := range c.entries {
		c.bytes += perEntry + len(e.text)
	}
	c.index(len(c.slots))
}

func (c *counter) distinct() int {
	if c.lost == 0 {
		return len(c.entries)
	}
	return max(len(c.entries), c.sketch.estimate())
}

// counts gives what was counted, most frequent first. Things that read the same
// once masked stand in one line.
func (c *counter) counts() Counts {
	out := Counts{Distinct: c.distinct(), About: c.lost > 0, Lost: c.lost, Top: make([]Count, 0, len(c.entries))}
	for _, e := range c.entries {
		out.Top = append(out.Top, Count{e.text, e.n})
	}
	slices.SortFunc(out.Top, func(a, b Count) int { return strings.Compare(a.Key, b.Key) })
	kept := 0
	for i, t := range out.Top {
		if i > 0 && t.Key == out.Top[kept-1].Key {
			out.Top[kept-1].N += t.N
			continue
		}
		out.Top[kept] = t
		kept++
	}
	out.Top = out.Top[:kept]
	slices.SortFunc(out.Top, byCount)
	if out.About {
		out.Sketch = c.sketch.registers
	}
	return out
}

func byCount(a, b Count) int {
	return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Key, b.Key))
}
