package enrich

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

func TestASmallWindowIsReadWholeInFourQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total, h.dog.yesterday = records(40, "/api/feed"), 40, 12
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		h.looks(t.Context())
		r := h.shelf.saved["A1"].WAF
		if r == nil || r.Total != 40 || r.Read != 40 || r.Summary.Stopped.Addresses.Distinct != 40 || r.Before == nil || r.Before.Before != 12 {
			t.Fatalf("%+v", r)
		}
		if n := h.dog.questions(); n != 4 {
			t.Errorf("%d questions: %v", n, h.dog.asked)
		}
		if !h.shelf.again["A1"].IsZero() || len(h.wrong) > 0 {
			t.Errorf("again at %v, %v", h.shelf.again["A1"], h.wrong)
		}
	})
}

func TestALargeWindowIsCountedInNineQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total, h.dog.yesterday = records(1200, "/api/feed"), 48_000, 300
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		h.looks(t.Context())
		r := h.shelf.saved["A1"].WAF
		if r.Total != 48_000 || r.Read != 1000 || h.dog.questions() != 9 {
			t.Fatalf("%d requests, %d read, %d questions", r.Total, r.Read, h.dog.questions())
		}
		paths, of := r.List(waf.ByPath)
		if of != 48_000 || len(paths.Top) != 1 || paths.Top[0].N != 48_000 || paths.Top[0].Key == "/login?token=abcdef0123456789" {
			t.Errorf("secrets in what Datadog counted are masked, and the same then counts together: %+v of %d", paths, of)
		}
		if paths.Distinct != 77 {
			t.Errorf("%d different paths", paths.Distinct)
		}
		if rules, of := r.List(waf.ByRule); of != 1000 || rules.Top[0].N != 1000 {
			t.Errorf("sub-rules are of what was read: %+v of %d", rules, of)
		}
	})
}

func TestWhatIsMissingIsSaidAndAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total = records(10, "/"), 10
		h.dog.partial["stopped"] = "timeout"
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		h.looks(t.Context())
		c := h.shelf.saved["A1"]
		if c.WAF == nil || c.WAF.Total != 10 || len(c.Missing) != 1 || c.Missing[0].Why != "timeout" || len(c.WAF.Partial) == 0 {
			t.Fatalf("a part of an answer is kept and called one: %+v", c)
		}
		if wait := time.Until(h.shelf.again["A1"]); wait != time.Minute {
			t.Errorf("again after %v", wait)
		}
		time.Sleep(time.Minute)
		h.dog.fails = errors.New("connection refused")
		h.looks(t.Context())
		c = h.shelf.saved["A1"]
		if c.WAF == nil || c.WAF.Total != 10 || c.Missing[0].Why != "connection refused" {
			t.Errorf("a later failure took away what was known: %+v", c)
		}
		if wait := time.Until(h.shelf.again["A1"]); wait != 4*time.Minute {
			t.Errorf("the third try is after %v", wait)
		}
		time.Sleep(4 * time.Minute)
		h.dog.fails, h.dog.partial = nil, nil
		h.looks(t.Context())
		if c = h.shelf.saved["A1"]; len(c.Missing) != 0 || !h.shelf.again["A1"].IsZero() {
			t.Errorf("whole at last: %+v, again at %v", c.Missing, h.shelf.again["A1"])
		}
	})
}

func TestASlowDatadogHoldsUpNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.takes = time.Hour
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		begun := time.Now()
		tries := 0
		for {
			next := h.looks(t.Context())
			tries = h.shelf.saved["A1"].Tries
			if tries == 1 && time.Since(begun) > 5*time.Second {
				t.Errorf("the first answer came after %v", time.Since(begun))
			}
			if m := h.shelf.saved["A1"].Missing; len(m) == 0 || m[0].Why != "slow" {
				t.Fatalf("missing: %+v", m)
			}
			if next.IsZero() {
				break
			}
			time.Sleep(time.Until(next))
		}
		if m := h.shelf.saved["A1"].Missing; tries != 4 || !m[0].Again.IsZero() {
			t.Errorf("after %d tries: %+v", tries, m)
		}
	})
}

// Three seconds are slow, but the first sight of a warning waits five.
func TestAnAnswerThatTakesThreeSecondsIsNotThrownAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total, h.dog.takes = records(40, "/api/feed"), 40, 3*time.Second
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		begun := time.Now()
		h.looks(t.Context())
		if c := h.shelf.saved["A1"]; c.WAF == nil || len(c.Missing) > 0 || time.Since(begun) != 3*time.Second {
			t.Errorf("after %v: %+v", time.Since(begun), c)
		}
		h.dog.takes = time.Hour
		h.shelf.due = append(h.shelf.due, alerts.Case{Alert: alerts.Alert{ID: "A2", Type: "log_alert", Scope: "host:b", Tags: []string{"source:waf"}, OpenedAt: time.Now()}})
		begun = time.Now()
		h.looks(t.Context())
		if c := h.shelf.saved["A2"]; len(c.Missing) == 0 || time.Since(begun) >= h.Settings.Wait {
			t.Errorf("that nothing comes is said before anybody sees the alert: after %v, %+v", time.Since(begun), c)
		}
	})
}

func TestRefusedKeysAreNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.fails = errRefusedKeys
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		h.looks(t.Context())
		if m := h.shelf.saved["A1"].Missing; m[0].Why != "refused" {
			t.Errorf("%+v", m)
		}
	})
}

func TestTheHoursQuestionsAreKeptForThoseWhoPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.Looker.meter.budget = 12
		h.dog.stopped, h.dog.total = records(10, "/"), 10
		for _, id := range []string{"one", "two", "three", "paged"} {
			c := alerts.Case{Alert: wafAlert(id)}
			c.Alert.Scope = "host:" + id + ".example.com"
			if id == "paged" {
				c.Page = &alerts.Page{State: alerts.PageTriggered}
			}
			h.shelf.due = append(h.shelf.due, c)
			h.looks(t.Context())
		}
		if c := h.shelf.saved["three"]; c.WAF != nil || len(c.Missing) == 0 || c.Missing[0].Why != "budget" {
			t.Errorf("the budget was ignored: %+v", c)
		}
		if c := h.shelf.saved["paged"]; c.WAF == nil || len(c.Missing) > 0 {
			t.Errorf("the one that pages did not get all: %+v", c.Missing)
		}
		if n := h.dog.questions(); n != 12 {
			t.Errorf("%d questions of 12", n)
		}
		if wait := time.Until(h.shelf.again["three"]); wait != time.Hour {
			t.Errorf("asked again after %v, when nothing is left", wait)
		}
		time.Sleep(61 * time.Minute)
		h.looks(t.Context())
		if c := h.shelf.saved["three"]; c.WAF == nil || len(c.Missing) > 0 {
			t.Errorf("an hour later: %+v", c.Missing)
		}
	})
}

// With one question left the records are read, for without them the rest says
// nothing, and the rest is asked for when it may be.
func TestTheLastQuestionIsForTheRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.Looker.meter.budget = 1
		h.dog.stopped, h.dog.total = records(10, "/"), 10
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		h.looks(t.Context())
		c := h.shelf.saved["A1"]
		if c.WAF == nil || c.WAF.Total != 10 || len(c.Missing) != 1 || c.Missing[0].Why != "budget" {
			t.Fatalf("%v: %+v", h.dog.asked, c)
		}
		if wait := time.Until(h.shelf.again["A1"]); wait != time.Hour {
			t.Errorf("asked again after %v, when nothing is left", wait)
		}
	})
}

// A thousand alerts about blocked requests, every one of another host and half
// of them paging, ask for far more than an hour has. No hour gets more than its
// 300, what people ask by hand included, and those who page are served first.
func TestNoHourOfAStormHasMoreThanItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total, h.dog.takes = records(40, "/api/feed"), 40, 200*time.Millisecond
		for i := range 1000 {
			c := alerts.Case{Alert: wafAlert(fmt.Sprint("A", i))}
			c.Alert.Scope = fmt.Sprintf("host:h%d.example.com", i)
			if i%2 == 0 {
				c.Page = &alerts.Page{State: alerts.PageTriggered}
			}
			h.shelf.due = append(h.shelf.due, c)
		}
		begun := time.Now()
		for time.Since(begun) < 6*time.Hour {
			next := h.looks(t.Context())
			_, _ = h.Top(t.Context(), waf.ByPath, time.Hour)
			if time.Since(begun) < 10*time.Minute {
				var paged, others int
				for id, c := range h.shelf.saved {
					if n := id[len(id)-1] - '0'; c.WAF != nil && n%2 == 0 {
						paged++
					} else if c.WAF != nil {
						others++
					}
				}
				if others > 50 || paged < 25 {
					t.Errorf("at first %d alerts that page and %d others have their context", paged, others)
				}
			}
			if next.IsZero() {
				break
			}
			time.Sleep(time.Until(next))
		}
		first, most := 0, 0
		for i, at := range h.dog.when {
			for !h.dog.when[first].After(at.Add(-time.Hour)) {
				first++
			}
			most = max(most, i-first+1)
		}
		if most != 300 {
			t.Errorf("the busiest hour has %d questions", most)
		}
		for id, c := range h.shelf.saved {
			if c.WAF == nil && (len(c.Missing) == 0 || c.Missing[0].Why != "budget") {
				t.Fatalf("%s has no context and does not say why: %+v", id, c)
			}
		}
		t.Logf("%d questions in %v for %d alerts", len(h.dog.when), time.Since(begun), h.shelf.saves)
	})
}

func TestAStormAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.takes = 100 * time.Millisecond
		h.dog.deploys = []alerts.Deploy{{Title: "Deployed checkout"}}
		for i := range 40 {
			h.shelf.due = append(h.shelf.due, alerts.Case{Alert: alerts.Alert{ID: fmt.Sprint("A", i), Scope: fmt.Sprintf("service:checkout,pod:%d", i), OpenedAt: time.Now()}})
		}
		h.looks(t.Context())
		if n := h.dog.questions(); n != 1 || h.shelf.saves != 40 {
			t.Errorf("%d questions for %d alerts", n, h.shelf.saves)
		}
		if d := h.shelf.saved["A39"].Deploys; len(d) != 1 {
			t.Errorf("the last one got %v", d)
		}
		// Without anything to share, four are looked up at a time.
		h.dog.asked, h.dog.most = nil, 0
		for i := range 10 {
			h.shelf.due = append(h.shelf.due, alerts.Case{Alert: alerts.Alert{ID: fmt.Sprint("B", i), Scope: fmt.Sprintf("service:s%d", i), OpenedAt: time.Now()}})
		}
		h.looks(t.Context())
		if h.dog.most != atOnce || h.dog.questions() != 10 {
			t.Errorf("%d at once, %d questions", h.dog.most, h.dog.questions())
		}
	})
}

func TestAnEndInTheMiddleLeavesItDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.takes = time.Second
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		ctx, stop := context.WithCancel(t.Context())
		if _, err := h.Due(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
		stop()
		h.Wait()
		if h.shelf.saves != 0 {
			t.Error("half an answer was saved")
		}
		h.looks(t.Context())
		if h.shelf.saves != 1 {
			t.Error("it was not looked up after the restart")
		}
	})
}

func TestOneReplicaLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.shelf.due, h.shelf.leased = []alerts.Case{{Alert: wafAlert("A1")}}, true
		next := h.looks(t.Context())
		if h.dog.questions() != 0 || time.Until(next) != time.Second {
			t.Errorf("%d questions, next in %v", h.dog.questions(), time.Until(next))
		}
		h.shelf.leased = false
		h.shelf.fails = errors.New("disk full")
		if _, err := h.Due(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		h.Wait()
		if len(h.wrong) != 1 {
			t.Errorf("a save that failed is told: %v", h.wrong)
		}
	})
}

// A look-up may take longer than another replica waits for a dead one.
func TestWhatIsOnItsWayStaysWithItsReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.takes = time.Hour
		h.shelf.due = []alerts.Case{{Alert: wafAlert("A1")}}
		for range 4 { // as often as the timer sweeps, where replicas share the store
			if _, err := h.Due(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			if left := time.Until(h.shelf.heldUntil); left != holdFor {
				t.Errorf("the lease ends in %v", left)
			}
			time.Sleep(time.Second)
		}
		h.Wait()
	})
}

func TestWhatTheBotKnowsItselfNeedsNoDatadog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.Logs = nil
		h.shelf.known = Known{Open: 3, Findings: []alerts.OpenFinding{{Title: "S3.8"}}}
		a := alerts.Alert{ID: "A1", Scope: "service:checkout", OpenedAt: time.Now()}
		h.looks(t.Context())
		if look, after, patience := h.Look(a); !look || after != afterStorm || patience != 0 {
			t.Errorf("%v %v %v", look, after, patience)
		}
		h.shelf.due = []alerts.Case{{Alert: a}}
		h.looks(t.Context())
		if c := h.shelf.saved["A1"]; c.Open != 3 || len(c.Missing) != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestNothingIsLookedUpWhereNothingCanBeKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			why, scope string
			datadog    bool
			known      int
			want       bool
		}{
			{"no keys and no findings", "service:checkout", false, 0, false},
			{"findings, and a service to find them by", "service:checkout", false, 3, true},
			{"findings, and nothing to find them by", "pod:1", false, 3, false},
			{"keys, and a service whose deploys to ask for", "service:checkout", true, 0, true},
			{"keys, and a host that the WAF may know", "host:shop.example.com", true, 0, true},
			{"keys, and nothing to ask", "pod:1", true, 0, false},
		} {
			h := newHouse(t)
			if !tt.datadog {
				h.Logs = nil
			}
			h.shelf.known.Open = tt.known
			h.looks(t.Context())
			if look, _, _ := h.Look(alerts.Alert{ID: "A1", Scope: tt.scope, OpenedAt: time.Now()}); look != tt.want {
				t.Errorf("%s: looked up: %v", tt.why, look)
			}
		}
	})
}
