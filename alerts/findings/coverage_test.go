package findings_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/outbox"
)

func TestWhatTheScannerNoLongerCoversIsAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		doc := filepath.Join(t.TempDir(), "scanner.json")
		announced := 0
		says := func(why, text string, want ...string) {
			t.Helper()
			if err := os.WriteFile(doc, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			o.due()
			time.Sleep(5 * time.Minute)
			var got []string
			for _, b := range o.bulletins(outbox.Protection)[announced:] {
				for _, c := range b.Changes {
					got = append(got, c.What+" "+c.Bucket)
				}
				announced++
			}
			o.expect(why, want, got)
		}
		covers := func() findings.Coverage {
			t.Helper()
			c, err := o.Coverage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		if _, err := o.Coverage(t.Context()); !errors.Is(err, findings.ErrNotFound) {
			t.Errorf("none is configured: %v", err)
		}
		o.Settings.Document, o.Settings.Every, o.Settings.Buckets = doc, 5*time.Minute, []string{"orders"}
		says("half-written when it is read first", `{"quarantine":`, "unreadable ")
		if c := covers(); !c.ReadAt.IsZero() || c.FailedAt.IsZero() {
			t.Errorf("never read: %+v", c)
		}
		says("all is new", `{"quarantine":{"action":"Move"},"avEventProtectedBuckets":["uploads-prod","a"]}`)
		o.scanned(scan.Clean, "x")
		public := finding("1", scan.High)
		public.ID, public.Resources[0].ID = "securityhub/1/r/S3.8/arn:aws:s3:::exports", "arn:aws:s3:::exports"
		o.find(public)
		if c := covers(); len(c.Buckets) != 2 || !slices.Equal(c.Uncovered, []string{"exports", "orders"}) || c.Named != 1 || c.Seen != 2 || !c.FailedAt.IsZero() {
			t.Errorf("%+v", c)
		}
		says("a bucket less", `{"quarantine":{"action":"Move"},"avEventProtectedBuckets":["a"]}`, "unprotected uploads-prod")
		if c := covers(); !slices.Equal(c.Uncovered, []string{"exports", "orders", "uploads-prod"}) {
			t.Errorf("uncovered: %v", c.Uncovered)
		}
		says("empty, but that was said today", ``)
		says("without any list", `{"quarantine":{"action":"Move"}}`, "unlisted ")
		if c := covers(); len(c.Buckets) != 1 || c.FailedAt.IsZero() {
			t.Errorf("what was known is forgotten: %+v", c)
		}
		says("mended, with more", `{"quarantine":{"action":"Move"},"avEventProtectedBuckets":["a","b","c","d"],"avScheduledBuckets":["a"]}`,
			"mode a", "protected b", "protected c", "protected d")
		says("shrunk", `{"quarantine":{"action":"Move"},"avEventProtectedBuckets":[],"avScheduledBuckets":[]}`,
			"many ", "unprotected a", "unprotected b", "unprotected c", "unprotected d")
	})
}

// The document's address may be signed: whoever reads it could fetch the document.
func TestAnAddressThatFailsIsNotShown(t *testing.T) {
	for address, want := range map[string]string{
		"https://127.0.0.1:1/app.json?X-Amz-Signature=hush": "no answer from 127.0.0.1:1: dial tcp",
		"https://hush:hush@127.0.0.1:1/hush?hush":           "no answer from 127.0.0.1:1: dial tcp",
		"https://127.0.0.1:port/?X-Amz-Signature=hush":      "not an address: ",
	} {
		o := newOffice(t)
		var log string
		o.Trouble = func(err error) { log += err.Error() }
		o.Settings.Document, o.Settings.Every = address, 5*time.Minute
		o.due()
		said := o.bulletins(outbox.Protection)[0].Changes[0].After
		if !strings.HasPrefix(said, want) || strings.Contains(said+log, "hush") || !strings.Contains(log, want) {
			t.Errorf("%s: said %q, logged %q", address, said, log)
		}
	}
}

// What scanners and Security Hub say of themselves reaches whoever owns the
// bucket, once, and does not page.
func TestWhatScannersSayOfThemselvesIsShown(t *testing.T) {
	o := newOffice(t)
	plan := scan.Other{ID: "1", Title: "GuardDuty Malware Protection Resource Status Error", Text: "ERROR", Bucket: "uploads-prod", At: time.Now()}
	licence := scan.Other{ID: "2", Title: "trialExpiration", Text: "tomorrow", At: time.Now()}
	again := plan
	again.ID = "3"
	for range 2 { // EventBridge and SNS repeat themselves
		o.receive(scan.Item{Other: &plan}, scan.Item{Other: &licence}, scan.Item{Other: &again})
	}
	o.expect("messages", []string{"scan_notices > C0ALERTS", "scan_notices > C0CHECKOUT"}, o.messages())
	for _, b := range o.bulletins(outbox.ScanNotices) {
		if b.Channel == "C0CHECKOUT" && (b.Total != 2 || len(b.Notices) != 1 || b.Notices[0].Times != 2) {
			t.Errorf("%+v", b)
		}
	}
	if len(o.pager.got) > 0 {
		t.Error("somebody was paged")
	}
}
