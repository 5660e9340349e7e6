package findings_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/outbox"
	"toban/bot/store"
	"toban/rotation"
)

// pager keeps what would page.
type pager struct {
	mu   sync.Mutex
	got  []alerts.Event
	err  error
	not  string        // the event that is never saved
	took time.Duration // that it takes to save an event
}

func (p *pager) Receive(_ context.Context, e alerts.Event) error {
	time.Sleep(p.took)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	if p.not != "" && e.ID == p.not {
		return errors.New("it cannot be saved")
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
	if _, err := o.PageDue(o.t.Context(), time.Now()); !errors.Is(err, o.pager.err) {
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
	if _, err := o.PageDue(o.t.Context(), time.Now()); err != nil {
		o.t.Fatal(err)
	}
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

// bulletins are those of a kind that Slack should show, oldest first.
func (o *office) bulletins(kind outbox.Kind) (all []findings.Bulletin) {
	o.t.Helper()
	for _, to := range []string{"C0ALERTS", "C0CHECKOUT", "C0PLATFORM"} {
		list, err := o.db.Unposted(o.t.Context(), to)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, m := range list {
			if m.Kind != kind {
				continue
			}
			b, _, err := o.db.Bulletin(o.t.Context(), m.Subject)
			if err != nil {
				o.t.Fatal(err)
			}
			all = append(all, b)
		}
	}
	return all
}

func (o *office) expect(why string, want []string, got []string) {
	o.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		o.t.Errorf("%s (-want +got):\n%s", why, d)
	}
}
