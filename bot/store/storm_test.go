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

func stormsIn(t *testing.T, db *DB) (ids []string) {
	t.Helper()
	for _, m := range all(t, db) {
		if m.Kind == outbox.Storm {
			ids = append(ids, m.Subject)
		}
	}
	return ids
}
