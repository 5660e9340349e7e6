package rotation

import (
	"slices"
	"testing"
	"time"
)

func zonesOfChanges(t *testing.T) []*time.Location {
	var names []string
	for _, c := range clockChanges {
		names = append(names, c.zone)
	}
	var zones []*time.Location
	for _, name := range slices.Compact(names) {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	return zones
}

func wall(at time.Time, zone *time.Location) int64 { return at.UnixMicro() + offsetAt(at, zone) }

// The table is compared with the time package hour by hour over forty years,
// leap years and their last days included.
func TestTheTableKnowsEveryOffset(t *testing.T) {
	from := time.Date(2005, 1, 1, 0, 30, 0, 0, time.UTC)
	for _, zone := range zonesOfChanges(t) {
		c := readClock(zone, from.UnixMicro(), tableSize)
		highest := int64(firstInstant)
		for at := from; at.Year() < 2045; at = at.Add(time.Hour) {
			now := wall(at, zone)
			if got := c.steady(at.UnixMicro()); got < now || got < highest || got > max(now, highest+hour) {
				t.Fatalf("%s at %s: steady clock reads %v", zone, at, instant(got))
			}
			highest = max(highest, now)
		}
	}
}

// Every quarter of an hour that a clock shows, or leaves out, around a change.
func TestALocalTimeHappensWhenTheClockFirstReachesIt(t *testing.T) {
	for _, change := range clockChanges {
		zone, err := time.LoadLocation(change.zone)
		if err != nil {
			t.Fatal(err)
		}
		noon, _ := time.Parse("2006-01-02", change.day)
		from := noon.Add(-72 * time.Hour)
		c := readClock(zone, from.UnixMicro(), tableSize)
		at := from
		for local := noon.Add(-24 * time.Hour); local.Before(noon.Add(48 * time.Hour)); local = local.Add(15 * time.Minute) {
			for wall(at, zone) < local.UnixMicro() {
				at = at.Add(time.Minute)
			}
			if got := instant(c.at(local.UnixMicro())); !got.Equal(at) {
				t.Errorf("%s: local %s happens at %s, want %s", zone, local.Format("2006-01-02 15:04"), got, at)
			}
		}
	}
}

func TestBeyondTheTableAnswersStayTheSame(t *testing.T) {
	zone, _ := time.LoadLocation("Europe/Berlin")
	long, short := readClock(zone, 0, 4000), readClock(zone, 0, 20)
	for at := time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC); at.Year() < 2300; at = at.Add(31 * time.Hour) {
		u := at.UnixMicro()
		if a, b := long.steady(u), short.steady(u); a != b {
			t.Fatalf("%s: %v with a long table, %v with a short one", at, instant(a), instant(b))
		}
		if a, b := long.at(u), short.at(u); a != b {
			t.Fatalf("local %s: %v with a long table, %v with a short one", at, instant(a), instant(b))
		}
	}
}
