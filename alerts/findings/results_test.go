package findings_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/alerts/scan"
)

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
		} {
			o := newOffice(t)
			result := func(v scan.Verdict, version string, at time.Time) {
				o.n++
				o.receive(scan.Item{Result: &scan.Result{ID: fmt.Sprint(i, "/", o.n), Bucket: "uploads-prod", Key: "k", Version: version, Verdict: v, At: at}})
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
