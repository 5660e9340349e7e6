package rotation

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// clockChanges are days around which clocks do something worth a test.
var clockChanges = []struct{ zone, day string }{
	{"Asia/Tokyo", "2026-12-01"},
	{"Europe/Berlin", "2026-03-29"},
	{"Europe/Berlin", "2026-10-25"},
	{"America/New_York", "2026-11-01"},
	{"Australia/Lord_Howe", "2026-04-05"}, // half an hour back
	{"Australia/Lord_Howe", "2026-10-04"}, // half an hour on
	{"Antarctica/Troll", "2026-03-29"},    // two hours on
	{"Antarctica/Troll", "2026-10-25"},    // two hours back
	{"America/Sao_Paulo", "2018-11-04"},   // midnight is missing
	{"America/Sao_Paulo", "2018-02-18"},   // the hour before midnight comes twice
	{"Asia/Beirut", "2026-03-29"},         // midnight is missing
	{"America/St_Johns", "2011-11-06"},    // 00:01 goes back to 23:01
	{"Pacific/Apia", "2011-12-30"},        // the whole day is missing
	{"Pacific/Kwajalein", "1993-08-21"},   // the whole day is missing
	{"Asia/Manila", "1978-03-22"},
	{"Africa/Casablanca", "2026-02-15"},
	{"Asia/Kathmandu", "1986-01-01"}, // a quarter of an hour on
	{"UTC", "2026-06-01"},
}

var (
	pool = []PersonID{"ana", "bo", "cy", "dee", "eli"}
	lots = map[Kind]time.Duration{Daily: 16 * 24 * time.Hour, Weekly: 60 * 24 * time.Hour, Hours: 5 * 24 * time.Hour}
)

// drawRotation makes a rotation that lives around a clock change. All its
// instants are whole minutes.
func drawRotation(t *rapid.T) Rotation {
	change := rapid.SampledFrom(clockChanges).Draw(t, "change")
	zone, err := time.LoadLocation(change.zone)
	if err != nil {
		t.Fatal(err)
	}
	noon, _ := time.ParseInLocation("2006-01-02", change.day, time.UTC)
	r := Rotation{Name: "any", Zone: zone, Kind: rapid.SampledFrom([]Kind{Daily, Weekly, Hours}).Draw(t, "kind")}
	before := rapid.IntRange(-24*60, int(lots[r.Kind].Minutes())/2).Draw(t, "start before")
	r.Start = noon.Add(-time.Duration(before) * time.Minute)
	if rapid.Bool().Draw(t, "whole hour") {
		r.Start = r.Start.Truncate(time.Hour)
	}
	r.Every = rapid.SampledFrom([]int{1, 1, 1, 2, 3, 5}).Draw(t, "every")
	r.Handoff = rapid.SampledFrom([]string{"00:00", "00:01", "00:30", "01:30", "02:00", "02:30", "10:00", "23:30"}).Draw(t, "handoff")
	if r.Kind == Hours {
		r.Clock = rapid.SampledFrom([]string{"", Elapsed, Wall}).Draw(t, "clock")
	}
	r.Members = drawMembers(t)
	for range rapid.IntRange(0, 4).Draw(t, "edits") {
		r.Edits = append(r.Edits, Edit{drawInstant(t, r), drawMembers(t)})
	}
	for range rapid.IntRange(0, 3).Draw(t, "swaps") {
		pair := rapid.Permutation(pool).Draw(t, "pair")
		a, b := drawSpan(t, r), drawSpan(t, r)
		r.Swaps = append(r.Swaps, Swap{A: Half{pair[0], a.Start, a.End}, B: Half{pair[1], b.Start, b.End}})
	}
	for range rapid.IntRange(0, 5).Draw(t, "overrides") {
		r.Overrides = append(r.Overrides, drawOverride(t, r))
	}
	return r
}

func drawMembers(t *rapid.T) []PersonID {
	all := rapid.Permutation(pool).Draw(t, "members")
	return slices.Clone(all[:rapid.IntRange(0, len(all)).Draw(t, "how many")])
}

func drawOverride(t *rapid.T, r Rotation) Override {
	span := drawSpan(t, r)
	return Override{
		Start: span.Start, End: span.End,
		User:     rapid.SampledFrom(pool).Draw(t, "user"),
		Replaces: rapid.SampledFrom(append([]PersonID{Nobody}, pool...)).Draw(t, "replaces"),
	}
}

// drawSpan may be empty or the wrong way round, which covers nothing.
func drawSpan(t *rapid.T, r Rotation) Span {
	start := drawInstant(t, r)
	return Span{start, start.Add(time.Duration(rapid.IntRange(-60, 4*24*60).Draw(t, "minutes")) * time.Minute)}
}

// drawInstant prefers handoffs, where mistakes live.
func drawInstant(t *rapid.T, r Rotation) time.Time {
	most := int((lots[r.Kind] - 48*time.Hour).Minutes())
	at := r.Start.Add(time.Duration(rapid.IntRange(-24*60, most).Draw(t, "at")) * time.Minute)
	if !rapid.Bool().Draw(t, "at a handoff") {
		return at
	}
	s, err := New(r)
	if err != nil {
		t.Fatal(err)
	}
	if next, ok := s.NextHandoff(at); ok {
		return next
	}
	return at
}

func mustNew(t testing.TB, r Rotation) *Schedule {
	t.Helper()
	s, err := New(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compileDrawn(t *rapid.T, r Rotation) *Schedule {
	s, err := New(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryMinuteAgreesWithTheWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		s, plain := compileDrawn(t, r), walk(r, lots[r.Kind])
		for i, turn := range plain.base {
			at := plain.from.Add(time.Duration(i) * time.Minute)
			if got, want := s.OnCall(at), settled(r, turn, at); got != want {
				t.Fatalf("%s: %q is on call, the walk says %q", at.In(r.Zone), got, want)
			}
			shift, ok := s.Shift(at)
			if ok != (turn != Nobody) {
				t.Fatalf("%s: shift %v, the walk says %q", at.In(r.Zone), shift, turn)
			}
			if ok && (shift.User != turn || !shift.Start.Equal(plain.shifts[i]) || !at.Before(shift.End)) {
				t.Fatalf("%s: shift %v, the walk says %q since %s", at.In(r.Zone), shift, turn, plain.shifts[i])
			}
		}
	})
}

func TestFinalCoversTheWindowOnceAndAgreesWithOnCall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		s, window := compileDrawn(t, r), drawSpan(t, r)
		at, before := window.Start, PersonID("none yet")
		for _, stretch := range s.Final(window.Start, window.End) {
			if !stretch.Start.Equal(at) || stretch.Span().IsEmpty() || stretch.OnCall == before {
				t.Fatalf("stretch %v follows %q until %s", stretch, before, at)
			}
			for _, probe := range []time.Time{stretch.Start, stretch.End.Add(-time.Microsecond)} {
				if got := s.OnCall(probe); got != stretch.OnCall {
					t.Fatalf("%s: %q, but the stretch %v", probe, got, stretch)
				}
			}
			at, before = stretch.End, stretch.OnCall
		}
		if !window.IsEmpty() && !at.Equal(window.End) {
			t.Fatalf("covered until %s only, not %s", at, window.End)
		}
	})
}

func TestEveryAnswerHasAReasonThatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		s, at := compileDrawn(t, r), drawInstant(t, r)
		x := s.Explain(at)
		if x.OnCall != s.OnCall(at) || x.Because.User != x.OnCall {
			t.Fatalf("%s: %q is on call, explained as %+v", at, s.OnCall(at), x)
		}
		b := x.Because
		if !b.Start.IsZero() && at.Before(b.Start) || !b.End.IsZero() && !at.Before(b.End) {
			t.Fatalf("%s: the reason %+v holds at another time", at, b)
		}
		if b.String() == "" || b.String() == string(b.Kind) {
			t.Fatalf("the reason %+v has no words", b)
		}
	})
}

func TestNextHandoffIsTheFirstChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		s, at := compileDrawn(t, r), drawInstant(t, r)
		next, ok := s.NextHandoff(at)
		if !ok {
			next = at.Add(30 * 24 * time.Hour)
		}
		if !next.After(at) {
			t.Fatalf("after %s comes %s", at, next)
		}
		if whole := s.Final(at, next); len(whole) != 1 {
			t.Fatalf("between %s and %s: %v", at, next, whole)
		}
		for _, part := range s.Shifts(at, next) {
			shift, _ := s.Shift(part.Start)
			// A list that is emptied in mid-shift leaves no handoff at its end.
			if part.End.Equal(shift.End) && shift.End.Before(next) {
				t.Fatalf("after %s, %v ends before %s", at, shift, next)
			}
		}
		if !ok {
			return
		}
		shift, _ := s.Shift(next.Add(-time.Microsecond))
		if s.OnCall(next) == s.OnCall(at) && !shift.End.Equal(next) {
			t.Fatalf("nothing happens at %s", next)
		}
	})
}

func TestWhatIsAddedLaterNeverChangesThePast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		s, e := compileDrawn(t, r), drawInstant(t, r)
		o := drawOverride(t, r)
		if o.Start.Before(e) {
			o.Start = e
		}
		for _, with := range []func() (*Schedule, error){
			func() (*Schedule, error) { return s.With(nil, nil, []Edit{{e, drawMembers(t)}}) },
			func() (*Schedule, error) { return s.With(nil, []Override{o}, nil) },
		} {
			later, err := with()
			if err != nil {
				t.Fatal(err)
			}
			from := r.Start.Add(-48 * time.Hour)
			if was, is := s.Final(from, e), later.Final(from, e); !slices.Equal(was, is) {
				t.Fatalf("before %s it was %v and is %v", e, was, is)
			}
		}
	})
}

func TestASwapIsTheSameFromBothSides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		mirror := r.clone()
		for i, s := range mirror.Swaps {
			mirror.Swaps[i] = Swap{s.ID, s.B, s.A}
		}
		from, until := r.Start.Add(-48*time.Hour), r.Start.Add(lots[r.Kind])
		a, b := compileDrawn(t, r).Final(from, until), compileDrawn(t, mirror).Final(from, until)
		if !slices.Equal(a, b) {
			t.Fatalf("%v\nmirrored: %v", a, b)
		}
	})
}

func TestShiftsFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRotation(t)
		s, window := compileDrawn(t, r), drawSpan(t, r)
		shifts := s.Shifts(window.Start, window.End)
		for i, shift := range shifts {
			if !shift.Span().Overlaps(window) {
				t.Fatalf("%v is outside of %v", shift, window)
			}
			if i > 0 && shift.Start.Before(shifts[i-1].End) {
				t.Fatalf("%v begins before the end of %v", shift, shifts[i-1])
			}
			for _, at := range []time.Time{shift.Start, shift.End.Add(-time.Microsecond)} {
				if on, ok := s.Shift(at); !ok || on.User != shift.User {
					t.Fatalf("%s: %v, but %v", at, on, shift)
				}
			}
		}
	})
}
