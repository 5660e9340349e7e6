package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"toban/alerts"
)

// However many alerts are open and worse, a person finds their own pages, and
// first those that nobody is on.
func TestAPersonsOwnPagesAreFound(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		var cases []alerts.Case
		for i := range 9 {
			c := newCase(fmt.Sprint(i))
			c.Page.Notified[0].Person = "U0BO"
			cases = append(cases, c)
		}
		for _, i := range []int{3, 5, 6, 7} {
			cases[i].Alert.Priority = "P4"
			cases[i].Page.Notified[0].Person = "U0ANA"
		}
		cases[8].Page.Notified = append(cases[8].Page.Notified, alerts.Notice{Person: "U0ANA", At: at}, alerts.Notice{Person: "U0ANA", At: at.Add(1e9)})
		save(t, db, cases...)
		of := func() string {
			t.Helper()
			of, err := db.CasesOf(t.Context(), "U0ANA", 3)
			ids := func(cases []alerts.Case) string {
				var list []string
				for _, c := range cases {
					list = append(list, c.Page.ID)
				}
				return strings.Join(list, " ")
			}
			return fmt.Sprintf("%s of %d; %s of %d %v", ids(of.Waiting), of.AllWaiting, ids(of.Yours), of.AllYours, err)
		}
		equal(t, "told of five", of(), "P8 P7 P6 of 5;  of 0 <nil>")
		if _, err := db.Fold(t.Context(), "U0ANA", at); err != nil {
			t.Fatal(err)
		}
		edit(t, db, "P8", func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0BO", at) })
		edit(t, db, "P7", func(c *alerts.Case) { *c.Page, _ = c.Page.Snooze("U0ANA", at.Add(1e9), at) })
		edit(t, db, "P0", func(c *alerts.Case) { *c.Page, _ = c.Page.Take("U0ANA", at) })
		equal(t, "took one, snoozed one, and Bo has one", of(), "P6 P5 P3 of 3; P0 P7 of 2 <nil>")
		edit(t, db, "P7", func(c *alerts.Case) { c.Page.State, c.Page.OwnedBy = alerts.PageUnanswered, "" })
		edit(t, db, "P6", func(c *alerts.Case) {
			*c.Page, _ = c.Page.Close(alerts.DidRecover, "", at)
			c.Alert.State = alerts.AlertRecovered
		})
		equal(t, "the snooze ended and nobody answered, one recovered", of(), "P7 P5 P3 of 3; P0 of 1 <nil>")

		// A version that does not say whom a page waits for wrote and closed some.
		err := db.updateRows(context.Background(), func(t *tx) error {
			if _, err := t.exec(`UPDATE messages SET waits = -1 WHERE subject = 'P3'`); err != nil {
				return err
			}
			_, err := t.exec(`UPDATE alerts SET status = 'closed' WHERE id = 'A5'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "beside an older version", of(), "P3 P7 of 2; P0 of 1 <nil>")
	})
}
