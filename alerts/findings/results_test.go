package findings_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/alerts/scan"
)

func TestMalwarePagesAlsoWhenTheProcessDiesBetween(t *testing.T) {
	o := newOffice(t)
	o.pager.err = errors.New("killed")
	o.scanned(scan.Infected, "a,b.zip")
	if len(o.pager.got) > 0 {
		t.Fatal("the pager was not down")
	}
	o.pager.err = nil
	o.due()
	o.due()
	if len(o.pager.got) != 1 {
		t.Fatalf("%d alerts", len(o.pager.got))
	}
	e := o.pager.got[0]
	if e.Source != "scan" || e.Priority != "P1" || e.Scope != "bucket:uploads-prod,key:a%2Cb.zip" || alerts.Tag(e.Tags, "key") != "a,b.zip" || alerts.Tag(e.Tags, "service") != "cart" || alerts.Tag(e.Tags, "team") != "checkout" {
		t.Errorf("%+v", e)
	}
	for _, v := range []scan.Verdict{scan.Unscannable, scan.Errored, scan.Allowed, scan.Clean} {
		o.scanned(v, string(v))
	}
	if len(o.pager.got) != 1 {
		t.Errorf("what is no malware pages: %+v", o.pager.got[1:])
	}
	o.scanned(scan.Suspicious, "c")
	o.scanned(scan.Clean, "a,b.zip")
	if len(o.pager.got) != 3 || o.pager.got[1].Priority != "P2" || o.pager.got[2].Transition != alerts.Recovered || o.pager.got[2].Key() != e.Key() {
		t.Errorf("suspicious, and clean at last: %+v", o.pager.got[1:])
	}
	latest, by, err := o.Malware(t.Context(), findings.ResultQuery{Bucket: "uploads-prod"})
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, r := range latest {
		verdicts = append(verdicts, string(r.Verdict))
	}
	slices.Sort(verdicts)
	o.expect("listed", []string{"allowed", "failed", "infected", "suspicious", "unscannable"}, verdicts)
	if by[scan.Clean] != 2 || by[scan.Infected] != 1 {
		t.Errorf("%v", by)
	}
}

// A clean scan ends an alert only if it is about what was infected.
func TestOnlyALaterCleanScanOfTheSameVersionEndsAnAlert(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		for i, tt := range []struct {
			why             string
			infected, clean string // versions
			late            time.Duration
			want            []alerts.Transition
		}{
			{"the same version", "v1", "v1", time.Minute, []alerts.Transition{alerts.Triggered, alerts.Recovered}},
			{"versions are not told", "", "", time.Minute, []alerts.Transition{alerts.Triggered, alerts.Recovered}},
			{"another version: the infected one is still there", "v1", "v2", time.Minute, []alerts.Transition{alerts.Triggered}},
			{"a scan from before that comes late", "v1", "v1", -time.Minute, []alerts.Transition{alerts.Triggered}},
			{"another scanner, which may know less", "", "other", time.Minute, []alerts.Transition{alerts.Triggered}},
		} {
			o := newOffice(t)
			result := func(v scan.Verdict, version string, at time.Time) {
				o.n++
				scanner := "GuardDuty"
				if version == "other" {
					scanner, version = "Antivirus for Amazon S3", ""
				}
				o.receive(scan.Item{Result: &scan.Result{ID: fmt.Sprint(i, "/", o.n), Scanner: scanner, Bucket: "uploads-prod", Key: "k", Version: version, Verdict: v, At: at}})
			}
			result(scan.Infected, tt.infected, began)
			result(scan.Clean, tt.clean, began.Add(tt.late))
			var got []alerts.Transition
			for _, e := range o.pager.got {
				got = append(got, e.Transition)
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("%s: %v, want %v", tt.why, got, tt.want)
			}
		}
	})
}

// An object's alert ends when nothing of it is infected any more, whichever
// version or scanner said so.
func TestAnAlertEndsWithTheObjectsLastThreat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct{ why, scans, want string }{
			{"one of two versions", "g/v1/infected g/v2/infected g/v2/clean", "triggered triggered"},
			{"the older one is clean: the newer stands", "g/v1/infected g/v2/suspicious g/v1/clean", "triggered triggered"},
			{"both, the newer first", "g/v1/infected g/v2/infected g/v2/clean g/v1/clean", "triggered triggered recovered"},
			{"both, the older first", "g/v1/infected g/v2/infected g/v1/clean g/v2/clean", "triggered triggered recovered"},
			{"one of two scanners", "g//infected a//infected a//clean", "triggered triggered"},
			{"both scanners", "g//infected a//infected g//clean a//clean", "triggered triggered recovered"},
			{"the first one was over before", "g/v1/infected g/v1/clean g/v2/infected g/v2/clean", "triggered recovered triggered recovered"},
			{"the first one came back", "g/v1/infected g/v1/clean g/v1/infected g/v2/infected g/v2/clean", "triggered recovered triggered triggered"},
			{"a person let the other through", "g/v1/infected g/v1/allowed g/v2/infected g/v2/clean", "triggered triggered recovered"},
			{"a scan that failed ends nothing", "g/v1/infected g/v1/failed g/v2/infected g/v2/clean", "triggered triggered"},
			{"clean again says nothing new", "g/v1/infected g/v1/clean g/v1/clean", "triggered recovered"},
		} {
			o := newOffice(t)
			for _, s := range strings.Fields(tt.scans) {
				time.Sleep(time.Minute)
				o.n++
				part := strings.Split(s, "/")
				o.receive(scan.Item{Result: &scan.Result{ID: fmt.Sprint(o.n), Scanner: part[0], Bucket: "uploads-prod", Key: "k", Version: part[1], Verdict: scan.Verdict(part[2]), At: time.Now()}})
			}
			var got []string
			for _, e := range o.pager.got {
				got = append(got, string(e.Transition))
			}
			if strings.ToLower(strings.Join(got, " ")) != tt.want {
				t.Errorf("%s: %v, want %s", tt.why, got, tt.want)
			}
		}
	})
}

// The scanner's document may give the quarantine a name of its own.
func TestAQuarantineMayHaveANameOfItsOwn(t *testing.T) {
	o := newOffice(t)
	err := o.Store.Update(t.Context(), func(tx findings.Tx) error {
		return tx.SaveProtection(scan.Protection{Quarantine: scan.Quarantine{Action: "Move", Bucket: "acme-jail"}}, time.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	o.receive(scan.Item{Result: &scan.Result{ID: "1", Bucket: "acme-jail-1", Key: "uploads-prod/2026/x.zip", Verdict: scan.Infected, At: time.Now()}})
	if e := o.pager.got[0]; e.Scope != "bucket:uploads-prod,key:2026/x.zip" {
		t.Errorf("paged for %s", e.Scope)
	}
}

// A thousand results in one body page as fast as the pager saves groups, and
// those of one object in their order.
func TestAThousandResultsPageTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.pager.took = 6 * time.Millisecond // one commit, which those who wait share
		var items []scan.Item
		at := time.Now()
		for i := range 500 {
			for n, v := range []scan.Verdict{scan.Infected, scan.Clean} {
				items = append(items, scan.Item{Result: &scan.Result{ID: fmt.Sprint(i, "/", n), Scanner: "g", Bucket: "uploads-prod", Key: fmt.Sprint("k", i), Verdict: v, At: at.Add(time.Duration(n) * time.Second)}})
			}
		}
		if err := o.Receive(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := o.PageDue(t.Context(), began); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); len(o.pager.got) != 1000 || took > time.Second {
			t.Errorf("%d alerts in %s", len(o.pager.got), took)
		}
		last := map[string]alerts.Transition{}
		for _, e := range o.pager.got {
			last[e.Scope] = e.Transition
		}
		for scope, transition := range last {
			if transition != alerts.Recovered {
				t.Errorf("%s ends %s", scope, transition)
			}
		}
	})
}

// A result that cannot become an alert holds up what came later of its object,
// and nothing else.
func TestOneResultThatCannotBeSavedHoldsUpNoOther(t *testing.T) {
	o := newOffice(t)
	var items []scan.Item
	for i := range 250 {
		items = append(items, scan.Item{Result: &scan.Result{ID: fmt.Sprint(i), Scanner: "g", Bucket: "uploads-prod", Key: fmt.Sprint("k", i), Verdict: scan.Infected, At: time.Now()}})
	}
	items = append(items, scan.Item{Result: &scan.Result{ID: "later", Scanner: "g", Bucket: "uploads-prod", Key: "k0", Verdict: scan.Clean, At: time.Now()}})
	if err := o.Receive(t.Context(), items); err != nil {
		t.Fatal(err)
	}
	o.pager.not = "0"
	if _, err := o.PageDue(t.Context(), time.Now()); err == nil || len(o.pager.got) != 249 {
		t.Errorf("%d alerts of 249, %v", len(o.pager.got), err)
	}
	o.pager.not = ""
	if _, err := o.PageDue(t.Context(), time.Now()); err != nil || len(o.pager.got) != 251 || o.pager.got[250].ID != "later" {
		t.Errorf("afterwards %d alerts of 251, %v", len(o.pager.got), err)
	}
}
