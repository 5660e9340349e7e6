package incident

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type killed struct{}

// TestAProcessDiesBetweenAnyTwoCalls kills the process at its first, second,
// third … call of the store or of Slack, before the call does anything and
// after it did but before the answer is known. A fresh process goes on: at once
// where no other can hold the lease, else when the dead one's is over.
func TestAProcessDiesBetweenAnyTwoCalls(t *testing.T) {
	for i := range 4 {
		answerLost, alone := i%2 == 1, i/2 == 1
		deaths := 0
		for n := 1; ; n++ {
			m, store, rooms := newHouse()
			calls := 0
			die := func(after bool) {
				if after == answerLost && calls == n {
					panic(killed{})
				}
			}
			process := &mortal{memory: store, die: die, calls: &calls}
			rooms.around = func(_ context.Context, _ string, deed func()) error {
				calls++
				process.mayDie(false)
				deed()
				process.mayDie(true)
				return nil
			}
			m.Store, m.Leases = process, process
			in := declared(t, &Manager{Store: store}, slow)

			died := func() (died bool) {
				defer func() {
					if r := recover(); r != nil {
						_, died = r.(killed)
						if !died {
							panic(r)
						}
					}
				}()
				if _, err := settle(m, t0); err != nil {
					t.Fatal(err)
				}
				return false
			}()
			name := fmt.Sprintf("killed at call %d, answer lost %v, alone %v", n, answerLost, alone)
			process.dead = true
			fresh := another(m, store, "second")
			calls, store.alone = -1000, alone
			at := t0
			if !alone {
				at = t0.Add(leaseFor)
			}
			if _, err := settle(fresh, at); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if in = get(t, fresh, in.ID); in.Step != Ready || in.Channel != "C1" || in.Trouble != "" || len(in.Invited) != 3 {
				t.Errorf("%s: %+v", name, in)
			}
			if diff := cmp.Diff(whole, rooms.events); diff != "" {
				t.Errorf("%s: Slack saw (-want +got):\n%s", name, diff)
			}
			if !died {
				break
			}
			deaths++
		}
		if deaths < 10 {
			t.Errorf("only %d places to die in were found", deaths)
		}
	}
}

// mortal is a store of a process that dies in one of its transactions.
type mortal struct {
	*memory
	die   func(after bool)
	calls *int
	dead  bool // what is deferred does not run in a process that was killed
}

func (m *mortal) Lease(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error) {
	*m.calls++
	m.mayDie(false)
	held, err := m.memory.Lease(ctx, name, holder, now, ttl)
	m.mayDie(true)
	return held, err
}

func (m *mortal) Release(ctx context.Context, name, holder string) error {
	if m.dead {
		return nil
	}
	return m.memory.Release(ctx, name, holder)
}

func (m *mortal) mayDie(after bool) {
	defer func() {
		if r := recover(); r != nil {
			m.dead = true
			panic(r)
		}
	}()
	m.die(after)
}

func (m *mortal) Update(ctx context.Context, do func(Tx) error) error {
	*m.calls++
	m.mayDie(false)
	err := m.memory.Update(ctx, do)
	m.mayDie(true)
	return err
}

// TestTwoReplicasTakeTheSameIncident lets a second replica do all it can at
// one moment of the first one's work: before each of its commits, and during
// each of its calls to Slack, before and after the deed.
func TestTwoReplicasTakeTheSameIncident(t *testing.T) {
	for _, where := range []string{"before commit", "before deed", "after deed"} {
		moments := 0
		for n := 1; ; n++ {
			m, store, rooms := newHouse()
			made := 0
			in := declared(t, m, slow)
			other := another(m, store, "second")
			calls, busy, came := 0, false, false
			intrude := func() {
				if calls++; busy || calls != n {
					return
				}
				busy, came = true, true
				if _, err := other.Due(context.Background(), t0); err != nil {
					t.Error(err)
				}
				busy = false
			}
			store.commits = 0
			if where == "before commit" {
				store.meanwhile = func(int) {
					if !busy {
						intrude()
					}
				}
			}
			rooms.around = func(_ context.Context, call string, deed func()) error {
				if call == "create" {
					made++
				}
				if where == "before deed" && !busy {
					intrude()
				}
				deed()
				if where == "after deed" && !busy {
					intrude()
				}
				return nil
			}
			if _, err := settle(m, t0); err != nil {
				t.Fatal(err)
			}
			if in = get(t, m, in.ID); in.Step != Ready || made != 1 {
				t.Errorf("%s %d: step %s, Slack was asked %d times for the channel", where, n, in.Step, made)
			}
			if diff := cmp.Diff(whole, rooms.events); diff != "" {
				t.Errorf("%s %d: Slack saw (-want +got):\n%s", where, n, diff)
			}
			if !came {
				break
			}
			moments++
		}
		if moments < 4 {
			t.Errorf("%s: only %d moments were tried", where, moments)
		}
	}
}

// TestAReplicaIsStuckLongerThanItsLease: another one may begin the step again
// and finish, and what the first one then brings changes nothing.
func TestAReplicaIsStuckLongerThanItsLease(t *testing.T) {
	for _, brings := range []error{nil, errors.New("timeout"), &RoomError{"create", "restricted_action"}} {
		m, store, rooms := newHouse()
		in := declared(t, m, slow)
		other := another(m, store, "second")
		first := true
		rooms.around = func(_ context.Context, _ string, deed func()) error {
			deed()
			if !first {
				return nil
			}
			first = false
			if _, err := settle(other, t0.Add(leaseFor+time.Minute)); err != nil {
				t.Error(err)
			}
			return brings
		}
		if _, err := settle(m, t0); err != nil {
			t.Fatal(err)
		}
		if in = get(t, m, in.ID); in.Step != Ready || in.Channel != "C1" || in.Trouble != "" || !in.NextAt.IsZero() {
			t.Errorf("it brings %v: %+v", brings, in)
		}
		if diff := cmp.Diff(whole, rooms.events); diff != "" {
			t.Errorf("it brings %v: Slack saw (-want +got):\n%s", brings, diff)
		}
	}
}

// TestTwoReplicasDeclareForTheSamePage: two people press the button at once.
func TestTwoReplicasDeclareForTheSamePage(t *testing.T) {
	m, store, _ := newHouse()
	pressed := false
	store.meanwhile = func(int) {
		if pressed {
			return
		}
		pressed = true
		bo := slow
		bo.Key, bo.By = "V2", "bo"
		declared(t, m, bo)
	}
	in, err := m.Declare(t.Context(), slow, t0)
	if _, ok := err.(*AlreadyOpenError); !ok || in.DeclaredBy != "bo" || len(store.now.incidents) != 1 {
		t.Errorf("the slower one gets %+v, %v", in, err)
	}
}
