package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/incident"
	"toban/rotation"
)

// Both read the page before either saves. The one that comes second is run
// again and sees who was first.
func TestTwoPressesAtOnceHaveOneWinner(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		read, err := db.CaseOfPage(t.Context(), "P1")
		if err != nil {
			t.Fatal(err)
		}
		runs := 0
		var answer alerts.Answer
		second := func(tx alerts.Tx) error {
			c := read // what it saw before the other one saved
			if runs++; runs > 1 {
				if c, err = tx.ByPage("P1"); err != nil {
					return err
				}
			}
			*c.Page, answer = c.Page.Acknowledge("U0BO", at)
			return tx.Save([]alerts.Case{c})
		}
		edit(t, db, "P1", func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0ANA", at) })
		if err := db.Alerts().Update(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		equal(t, "runs", runs, 2)
		equal(t, "answer", answer, alerts.AlreadyDone)
		c, err := db.CaseOfPage(t.Context(), "P1")
		equal(t, "owner", c.Page.OwnedBy, "U0ANA")
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWhoNeverReadsAgainIsRefused(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		stale := newCase("1")
		save(t, db, stale)
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error { return tx.Save([]alerts.Case{stale}) })
		if !IsUnavailable(err) || !errors.Is(err, errConflict) {
			t.Errorf("got %v, want a conflict", err)
		}
		// Inside one transaction a second save builds on the first.
		c, err := db.CaseOfPage(t.Context(), "P1")
		if err != nil {
			t.Fatal(err)
		}
		save(t, db, c, c)
		c, err = db.CaseOfPage(t.Context(), "P1")
		equal(t, "version", fmt.Sprint(c.Alert.Version, c.Page.Version, err), "3 3 <nil>")
	})
}

// forReplicas runs a test with two processes' worth of one database.
func forReplicas(t *testing.T, test func(t *testing.T, a, b *DB)) {
	if leaveOutPostgres(t) {
		return
	}
	p := postgresPlace(t)
	test(t, p.open(t), p.open(t))
}

// Each is held in the middle of its transaction until the other has read too.
func TestInterleavedReplicasEndAsIfOneAfterTheOther(t *testing.T) {
	forReplicas(t, func(t *testing.T, a, b *DB) {
		save(t, a, newCase("1"))
		var bothRead sync.WaitGroup
		bothRead.Add(2)
		var wg sync.WaitGroup
		var runs [2]int
		var answers [2]alerts.Answer
		for i, db := range []*DB{a, b} {
			wg.Go(func() {
				err := db.Alerts().Update(context.Background(), func(tx alerts.Tx) error {
					c, err := tx.ByPage("P1")
					if runs[i]++; runs[i] == 1 {
						bothRead.Done()
						bothRead.Wait()
					}
					if err != nil {
						return err
					}
					*c.Page, answers[i] = c.Page.Acknowledge("U0ANA", at)
					return tx.Save([]alerts.Case{c})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(t, "runs", runs[0]+runs[1] > 2, true)
		if answers != [2]alerts.Answer{alerts.Done, alerts.AlreadyDone} && answers != [2]alerts.Answer{alerts.AlreadyDone, alerts.Done} {
			t.Errorf("answers %v, want one done and one already done", answers)
		}
	})
}

// The two write different rows, and each decides by what the other changes: the
// one that comes second waits for the first one's key, and sees what it saved.
func TestReplicasDoNotDecideOnWhatTheOtherChanges(t *testing.T) {
	forReplicas(t, func(t *testing.T, a, b *DB) {
		var bothBegun sync.WaitGroup
		bothBegun.Add(2)
		var wg sync.WaitGroup
		for i, db := range []*DB{a, b} {
			wg.Go(func() {
				first := true
				err := db.Alerts().Update(context.Background(), func(tx alerts.Tx) error {
					c := newCase(fmt.Sprint(i))
					c.Alert.Key = "the same"
					if first {
						first = false
						if _, err := tx.Changes("any"); err != nil { // both look at the store before either saves
							return err
						}
						bothBegun.Done()
						bothBegun.Wait()
					}
					known, err := tx.Latest([]string{c.Alert.Key})
					if err != nil {
						return err
					}
					if before, ok := known[c.Alert.Key]; ok {
						before.Alert.Deliveries++
						c = before
					}
					return tx.Save([]alerts.Case{c})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		open, total, err := a.OpenCases(t.Context(), 10)
		if err != nil || total != 1 || open[0].Alert.Deliveries != 2 {
			t.Errorf("%d alerts of one key are open, %v: %+v", total, err, open)
		}
	})
}

func TestReplicasGiveDifferentNumbers(t *testing.T) {
	forReplicas(t, func(t *testing.T, a, b *DB) {
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				err := []*DB{a, b}[i%2].Incidents().Update(context.Background(), func(tx incident.Tx) error {
					n, err := tx.NextNumber()
					if err != nil {
						return err
					}
					return tx.SaveIncident(incident.Incident{ID: fmt.Sprint("I", i), Number: n, State: incident.Open})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		err := a.Incidents().Update(t.Context(), func(tx incident.Tx) error {
			n, err := tx.NextNumber()
			equal(t, "next", n, 11)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestALeaseHasOneHolderAtATime(t *testing.T) {
	forReplicas(t, func(t *testing.T, a, b *DB) {
		lease := func(db *DB, holder string) bool {
			held, err := db.Lease(t.Context(), "speaker", holder, at, 10*time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return held
		}
		passes := func(d time.Duration) { // as far as the lease knows
			err := a.updateRows(t.Context(), func(t *tx) error {
				_, err := t.exec(`UPDATE leases SET until = until - $1`, d.Microseconds())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "a takes it", lease(a, "a"), true)
		passes(5 * time.Minute)
		equal(t, "b waits", lease(b, "b"), false)
		equal(t, "a renews", lease(a, "a"), true)
		passes(8 * time.Minute)
		equal(t, "b still waits", lease(b, "b"), false)
		passes(3 * time.Minute)
		equal(t, "a is gone: b takes over", lease(b, "b"), true)
		equal(t, "a lost it", lease(a, "a"), false)
		if err := a.Release(t.Context(), "speaker", "a"); err != nil {
			t.Fatal(err)
		}
		equal(t, "a cannot release what is b's", lease(a, "a"), false)
		if err := b.Release(t.Context(), "speaker", "b"); err != nil {
			t.Fatal(err)
		}
		equal(t, "released", lease(a, "a"), true)

		var wg sync.WaitGroup
		var mu sync.Mutex
		holders := 0
		for i := range 8 {
			wg.Go(func() {
				held, err := []*DB{a, b}[i%2].Lease(context.Background(), "new", fmt.Sprint(i), at, time.Minute)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				if held {
					holders++
				}
			})
		}
		wg.Wait()
		equal(t, "of eight at once one holds it", holders, 1)
	})
}

func TestSQLiteAlwaysGrantsALease(t *testing.T) {
	db := place{url: "sqlite:" + t.TempDir() + "/toban.db"}.open(t)
	for _, holder := range []string{"before the crash", "after it"} {
		held, err := db.Lease(t.Context(), "speaker", holder, at, time.Minute)
		equal(t, holder, fmt.Sprint(held, err), "true <nil>")
	}
}

func TestThreeStartsAtOnceMakeTheTablesOnce(t *testing.T) {
	if leaveOutPostgres(t) {
		return
	}
	p := postgresPlace(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			db, err := Open(context.Background(), p.url)
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	save(t, p.open(t), newCase("1"))
}

func TestSleepersAreWoken(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		woken, cancel := db.Subscribe()
		save(t, db, newCase("1"))
		<-woken
		save(t, db, newCase("2"))
		save(t, db, newCase("3"))
		<-woken // both are one wake-up
		for {   // what the Postgres listener says when it begins
			select {
			case <-woken:
				continue
			default:
			}
			break
		}
		plan(t, db, func(tx rotation.Tx) error { return tx.Audit(rotation.Audit{}) })
		cancel()
		save(t, db, newCase("4"))
		if !p.isShared {
			return
		}
		other := p.open(t)
		heard, cancel := other.Subscribe()
		defer cancel()
		<-heard // its listener has begun
		save(t, db, newCase("5"))
		<-heard
	})
}
