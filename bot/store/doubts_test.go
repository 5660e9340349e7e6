package store

import (
	"testing"
	"time"
)

func TestDoubtsAreKeptUntilTheyAreSettled(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		m := one(t, db, "P1")
		for want := 1; want <= 2; want++ {
			since := at.Add(time.Duration(want) * time.Second)
			times, err := db.Doubt(t.Context(), m.ID, since, since.Add(time.Minute))
			if err != nil || times != want {
				t.Fatalf("in doubt %d times, %v; want %d", times, err, want)
			}
		}
		due, next, err := db.Doubts(t.Context(), at)
		if err != nil || len(due) != 0 || !next.Equal(at.Add(62*time.Second)) {
			t.Errorf("before its time: %v, next %v, %v", due, next, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = p.open(t) // another process
		due, next, err = db.Doubts(t.Context(), next)
		if err != nil || len(due) != 1 || due[0].ID != m.ID || due[0].To != m.To || !due[0].Since.Equal(at.Add(2*time.Second)) || !next.IsZero() {
			t.Fatalf("in time: %+v, next %v, %v", due, next, err)
		}
		for _, later := range []time.Time{at.Add(time.Hour), {}} {
			if err := db.Looked(t.Context(), m.ID, later); err != nil {
				t.Error(err)
			}
			if _, next, err := db.Doubts(t.Context(), at); err != nil || !next.Equal(later) {
				t.Errorf("next is %v, %v; want %v", next, err, later)
			}
		}
	})
}
