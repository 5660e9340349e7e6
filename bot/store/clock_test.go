package store

import (
	"context"
	"testing"
	"time"

	"toban/alerts"
)

// One replica's clock is 90 s ahead. Leases, due pages and due messages go by
// the database's clock on both, so nothing is early, late or twice.
func TestTheDatabasesClockDecides(t *testing.T) {
	if leaveOutPostgres(t) {
		return
	}
	p := postgresPlace(t)
	ahead := func() time.Time { return time.Now().Add(90 * time.Second) }
	right := p.open(t)
	wrong, err := openAt(context.Background(), p.url, ahead)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = wrong.Close() })
	near := func(what string, got, want time.Time) {
		t.Helper()
		if d := got.Sub(want).Abs(); d > 20*time.Second {
			t.Errorf("%s: %v apart", what, d)
		}
	}
	near("both have the same instant", wrong.Now(), right.Now())
	near("the skew is known", time.Time{}.Add(wrong.Skew()), time.Time{}.Add(90*time.Second))

	lease := func(db *DB, holder string, now time.Time) bool {
		held, err := db.Lease(t.Context(), "speaker", holder, now, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	equal(t, "the right one takes the lease", lease(right, "right", time.Now()), true)
	equal(t, "for the wrong one it has not run out", lease(wrong, "wrong", ahead()), false)

	c := newCase("1")
	c.Page.NextStepAt = wrong.Now().Add(time.Minute)
	save(t, wrong, c)
	for _, db := range []*DB{right, wrong} {
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			due, err := tx.Due(db.Now(), 10)
			equal(t, "pages that are due early", len(due), 0)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	m, _ := next(t, wrong, ahead())
	near("a message's birth, by the clock of whoever reads it", m[0].CreatedAt, ahead())
	if err := wrong.Later(t.Context(), m[0].ID, ahead().Add(time.Minute), "busy"); err != nil {
		t.Fatal(err)
	}
	_, again := next(t, right, time.Now())
	near("the next try, by the other's", again, time.Now().Add(time.Minute))
}
