package store

import (
	"fmt"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/outbox"
)

func TestNextIsTheMostUrgentOfEachDestination(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		quiet, bad, worst := newCase("1"), newCase("2"), newCase("3")
		quiet.Page, quiet.Alert.Channel = nil, "C0QUIET"
		worst.Alert.Priority = "P1"
		save(t, db, quiet, bad, worst)
		order := func(busy ...string) (list string) {
			ready, _ := next(t, db, at, busy...)
			for _, r := range ready {
				list += fmt.Sprintf("%s %s>%s (%d); ", r.Kind, r.Subject, r.To, r.Waiting)
			}
			return list
		}
		equal(t, "pages go before what nobody is paged for, P1 before P2", order(),
			"alert A3>C0ALERTS (2); page P3>U0ANA (2); alert A1>C0QUIET (1); ")
		equal(t, "busy destinations wait", order("C0ALERTS", "C0QUIET"), "page P3>U0ANA (2); ")
		shown(t, db, find(t, all(t, db), outbox.Alert, "C0QUIET"))
		edit(t, db, "P3", func(c *alerts.Case) {})
		shown(t, db, one(t, db, "P3"))
		edit(t, db, "P3", func(c *alerts.Case) {})
		equal(t, "a page that was never posted goes before an edit of another", order(),
			"alert A3>C0ALERTS (2); page P2>U0ANA (1); ")
		if ready, _, _ := db.Next(t.Context(), at, nil, 1); len(ready) != 1 {
			t.Errorf("%d messages, want the limit of 1", len(ready))
		}
	})
}

// one returns the only message of a subject.
func one(t *testing.T, db *DB, subject string) outbox.Message {
	t.Helper()
	for _, m := range all(t, db) {
		if m.Subject == subject {
			return m
		}
	}
	t.Fatalf("no message of %s", subject)
	return outbox.Message{}
}

func TestAMessageIsShownWhenItsNewestRevisionIs(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		m := one(t, db, "P1")
		edit(t, db, "P1", func(c *alerts.Case) {}) // while the Speaker posts revision 1
		shown(t, db, m)
		ready, _ := next(t, db, at, "C0ALERTS")
		equal(t, "still out of date", len(ready), 1)
		equal(t, "it is an edit now", ready[0].Urgency, outbox.Editing)
		equal(t, "where it stands", ready[0].Channel+ready[0].TS, "U0ANA1760000000.000100")
		shown(t, db, ready[0].Message)
		ready, _ = next(t, db, at, "C0ALERTS")
		equal(t, "up to date", len(ready), 0)
		shown(t, db, m)
		ready, _ = next(t, db, at, "C0ALERTS")
		equal(t, "a late answer to the first try changes nothing", len(ready), 0)
		equal(t, "revision", one(t, db, "P1").Shown, 2)
		channel, ts, err := db.Posted(t.Context(), m.ID)
		equal(t, "posted", channel+ts, "U0ANA1760000000.000100")
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAFailedTryWaits(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		m := one(t, db, "P1")
		if err := db.Later(t.Context(), m.ID, at.Add(time.Minute), "ratelimited"); err != nil {
			t.Fatal(err)
		}
		edit(t, db, "P1", func(c *alerts.Case) {}) // a change does not make it due
		ready, due := next(t, db, at, "C0ALERTS")
		equal(t, "ready", len(ready), 0)
		equal(t, "due", due, at.Add(time.Minute))
		ready, due = next(t, db, at.Add(time.Minute), "C0ALERTS")
		equal(t, "ready then", len(ready), 1)
		equal(t, "attempts", ready[0].Attempts, 1)
		equal(t, "nothing later", due, time.Time{})
		left, err := db.Unposted(t.Context(), "U0ANA")
		if err != nil || len(left) != 1 {
			t.Errorf("unposted: %v, %v", left, err)
		}

		if err := db.GiveUp(t.Context(), m.ID, "user_disabled"); err != nil {
			t.Fatal(err)
		}
		edit(t, db, "P1", func(c *alerts.Case) {})
		ready, _ = next(t, db, at.Add(time.Hour), "C0ALERTS")
		equal(t, "what Slack refuses for good is not tried again", len(ready), 0)
		equal(t, "why", one(t, db, "P1").Trouble, "user_disabled")
		left, err = db.Unposted(t.Context(), "U0ANA")
		if err != nil || len(left) != 0 {
			t.Errorf("unposted: %v, %v", left, err)
		}
	})
}

func TestAStormStandsForWhatWaits(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		fold := func(to string, at time.Time) string {
			t.Helper()
			id, err := db.Fold(t.Context(), to, at)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		equal(t, "nothing waits", fold("C0ALERTS", at), "")
		var cases []alerts.Case
		for i := range 2*outbox.NamesInPart - 1 {
			c := newCase(fmt.Sprintf("%03d", i))
			c.Alert.Monitor, c.Alert.Title = fmt.Sprint(i%20), fmt.Sprintf("Title %d", i%20)
			cases = append(cases, c)
		}
		cases[7].Alert.Priority = "P1"
		save(t, db, cases...)
		shown(t, db, one(t, db, "A000")) // is there already and stays itself

		id := fold("C0ALERTS", at)
		ready, _ := next(t, db, at, "U0ANA")
		equal(t, "ready", len(ready), 1)
		equal(t, "first the storm", ready[0].Kind, outbox.Storm)
		equal(t, "of", ready[0].Folded, 2*outbox.NamesInPart-2)
		equal(t, "nothing else waits", ready[0].Waiting, 0)
		shown(t, db, ready[0].Message)
		part := one(t, db, id+"/1")
		equal(t, "the names stand in its thread", part.Thread, ready[0].ID)
		equal(t, "and are of this kind", part.Kind, outbox.StormNames)
		shown(t, db, one(t, db, id+"/0"))
		shown(t, db, part)

		s, err := db.Storm(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "counts", fmt.Sprint(s.To, s.Total, s.Firing, s.Acknowledged, s.Closed), fmt.Sprint("C0ALERTS", 358, 358, 0, 0))
		equal(t, "groups", len(s.Groups), 8)
		equal(t, "the worst first", s.Groups[0], outbox.Group{Title: "Title 7", Titles: 1, Count: 18, Worst: "P1", Example: "A007"})
		names, err := db.StormNames(t.Context(), id, 0)
		if err != nil || len(names) != outbox.NamesInPart || names[0].Alert.ID != "A007" {
			t.Errorf("part 0 names %d, %v", len(names), err)
		}

		// One of them is acknowledged: the storm is drawn again, its names are not.
		edit(t, db, "P007", func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0BO", at) })
		ready, _ = next(t, db, at, "U0ANA")
		equal(t, "ready", len(ready), 1)
		equal(t, "an edit of the storm", fmt.Sprint(ready[0].Kind, ready[0].Urgency), fmt.Sprint(outbox.Storm, outbox.Editing))
		shown(t, db, ready[0].Message)
		edit(t, db, "P009", func(c *alerts.Case) {
			*c.Page, _ = c.Page.Close(alerts.DidResolve, "U0BO", at)
			c.Alert.State = alerts.AlertResolved
		})
		s, err = db.Storm(t.Context(), id)
		equal(t, "counts", fmt.Sprint(s.Firing, s.Acknowledged, s.Closed, err), fmt.Sprint(356, 1, 1, error(nil)))
		equal(t, "who is on them", fmt.Sprint(s.Owners, s.MoreOwners), "[{U0BO 1}] 0")
		channel, ts, err := db.Posted(t.Context(), one(t, db, "A007").ID)
		equal(t, "a reply to one of them goes to the storm", fmt.Sprint(channel, ts, err), fmt.Sprint("C0ALERTS", "1760000000.000100", nil))
		err = db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			open, _, err := tx.Folded(id, 0, 1000, 1000)
			equal(t, "open in it", len(open), 357)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		// More of them within the minute join it; the part that was not full is drawn again.
		save(t, db, newCase("a"), newCase("b"), newCase("c"))
		equal(t, "joined", fold("C0ALERTS", at.Add(59*time.Second)), id)
		m := one(t, db, id+"/0")
		equal(t, "a full part stays", fmt.Sprint(m.Wanted, m.Shown), "1 1")
		m = one(t, db, id+"/1")
		equal(t, "the last one grows", fmt.Sprint(m.Wanted, m.Shown), "2 1")
		one(t, db, id+"/2")
		equal(t, "stands for", one(t, db, id).Folded, 361)
		save(t, db, newCase("d"))
		if again := fold("C0ALERTS", at.Add(2*time.Minute)); again == id {
			t.Error("a storm that was quiet for a minute took more in")
		}
		// A person's pages fold without a thread of names.
		dm := fold("U0ANA", at)
		for _, m := range all(t, db) {
			if m.Subject == dm+"/0" {
				t.Error("a person is sent the names")
			}
		}
		s, err = db.Storm(t.Context(), dm)
		equal(t, "pages in it", fmt.Sprint(s.Total, err), fmt.Sprint(363, error(nil)))
	})
}
