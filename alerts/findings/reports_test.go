package findings_test

import (
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
)

// Security Hub reports a control once for each standard. People deal with it
// once, and it is mended when no standard finds it any more.
func TestOneControlOfSeveralStandardsIsOneFinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		says := func(standard string, severity scan.Severity, change func(*scan.Finding)) {
			t.Helper()
			time.Sleep(time.Minute)
			f := finding("S3.8/orders", severity)
			f.Native, f.ProductARN, f.UpdatedAt = "arn:"+standard, "arn:hub", time.Now()
			change(&f)
			o.find(f)
		}
		fails := func(*scan.Finding) {}
		passes := func(f *scan.Finding) { f.Compliance, f.Severity = scan.Passed, scan.Informational }
		isGone := func(f *scan.Finding) { f.Archived = true }
		stands := func(why string, want findings.State, severity scan.Severity) findings.Record {
			t.Helper()
			var r findings.Record
			err := o.Store.View(t.Context(), func(tx findings.Tx) (err error) {
				r, err = tx.BySource("S3.8/orders")
				return err
			})
			if err != nil || r.State != want || r.Finding.Severity != severity {
				t.Errorf("%s: %s %s, %v; want %s %s", why, r.State, r.Finding.Severity, err, want, severity)
			}
			return r
		}

		says("fsbp", scan.High, fails)
		says("cis", scan.Medium, fails)
		r := stands("two standards", findings.Open, scan.High)
		if len(r.Reports) != 2 || r.Times != 2 || len(o.messages()) != 1 {
			t.Errorf("%d reports, seen %d times, %v", len(r.Reports), r.Times, o.messages())
		}
		if _, _, err := o.Acknowledge(t.Context(), r.ID, "U0ANA", time.Now()); err != nil {
			t.Fatal(err)
		}
		for range 3 { // the milder one must not make the graver one look worse
			says("cis", scan.Medium, fails)
			says("fsbp", scan.High, fails)
		}
		stands("repeated by both", findings.Acknowledged, scan.High)

		says("cis", scan.Medium, isGone)
		stands("one standard is switched off", findings.Acknowledged, scan.High)
		says("fsbp", scan.High, passes)
		stands("the other passes", findings.Resolved, scan.High)
		says("fsbp", scan.High, fails)
		stands("it fails again", findings.Open, scan.High)
		says("pci", scan.High, func(f *scan.Finding) { f.UpdatedAt = f.UpdatedAt.Add(-time.Hour) })
		says("fsbp", scan.High, passes)
		stands("a third standard still finds it", findings.Open, scan.High)
		time.Sleep(8 * 24 * time.Hour)
		says("fsbp", scan.High, passes)
		stands("which has been silent for a week", findings.Resolved, scan.High)
		says("cis", scan.Medium, func(f *scan.Finding) { f.UpdatedAt = f.UpdatedAt.Add(-time.Hour); f.Native = "arn:late" })
		stands("a fourth one's word from before comes late", findings.Resolved, scan.High)
	})
}
