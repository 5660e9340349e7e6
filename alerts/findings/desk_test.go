package findings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/outbox"
	"toban/bot/store"
	"toban/rotation"
)

// cutStore dies instead of making a change, once for each number: as if the
// process had been killed between two of them.
type cutStore struct {
	findings.Store
	updates int
	dies    map[int]bool
}

func (s *cutStore) Update(ctx context.Context, do func(findings.Tx) error) error {
	if s.updates++; s.dies[s.updates] {
		return errors.New("killed")
	}
	return s.Store.Update(ctx, do)
}

func TestWhatASourceToldIsNotLostWhereverTheProcessDies(t *testing.T) {
	for dies := range 10 {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": &logs{}}, 5*time.Minute
			o.Store = &cutStore{Store: o.db.Findings(), dies: map[int]bool{dies: true}}
			for range 3 {
				_, _ = o.Due(t.Context(), time.Now())
				time.Sleep(6 * time.Minute)
			}
			if list := o.list(); len(list) != 1 || list[0].Times != 1 {
				t.Errorf("killed before change %d: %+v", dies, list)
			}
		})
	}
}

// pager keeps what would page.
type pager struct {
	got []alerts.Event
	err error
}

func (p *pager) Receive(_ context.Context, e alerts.Event) error {
	if p.err != nil {
		return p.err
	}
	for _, known := range p.got {
		if known.ID == e.ID {
			return nil
		}
	}
	p.got = append(p.got, e)
	return nil
}

var tokyo = func() *time.Location {
	z, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		panic(err)
	}
	return z
}()

// office is a desk on a real database, with two teams.
type office struct {
	*findings.Desk
	t     *testing.T
	db    *store.DB
	pager *pager
	n     int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "toban.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &office{t: t, db: db, pager: &pager{}}
	o.Desk = &findings.Desk{
		Store: db.Findings(), Pager: o.pager,
		OnCall: func(context.Context, string, time.Time) (rotation.PersonID, error) { return "U0MEI", nil },
		Settings: findings.Settings{
			Teams: []findings.Team{
				{Name: "checkout", Channel: "C0CHECKOUT", Rotation: "checkout", Tags: map[string][]string{"team": {"payments"}, "service": {"cart"}}, Buckets: []string{"uploads-*"}},
				{Name: "platform", Channel: "C0PLATFORM", Accounts: []string{"123456789012"}},
			},
			Default: "C0ALERTS", Zone: tokyo, Announce: scan.High, PerDay: 10, Nudge: []time.Duration{24 * time.Hour, 72 * time.Hour}, Weekly: "0 10 * * 1",
		},
	}
	return o
}

func finding(id string, severity scan.Severity, tags ...string) scan.Finding {
	f := scan.Finding{ID: id, Product: "Security Hub", Account: "123456789012", Control: "S3.8", Title: "S3.8 open bucket", Severity: severity, Compliance: scan.Failed, Workflow: scan.New}
	r := scan.Resource{Type: "AwsS3Bucket", ID: "arn:aws:s3:::b-" + id, Tags: map[string]string{}}
	for i := 0; i+1 < len(tags); i += 2 {
		r.Tags[tags[i]] = tags[i+1]
	}
	f.Resources = []scan.Resource{r}
	return f
}

func (o *office) receive(items ...scan.Item) {
	o.t.Helper()
	if err := o.Receive(o.t.Context(), items); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) find(f scan.Finding) { o.t.Helper(); o.receive(scan.Item{Finding: &f}) }

func (o *office) scanned(v scan.Verdict, key string) {
	o.t.Helper()
	o.n++
	o.receive(scan.Item{Result: &scan.Result{ID: fmt.Sprint("r", o.n), Scanner: "GuardDuty", Account: "123456789012", Bucket: "uploads-prod", Key: key, Verdict: v, At: time.Now()}})
}

func (o *office) due() time.Time {
	o.t.Helper()
	next, err := o.Due(o.t.Context(), time.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return next
}

func (o *office) list() []findings.Record {
	o.t.Helper()
	list, _, err := o.List(o.t.Context(), findings.Query{})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// messages are what Slack should show, "kind > channel", oldest first.
func (o *office) messages(kinds ...outbox.Kind) (told []string) {
	o.t.Helper()
	for _, to := range []string{"C0ALERTS", "C0CHECKOUT", "C0PLATFORM"} {
		list, err := o.db.Unposted(o.t.Context(), to)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, m := range list {
			if len(kinds) == 0 || slices.Contains(kinds, m.Kind) {
				told = append(told, string(m.Kind)+" > "+to)
			}
		}
	}
	return told
}

func (o *office) expect(why string, want []string, got []string) {
	o.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		o.t.Errorf("%s (-want +got):\n%s", why, d)
	}
}

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
	o.expect("messages", []string{"finding > C0ALERTS", "finding > C0CHECKOUT", "finding > C0CHECKOUT", "finding > C0PLATFORM"}, o.messages())
	var why []string
	for _, r := range o.list() {
		why = append(why, r.Finding.ID+" "+r.Team+" "+r.Why)
	}
	o.expect("owners", []string{"2 platform account 123456789012", "1 checkout team:payments", "3  ", "4 checkout bucket uploads-prod"}, why)
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

func TestMalwarePagesAlsoWhenTheProcessDiesBetween(t *testing.T) {
	o := newOffice(t)
	o.pager.err = errors.New("killed")
	var trouble error
	o.Trouble = func(err error) { trouble = err }
	o.scanned(scan.Infected, "a,b.zip")
	if trouble == nil || len(o.pager.got) > 0 {
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

func TestATeamIsAskedOnceADayUntilItReacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t) // it is Saturday, 2000-01-01, 9:00 in Tokyo
		o.find(finding("1", scan.High, "team", "payments"))
		o.find(finding("2", scan.Critical, "team", "payments"))
		o.find(finding("3", scan.Low, "team", "payments"))
		var asked []string
		seen := 0
		for day := range 12 {
			for range 24 {
				o.due()
				if n := len(o.messages(outbox.Nudge)); n > seen {
					seen = n
					asked = append(asked, fmt.Sprint(day, " ", time.Now().In(tokyo).Format("Mon 15:04")))
				}
				time.Sleep(time.Hour)
			}
		}
		o.expect("asked", []string{"2 Mon 10:00", "5 Thu 10:00", "9 Mon 10:00"}, asked)
		b, named, err := o.db.Bulletin(t.Context(), "nudge/checkout/2000-01-03")
		if err != nil || b.Asked != "U0MEI" || len(named) != 2 || b.Total != 2 {
			t.Errorf("%+v names %d, %v", b, len(named), err)
		}
		for _, r := range o.list() {
			if _, _, err := o.Acknowledge(t.Context(), r.ID, "U0ANA", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		for range 12 * 24 {
			o.due()
			time.Sleep(time.Hour)
		}
		if n := len(o.messages(outbox.Nudge)); n != seen {
			t.Errorf("asked %d times more though they reacted", n-seen)
		}
	})
}

func TestEachWeekHasItsListOnceAlsoWhenTheClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Settings.Weekly = "30 2 * * 0" // Sundays at 2:30, which one Sunday does not have and another has twice
		o.Settings.Teams = o.Settings.Teams[:1]
		o.Settings.Teams[0].Zone = berlin
		o.Settings.Nudge = nil
		o.find(finding("1", scan.High, "team", "payments"))
		var weeks []string
		seen := 0
		for range 370 * 48 {
			o.due()
			if n := len(o.messages(outbox.FindingsWeek)); n > seen {
				seen = n
				weeks = append(weeks, time.Now().In(berlin).Format("01-02"))
			}
			time.Sleep(30 * time.Minute)
		}
		if len(weeks) != 52+1 || weeks[0] != "01-02" || !slices.Contains(weeks, "03-26") || !slices.Contains(weeks, "10-29") {
			t.Errorf("%d lists: %v", len(weeks), weeks)
		}
		time.Sleep(5 * 7 * 24 * time.Hour) // the bot is down for five weeks
		o.due()
		o.due()
		if n := len(o.messages(outbox.FindingsWeek)) - seen; n != 1 {
			t.Errorf("made up %d times, want once", n)
		}
		b, _, err := o.db.Bulletin(t.Context(), "findings_week/checkout/2000-01-09")
		if err != nil || b.Counts["high/month"] != 1 || b.Total != 1 {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

func TestTheSourceIsToldInOrderUntilItHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		for _, standard := range []string{"cis", "fsbp", "cis"} { // one control, reported for two standards
			f := finding("1", scan.High)
			f.Native, f.ProductARN = "arn:"+standard, "arn:hub"
			o.find(f)
		}
		id := o.list()[0].ID
		o.Settings.Hook = []string{"tell"}
		fails := 2
		var told []string
		o.Run = func(_ context.Context, _ []string, input []byte) error {
			if fails > 0 {
				fails--
				return errors.New("throttled")
			}
			var deed struct {
				Finding []struct{ Id, ProductArn string } `json:"finding_identifiers"`
				Deed    string                            `json:"deed"`
				By      string                            `json:"by"`
				Reason  string                            `json:"reason"`
			}
			if err := json.Unmarshal(input, &deed); err != nil {
				return err
			}
			told = append(told, fmt.Sprint(deed.Finding)+" "+deed.Deed+" "+deed.By+" "+deed.Reason)
			return nil
		}
		if _, _, err := o.Acknowledge(t.Context(), id, "U0ANA", time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := o.Suppress(t.Context(), id, "U0BO", "known", time.Now().Add(24*time.Hour), time.Now()); err != nil {
			t.Fatal(err)
		}
		o.due()
		if r := o.list()[0]; r.TellWhy != "throttled" || len(told) > 0 {
			t.Errorf("%+v", r)
		}
		for range 20 {
			time.Sleep(time.Minute)
			o.due()
		}
		o.expect("told", []string{"[{arn:cis arn:hub} {arn:fsbp arn:hub}] acknowledge U0ANA ", "[{arn:cis arn:hub} {arn:fsbp arn:hub}] suppress U0BO known"}, told)
	})
	o := newOffice(t)
	o.find(finding("1", scan.High))
	out := filepath.Join(t.TempDir(), "out")
	o.Settings.Hook = []string{"sh", "-c", `cat > "$0"`, out}
	if _, _, err := o.Fixed(t.Context(), o.list()[0].ID, "U0ANA", time.Now()); err != nil {
		t.Fatal(err)
	}
	o.due()
	if raw, err := os.ReadFile(out); err != nil || !strings.Contains(string(raw), `"deed":"resolve"`) {
		t.Errorf("a real command heard %q, %v", raw, err)
	}
}

func TestWhatTheScannerNoLongerCoversIsAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		doc := filepath.Join(t.TempDir(), "scanner.json")
		write := func(text string) {
			if err := os.WriteFile(doc, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		o.Settings.Document, o.Settings.Every, o.Settings.Buckets = doc, 5*time.Minute, []string{"orders"}
		if _, _, _, err := o.Coverage(t.Context()); !errors.Is(err, findings.ErrNotFound) {
			t.Errorf("never read: %v", err)
		}
		write(`{"quarantine":{"action":"Move"},"avEventProtectedBuckets":["uploads-prod","a"]}`)
		o.due()
		o.scanned(scan.Clean, "x")
		o.expect("at first", nil, o.messages())
		p, bare, _, err := o.Coverage(t.Context())
		if err != nil || len(p.Buckets) != 2 || !slices.Equal(bare, []string{"orders"}) {
			t.Errorf("%+v, %v, %v", p, bare, err)
		}
		write(`{"quarantine":{"action":"Move"},"avEventProtectedBuckets":["a"]}`)
		time.Sleep(5 * time.Minute)
		o.due()
		o.expect("a bucket less", []string{"protection > C0ALERTS"}, o.messages())
		if _, bare, _, _ := o.Coverage(t.Context()); !slices.Equal(bare, []string{"orders", "uploads-prod"}) {
			t.Errorf("bare: %v", bare)
		}
		write(`{"half": `)
		for range 5 {
			time.Sleep(5 * time.Minute)
			o.due()
		}
		o.expect("unreadable, said once", []string{"protection > C0ALERTS", "protection > C0ALERTS"}, o.messages())
		if p, _, _, _ := o.Coverage(t.Context()); len(p.Buckets) != 1 {
			t.Error("what was known is forgotten")
		}
	})
}

// logs is a source that repeats itself.
type logs struct{ asked []time.Duration }

func (l *logs) Fetch(_ context.Context, since, until time.Time) ([][]byte, error) {
	l.asked = append(l.asked, until.Sub(since))
	return [][]byte{[]byte(`{"SchemaVersion":"2018-10-08","Id":"x","ProductArn":"p","Title":"t","AwsAccountId":"1","UpdatedAt":"2000-01-01T00:00:00Z","Severity":{"Label":"HIGH"}}`), []byte(`nonsense`)}, nil
}

func TestSourcesAreAskedWithoutGapsAndCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		l := &logs{}
		o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": l}, 5*time.Minute
		for range 3 {
			o.due()
			o.due()
			time.Sleep(5 * time.Minute)
		}
		time.Sleep(3 * time.Hour)
		o.due()
		if d := cmp.Diff([]time.Duration{24 * time.Hour, 8 * time.Minute, 8 * time.Minute, 3*time.Hour + 8*time.Minute}, l.asked); d != "" {
			t.Error(d)
		}
		if list := o.list(); len(list) != 1 || list[0].Times != 1 {
			t.Errorf("%+v", list)
		}
	})
}
