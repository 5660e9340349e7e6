package findings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
)

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

// acknowledged makes n findings that somebody took.
func (o *office) acknowledged(n int) {
	o.t.Helper()
	for i := range n {
		o.find(finding(fmt.Sprint(i), scan.High))
	}
	for _, r := range o.list() {
		if _, _, err := o.Acknowledge(o.t.Context(), r.ID, "U0ANA", time.Now()); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestOfSeveralReplicasOneTellsTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Settings.Hook = []string{"tell"}
		o.acknowledged(1)
		told := 0
		other := *o.Desk
		other.Run = func(context.Context, []string, []byte) error { told++; return nil }
		o.Run = func(ctx context.Context, _ []string, _ []byte) error {
			told++
			if _, err := other.Due(ctx, time.Now()); err != nil { // while the command runs
				t.Error(err)
			}
			return nil
		}
		for range 10 {
			o.due()
			time.Sleep(time.Minute)
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

// A command may take nearly as long as it is allowed: those told after it in the
// same turn are still told by one replica.
func TestALateDeedOfATurnIsToldOnceToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Settings.Hook = []string{"tell"}
		o.acknowledged(2)
		var told atomic.Int32
		slow := func(context.Context, []string, []byte) error {
			told.Add(1)
			time.Sleep(29 * time.Second)
			return nil
		}
		other := *o.Desk
		other.Run = slow
		var replica sync.WaitGroup
		turn := 0
		o.Run = func(ctx context.Context, command []string, input []byte) error {
			if turn++; turn == 2 { // the second: the other replica's turn comes in the middle of it
				replica.Go(func() {
					time.Sleep(10 * time.Second)
					if _, err := other.Due(t.Context(), time.Now()); err != nil {
						t.Error(err)
					}
				})
			}
			return slow(ctx, command, input)
		}
		o.due()
		replica.Wait()
		if n := told.Load(); n != 2 {
			t.Errorf("two deeds are told %d times", n)
		}
		for _, r := range o.list() {
			if len(r.Tell) > 0 {
				t.Errorf("%s: not told", r.ID)
			}
		}
	})
}

// A hook that hangs holds up everything else of the desk for one timeout, not
// for one of each finding.
func TestAHookThatHangsIsAskedOnceATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Settings.Hook = []string{"tell"}
		o.acknowledged(20)
		tried := 0
		o.Run = func(ctx context.Context, _ []string, _ []byte) error {
			tried++
			<-ctx.Done()
			return ctx.Err()
		}
		began := time.Now()
		o.due()
		if took := time.Since(began); tried != 1 || took != 30*time.Second {
			t.Errorf("%d tries took %s", tried, took)
		}
		for _, r := range o.list() {
			if len(r.Tell) != 1 {
				t.Errorf("%s: forgotten", r.ID)
			}
		}
	})
}

// The process dies while the command runs: it is run again, later, and then
// never more.
func TestADeathWhileTheSourceIsToldIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Settings.Hook = []string{"tell"}
		o.acknowledged(1)
		told := 0
		ctx, dies := context.WithCancel(t.Context())
		o.Run = func(context.Context, []string, []byte) error { told++; dies(); return nil }
		if _, err := o.Due(ctx, time.Now()); !errors.Is(err, context.Canceled) {
			t.Errorf("at its death: %v", err)
		}
		restarted := findings.Desk{Store: o.Store, Pager: o.pager, Settings: o.Settings, Run: func(context.Context, []string, []byte) error { told++; return nil }}
		for range 10 {
			if _, err := restarted.Due(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		if told != 2 {
			t.Errorf("told %d times, want twice: at least once, and not for ever", told)
		}
	})
}

// A real command that floods its output and leaves a child behind neither fills
// the memory nor hangs the desk. People see that it failed; the beginning of what
// it said is in the log alone, for nobody knows what it says.
func TestARealCommandMaySayTooMuchAndFail(t *testing.T) {
	o := newOffice(t)
	var trouble error
	o.Trouble = func(err error) { trouble = err }
	out := filepath.Join(t.TempDir(), "pid")
	o.Settings.Hook = []string{"sh", "-c", `(sleep 8 & echo $! > "$0"); yes throttled | head -c 3000000 >&2; exit 3`, out}
	o.acknowledged(1)
	began := time.Now()
	o.due()
	r := o.list()[0]
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	if r.TellWhy != "exit status 3" || len(r.Tell) != 1 {
		t.Errorf("people see %q, and %d deeds wait", r.TellWhy, len(r.Tell))
	}
	if trouble == nil || !strings.Contains(trouble.Error(), "exit status 3: it says \"throttled") || len(trouble.Error()) > 1500 {
		t.Errorf("the log says %v", trouble)
	}
	if pid, err := os.ReadFile(out); err != nil || len(pid) == 0 {
		t.Errorf("%q, %v", pid, err)
	}
}
