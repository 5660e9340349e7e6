package store

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/outbox"
)

// A storm comes in by two replicas, is folded while it does, and what is known
// about its alerts is saved beside that. Nobody stands in the way of another:
// no transaction gives up, and every alert is counted and named once.
func TestAStormIsFoldedWhileItComesIn(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		dbs := []*DB{p.open(t)}
		if p.isShared {
			dbs = append(dbs, p.open(t))
		}
		const groups, each = 6, 128 // of each replica
		saved := make(chan alerts.Case, len(dbs)*groups*each)
		var intake, beside sync.WaitGroup
		for i, db := range dbs {
			intake.Go(func() {
				for n := range groups {
					for _, c := range alertStorm(t, db, (i*groups+n)*each, each) {
						saved <- c
					}
				}
			})
		}
		ended := make(chan struct{})
		go func() { intake.Wait(); close(saved); close(ended) }()
		for _, db := range dbs {
			beside.Go(func() {
				for c := range saved {
					if err := db.Contexts().SaveContext(context.Background(), c.Alert.ID, alerts.Context{At: at, Open: 1}, time.Time{}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		beside.Go(func() {
			for {
				last := false
				select {
				case <-ended:
					last = true
				default:
				}
				for _, to := range []string{"C0ALERTS", "U0ANA"} {
					if _, err := dbs[0].Fold(context.Background(), to, time.Now()); err != nil {
						t.Error(err)
					}
				}
				if last {
					return
				}
			}
		})
		beside.Wait()
		want := len(dbs) * groups * each
		for _, m := range all(t, dbs[0]) {
			if m.Kind == outbox.Storm {
				storm, err := dbs[0].Storm(t.Context(), m.Subject)
				equal(t, "counted for "+m.To, fmt.Sprint(storm.Total, m.Folded, err), fmt.Sprintf("%d %d <nil>", want, want))
			}
		}
		equal(t, "storms", len(stormsIn(t, dbs[0])), 2)
	})
}

// What tells somebody again is a storm of its own, and so is what comes after
// everything was answered: an edit would wake nobody.
func TestAStormIsNoEditForWhatMustBeHeard(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		fold := func(to string, after time.Duration) string {
			t.Helper()
			id, err := db.Fold(t.Context(), to, at.Add(after))
			if err != nil || id == "" {
				t.Fatal(id, err)
			}
			return id
		}
		tell := func(page string, change func(*alerts.Case)) { edit(t, db, page, change) }
		save(t, db, newCase("1"), newCase("2"))
		inChannel, toAna := fold("C0ALERTS", 0), fold("U0ANA", 0)
		save(t, db, newCase("3"))
		equal(t, "what is new joins", [2]string{fold("C0ALERTS", time.Second), fold("U0ANA", time.Second)}, [2]string{inChannel, toAna})

		for i, page := range []string{"P1", "P2", "P3"} {
			tell(page, func(c *alerts.Case) { calls(c, at.Add(time.Duration(i+1)*time.Second), "C0ALERTS") })
		}
		called := fold("C0ALERTS", 5*time.Second)
		save(t, db, newCase("4"))
		equal(t, "what is new joins the calls, too", fold("C0ALERTS", 6*time.Second), called)
		tell("P4", func(c *alerts.Case) { calls(c, at.Add(7*time.Second), "C0ALERTS") })
		again := fold("C0ALERTS", 7*time.Second)
		tell("P1", func(c *alerts.Case) { gaveUp(c, at.Add(8*time.Second)) })
		joined := fold("C0ALERTS", 8*time.Second)
		tell("P1", func(c *alerts.Case) { c.Page.State = alerts.PageTriggered; calls(c, at.Add(9*time.Second), "C0ALERTS") })
		third := fold("C0ALERTS", 9*time.Second)
		equal(t, "those were in it already; of others the calls of a moment join", [3]bool{inChannel == called, called == again, again == joined}, [3]bool{false, false, true})
		equal(t, "one that is in it is heard anew", third == joined, false)
		save(t, db, newCase("5"), newCase("6"))
		fold("C0ALERTS", 40*time.Second)
		tell("P5", func(c *alerts.Case) { calls(c, at.Add(41*time.Second), "C0PLATFORM") })
		tell("P2", func(c *alerts.Case) { calls(c, at.Add(41*time.Second), "C0ALERTS") })
		equal(t, "an old message that grows is not heard", fold("C0ALERTS", 41*time.Second) == third, false)

		fold("U0ANA", 41*time.Second)
		tell("P5", func(c *alerts.Case) {
			c.Page.Notified = append(c.Page.Notified, alerts.Notice{Person: "U0ANA", At: at.Add(42 * time.Second)})
		})
		toAna2 := fold("U0ANA", 42*time.Second)
		equal(t, "a person told again", toAna2 == toAna, false)
		tell("P5", func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0ANA", at) })
		save(t, db, newCase("7"))
		equal(t, "what comes after the answer", fold("U0ANA", 43*time.Second) == toAna2, false)
	})
}

func stormsIn(t *testing.T, db *DB) (ids []string) {
	t.Helper()
	for _, m := range all(t, db) {
		if m.Kind == outbox.Storm {
			ids = append(ids, m.Subject)
		}
	}
	return ids
}
