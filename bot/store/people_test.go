package store

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/bot/incident"
	"toban/rotation"
)

func TestARotationKeepsItsChangesInOrder(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		var full rotation.SwapRequest
		fill(reflect.ValueOf(&full).Elem())
		full.ID, full.Rotation, full.State, full.Version = "S1", "platform", rotation.SwapAccepted, 0
		full.DecidedAt = at.Add(time.Minute)
		earlier := full
		earlier.ID, earlier.DecidedAt = "S2", at
		open := full
		open.ID, open.State, open.ExpiresAt = "S3", rotation.SwapOpen, at.Add(time.Hour)
		plan(t, db, func(tx rotation.Tx) error {
			for _, r := range []rotation.SwapRequest{full, earlier, open} {
				if err := tx.SaveSwapRequest(r); err != nil {
					return err
				}
			}
			for _, o := range []rotation.Override{{ID: "O2", Start: at, End: at.Add(time.Hour), User: "U0DEE", Replaces: "U0BO"}, {ID: "O1", Start: at, End: at, User: "U0ANA"}} {
				if err := tx.SaveOverride(rotation.SavedOverride{Override: o, Rotation: "platform", By: "U0HANA", CreatedAt: at}); err != nil {
					return err
				}
			}
			return tx.SaveOverride(rotation.SavedOverride{Override: rotation.Override{ID: "O3", User: "U0CY"}, Rotation: "other", By: "U0CY", CreatedAt: at})
		})
		got, err := db.SwapRequest(t.Context(), "S1")
		full.Version = 1
		if diff := cmp.Diff(full, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		plan(t, db, func(tx rotation.Tx) error {
			c, err := tx.Changes("platform")
			if err != nil {
				return err
			}
			equal(t, "swaps by acceptance", c.Swaps[0].ID+c.Swaps[1].ID, "S2S1")
			equal(t, "overrides by creation", c.Overrides[0].ID+c.Overrides[1].ID, "O2O1")
			equal(t, "no more", len(c.Swaps)+len(c.Overrides), 4)
			next, err := tx.NextSwapDue()
			equal(t, "next", next, at.Add(time.Hour))
			due, err2 := tx.DueSwapRequests(at.Add(time.Hour), 10)
			equal(t, "due", len(due), 1)
			return errors.Join(err, err2)
		})
		o, err := db.Override(t.Context(), "O2")
		equal(t, "override", o.Rotation+string(o.By)+string(o.User)+string(o.Replaces), "platformU0HANAU0DEEU0BO")
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWhoIsOnCallMayBeAskedInsideATransaction(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		plan(t, db, func(tx rotation.Tx) error {
			return tx.SaveOverride(rotation.SavedOverride{Override: rotation.Override{ID: "O1", User: "U0ANA"}, Rotation: "platform", By: "U0ANA", CreatedAt: at})
		})
		err := db.Alerts().Update(t.Context(), func(alerts.Tx) error {
			return db.Rotations().View(t.Context(), func(tx rotation.Reader) error {
				c, err := tx.Changes("platform")
				equal(t, "overrides", len(c.Overrides), 1)
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestIncidentsAreFoundAndNumbered(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		var full incident.Incident
		fill(reflect.ValueOf(&full).Elem())
		full.ID, full.Number, full.State, full.Channel, full.PageID, full.Version = "I1", 1, incident.Open, "C0INC1", "P1", 0
		gather(t, db, func(tx incident.Tx) error {
			n, err := tx.NextNumber()
			equal(t, "first number", n, 1)
			done := incident.Incident{ID: "I2", Number: 2, State: incident.Resolved, NextAt: at.Add(time.Hour)}
			return errors.Join(err, tx.SaveIncident(full), tx.SaveIncident(done), tx.LinkIncident("P1", "I1", "U0ANA", at))
		})
		full.Version = 1
		gather(t, db, func(tx incident.Tx) error {
			byID, err1 := tx.Incident("I1")
			byChannel, err2 := tx.ByChannel("C0INC1")
			byPage, err3 := tx.ByPage("P1")
			for _, got := range []incident.Incident{byID, byChannel, byPage} {
				if diff := cmp.Diff(full, got); diff != "" {
					t.Error(diff)
				}
			}
			all, err4 := tx.List(true, 10)
			open, err5 := tx.List(false, 10)
			equal(t, "newest first", all[0].ID+all[1].ID, "I2I1")
			equal(t, "open", len(open), 1)
			n, err6 := tx.NextNumber()
			equal(t, "next number", n, 3)
			next, err7 := tx.NextIncidentDue()
			equal(t, "next due", next, at)
			due, err8 := tx.DueIncidents(at, 10)
			equal(t, "due", len(due), 1)
			if _, err := tx.ByChannel(""); !errors.Is(err, incident.ErrNotFound) {
				t.Errorf("by no channel: %v", err)
			}
			if err := tx.LinkIncident("P0", "I1", "", at); !errors.Is(err, incident.ErrNotFound) {
				t.Errorf("an unknown page: %v", err)
			}
			return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8)
		})
		c, err := db.CaseOfPage(t.Context(), "P1")
		if err != nil || c.Page.IncidentID != "I1" || c.Page.Log[len(c.Page.Log)-1].Did != alerts.DidDeclare {
			t.Errorf("the page does not tell of its incident: %+v %v", c.Page, err)
		}
	})
}

func TestAKeyIsNewOnce(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		once := func(key string) (isNew bool) {
			plan(t, db, func(tx rotation.Tx) (err error) {
				isNew, err = tx.Once(key, at)
				return err
			})
			return isNew
		}
		equal(t, "first", once("k"), true)
		equal(t, "again", once("k"), false)
		equal(t, "no key", once(""), true)
		equal(t, "no key again", once(""), true)
		if err := db.Prune(t.Context(), at.Add(8*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		equal(t, "after a week", once("k"), true)
	})
}
