package waf

import (
	"cmp"
	"hash/maphash"
	"slices"
	"sort"
	"strings"
)

var seed = maphash.MakeSeed()

// entry is one thing that is counted.
type entry struct {
	hash uint64
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
	ns      []uint64 // how often each was seen; apart, so that all of them stay in the processor's cache
	slots   []slot   // open addressing
	bytes   int
	budget  int
	lost    uint64
	turn    uint64
	refused entry // stands for what is not taken in
	// full is called once, before the first entries are dropped.
	full   func()
	sketch sketch
}

// slot holds the upper bits of a thing's hash, and in the lower ones where it
// stands in entries, plus one. With its place among the slots that is nearly the
// whole hash, so an entry is found without a look at it.
type slot uint64

const (
	slotBits = 20
	slotAt   = 1<<slotBits - 1
)

func newSlot(h uint64, at int) slot { return slot(h&^slotAt | uint64(at+1)) }

const takeIn = 16

func newCounter(budget int) *counter {
	return &counter{budget: budget, slots: make([]slot, 64)}
}

func hash(key []byte) uint64 { return maphash.Bytes(seed, key) }

// find says where the entry of a hash is, or -1 and the free slot where it
// belongs.
func (c *counter) find(h uint64) (at int, free uint64) {
	// The lower bits stand in no slot, so they choose the first one.
	mask := uint64(len(c.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := uint64(c.slots[i&mask])
		if s == 0 {
			return -1, i
		}
		if (s^h)>>slotBits == 0 {
			return int(s&slotAt) - 1, i
		}
	}
}

// add counts one more of a thing. If it is new, text says under which words to
// keep it; key is what it is told apart by where things are too many to keep
// (nil: nobody asks). The entry is good until the next add.
func (c *counter) add(h uint64, key []byte, text func() string) (e *entry, isNew bool) {
	at, free := c.find(h)
	if at >= 0 {
		c.ns[at]++
		return &c.entries[at], false
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
	if size := perEntry + len(t); (c.bytes+size > c.budget || len(c.entries) == slotAt-1) && len(c.entries) > 1 {
		c.prune()
		_, free = c.find(h)
	}
	c.bytes += perEntry + len(t)
	c.slots[free] = newSlot(h, len(c.entries))
	c.entries = append(c.entries, entry{hash: h, text: t})
	c.ns = append(c.ns, 1)
	if 4*len(c.entries) > 3*len(c.slots) {
		c.index(2 * len(c.slots))
	}
	return &c.entries[len(c.entries)-1], true
}

func (c *counter) index(size int) {
	c.slots = make([]slot, size)
	for i := range c.entries {
		h := c.entries[i].hash
		_, free := c.find(h)
		c.slots[free] = newSlot(h, i)
	}
}

// prune drops the rarer half.
func (c *counter) prune() {
	sort.Sort(frequentFirst{c})
	keep := len(c.entries) / 2
	if c.lost == 0 {
		if c.full != nil {
			c.full()
		}
		c.lost = takeIn
	}
	c.lost += c.ns[keep]
	clear(c.entries[keep:])
	c.entries, c.ns = c.entries[:keep], c.ns[:keep]
	c.bytes = 0
	for _, e := range c.entries {
		c.bytes += perEntry + len(e.text)
	}
	c.index(len(c.slots))
}

type frequentFirst struct{ *counter }

func (f frequentFirst) Len() int           { return len(f.ns) }
func (f frequentFirst) Less(i, j int) bool { return f.ns[i] > f.ns[j] }
func (f frequentFirst) Swap(i, j int) {
	f.ns[i], f.ns[j] = f.ns[j], f.ns[i]
	f.entries[i], f.entries[j] = f.entries[j], f.entries[i]
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
	for i, e := range c.entries {
		out.Top = append(out.Top, Count{e.text, c.ns[i]})
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
