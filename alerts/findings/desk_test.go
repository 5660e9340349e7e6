package findings_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/outbox"
)

func TestFindingsGoToThoseWhoOwnTheResource(t *testing.T) {
	o := newOffice(t)
	o.find(finding("1", scan.High, "team", "payments"))
	o.find(finding("2", scan.Critical))
	elsewhere := finding("3", scan.High)
	elsewhere.Account = "999999999999"
	o.find(elsewhere)
	bucket := finding("4", scan.High)
	bucket.Resources[0].ID = "arn:aws:s3:::uploads-prod"
	o.find(bucket)
	o.find(finding("5", scan.Informational))
	passed := finding("6", scan.High)
	passed.Compliance = scan.Passed
	o.find(passed)
	o.find(finding("7", scan.High, "Service", "Cart"))
	o.expect("messages", []string{"finding > C0ALERTS", "finding > C0CHECKOUT", "finding > C0CHECKOUT", "finding > C0CHECKOUT", "finding > C0PLATFORM"}, o.messages())
	var why []string
	for _, r := range o.list() {
		why = append(why, r.Finding.ID+" "+r.Team+" "+r.Why)
	}
	o.expect("owners", []string{"2 platform account 123456789012", "1 checkout team:payments", "3  ", "4 checkout bucket uploads-prod", "7 checkout service:Cart"}, why)
}

func TestManyAtOnceAreOneMessageADay(t *testing.T) {
	o := newOffice(t)
	var items []scan.Item
	for i := range 600 {
		f := finding(fmt.Sprint(i), scan.High)
		if i%2 == 1 {
			f.Severity = scan.Medium
		}
		items = append(items, scan.Item{Finding: &f})
	}
	o.receive(items...)
	if n := len(o.messages(outbox.Finding)); n != 10 {
		t.Errorf("%d have a message of their own, want 10", n)
	}
	o.expect("the rest", []string{"findings_more > C0PLATFORM"}, o.messages(outbox.FindingsMore))
	if n := len(o.list()); n != 100 {
		t.Errorf("the list shows %d at once", n)
	}
	o.receive(items...)
	if n := len(o.messages()); n != 11 {
		t.Errorf("sent again there are %d messages, want 11", n)
	}
}

func TestTheSameFindingIsOneAndComesBackWhenItMust(t *testing.T) {
	o := newOffice(t)
	f := finding("1", scan.High)
	o.find(f)
	o.find(f)
	r := o.list()[0]
	if r.Times != 2 || len(o.messages()) != 1 {
		t.Errorf("seen %d times in %v", r.Times, o.messages())
	}
	at := time.Now()
	if _, a, err := o.Acknowledge(t.Context(), r.ID, "U0ANA", at); err != nil || !a.Changed {
		t.Fatal(a, err)
	}
	if r, a, err := o.Acknowledge(t.Context(), r.ID, "U0BO", at); err != nil || a.Changed || a.By != "U0ANA" || r.Owner != "U0ANA" {
		t.Errorf("the second press: %+v, %+v, %v", r, a, err)
	}
	o.find(f)
	if r := o.list()[0]; r.State != findings.Acknowledged {
		t.Errorf("seen again, it is %s", r.State)
	}
	worse := f
	worse.Severity = scan.Critical
	o.find(worse)
	if r := o.list()[0]; r.State != findings.Open || r.Owner != "U0ANA" {
		t.Errorf("worse, it is %s of %s", r.State, r.Owner)
	}
	mended := worse
	mended.Compliance = scan.Passed
	o.find(mended)
	if len(o.list()) != 0 {
		t.Error("passed, it is still on the list")
	}
	o.find(worse)
	if r := o.list()[0]; r.State != findings.Open {
		t.Errorf("failing again, it is %s", r.State)
	}
	if _, _, err := o.Fixed(t.Context(), r.ID, "U0ANA", at); err != nil {
		t.Fatal(err)
	}
	if _, a, err := o.Assign(t.Context(), r.ID, "U0BO", "U0BO", at); err != nil || a.Changed {
		t.Errorf("assigned though it is done with: %+v, %v", a, err)
	}
	if _, _, err := o.Fixed(t.Context(), "F0", "U0ANA", at); !errors.Is(err, findings.ErrNotFound) {
		t.Errorf("no such finding: %v", err)
	}
}

// EventBridge delivers at least once and in no order, a check that could not run
// says nothing, and the source repeats what it was told.
func TestOnlyNewsChangesAFinding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		state := func(why string, want findings.State) {
			t.Helper()
			var r findings.Record
			err := o.Store.View(t.Context(), func(tx findings.Tx) (err error) {
				r, err = tx.BySource("1")
				return err
			})
			if err != nil || r.State != want {
				t.Errorf("%s: %s, %v, want %s", why, r.State, err, want)
			}
		}
		f := finding("1", scan.High)
		sends := func(change func(*scan.Finding)) {
			t.Helper()
			time.Sleep(time.Minute)
			f.UpdatedAt = time.Now()
			changed := f
			change(&changed)
			o.find(changed)
		}
		sends(func(*scan.Finding) {})
		old := f
		sends(func(f *scan.Finding) { f.Compliance = scan.NotAvailable })
		state("the check could not run", findings.Open)
		sends(func(f *scan.Finding) { f.Compliance = scan.Passed })
		state("it passes", findings.Resolved)
		o.find(old)
		state("an older event comes late", findings.Resolved)
		sends(func(*scan.Finding) {})
		state("it fails again", findings.Open)

		id := o.list()[0].ID
		if _, _, err := o.Suppress(t.Context(), id, "U0ANA", "on purpose", time.Now().Add(48*time.Hour), time.Now()); err != nil {
			t.Fatal(err)
		}
		sends(func(f *scan.Finding) { f.Workflow = scan.Suppressed })
		state("the source repeats the acceptance", findings.Suppressed)
		time.Sleep(48 * time.Hour)
		o.due()
		state("which ends", findings.Open)
		if _, _, err := o.Fixed(t.Context(), id, "U0ANA", time.Now()); err != nil {
			t.Fatal(err)
		}
		sends(func(f *scan.Finding) { f.Workflow = scan.Resolved })
		state("the source repeats that it is fixed", findings.Fixed)
	})
}

func TestASuppressionNeedsAReasonAndAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.find(finding("1", scan.High))
		id, now := o.list()[0].ID, time.Now()
		for _, tt := range []struct {
			reason string
			until  time.Time
			want   findings.Problem
		}{
			{" ", now.Add(time.Hour), findings.NoReason},
			{strings.Repeat("x", 501), now.Add(time.Hour), findings.LongReason},
			{"ok", now, findings.NoEnd},
			{"ok", now.AddDate(1, 0, 2), findings.FarEnd},
		} {
			_, _, err := o.Suppress(t.Context(), id, "U0ANA", tt.reason, tt.until, now)
			var wrong *findings.InputError
			if !errors.As(err, &wrong) || wrong.Problem != tt.want {
				t.Errorf("%s: %v", tt.want, err)
			}
		}
		if _, a, err := o.Suppress(t.Context(), id, "U0ANA", "public on purpose", now.Add(48*time.Hour), now); err != nil || !a.Changed {
			t.Fatal(a, err)
		}
		o.find(finding("1", scan.High))
		if r := o.list()[0]; r.State != findings.Suppressed || r.Reason != "public on purpose" {
			t.Errorf("%+v", r)
		}
		if next := o.due(); next.After(now.Add(48 * time.Hour)) {
			t.Errorf("wakes at %v", next)
		}
		time.Sleep(48 * time.Hour)
		o.due()
		if r := o.list()[0]; r.State != findings.Open || r.Log[len(r.Log)-1].Did != "expire" {
			t.Errorf("after its end it is %s: %+v", r.State, r.Log)
		}
		o.expect("nobody was asked meanwhile", nil, o.messages(outbox.Nudge))
	})
}
