package store

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func spends(t testing.TB, db *DB, now time.Time, may int) (free time.Time) {
	t.Helper()
	free, err := db.Contexts().Spend(t.Context(), now, may)
	if err != nil {
		t.Fatal(err)
	}
	return free
}

func TestNoHourHasMoreQuestionsThanItMay(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		noon := at.Truncate(time.Hour)
		for i := range 5 {
			if free := spends(t, db, noon.Add(time.Duration(i)*10*time.Minute), 5); !free.IsZero() {
				t.Fatalf("question %d has to wait until %v", i+1, free)
			}
		}
		equal(t, "the sixth has room when the first one's minute is past", spends(t, db, noon.Add(50*time.Minute), 5), noon.Add(61*time.Minute))
		equal(t, "who may ask fewer waits for more of them", spends(t, db, noon.Add(50*time.Minute), 3), noon.Add(81*time.Minute))
		equal(t, "who may ask none waits for all", spends(t, db, noon.Add(50*time.Minute), 0), noon.Add(101*time.Minute))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = p.open(t) // a restart refills nothing
		equal(t, "after the restart", spends(t, db, noon.Add(60*time.Minute), 5), noon.Add(61*time.Minute))
		equal(t, "then there is room for one", spends(t, db, noon.Add(61*time.Minute), 5), time.Time{})
		equal(t, "and no more", spends(t, db, noon.Add(61*time.Minute), 5), noon.Add(71*time.Minute))
	})
}

func TestReplicasShareTheBudget(t *testing.T) {
	forReplicas(t, func(t *testing.T, a, b *DB) {
		var asked atomic.Int64
		var all sync.WaitGroup
		for _, db := range []*DB{a, b} {
			all.Go(func() {
				for range 20 {
					if spends(t, db, at, 30).IsZero() {
						asked.Add(1)
					}
				}
			})
		}
		all.Wait()
		equal(t, "questions of both", asked.Load(), 30)
	})
}
