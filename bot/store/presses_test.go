package store

import (
	"fmt"
	"testing"
	"time"

	"toban/alerts"
)

// A press on a storm is for all that it held then: it is carried out in
// batches, also after a restart, and no page goes on climbing that it will
// reach. What fires after the press, or has no page, is left alone.
func TestAPressOnAStormIsCarriedOut(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db, err := Open(t.Context(), p.url)
		if err != nil {
			t.Fatal(err)
		}
		var cases []alerts.Case
		for i := range 450 {
			cases = append(cases, newCase(fmt.Sprintf("%03d", i)))
		}
		cases[0].Page = nil
		save(t, db, cases...)
		id, err := db.Fold(t.Context(), "C0ALERTS", at)
		if err != nil {
			t.Fatal(err)
		}
		press := alerts.Press{Page: id, By: "U0BO", At: at.Add(time.Minute)}
		_, answer, err := alerts.NewPager(alerts.Pager{Store: db.Alerts()}).Acknowledge(t.Context(), press)
		equal(t, "the press", fmt.Sprintf("%s %v", answer, err), "done <nil>")
		counts := func() string {
			s, err := db.Storm(t.Context(), id)
			return fmt.Sprint(s.Total, s.Firing, s.Acknowledged, err)
		}
		equal(t, "one batch", counts(), "450 250 200 <nil>")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}

		db = p.open(t)
		edit(t, db, "P449", func(c *alerts.Case) { c.Page.SearchAt = at.Add(2 * time.Minute) })
		save(t, db, newCase("450"))
		if _, err := db.Fold(t.Context(), "C0ALERTS", at.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		err = db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			due, err := tx.Due(at.Add(time.Hour), 1000)
			equal(t, "of those that go on", fmt.Sprint(len(due), err), "1 <nil>")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		after := alerts.NewPager(alerts.Pager{Store: db.Alerts()})
		for range 2 {
			if next, err := after.Due(t.Context(), at); err != nil || !next.Equal(at) {
				t.Errorf("more is to be done at once: %s, %v", next, err)
			}
		}
		next, err := after.Due(t.Context(), at)
		equal(t, "then the next step", fmt.Sprint(next, err), fmt.Sprint(at.Add(5*time.Minute), nil))
		equal(t, "all but what came later", counts(), "451 3 448 <nil>")

		_, answer, err = after.Take(t.Context(), press)
		if err == nil {
			t.Errorf("a storm cannot be taken: %s", answer)
		}
	})
}
