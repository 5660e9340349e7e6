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
// instants lie further apart. Records may come in any order.
type clock struct {
	start, width int64 // milliseconds
	n            [maxBuckets]uint64
}

func (c *clock) add(at int64) {
	if at <= 0 {
		return
	}
	if c.width == 0 {
		c.width = 1000
		c.start = at - at%c.width
	}
	for at < c.start || at-c.start >= c.width*maxBuckets {
		c.widen(at)
	}
	c.n[(at-c.start)/c.width]++
}

// widen doubles the stretches, so that at comes nearer to fitting.
func (c *clock) widen(at int64) {
	old := *c
	c.width *= 2
	c.start = min(old.start, at)
	// Never begin so early that what is counted no longer fits.
	c.start = max(c.start, old.start-(maxBuckets/2-1)*c.width)
	c.start -= c.start % c.width
	c.n = [maxBuckets]uint64{}
	for i, n := range old.n {
		if n > 0 {
			c.n[(old.start+int64(i)*old.width-c.start)/c.width] += n
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
		t.Buckets = append(t.Buckets, Bucket{time.UnixMilli(c.start + int64(i)*c.width).UTC(), int(c.n[i])})
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
	var c clock
	c.width = max(a.Width, b.Width).Milliseconds()
	first := min(a.Buckets[0].At.UnixMilli(), b.Buckets[0].At.UnixMilli())
	c.start = first - first%c.width
	for _, t := range []Timeline{a, b} {
		for _, bucket := range t.Buckets {
			at := bucket.At.UnixMilli()
			for at < c.start || at-c.start >= c.width*maxBuckets {
				c.widen(at)
			}
			c.n[(at-c.start)/c.width] += uint64(bucket.N)
		}
	}
	return c.timeline()
}
