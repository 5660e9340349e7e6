package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/alerts/scan"
)

// onFindings runs do in a transaction for findings.
func onFindings(t testing.TB, db *DB, do func(findings.Tx) error) {
	t.Helper()
	if err := db.Findings().Update(context.Background(), do); err != nil {
		t.Fatal(err)
	}
}

func record(id string, severity scan.Severity) findings.Record {
	return findings.Record{
		ID: "F" + id, Team: "checkout", Channel: "C0CHECKOUT", State: findings.Open, FirstAt: at, LastAt: at, Times: 1, Announced: true,
		Finding: scan.Finding{ID: "source " + id, Title: "S3.8", Severity: severity, Account: "1", Resources: []scan.Resource{{ID: "arn:aws:s3:::uploads-" + id, Tags: map[string]string{"service": "cart"}}}},
	}
}

func TestEveryFieldOfAFindingComesBack(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		var r findings.Record
		fill(reflect.ValueOf(&r).Elem())
		r.ID, r.Version, r.Announced = "F1", 0, true
		var b findings.Bulletin
		fill(reflect.ValueOf(&b).Elem())
		b.Version, b.Records, b.Counts = 0, []string{"F1"}, map[string]int{"high": 2}
		onFindings(t, db, func(tx findings.Tx) error {
			if err := tx.SaveFinding(r); err != nil {
				return err
			}
			return tx.SaveBulletin(b)
		})
		r.Version, b.Version = 1, 1
		got, named, err := db.Bulletin(t.Context(), b.ID)
		if err != nil || len(named) != 1 {
			t.Fatal(len(named), err)
		}
		if d := cmp.Diff(r, named[0]); d != "" {
			t.Errorf("a finding changed on its way:\n%s", d)
		}
		if d := cmp.Diff(b, got); d != "" {
			t.Errorf("a bulletin changed on its way:\n%s", d)
		}
		if _, err := db.Finding(t.Context(), "F9"); !errors.Is(err, findings.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestFindingsAreListedDueAndShown(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		worst, quiet, done := record("1", scan.Critical), record("2", scan.Low), record("3", scan.High)
		worst.NudgeAt, worst.TellAt = at.Add(time.Hour), at.Add(time.Minute)
		quiet.Announced, quiet.Team, quiet.State, quiet.Until = false, "", findings.Suppressed, at.Add(2*time.Hour)
		done.State = findings.Fixed
		onFindings(t, db, func(tx findings.Tx) error {
			for _, r := range []findings.Record{quiet, done, worst} {
				if err := tx.SaveFinding(r); err != nil {
					return err
				}
			}
			return nil
		})
		list := func(q findings.Query) (ids []string) {
			t.Helper()
			err := db.Findings().View(t.Context(), func(tx findings.Tx) error {
				found, total, err := tx.Findings(q)
				for _, r := range found {
					ids = append(ids, r.ID)
				}
				ids = append(ids, fmt.Sprint("of ", total))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		for _, tt := range []struct {
			q    findings.Query
			want []string
		}{
			{findings.Query{}, []string{"F1", "F2", "of 2"}},
			{findings.Query{Limit: 1}, []string{"F1", "of 2"}},
			{findings.Query{Team: findings.NoTeam}, []string{"F2", "of 1"}},
			{findings.Query{AtLeast: scan.High}, []string{"F1", "of 1"}},
			{findings.Query{States: []findings.State{findings.Suppressed, findings.Acknowledged}}, []string{"F2", "of 1"}},
			{findings.Query{Services: []string{"uploads-2", "nothing"}}, []string{"F2", "of 1"}},
			{findings.Query{Account: "2"}, []string{"of 0"}},
		} {
			if d := cmp.Diff(tt.want, list(tt.q)); d != "" {
				t.Errorf("%+v: %s", tt.q, d)
			}
		}
		old := record("4", scan.Critical)
		old.FirstAt = at.Add(-findings.Month)
		public := record("5", scan.High)
		old.Announced, public.Announced = false, false
		public.Finding.ID, public.FirstAt = "securityhub/1/r/S3.8/arn:aws:s3:::exports", at.Add(-findings.Week)
		onFindings(t, db, func(tx findings.Tx) error {
			for _, r := range []findings.Record{old, public} {
				if err := tx.SaveFinding(r); err != nil {
					return err
				}
			}
			counts, err := tx.FindingCounts(findings.Query{Team: old.Team, States: []findings.State{findings.Open}}, at.Add(time.Minute))
			if d := cmp.Diff(map[string]int{"critical/week": 1, "critical/older": 1, "high/month": 1}, counts); d != "" {
				t.Error(d)
			}
			if err != nil {
				return err
			}
			if err := tx.AddResult(scan.Result{ID: "1", Bucket: "uploads", Key: "a", Verdict: scan.Clean, At: at}, false, false); err != nil {
				return err
			}
			buckets, err := tx.Buckets()
			if d := cmp.Diff([]string{"exports", "uploads"}, buckets); d != "" {
				t.Error(d)
			}
			return err
		})
		onFindings(t, db, func(tx findings.Tx) error {
			next, err := tx.NextFindingDue()
			if err != nil || !next.Equal(at.Add(time.Minute)) {
				t.Errorf("next %v, %v", next, err)
			}
			due, err := tx.DueFindings(at.Add(3*time.Hour), 9)
			if len(due) != 2 || due[0].ID != "F1" || due[1].ID != "F2" {
				t.Errorf("due: %+v", due)
			}
			return err
		})
		equal(t, "messages", told(all(t, db)), "finding F1 > C0CHECKOUT 1/0\nfinding F3 > C0CHECKOUT 1/0")
		onFindings(t, db, func(tx findings.Tx) error {
			r, err := tx.BySource("source 1")
			if err != nil {
				return err
			}
			r.Times++
			return tx.SaveFinding(r)
		})
		equal(t, "drawn again", told(all(t, db)), "finding F1 > C0CHECKOUT 2/0\nfinding F3 > C0CHECKOUT 1/0")
		err := db.Findings().Update(t.Context(), func(tx findings.Tx) error { return tx.SaveFinding(record("1", scan.High)) })
		if err == nil {
			t.Error("a stale finding overwrote a newer one")
		}
	})
}

func TestScansAreCountedOnceAndKeptWhereTheyMatter(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		result := func(id, key string, v scan.Verdict) scan.Result {
			return scan.Result{ID: id, Bucket: "uploads", Key: key, Account: "1", Verdict: v, At: at}
		}
		onFindings(t, db, func(tx findings.Tx) error {
			for _, r := range []struct {
				scan.Result
				kept, unpaged bool
			}{
				{result("1", "a", scan.Infected), true, true},
				{result("1", "a", scan.Infected), true, true},
				{result("2", "b", scan.Clean), false, false},
				{result("3", "c", scan.Unscannable), true, false},
				{result("4", "a", scan.Clean), true, true},
			} {
				if err := tx.AddResult(r.Result, r.kept, r.unpaged); err != nil {
					return err
				}
			}
			return nil
		})
		onFindings(t, db, func(tx findings.Tx) error {
			waiting, err := tx.Unpaged(9)
			if err != nil || len(waiting) != 2 || waiting[0].ID != "1" || waiting[1].Verdict != scan.Clean {
				t.Errorf("waiting: %+v, %v", waiting, err)
			}
			for _, r := range waiting {
				if err := tx.Paged(r.ID); err != nil {
					return err
				}
			}
			waiting, err = tx.Unpaged(9)
			if len(waiting) > 0 {
				t.Errorf("still waiting: %+v", waiting)
			}
			return err
		})
		onFindings(t, db, func(tx findings.Tx) error {
			latest, by, err := tx.Results(findings.ResultQuery{Bucket: "uploads", Since: at.Add(-time.Hour)})
			if err != nil {
				return err
			}
			if d := cmp.Diff(map[scan.Verdict]int{scan.Infected: 1, scan.Clean: 2, scan.Unscannable: 1}, by); d != "" {
				t.Error(d)
			}
			if len(latest) != 2 || latest[0].ID != "3" {
				t.Errorf("%+v", latest)
			}
			history, err := tx.ResultsOf("uploads", "a", 9)
			if err != nil || len(history) != 2 || history[0].ID != "1" || history[1].Verdict != scan.Clean {
				t.Errorf("all of the object: %+v, %v", history, err)
			}
			if history, err = tx.ResultsOf("uploads", "a", 1); err != nil || len(history) != 1 || history[0].ID != "4" {
				t.Errorf("the latest of the object: %+v, %v", history, err)
			}
			object, _, err := tx.Results(findings.ResultQuery{Bucket: "uploads", Key: "a", Verdicts: []scan.Verdict{scan.Infected}})
			if len(object) != 1 {
				t.Errorf("of the object: %+v", object)
			}
			return err
		})
		known, err := db.Contexts().Around(t.Context(), enrich.Around{Bucket: "uploads", Key: "a", Since: at.Add(-time.Hour)})
		if err != nil || known.Scan == nil || known.Scan.ID != "1" || known.Scans.N != 3 || known.Scans.Of != "bucket:uploads" {
			t.Errorf("%+v, %v", known, err)
		}
		onFindings(t, db, func(tx findings.Tx) error { return tx.SaveFinding(record("1", scan.High)) })
		known, err = db.Contexts().Around(t.Context(), enrich.Around{Services: []string{"cart"}, Account: "1"})
		if err != nil || known.Open != 1 || known.Findings[0].Resource != "arn:aws:s3:::uploads-1" || known.Scans.Of != "account:1" {
			t.Errorf("%+v, %v", known, err)
		}
		if err := db.Prune(t.Context(), at.Add(401*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		onFindings(t, db, func(tx findings.Tx) error {
			latest, by, err := tx.Results(findings.ResultQuery{})
			if len(latest)+len(by) > 0 {
				t.Errorf("after 401 days: %+v %v", latest, by)
			}
			return err
		})
	})
}

func TestTicksAndProtectionAreRemembered(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		onFindings(t, db, func(tx findings.Tx) error {
			if last, err := tx.Tick("weekly"); err != nil || !last.IsZero() {
				t.Errorf("%v, %v", last, err)
			}
			if p, _, err := tx.Protection(); err != nil || p != nil {
				t.Errorf("%+v, %v", p, err)
			}
			for i := range 2 {
				if err := errors.Join(tx.SaveTick("weekly", at.Add(time.Duration(i)*time.Hour)), tx.SaveProtection(scan.Protection{Engine: fmt.Sprint(i)}, at)); err != nil {
					return err
				}
			}
			last, err := tx.Tick("weekly")
			if err != nil {
				return err
			}
			equal(t, "tick", last, at.Add(time.Hour))
			p, read, err := tx.Protection()
			if p == nil || p.Engine != "1" || !read.Equal(at) {
				t.Errorf("%+v at %v", p, read)
			}
			return err
		})
	})
}

func BenchmarkAround(b *testing.B) {
	db, err := Open(b.Context(), "sqlite:"+b.TempDir()+"/toban.db")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	onFindings(b, db, func(tx findings.Tx) error {
		for i := range 10_000 {
			r := record(fmt.Sprint(i), scan.Medium)
			r.Announced = false
			r.Finding.Resources[0].Tags["service"] = fmt.Sprint("service-", i%500)
			if err := tx.SaveFinding(r); err != nil {
				return err
			}
		}
		return nil
	})
	for b.Loop() {
		if _, err := db.Contexts().Around(b.Context(), enrich.Around{Services: []string{"service-7"}, Bucket: "uploads-7"}); err != nil {
			b.Fatal(err)
		}
	}
}

// A resource that gets another tag belongs to another service's alerts.
func TestAFindingIsFoundByTheNamesItHasNow(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		found := func() (by string) {
			for _, name := range []string{"cart", "search", "uploads-1"} {
				known, err := db.Contexts().Around(t.Context(), enrich.Around{Services: []string{name}})
				if err != nil {
					t.Fatal(err)
				}
				by += fmt.Sprint(name, " ", known.Open, " ")
			}
			return by
		}
		onFindings(t, db, func(tx findings.Tx) error {
			if err := tx.SaveFinding(record("0", scan.Low)); err != nil { // that stays as it is
				return err
			}
			return tx.SaveFinding(record("1", scan.High))
		})
		equal(t, "at first", found(), "cart 2 search 0 uploads-1 1 ")
		onFindings(t, db, func(tx findings.Tx) error {
			r, err := tx.Finding("F1")
			if err != nil {
				return err
			}
			r.Finding.Resources[0].Tags["service"] = "search"
			return tx.SaveFinding(r)
		})
		equal(t, "with another tag", found(), "cart 1 search 1 uploads-1 1 ")
	})
}

func TestEachBucketIsNamedOnce(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		var got []string
		err := db.Findings().Update(t.Context(), func(tx findings.Tx) (err error) {
			for i, bucket := range []string{"b", "a", "b", "", "a", "c"} {
				r := scan.Result{ID: fmt.Sprint(i), Bucket: bucket, Key: "k", Verdict: scan.Clean, At: at.AddDate(0, 0, i%3)}
				if err := tx.AddResult(r, false, false); err != nil {
					return err
				}
			}
			got, err = tx.Buckets()
			return err
		})
		if d := cmp.Diff([]string{"", "a", "b", "c"}, got); d != "" || err != nil {
			t.Error(err, d)
		}
	})
}
