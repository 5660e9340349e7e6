package store

import (
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/outbox"
)

func TestTheAuditorFindsWhatNothingShows(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		began := time.Now().Add(-time.Hour)
		lost := func() [2]int {
			t.Helper()
			a, o, err := db.Lost(t.Context(), began, time.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return [2]int{a, o}
		}
		calm := newCase("1")
		calm.Page = nil
		save(t, db, calm)
		equal(t, "on its way", lost(), [2]int{})
		run := func(text string, args ...any) {
			t.Helper()
			if _, err := db.write.Exec(text, args...); err != nil {
				t.Fatal(err)
			}
		}
		run(`UPDATE messages SET stale = 0, trouble = 'is_archived'`)
		equal(t, "given up", lost(), [2]int{1, 0})
		equal(t, "on its way again", lost(), [2]int{})
		run(`DELETE FROM messages`)
		equal(t, "never had a message", lost(), [2]int{1, 0})
		m := one(t, db, "A1")
		shown(t, db, m)
		equal(t, "shown", lost(), [2]int{})
		run(`UPDATE messages SET stale = 0, shown = 0, ts = '', storm = 'T1'`)
		equal(t, "in a storm that is nowhere", lost(), [2]int{1, 0})
		equal(t, "on its way alone", lost(), [2]int{})
		run(`DELETE FROM messages`)

		save(t, db, alerts.Case{Alert: alerts.Alert{ID: "A9", Key: "9", State: alerts.AlertRecovered, Channel: "C0ALERTS", OpenedAt: at, ClosedAt: at}})
		lost()
		equal(t, "a recovery of what was never seen need not be shown", lost(), [2]int{})
		err := db.update(t.Context(), func(t *tx) error {
			return t.show("F1", message{kind: string(outbox.Finding), subject: "F1", to: "C0ALERTS"})
		})
		equal(t, "saved", err, nil)
		equal(t, "a finding on its way", lost(), [2]int{})
		run(`UPDATE messages SET stale = 0, owed = 1 WHERE subject = 'F1'`)
		equal(t, "owed, and nobody stands in for it", lost(), [2]int{0, 1})
	})
}
