package rotation

import (
	"math"
	"slices"
	"time"
)

// Instants inside this package are microseconds of UTC since 1970, local clock
// readings are the same as if the local clock were UTC.
const (
	firstInstant = math.MinInt64
	lastInstant  = math.MaxInt64

	second = int64(time.Second / time.Microsecond)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// A clock is the steady local clock of a zone: it reads what the wall clock
// reads, except that while the wall clock repeats a stretch the steady clock
// stands still until the wall clock has caught up. So it never goes back, and
//
//	at(local) = the first instant at which the steady clock reads local or later
//
// is rule 3 whole: a local time that is missing happens at the first instant
// after the gap, one that comes twice counts at its first occurrence. The
// rules hold for gaps and repeats of any length, a whole day included.
type clock struct {
	zone   *time.Location
	from   []int64 // regime i, of one offset, lasts from from[i] to from[i+1]
	offset []int64
	peak   []int64 // the highest reading before regime i
	until  int64   // where the table ends
}

// tableSize is how many regimes a clock keeps at hand: 250 years ahead where
// clocks change twice a year, for ever where they do not. Beyond the table the
// zone is asked again, which is slower and as right.
const tableSize = 512

// realHours is the clock of a rotation that counts real hours: UTC.
func realHours() *clock { return readClock(time.UTC, 0, 1) }

// readClock tabulates the regimes of zone from the one in force at the
// instant from on, which counts as having been in force always.
func readClock(zone *time.Location, from int64, size int) *clock {
	c := &clock{zone: zone, until: lastInstant}
	peak := int64(firstInstant)
	for at := from; ; {
		t := time.UnixMicro(at).In(zone)
		_, seconds := t.Zone()
		_, bound := t.ZoneBounds()
		if offset := int64(seconds) * second; len(c.offset) == 0 || c.offset[len(c.offset)-1] != offset {
			if len(c.from) == size {
				c.until = at
				break
			}
			if len(c.from) > 0 {
				peak = max(peak, at+c.offset[len(c.offset)-1]-1)
			}
			c.from, c.offset, c.peak = append(c.from, at), append(c.offset, offset), append(c.peak, peak)
		}
		if bound.IsZero() {
			break
		}
		at = after(at, bound)
	}
	c.from[0] = firstInstant
	return c
}

// after is the end of a regime, or the next hour on: on the last day of a leap
// year time.ZoneBounds gives an end that is already past (Go 1.26).
func after(at int64, bound time.Time) int64 {
	if end := bound.UnixMicro(); end > at {
		return end
	}
	return at + hour
}

// steady returns the reading of the steady clock at the instant t.
func (c *clock) steady(t int64) int64 {
	if t >= c.until {
		return readClock(c.zone, t-3*day, 16).steady(t)
	}
	i := latest(c.from, t)
	return max(t+c.offset[i], c.peak[i])
}

// at returns the first instant at which the steady clock reads local or later.
func (c *clock) at(local int64) int64 {
	i, _ := slices.BinarySearch(c.peak, local)
	i = max(i-1, 0)
	t := max(c.from[i], local-c.offset[i])
	if t >= c.until {
		return readClock(c.zone, local-5*day, 16).at(local)
	}
	return t
}

// latest returns the index of the last instant in sorted that is not after t,
// and 0 if all are.
func latest(sorted []int64, t int64) int {
	low, n := 0, len(sorted)
	for n > 1 {
		half := n >> 1
		if sorted[low+half] <= t {
			low += half
		}
		n -= half
	}
	return low
}
