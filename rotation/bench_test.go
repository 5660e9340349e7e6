package rotation

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// middle is the instant around which the busy rotations live.
var middle = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

const fiveYears = 5 * 365 * 24 * time.Hour

// busy is a rotation of 200 members with 1,000 overrides over ten years, every
// third of which covers one person only.
func busy(t testing.TB, kind Kind, zone string) Rotation {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	r := Rotation{
		Name: "busy", Zone: loc, Start: middle.Add(-fiveYears), Kind: kind, Every: 1,
		Handoff: "10:00", Clock: Wall,
	}
	for i := range 200 {
		r.Members = append(r.Members, PersonID(fmt.Sprintf("U%03d", i)))
	}
	for i := range 1000 {
		start := anyInstant(random)
		o := Override{Start: start, End: start.Add(time.Duration(1+random.IntN(72)) * time.Hour), User: r.Members[random.IntN(200)]}
		if i%3 == 0 {
			o.Replaces = mustNew(t, r).OnCall(start.Add(time.Hour))
		}
		r.Overrides = append(r.Overrides, o)
	}
	return r
}

func anyInstant(random *rand.Rand) time.Time {
	return middle.Add(time.Duration(random.Int64N(int64(2*fiveYears))) - fiveYears)
}

func BenchmarkOnCall(b *testing.B) {
	for _, bb := range []struct {
		kind Kind
		zone string
	}{
		{Daily, "Asia/Tokyo"}, {Daily, "Europe/Berlin"}, {Weekly, "America/New_York"}, {Hours, "Australia/Lord_Howe"},
	} {
		b.Run(string(bb.kind)+"/"+bb.zone, func(b *testing.B) {
			s := mustNew(b, busy(b, bb.kind, bb.zone))
			instants := make([]time.Time, 1<<16)
			random := rand.New(rand.NewPCG(3, 4))
			for i := range instants {
				instants[i] = anyInstant(random)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.OnCall(instants[i&(1<<16-1)])
			}
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	s := mustNew(b, busy(b, Daily, "Europe/Berlin"))
	random := rand.New(rand.NewPCG(3, 4))
	b.ReportAllocs()
	for b.Loop() {
		s.Explain(anyInstant(random))
	}
}

func BenchmarkFinalYear(b *testing.B) {
	r := busy(b, Daily, "Europe/Berlin")
	for i := range r.Overrides { // all thousand within the year
		long := r.Overrides[i].End.Sub(r.Overrides[i].Start)
		r.Overrides[i].Start = middle.Add(time.Duration(i) * 8 * time.Hour)
		r.Overrides[i].End = r.Overrides[i].Start.Add(long / 3)
	}
	s := mustNew(b, r)
	b.ReportAllocs()
	for b.Loop() {
		s.Final(middle, middle.AddDate(1, 0, 0))
	}
}

func BenchmarkNew(b *testing.B) {
	r := busy(b, Daily, "Europe/Berlin")
	b.ReportAllocs()
	for b.Loop() {
		mustNew(b, r)
	}
}

// The worst that overrides can do: all of them last for years, over a handoff
// each hour, and each replaces one person.
func BenchmarkNewLongCovers(b *testing.B) {
	r := longCovers(b)
	b.ReportAllocs()
	for b.Loop() {
		mustNew(b, r)
	}
}

func longCovers(t testing.TB) Rotation {
	r := busy(t, Hours, "Europe/Berlin")
	for i := range r.Overrides {
		o := &r.Overrides[i]
		o.End, o.Replaces = o.Start.Add(fiveYears), r.Members[(i*7)%200]
	}
	return r
}

func TestOnCallAllocatesNothing(t *testing.T) {
	s := mustNew(t, busy(t, Hours, "Europe/Berlin"))
	random := rand.New(rand.NewPCG(5, 6))
	if n := testing.AllocsPerRun(1000, func() { s.OnCall(anyInstant(random)) }); n != 0 {
		t.Errorf("OnCall allocates %v times", n)
	}
}

func TestLongCoversStaySmall(t *testing.T) {
	s := mustNew(t, longCovers(t))
	if n := len(s.overlay.effects); n > 2001 {
		t.Errorf("1,000 overrides of five years make %d effects", n)
	}
	r, at := s.Rotation(), middle.Add(1234567*time.Minute)
	if got, want := s.OnCall(at), settled(r, s.names[s.turns.person(at.UnixMicro())], at); got != want {
		t.Errorf("%s is on call, not %s", got, want)
	}
}
