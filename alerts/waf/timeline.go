package waf

import "time"

// Bucket is how many requests were stopped in a stretch of time.
type Bucket struct {
	At time.Time `json:"at"`
	N  int       `json:"n"`
}

// Timeline is when requests were stopped, oldest first.
type Timeline struct {
	Width   time.Duration `json:"width"`
	Buckets []Bucket      `json:"buckets,omitempty"` // empty ones between others are there too
}

const maxBuckets = 48

// clock counts instants into at most maxBuckets stretches, which grow as the
// instants lie further apart. Stretches begin at multiples of their width, so
// the order of the records does not matter.
type clock struct {
	first, width int64 // of n[0], in widths; milliseconds
	low, high    int64 // of all instants
	n            [maxBuckets]uint64
}

func (c *clock) add(at int64) {
	if at <= 0 {
		return
	}
	if c.width == 0 {
		c.width, c.low, c.high = 1000, at, at
		c.first = at / c.width
	}
	c.low, c.high = min(c.low, at), max(c.high, at)
	i := at/c.width - c.first
	if i < 0 || i >= maxBuckets {
		c.fit()
		i = at/c.width - c.first
	}
	c.n[i]++
}

// fit makes the stretches as wide as all instants need.
func (c *clock) fit() {
	old := *c
	for c.high/c.width-c.low/c.width >= maxBuckets {
		c.width *= 2
	}
	c.first = c.low / c.width
	c.n = [maxBuckets]uint64{}
	for i, n := range old.n {
		if n > 0 {
			c.n[(old.first+int64(i))*old.width/c.width-c.first] += n
		}
	}
}

// timeline leaves out what is empty at both ends.
func (c *clock) timeline() Timeline {
	t := Timeline{Width: time.Duration(c.width) * time.Millisecond}
	last := -1
	for i, n := range c.n {
		if n > 0 {
			last = i
		}
	}
	for i := 0; i <= last; i++ {
		if len(t.Buckets) == 0 && c.n[i] == 0 {
			continue
		}
		t.Buckets = append(t.Buckets, Bucket{time.UnixMilli((c.first + int64(i)) * c.width).UTC(), int(c.n[i])})
	}
	return t
}

// mergeTimelines counts both into stretches that hold them all.
func mergeTimelines(a, b Timeline) Timeline {
	if len(a.Buckets) == 0 {
		return b
	}
	if len(b.Buckets) == 0 {
		return a
	}
	c := clock{
		width: max(a.Width.Milliseconds(), b.Width.Milliseconds(), 1000),
		low:   min(a.Buckets[0].At.UnixMilli(), b.Buckets[0].At.UnixMilli()),
		high:  max(a.Buckets[len(a.Buckets)-1].At.UnixMilli(), b.Buckets[len(b.Buckets)-1].At.UnixMilli()),
	}
	c.fit()
	for _, t := range []Timeline{a, b} {
		for _, bucket := range t.Buckets {
			c.n[bucket.At.UnixMilli()/c.width-c.first] += uint64(bucket.N)
		}
	}
	return c.timeline()
}
