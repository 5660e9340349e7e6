package waf

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestATimelineHoldsEveryInstantInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]int64{1, 1000, 60_000, 3_600_000, 30 * 86_400_000}).Draw(t, "span")
		start := rapid.Int64Range(1, 4_000_000_000_000).Draw(t, "start")
		instants := rapid.SliceOfN(rapid.Int64Range(start, start+span), 1, 300).Draw(t, "instants")
		var c clock
		for _, at := range instants {
			c.add(at)
		}
		line := c.timeline()
		sum := 0
		for i, b := range line.Buckets {
			sum += b.N
			if i > 0 && b.At.Sub(line.Buckets[i-1].At) != line.Width {
				t.Fatalf("a gap before %v", b.At)
			}
		}
		if sum != len(instants) || len(line.Buckets) > maxBuckets || line.Buckets[0].N == 0 || line.Buckets[len(line.Buckets)-1].N == 0 {
			t.Fatalf("%d of %d in %d stretches of %v", sum, len(instants), len(line.Buckets), line.Width)
		}
		for _, at := range instants {
			i := time.UnixMilli(at).Sub(line.Buckets[0].At) / line.Width
			if i < 0 || int(i) >= len(line.Buckets) || line.Buckets[i].N == 0 {
				t.Fatalf("%v is in no stretch", time.UnixMilli(at).UTC())
			}
		}
	})
}

func TestATimelineOfAbsurdInstants(t *testing.T) {
	var c clock
	for _, at := range []int64{0, -1, -1 << 62} {
		c.add(at)
	}
	if line := c.timeline(); len(line.Buckets) != 0 {
		t.Errorf("what has no instant is in %+v", line)
	}
	for _, at := range []int64{1, 1 << 53, 253_402_300_799_000, 1_796_731_200_000} { // 1970, the year 287396, 9999, today
		c.add(at)
	}
	sum := 0
	for _, b := range c.timeline().Buckets {
		sum += b.N
	}
	if sum != 4 {
		t.Errorf("%d of 4", sum)
	}
}

func TestTheOrderOfRecordsDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var instants []int64
	for range 500 {
		instants = append(instants, 1_790_000_000_000+r.Int64N(3_600_000))
	}
	var want Timeline
	for run := range 20 {
		var c clock
		for _, i := range r.Perm(len(instants)) {
			c.add(instants[i])
		}
		if run == 0 {
			want = c.timeline()
		}
		if d := cmp.Diff(want, c.timeline()); d != "" {
			t.Fatal(d)
		}
	}
	if want.Width != 128*time.Second {
		t.Errorf("an hour in stretches of %v", want.Width)
	}
}
