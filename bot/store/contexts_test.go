package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/outbox"
	"toban/rotation"
)

// warning is a case that pages nobody and may wait for its context.
func warning(id string) alerts.Case {
	c := newCase(id)
	c.Page, c.Alert.Level = nil, alerts.LevelWarn
	c.Alert.LookAt, c.Alert.ShowAt = at, at.Add(5*time.Second)
	return c
}

// blocked is what the WAF blocked.
func blocked(kind waf.Kind) alerts.Context {
	return alerts.Context{At: at, WAF: &waf.Report{Query: "source:waf", Total: 7, Read: 7, Verdict: waf.Verdict{Kind: kind}}, Tries: 1}
}

func dueContexts(t testing.TB, db *DB, now time.Time, limit int, skip ...string) (ids []string, next time.Time) {
	t.Helper()
	cases, next, err := db.Contexts().DueContexts(t.Context(), now, limit, skip)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		ids = append(ids, c.Alert.ID)
	}
	return ids, next
}

func learn(t testing.TB, db *DB, alert string, c alerts.Context, again time.Time) {
	t.Helper()
	if err := db.Contexts().SaveContext(t.Context(), alert, c, again); err != nil {
		t.Fatal(err)
	}
}

func TestOldContextIsForgottenAndCorrectionsAreNot(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, warning("1"), warning("2"), warning("3"))
		for i, id := range []string{"A1", "A2", "A3"} {
			c := blocked(waf.Scan)
			c.At = at.AddDate(0, 0, 200*(i/2))
			learn(t, db, id, c, time.Time{})
		}
		if _, err := db.Correct(t.Context(), "A1", waf.Targeted, "U0ANA", at); err != nil {
			t.Fatal(err)
		}
		if err := db.Prune(t.Context(), at.AddDate(0, 0, 401)); err != nil {
			t.Fatal(err)
		}
		past, err := db.PastWindows(t.Context(), 9)
		var left []string
		for _, c := range past {
			left = append(left, c.Alert.ID)
		}
		if diff := cmp.Diff([]string{"A3", "A1"}, left); diff != "" || err != nil {
			t.Errorf("%v, left after 401 days: %s", err, diff)
		}
	})
}

func TestContextIsLookedUpOncePagesFirst(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		paged := newCase("2")
		paged.Alert.LookAt = at.Add(time.Second)
		later := warning("3")
		later.Alert.LookAt = at.Add(time.Hour)
		save(t, db, warning("1"), paged, later, newCase("4"))
		ids, next := dueContexts(t, db, at.Add(time.Second), 9)
		if diff := cmp.Diff([]string{"A2", "A1"}, ids); diff != "" {
			t.Errorf("due: %s", diff)
		}
		equal(t, "next", next, at.Add(time.Hour))
		ids, _ = dueContexts(t, db, at.Add(time.Second), 1, "A2")
		if diff := cmp.Diff([]string{"A1"}, ids); diff != "" {
			t.Errorf("beside what is being looked up: %s", diff)
		}

		// A press meanwhile neither ends the looking nor begins it anew.
		edit(t, db, "P2", func(c *alerts.Case) { c.Page.State = alerts.PageAcknowledged })
		learn(t, db, "A1", alerts.Context{At: at}, time.Time{})
		learn(t, db, "A2", blocked(waf.Scan), at.Add(time.Minute))
		edit(t, db, "P2", func(c *alerts.Case) { c.Page.State = alerts.PageClosed })
		ids, next = dueContexts(t, db, at.Add(time.Second), 9)
		equal(t, "still due", len(ids), 0)
		equal(t, "next", next, at.Add(time.Minute))

		c, err := db.CaseOfPage(t.Context(), "P2")
		if err != nil || c.Context == nil || c.Context.WAF.Total != 7 {
			t.Errorf("what is known is not read with the page: %+v, %v", c.Context, err)
		}
		if c, err := db.CaseOfAlert(t.Context(), "A1"); err != nil || c.Context != nil {
			t.Errorf("nothing is known, and read is %+v, %v", c.Context, err)
		}
		err = db.Contexts().SaveContext(t.Context(), "A9", blocked(waf.Scan), time.Time{})
		if !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("the context of no alert: %v", err)
		}
	})
}

func TestAWarningWaitsForItsContextAndNoLonger(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		ready := func(now time.Time) (subjects []string, next time.Time) {
			list, next, err := db.Next(t.Context(), now, nil, 9)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range list {
				subjects = append(subjects, r.Subject)
			}
			return subjects, next
		}
		save(t, db, warning("1"))
		subjects, next := ready(at)
		equal(t, "shown at once", len(subjects), 0)
		equal(t, "next", next, at.Add(5*time.Second))
		subjects, _ = ready(at.Add(5 * time.Second))
		equal(t, "shown when nothing came", cmp.Diff([]string{"A1"}, subjects), "")

		// Another alert of the channel does not wait behind it.
		other := warning("2")
		other.Alert.LookAt, other.Alert.ShowAt = time.Time{}, time.Time{}
		save(t, db, other)
		subjects, _ = ready(at)
		equal(t, "the other", cmp.Diff([]string{"A2"}, subjects), "")
		if err := db.Shown(t.Context(), all(t, db)[1].ID, "C0ALERTS", "1.2", 1); err != nil {
			t.Fatal(err)
		}

		learn(t, db, "A1", blocked(waf.Targeted), time.Time{})
		subjects, _ = ready(at)
		equal(t, "shown with its context", cmp.Diff([]string{"A1"}, subjects), "")
	})
}

func TestWhatSlackFailedToShowStillWaits(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, warning("1"))
		if err := db.Later(t.Context(), all(t, db)[0].ID, at.Add(time.Hour), "slack is down"); err != nil {
			t.Fatal(err)
		}
		learn(t, db, "A1", blocked(waf.Scan), time.Time{})
		list, _, err := db.Next(t.Context(), at, nil, 9)
		if err != nil || len(list) > 0 {
			t.Errorf("tried again at once: %v, %v", list, err)
		}
	})
}

func TestAPersonCorrectsTheVerdict(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"), newCase("2"), newCase("3"))
		if _, err := db.Correct(t.Context(), "A1", waf.Scan, "U0ANA", at); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("there was nothing to correct: %v", err)
		}
		for _, id := range []string{"A1", "A2"} {
			learn(t, db, id, blocked(waf.Unsure), time.Time{})
		}
		wanted := all(t, db)[0].Wanted
		before, err := db.Correct(t.Context(), "A1", waf.Targeted, "U0ANA", at)
		if err != nil || before != nil {
			t.Fatalf("%+v, %v", before, err)
		}
		equal(t, "drawn again", all(t, db)[0].Wanted, wanted+1)
		before, err = db.Correct(t.Context(), "A1", waf.Targeted, "U0BO", at.Add(time.Hour))
		if err != nil || before == nil || before.By != "U0ANA" {
			t.Errorf("the second one does not learn who was first: %+v, %v", before, err)
		}
		// A later look-up keeps what the person said, and of what: were it Targeted
		// now, the correction would count as agreement.
		later := blocked(waf.Targeted)
		later.WAF.Total = 9
		learn(t, db, "A1", later, time.Time{})
		equal(t, "the caller's report", later.WAF.Verdict.Kind, waf.Targeted)
		c, err := db.CaseOfAlert(t.Context(), "A1")
		if err != nil || c.Context.Correction == nil || *c.Context.Correction != (alerts.Correction{Kind: waf.Targeted, By: "U0ANA", At: at}) {
			t.Errorf("correction: %+v, %v", c.Context.Correction, err)
		}
		equal(t, "what the bot had said", c.Context.WAF.Verdict.Kind, waf.Unsure)
		equal(t, "requests, by the later look", c.Context.WAF.Total, 9)
		learn(t, db, "A1", alerts.Context{At: at}, time.Time{})
		counts, windows, err := db.Corrections(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "verdicts", windows, 2)
		if diff := cmp.Diff(map[waf.Kind]map[waf.Kind]int{waf.Unsure: {waf.Targeted: 1}}, counts); diff != "" {
			t.Error(diff)
		}
		past, err := db.PastWindows(t.Context(), 9)
		if err != nil || len(past) != 2 || past[0].Alert.ID != "A2" || past[1].Context.Correction == nil {
			t.Errorf("past windows: %d, %v", len(past), err)
		}
	})
}

// Each of them is told the truth: one was first, and what the other one said
// stands, counts once, and both are on record.
func TestTwoPeopleCorrectAtOnce(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		a := p.open(t)
		b := a
		if p.isShared {
			b = p.open(t)
		}
		save(t, a, newCase("1"))
		learn(t, a, "A1", blocked(waf.Unsure), time.Time{})
		befores := map[rotation.PersonID]*alerts.Correction{}
		said := map[rotation.PersonID]waf.Kind{"U0ANA": waf.Targeted, "U0BO": waf.Scan}
		var mu sync.Mutex
		var both sync.WaitGroup
		for who, db := range map[rotation.PersonID]*DB{"U0ANA": a, "U0BO": b} {
			both.Go(func() {
				before, err := db.Correct(t.Context(), "A1", said[who], who, at)
				mu.Lock()
				defer mu.Unlock()
				if befores[who] = before; err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		c, err := a.CaseOfAlert(t.Context(), "A1")
		if err != nil || c.Context.Correction == nil {
			t.Fatal(c.Context, err)
		}
		last := c.Context.Correction
		for who, before := range befores {
			if first := before == nil; first == (who == last.By) || !first && before.By == who {
				t.Errorf("%s learns of %+v, and %+v stands", who, before, last)
			}
		}
		equal(t, "what stands", last.Kind, said[last.By])
		counts, _, err := a.Corrections(t.Context())
		if diff := cmp.Diff(map[waf.Kind]map[waf.Kind]int{waf.Unsure: {last.Kind: 1}}, counts); diff != "" || err != nil {
			t.Error(diff, err)
		}
		record, err := a.AuditOf(t.Context(), "A1")
		if err != nil || len(record) != 2 {
			t.Errorf("on record: %+v, %v", record, err)
		}
	})
}

func TestADetailStandsInTheThreadOfItsAlert(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		want := func() bool {
			t.Helper()
			wanted, err := db.WantDetail(context.Background(), "A1", waf.ByPath)
			if err != nil {
				t.Fatal(err)
			}
			return wanted
		}
		if _, err := db.WantDetail(t.Context(), "A1", waf.ByPath); !errors.Is(err, alerts.ErrNotFound) {
			t.Errorf("nothing is known yet: %v", err)
		}
		learn(t, db, "A1", blocked(waf.Scan), time.Time{})
		equal(t, "before the alert is posted", want(), false)
		var alert outbox.Message
		for _, m := range all(t, db) {
			if m.Kind == outbox.Alert {
				alert = m
			}
		}
		if err := db.Shown(t.Context(), alert.ID, "C0ALERTS", "1.2", 2); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			equal(t, "wanted", want(), true)
		}
		var details []outbox.Message
		for _, m := range all(t, db) {
			if m.Kind == outbox.WAFDetail {
				details = append(details, m)
			}
		}
		if len(details) != 1 || details[0].Thread != alert.ID || details[0].To != "C0ALERTS" || details[0].Subject != "A1/path" {
			t.Errorf("details: %+v", details)
		}
	})
}

func TestWhatWentIntoAStormIsNotLookedUp(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, warning("1"), warning("2"))
		if _, err := db.Fold(t.Context(), "C0ALERTS", at); err != nil {
			t.Fatal(err)
		}
		ids, next := dueContexts(t, db, at.Add(time.Hour), 9)
		if len(ids) > 0 || !next.IsZero() {
			t.Errorf("still to be looked up: %v, %v", ids, next)
		}
	})
}
