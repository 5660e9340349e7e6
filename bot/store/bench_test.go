package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"toban/alerts"
	"toban/rotation"
)

const group = 256 // as the Pager saves

// stormCase is a new alert as a webhook of a busy monitor makes it.
func stormCase(n int, at time.Time) alerts.Case {
	id := "A" + rand.Text()
	return alerts.Case{
		Alert: alerts.Alert{
			ID: id, Key: fmt.Sprintf("datadog\x1f1000001\x1f5551212\x1fenv:prod,host:web-%06d,service:checkout", n),
			Cycle: "7483920174839201", State: alerts.Firing, Level: alerts.LevelAlert,
			Title: fmt.Sprintf("Checkout errors are high on web-%d", n%20), Text: "More than 5 % of requests to checkout failed in the last 5 minutes. See the runbook: https://wiki.example.com/checkout",
			Priority: "P2", Source: "datadog", Monitor: "5551212", Scope: fmt.Sprintf("env:prod,host:web-%06d,service:checkout", n),
			Type: "query_alert_monitor", Tags: []string{"env:prod", "service:checkout", "team:platform", fmt.Sprintf("host:web-%06d", n)},
			Host: fmt.Sprintf("web-%06d", n), Query: "sum(last_5m):sum:trace.errors{env:prod} by {host}.as_count() > 5",
			Link: "https://app.datadoghq.com/monitors/5551212", Channel: "C0ALERTS", Route: "service:checkout",
			OpenedAt: at, EventAt: at, Deliveries: 1,
		},
		Page: &alerts.Page{
			ID: "P" + rand.Text(), AlertID: id, Policy: "platform", State: alerts.PageTriggered, OpenedAt: at,
			NextStepAt: at.Add(5 * time.Minute), Notified: []alerts.Notice{{Person: "U0ANA", At: at}},
			Log: []alerts.Entry{{At: at, Did: alerts.DidPage, Who: "U0ANA"}},
		},
	}
}

// alertStorm saves n new alerts as the Pager does, in groups.
func alertStorm(tb testing.TB, db *DB, from, n int) []alerts.Case {
	tb.Helper()
	var all []alerts.Case
	for ; n > 0; n -= group {
		at := time.Now()
		ids, keys := make([]string, min(n, group)), make([]string, min(n, group))
		cases := make([]alerts.Case, len(ids))
		for i := range cases {
			cases[i] = stormCase(from, at)
			ids[i], keys[i] = fmt.Sprintf("datadog:%019d", 6_000_000_000_000_000_000+int64(from)*7919), cases[i].Alert.Key
			from++
		}
		err := db.Alerts().Update(context.Background(), func(tx alerts.Tx) error {
			fresh, err := tx.Fresh(ids, at)
			if err != nil {
				return err
			}
			if len(fresh) != len(ids) {
				return fmt.Errorf("%d of %d are fresh", len(fresh), len(ids))
			}
			if _, err := tx.Latest(keys); err != nil {
				return err
			}
			return tx.Save(cases)
		})
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, cases...)
	}
	return all
}

// onBoth measures on both engines, Postgres where there is one.
func onBoth(b *testing.B, measure func(b *testing.B, db *DB)) {
	b.Run("sqlite", func(b *testing.B) {
		measure(b, place{url: "sqlite:" + filepath.Join(b.TempDir(), "toban.db")}.open(b))
	})
	if os.Getenv("TOBAN_TEST_POSTGRES") != "" {
		b.Run("postgres", func(b *testing.B) { measure(b, postgresPlace(b).open(b)) })
	}
}

// Each new alert with its event, its page and two messages, on disk.
func BenchmarkSaveStorm(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		saved := 0
		for b.Loop() {
			alertStorm(b, db, saved, group)
			saved += group
		}
		b.ReportMetric(float64(saved)/b.Elapsed().Seconds(), "alerts/s")
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(saved), "µs/alert")
	})
}

// One press, on disk.
func BenchmarkPress(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		cases := alertStorm(b, db, 0, 2000)
		n := 0
		for b.Loop() {
			id := cases[n%len(cases)].Page.ID
			n++
			err := db.Alerts().Update(b.Context(), func(tx alerts.Tx) error {
				c, err := tx.ByPage(id)
				if err != nil {
					return err
				}
				page, _ := c.Page.Take(rotation.PersonID(fmt.Sprintf("U%d", n)), time.Now())
				return tx.Save([]alerts.Case{{Alert: c.Alert, Page: &page}})
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

const many = 10_000

func BenchmarkNextWithManyWaiting(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		alertStorm(b, db, 0, many)
		for b.Loop() {
			ready, _, err := db.Next(b.Context(), time.Now(), nil, 10)
			if err != nil || len(ready) != 2 || ready[0].Waiting != many {
				b.Fatal(ready, err)
			}
		}
	})
}

func BenchmarkFoldMany(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		from := 0
		for b.Loop() {
			b.StopTimer()
			alertStorm(b, db, from, many)
			from += many
			b.StartTimer()
			if _, err := db.Fold(b.Context(), "C0ALERTS", time.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkStormState(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		alertStorm(b, db, 0, many)
		id, err := db.Fold(b.Context(), "C0ALERTS", time.Now())
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if s, err := db.Storm(b.Context(), id); err != nil || s.Firing != many {
				b.Fatal(s, err)
			}
		}
	})
}

// What the list of alerts and the Home tab read, with 100,000 alerts open: of
// somebody for whom all of them wait, and of somebody for whom none does.
func BenchmarkOpenAlerts(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		alertStorm(b, db, 0, 10*many)
		b.Run("15", func(b *testing.B) {
			for b.Loop() {
				if open, total, err := db.OpenCases(b.Context(), 15); err != nil || len(open) != 15 || total != 10*many {
					b.Fatal(len(open), total, err)
				}
			}
		})
		for who, want := range map[rotation.PersonID]int{"U0ANA": 10 * many, "U0BO": 0} {
			b.Run("home/"+string(who), func(b *testing.B) {
				for b.Loop() {
					if of, err := db.CasesOf(b.Context(), who, 5); err != nil || len(of.Waiting) != min(want, 5) || of.AllWaiting != want {
						b.Fatal(of, err)
					}
				}
			})
		}
	})
}

// Alerts come in, and a tenth as many of a storm of 100,000 are told of again
// or end, while the storm's message is drawn now and then.
func BenchmarkBesideAStorm(b *testing.B) {
	onBoth(b, func(b *testing.B, db *DB) {
		storm := alertStorm(b, db, 0, 10*many)
		id, err := db.Fold(b.Context(), "C0ALERTS", time.Now())
		if err != nil {
			b.Fatal(err)
		}
		saved := 10 * many
		for b.Loop() {
			alertStorm(b, db, saved, group)
			saved += group
			i := saved / group * (group / 10) % len(storm)
			tellAgain(b, db, storm[i:min(i+group/10, len(storm))])
			if saved/group%8 == 0 {
				if _, err := db.Storm(b.Context(), id); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(saved-10*many)/b.Elapsed().Seconds(), "alerts/s")
	})
}

// tellAgain says of some alerts that they fire still, and of every second that it ended.
func tellAgain(b *testing.B, db *DB, of []alerts.Case) {
	err := db.Alerts().Update(b.Context(), func(tx alerts.Tx) error {
		var keys []string
		for _, c := range of {
			keys = append(keys, c.Alert.Key)
		}
		known, err := tx.Latest(keys)
		var cases []alerts.Case
		for i, key := range keys {
			c := known[key]
			if c.Alert.Deliveries++; i%2 == 0 {
				*c.Page, _ = c.Page.Close(alerts.DidRecover, "", time.Now())
				c.Alert.State = alerts.AlertRecovered
			}
			cases = append(cases, c)
		}
		if err != nil {
			return err
		}
		return tx.Save(cases)
	})
	if err != nil {
		b.Fatal(err)
	}
}
