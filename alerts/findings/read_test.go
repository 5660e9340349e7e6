package findings_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts/findings"
	"toban/bot/outbox"
)

// logs is Datadog holding one finding a minute, at most few in an answer.
type logs struct {
	few   int
	asked []time.Duration
	fails error
}

func (l *logs) ask(_ context.Context, since, until time.Time) (bodies [][]byte, more bool, err error) {
	l.asked = append(l.asked, until.Sub(since))
	for at := since.Truncate(time.Minute).Add(time.Minute); at.Before(until); at = at.Add(time.Minute) {
		if len(bodies) == l.few {
			return bodies, true, l.fails
		}
		bodies = append(bodies, fmt.Appendf(nil, `{"SchemaVersion":"2018-10-08","Id":"x","ProductArn":"p","Title":"t","AwsAccountId":"1","UpdatedAt":%q,"Severity":{"Label":"HIGH"}}`, at.UTC().Format(time.RFC3339)))
	}
	return append(bodies, []byte(`nonsense`)), false, l.fails
}

// seen is how often the one finding of logs was counted.
func (o *office) seen() int {
	o.t.Helper()
	list := o.list()
	if len(list) != 1 {
		o.t.Fatalf("%d findings", len(list))
	}
	return list[0].Times
}

func TestSourcesAreAskedWithoutGapsAndCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		l := &logs{few: 10_000}
		o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": l.ask}, 5*time.Minute
		for range 3 {
			o.due()
			o.due()
			time.Sleep(5 * time.Minute)
		}
		time.Sleep(3 * time.Hour)
		o.due()
		if d := cmp.Diff([]time.Duration{24 * time.Hour, 20 * time.Minute, 20 * time.Minute, 3*time.Hour + 20*time.Minute}, l.asked); d != "" {
			t.Error(d)
		}
		minutes := 24*60 + 10 + 3*60 + 5
		if got := o.seen(); got != minutes-1 {
			t.Errorf("counted %d times in %d minutes", got, minutes)
		}
	})
}

// What is more than an answer holds is asked for in pieces, oldest first, and
// what was taken in stays so when a later piece fails or the process dies.
func TestALongGapIsCaughtUpPieceByPiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		l := &logs{few: 10_000}
		var trouble error
		o.Trouble = func(err error) { trouble = err }
		o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": l.ask}, 5*time.Minute
		o.due()
		time.Sleep(3 * 24 * time.Hour) // a long weekend
		l.few = 1000
		budget := 4
		o.Sources["datadog"] = func(ctx context.Context, since, until time.Time) ([][]byte, bool, error) {
			if budget--; budget < 0 {
				return nil, false, errors.New("the hour's queries are used up")
			}
			return l.ask(ctx, since, until)
		}
		o.due()
		first := o.seen()
		if trouble == nil || first <= 24*60 {
			t.Errorf("with a small budget: %d, %v", first, trouble)
		}
		budget = 100
		time.Sleep(5 * time.Minute)
		o.due()
		if got, want := o.seen(), 4*24*60+5; got != want-1 {
			t.Errorf("in the end %d of %d", got, want)
		}
	})
}

func TestASourceThatFailsHoldsUpNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		doc := filepath.Join(t.TempDir(), "scanner.json")
		if err := os.WriteFile(doc, []byte(`{"quarantine":{"action":"Move"},"avEventProtectedBuckets":["a"]}`), 0o600); err != nil {
			t.Fatal(err)
		}
		l := &logs{few: 10_000, fails: errors.New("403")}
		o.Sources = map[string]findings.Source{"datadog": l.ask}
		o.Settings.Document, o.Settings.Every = doc, 5*time.Minute
		for range 60 {
			o.due()
			time.Sleep(10 * time.Second)
		}
		if c, err := o.Coverage(t.Context()); err != nil || len(c.Buckets) != 1 {
			t.Errorf("the document was not read: %v", err)
		}
		if len(l.asked) != 2 {
			t.Errorf("asked %d times in ten minutes, want 2", len(l.asked))
		}
		if o.seen() == 0 {
			t.Error("what came with the error is not known")
		}
	})
}

// Without its findings all would look well, so people are told.
func TestASourceThatStaysSilentIsToldOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		l := &logs{few: 10_000}
		o.Sources, o.Settings.Every = map[string]findings.Source{"logs": l.ask}, 5*time.Minute
		told := func(minutes int) int {
			t.Helper()
			for range minutes / 5 {
				o.due()
				time.Sleep(5 * time.Minute)
			}
			return len(o.bulletins(outbox.ScanNotices))
		}
		if n := told(30); n != 0 {
			t.Errorf("while all is well: %d", n)
		}
		l.fails = errors.New("403")
		if n := told(50); n != 0 {
			t.Errorf("for less than an hour: %d", n)
		}
		if n := told(5 * 60); n != 1 || o.bulletins(outbox.ScanNotices)[0].Notices[0].Source != "logs" {
			t.Errorf("for hours: %d", n)
		}
	})
}

// A log counts as known only once what it says is on disk.
func TestWhatCouldNotBeSavedIsTakenInAtTheNextTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		l := &logs{few: 10_000}
		o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": l.ask}, 5*time.Minute
		store := o.Store
		o.Store = dying{store}
		o.due()
		if n := len(o.list()); n != 0 {
			t.Fatalf("%d findings were saved", n)
		}
		o.Store = store
		time.Sleep(5 * time.Minute)
		o.due()
		if got := o.seen(); got < 24*60-5 {
			t.Errorf("after that %d were taken in", got)
		}
	})
}

// dying is a store that dies while a finding is saved.
type dying struct{ findings.Store }

type dyingTx struct{ findings.Tx }

func (d dying) Update(ctx context.Context, do func(findings.Tx) error) error {
	return d.Store.Update(ctx, func(tx findings.Tx) error { return do(dyingTx{tx}) })
}

func (dyingTx) SaveFinding(findings.Record) error { return errors.New("killed") }

// Of two replicas one has the turn.
func TestReplicasShareTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		l := &logs{few: 10_000}
		o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": l.ask}, 5*time.Minute
		other := *o.Desk
		for range 6 {
			o.due()
			if _, err := other.Due(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if len(l.asked) != 2 || !slices.Contains(l.asked, 24*time.Hour) {
			t.Errorf("asked %v", l.asked)
		}
	})
}

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
	one := func(context.Context, time.Time, time.Time) ([][]byte, bool, error) {
		return [][]byte{[]byte(`{"SchemaVersion":"2018-10-08","Id":"x","ProductArn":"p","Title":"t","AwsAccountId":"1","Severity":{"Label":"HIGH"}}`)}, false, nil
	}
	for dies := range 10 {
		synctest.Test(t, func(t *testing.T) {
			o := newOffice(t)
			o.Sources, o.Settings.Every = map[string]findings.Source{"datadog": one}, 5*time.Minute
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
