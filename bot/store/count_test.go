package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/outbox"
	"toban/rotation"
)

// Whatever happens to the alerts of storms, on one replica or on two at once,
// the kept counts are those that all of its members give.
func TestAStormsCountsAreThoseOfItsMembers(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		dbs := []*DB{p.open(t), nil}
		if dbs[1] = dbs[0]; p.isShared {
			dbs[1] = p.open(t)
		}
		seed := rand.Uint64()
		t.Log("seed", seed)
		var cases []alerts.Case
		for n := range 40 {
			c := newCase(fmt.Sprint(n))
			c.Alert.Monitor, c.Alert.Title = fmt.Sprint(n%5), "Title"
			cases = append(cases, c)
		}
		save(t, dbs[0], cases...)
		for round := range 12 {
			var both sync.WaitGroup
			for i, db := range dbs {
				random := rand.New(rand.NewPCG(seed, uint64(2*round+i)))
				both.Go(func() {
					for n := range 15 {
						somethingHappens(t, db, random, cases, (round*2+i)*15+n)
					}
				})
			}
			both.Wait()
			for _, id := range stormsIn(t, dbs[0]) {
				want := countedFromMembers(t, dbs[0], id)
				got, whole, err := dbs[1].storm(t.Context(), id)
				if !whole || err != nil {
					t.Errorf("round %d: whole %t, %v", round, whole, err)
				}
				for i := range got.Groups {
					got.Groups[i].Title, got.Groups[i].Titles, got.Groups[i].Example = "", 0, ""
				}
				equal(t, fmt.Sprintf("round %d, seed %d", round, seed), fmt.Sprint(got), fmt.Sprint(want))
			}
		}
		for _, id := range stormsIn(t, dbs[0]) {
			kept, _, _ := dbs[0].storm(t.Context(), id)
			if err := dbs[0].recount(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			again, whole, err := dbs[0].storm(t.Context(), id)
			for i := range again.Groups { // any of a group's alerts does
				again.Groups[i].Example = kept.Groups[i].Example
			}
			equal(t, "counted again", fmt.Sprint(again, whole, err), fmt.Sprint(kept, true, error(nil)))
		}
	})
}

// somethingHappens does one thing to one of the alerts, or to all.
func somethingHappens(t *testing.T, db *DB, random *rand.Rand, cases []alerts.Case, n int) {
	people := []rotation.PersonID{"U0ANA", "U0BO", "U0CY", "U0DEE", "U0EVE"}
	who := people[random.IntN(len(people))]
	switch random.IntN(10) {
	case 0, 1:
		to := []string{"C0ALERTS", "U0ANA"}[random.IntN(2)]
		if _, err := db.Fold(context.Background(), to, time.Now()); err != nil {
			t.Error(err)
		}
	case 2:
		for _, c := range cases[random.IntN(len(cases)):] {
			edit(t, db, c.Page.ID, func(c *alerts.Case) { *c.Page, _ = c.Page.Take(who, at) })
			if random.IntN(4) == 0 {
				break
			}
		}
	default:
		edit(t, db, cases[random.IntN(len(cases))].Page.ID, func(c *alerts.Case) { changes(c, random.IntN(6), who, n) })
	}
}

func changes(c *alerts.Case, what int, who rotation.PersonID, n int) {
	switch what {
	case 0:
		*c.Page, _ = c.Page.Acknowledge(who, at)
	case 1:
		*c.Page, _ = c.Page.Close(alerts.DidResolve, who, at)
		c.Alert.State = alerts.AlertResolved
	case 2:
		c.Alert.State = alerts.AlertRecovered
		*c.Page, _ = c.Page.Close(alerts.DidRecover, "", at)
	case 3: // fires again, and tells one more person
		c.Alert.State, c.Page.State, c.Page.OwnedBy = alerts.Firing, alerts.PageTriggered, ""
		c.Page.Notified = append(c.Page.Notified, alerts.Notice{Person: "U0ANA", At: at.Add(time.Duration(n) * time.Second)})
	case 4:
		*c.Page, _ = c.Page.Snooze(who, at.Add(time.Hour), at)
	case 5:
		c.Alert.Priority = alerts.PriorityOfRank(1 + n%5)
	}
}

// countedFromMembers reads every member.
func countedFromMembers(t *testing.T, db *DB, id string) outbox.StormState {
	t.Helper()
	s, _, err := db.storm(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s.Total, s.Firing, s.Acknowledged, s.Closed, s.Owners, s.MoreOwners, s.Groups = 0, 0, 0, 0, nil, 0, nil
	members := `(SELECT DISTINCT a.* FROM messages m JOIN alerts a ON a.seq = m.alert WHERE m.storm = $1) AS members`
	err = db.view(t.Context(), func(t *tx) error {
		if _, err := t.one([]any{&s.Total, &s.Firing, &s.Acknowledged}, `SELECT count(*), COALESCE(sum(CASE WHEN status = 'firing' THEN 1 END), 0),
			COALESCE(sum(CASE WHEN status = 'acknowledged' THEN 1 END), 0) FROM `+members, id); err != nil {
			return err
		}
		s.Closed = s.Total - s.Firing - s.Acknowledged
		if err := t.each(func(rows *sql.Rows) error {
			var o outbox.Owner
			err := rows.Scan(&o.Person, &o.Count)
			if s.Owners = append(s.Owners, o); len(s.Owners) > 4 {
				s.Owners, s.MoreOwners = s.Owners[:4], s.MoreOwners+1
			}
			return err
		}, `SELECT owner, count(*) FROM `+members+` WHERE status = 'acknowledged' AND owner <> '' GROUP BY owner ORDER BY 2 DESC, 1`, id); err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var g outbox.Group
			var rank int
			err := rows.Scan(&g.Count, &rank)
			g.Worst = string(alerts.PriorityOfRank(rank))
			s.Groups = append(s.Groups, g)
			return err
		}, `SELECT count(*), min(rank) FROM `+members+` GROUP BY monitor ORDER BY 2, 1 DESC`, id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAStormThatAnOlderVersionChangesIsCountedAgain(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"), newCase("2"), newCase("3"))
		id, err := db.Fold(t.Context(), "C0ALERTS", at)
		if err != nil {
			t.Fatal(err)
		}
		counts := func() string {
			s, err := db.Storm(t.Context(), id)
			return fmt.Sprint(s.Total, s.Firing, s.Acknowledged, s.Closed, s.Owners, len(s.Groups), err)
		}
		equal(t, "folded", counts(), "3 3 0 0 [] 1 <nil>")
		older := func(texts ...string) {
			err := db.updateRows(t.Context(), func(t *tx) error {
				for _, text := range append(texts, `UPDATE messages SET wanted = wanted + 1 WHERE kind = 'storm'`) {
					if _, err := t.exec(text); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		older(`UPDATE alerts SET status = 'acknowledged', owner = 'U0BO' WHERE id = 'A1'`)
		equal(t, "it acknowledged one", counts(), "3 2 1 0 [{U0BO 1}] 1 <nil>")
		edit(t, db, "P1", func(c *alerts.Case) {
			*c.Page, _ = c.Page.Close(alerts.DidResolve, "U0BO", at)
			c.Alert.State = alerts.AlertResolved
		})
		equal(t, "we resolved it", counts(), "3 2 0 1 [] 1 <nil>")
		save(t, db, newCase("4"))
		older(`UPDATE messages SET storm = (SELECT id FROM storms), stale = 0, foldable = 0, fold_seq = 4 WHERE subject = 'A4'`)
		edit(t, db, "P4", func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0ANA", at) })
		equal(t, "it folded one", counts(), "4 2 1 1 [{U0ANA 1}] 1 <nil>")
		edit(t, db, "P2", func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0ANA", at) })
		if s, whole, err := db.storm(t.Context(), id); !whole || err != nil || s.Acknowledged != 2 {
			t.Errorf("nothing was missed since: %t, %v, %v", whole, s, err)
		}
	})
}

func TestAStormOfManyMonitorsHasFewRows(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		fold := func(from, n int, worst alerts.Priority) string {
			var cases []alerts.Case
			for i := range n {
				c := newCase(fmt.Sprintf("%04d", from+i))
				c.Alert.Monitor, c.Alert.Priority = fmt.Sprint(from+i), "P3"
				cases = append(cases, c)
			}
			cases[0].Alert.Priority = worst
			save(t, db, cases...)
			id, err := db.Fold(t.Context(), "C0ALERTS", at)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		id := fold(0, 2*maxGroups, "P3")
		fold(2*maxGroups, 50, "P1")
		edit(t, db, "P0199", func(c *alerts.Case) { c.Alert.Priority = "P2" }) // had no row of its own
		rows := 0
		err := db.view(t.Context(), func(t *tx) error {
			_, err := t.one([]any{&rows}, `SELECT count(*) FROM storm_groups WHERE storm = $1`, id)
			return err
		})
		s, err2 := db.Storm(t.Context(), id)
		equal(t, "rows", fmt.Sprint(rows, err), fmt.Sprint(maxGroups+3, error(nil)))
		equal(t, "counts", fmt.Sprintln(s.Total, s.Firing, s.Groups[0].Worst, s.Groups[1].Worst, s.Groups[1].Example, err2), "250 250 P1 P2 A0199 <nil>\n")
	})
}
