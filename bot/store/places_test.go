package store

import (
	"strings"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/outbox"
)

func TestWhatAPlaceRefusesIsShownElsewhereAndCaughtUp(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		db.SetChannels(Channels{Instead: [][]string{{"C0FALLBACK"}, {"U0ANA", "U0BO"}}})
		c := newCase("1")
		c.Page = nil
		save(t, db, c)
		refuse := func(to string, at time.Time) {
			t.Helper()
			ms, err := db.Waiting(t.Context(), to)
			if err != nil {
				t.Fatal(err)
			}
			d := outbox.Diversion{Place: to, Why: "is_archived", Closed: true}
			for _, m := range ms {
				d.Messages = append(d.Messages, m.ID)
			}
			if err := db.Divert(t.Context(), d, at); err != nil {
				t.Fatal(err)
			}
		}
		waits := func(at time.Time) string {
			t.Helper()
			var where []string
			ready, _ := next(t, db, at)
			for _, r := range ready {
				text := r.To + " for " + r.MeantFor
				if r.Trial {
					text += " (trial)"
				}
				where = append(where, text)
			}
			return strings.Join(where, ", ")
		}
		refuse("C0ALERTS", at)
		equal(t, "in its place's stead", waits(at), "C0FALLBACK for C0ALERTS")
		refuse("C0FALLBACK", at)
		equal(t, "that is closed too", waits(at), "U0ANA for C0ALERTS, U0BO for C0ALERTS")
		n, err := db.Unseen(t.Context())
		equal(t, "seen by somebody", [2]any{n, err}, [2]any{0, nil})
		for _, to := range []string{"U0ANA", "U0BO"} {
			refuse(to, at)
		}
		equal(t, "nobody is left", waits(at), "")
		n, _ = db.Unseen(t.Context())
		equal(t, "and that is known", n, 1)

		later := at.Add(firstTrial)
		equal(t, "one message tries the place again", waits(later), "C0ALERTS for  (trial)")
		refuse("C0ALERTS", later)
		equal(t, "it was too early", waits(later), "")
		err = db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			c, err := tx.ByAlert("A1")
			if err != nil {
				return err
			}
			c.Alert.Title = "Worse"
			return tx.Save([]alerts.Case{c})
		})
		equal(t, "saved", err, nil)
		equal(t, "news wait too", waits(later), "")
		if err := db.Retry(t.Context(), "C0ALERTS"); err != nil {
			t.Fatal(err)
		}
		equal(t, "somebody says that it is back", waits(later), "C0ALERTS for  (trial)")
		if err := db.Reopen(t.Context(), "C0ALERTS"); err != nil {
			t.Fatal(err)
		}
		equal(t, "it is", waits(later), "C0ALERTS for ")
		closed, err := db.Closed(t.Context())
		equal(t, "closed are the others", len(closed), 3)
		equal(t, "no error", err, nil)
	})
}

// Nobody presses a button in an archived channel: what is open there is shown
// elsewhere, once; what is over stays.
func TestWhatIsOpenInALeftPlaceIsShownElsewhere(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		db.SetChannels(Channels{Instead: [][]string{{"C0FALLBACK"}}})
		open, over := newCase("1"), newCase("2")
		open.Page, over.Page = nil, nil
		over.Alert.State, over.Alert.ClosedAt = alerts.AlertRecovered, at
		save(t, db, open)
		save(t, db, over)
		for { // Slack shows both
			ready, _ := next(t, db, at)
			if len(ready) == 0 {
				break
			}
			for _, r := range ready {
				if err := db.Shown(t.Context(), r.ID, "C0ALERTS", "ts"+r.ID, r.Wanted); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, want := range []int{1, 0} {
			n, err := db.Leave(t.Context(), "C0ALERTS", "is_archived", at)
			equal(t, "left", [2]any{n, err}, [2]any{want, nil})
		}
		closed, err := db.Closed(t.Context())
		equal(t, "closed", [2]any{len(closed), err}, [2]any{1, nil})
	})
}

// A message that Slack takes in no place is tried once in each, not for ever,
// and is known to be shown nowhere.
func TestWhatSlackTakesNowhereIsTriedOnceInEachPlace(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		db.SetChannels(Channels{Instead: [][]string{{"C0FALLBACK"}, {"U0ANA", "U0BO"}}})
		c := newCase("1")
		c.Page = nil
		save(t, db, c)
		var tried []string
		for range 10 {
			ready, _ := next(t, db, at)
			if len(ready) == 0 {
				break
			}
			m := ready[0].Message
			tried = append(tried, m.To)
			if err := db.Divert(t.Context(), outbox.Diversion{Place: m.To, Why: "invalid_blocks", Messages: []string{m.ID}}, at); err != nil {
				t.Fatal(err)
			}
		}
		equal(t, "tried", strings.Join(tried, " "), "C0ALERTS C0FALLBACK U0ANA U0BO")
		n, err := db.Unseen(t.Context())
		equal(t, "shown nowhere", [2]any{n, err}, [2]any{1, nil})
	})
}
