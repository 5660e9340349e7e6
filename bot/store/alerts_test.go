package store

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/rotation"
)

// fill gives every field of v a value other than zero.
func fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(at))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case v.Kind() == reflect.String:
		v.SetString("当番 <&> \"x\" 🚨")
	case v.CanInt():
		v.SetInt(7)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	}
}

func TestEveryFieldComesBack(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		var c alerts.Case
		fill(reflect.ValueOf(&c).Elem())
		c.Alert.ID, c.Page.ID, c.Page.AlertID = "A1", "P1", "A1"
		c.Alert.Version, c.Page.Version = 0, 0
		save(t, db, c)
		if err := db.Contexts().SaveContext(t.Context(), "A1", *c.Context, time.Time{}); err != nil {
			t.Fatal(err)
		}
		got, err := db.CaseOfPage(t.Context(), "P1")
		if err != nil {
			t.Fatal(err)
		}
		c.Alert.Version, c.Page.Version = 1, 1
		c.Alert.LookAt, c.Alert.ShowAt = time.Time{}, time.Time{} // are only asked for
		c.Context.Correction = nil                                // is made by a person
		if diff := cmp.Diff(c, got); diff != "" {
			t.Errorf("a case changed on its way (-saved +read):\n%s", diff)
		}
	})
}

func TestBigAndHostileTextIsSaved(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		c := newCase("1")
		c.Alert.Text = strings.Repeat("壊れた 🚨\x00", 1<<16)
		c.Alert.Title, c.Alert.Key = "NUL \x00 and half a rune \xe5\xa3", "key \x00 \xff"
		save(t, db, c)
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			found, err := tx.Latest([]string{c.Alert.Key, "other"})
			if len(found) != 1 || found[c.Alert.Key].Alert.Text != c.Alert.Text {
				t.Errorf("the alert is not found by the key that it came with: %d found", len(found))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.CaseOfAlert(t.Context(), "A1")
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "title", got.Alert.Title, "NUL \uFFFD and half a rune \uFFFD")
	})
}

func TestARepeatedEventIsNotFresh(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		fresh := func(ids ...string) (got map[string]bool) {
			err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) (err error) {
				got, err = tx.Fresh(ids, at)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if diff := cmp.Diff(map[string]bool{"a": true, "b": true, "c": true}, fresh("a", "b", "a", "c")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]bool{"d": true}, fresh("b", "d", "c")); diff != "" {
			t.Error(diff)
		}
		if err := db.Prune(t.Context(), at.Add(29*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		equal(t, "remembered for 30 days", len(fresh("a")), 0)
		if err := db.Prune(t.Context(), at.Add(31*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		equal(t, "forgotten after that", len(fresh("a")), 1)
	})
}

func TestLatestIsTheNewestAlertOfItsKeyAndItsNewestPage(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		old, now := newCase("1"), newCase("2")
		now.Alert.Key = old.Alert.Key
		save(t, db, old)
		db = reopen(t, p, db)
		save(t, db, now, newCase("3"))
		edit(t, db, "P2", func(c *alerts.Case) {
			again := *newCase("2").Page
			again.ID = "P2b"
			c.Page = &again
		})
		edit(t, db, "P1", func(c *alerts.Case) { c.Alert.Late++ }) // older alerts may still be saved
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			found, err := tx.Latest([]string{old.Alert.Key, "unknown", newCase("3").Alert.Key})
			if err != nil {
				return err
			}
			equal(t, "cases", len(found), 2)
			equal(t, "alert", found[old.Alert.Key].Alert.ID, "A2")
			equal(t, "page", found[old.Alert.Key].Page.ID, "P2b")
			first, err := tx.ByPage("P2")
			equal(t, "an earlier page is found by its id", first.Page.ID+first.Alert.ID, "P2A2")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func reopen(t *testing.T, p place, db *DB) *DB {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return p.open(t)
}

func TestNothingIsFoundByAnUnknownID(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		for _, ask := range []func() error{
			func() error { _, err := db.CaseOfAlert(t.Context(), "A0"); return err },
			func() error { _, err := db.CaseOfPage(t.Context(), "P0"); return err },
			func() error { _, err := db.Storm(t.Context(), "T0"); return err },
			func() error { _, _, err := db.Posted(t.Context(), "M0"); return err },
			func() error { return db.Shown(t.Context(), "nonsense", "C", "1", 1) },
		} {
			if err := ask(); !errors.Is(err, alerts.ErrNotFound) {
				t.Errorf("got %v, want ErrNotFound", err)
			}
		}
	})
}

func TestAFailedUpdateSavesNothing(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		broken := errors.New("broken")
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			if err := tx.Save([]alerts.Case{newCase("1")}); err != nil {
				t.Fatal(err)
			}
			return broken
		})
		if err != broken {
			t.Errorf("got %v, want the caller's own error", err)
		}
		if _, err := db.CaseOfAlert(t.Context(), "A1"); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		equal(t, "messages", len(all(t, db)), 0)
	})
}

func TestDuePagesComeMostOverdueFirst(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		var cases []alerts.Case
		for i, id := range []string{"1", "2", "3", "4"} {
			c := newCase(id)
			c.Page.NextStepAt = at.Add(-time.Duration(i) * time.Minute)
			cases = append(cases, c)
		}
		cases[0].Page.NextStepAt = at.Add(time.Microsecond)
		cases[3].Page.NextStepAt = time.Time{}
		save(t, db, cases...)
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			due, err := tx.Due(at, 10)
			if err != nil {
				return err
			}
			equal(t, "due", len(due), 2)
			equal(t, "order", due[0].Page.ID+due[1].Page.ID, "P3P2")
			next, err := tx.NextDue()
			equal(t, "next", next, at.Add(-2*time.Minute))
			for i := range due {
				due[i].Page.NextStepAt = time.Time{}
			}
			if err := errors.Join(err, tx.Save(due)); err != nil {
				return err
			}
			next, err = tx.NextDue()
			equal(t, "next after they moved on", next, at.Add(time.Microsecond))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnswersWithoutAVoucherAreFoundUntilOneCame(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		one, other := newCase("1"), newCase("2")
		other.Page.Log = []alerts.Entry{{Did: alerts.DidAcknowledge, Who: "lena", Unverified: true}}
		save(t, db, one, other)
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			found, err := tx.Unverified(10)
			if err != nil {
				return err
			}
			equal(t, "found", len(found), 1)
			equal(t, "page", found[0].Page.ID, "P2")
			found[0].Page.Log[0].Unverified = false
			if err := tx.Save(found); err != nil {
				return err
			}
			found, err = tx.Unverified(10)
			equal(t, "left", len(found), 0)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The whole bot runs in such a bubble: nothing here may wait outside of it.
func TestTwoWeeksPassAtOnce(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "toban.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		c := newCase("1")
		c.Page.NextStepAt = time.Now().Add(14 * 24 * time.Hour)
		save(t, db, c)
		time.Sleep(14 * 24 * time.Hour)
		err = db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			due, err := tx.Due(time.Now(), 1)
			equal(t, "due", len(due), 1)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if ready, _, err := db.Next(t.Context(), time.Now(), nil, 1); err != nil || len(ready) != 1 {
			t.Errorf("messages are due at once: %v %v", ready, err)
		}
	})
}

func TestOpenCasesAreWorstAndNewestFirst(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		one, two, three, four := newCase("1"), newCase("2"), newCase("3"), newCase("4")
		three.Alert.Priority = "P1"
		four.Alert.State = alerts.AlertRecovered
		*four.Page, _ = four.Page.Close(alerts.DidRecover, "", at)
		save(t, db, one, two, three, four)
		open, total, err := db.OpenCases(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "total", total, 3)
		equal(t, "order", open[0].Alert.ID+open[1].Alert.ID, "A3A2")
	})
}

func TestWhatWasDoneIsRecorded(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		first := rotation.Audit{At: at, Who: "U0ANA", Did: "page.acknowledge", Subject: "P1", Detail: "当番"}
		second := rotation.Audit{At: at, Who: "U0BO", Did: "page.take", Subject: "P1"}
		err := db.Alerts().Update(t.Context(), func(tx alerts.Tx) error {
			return errors.Join(tx.Audit(first), tx.Audit(second), tx.Audit(rotation.Audit{At: at, Subject: "P2"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.AuditOf(context.Background(), "P1")
		if diff := cmp.Diff([]rotation.Audit{first, second}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		latest, err := db.AuditLatest(context.Background(), 1)
		if len(latest) != 1 || latest[0].Subject != "P2" || err != nil {
			t.Errorf("latest = %v, %v", latest, err)
		}
	})
}
