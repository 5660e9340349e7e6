package rotation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// desk is a planner of two rotations with a store in memory, and the story's
// words for using it. Dates are of December 2026, instants Tokyo time.
type desk struct {
	*Planner
	t     *testing.T
	store *memory
}

// platform: the 1st ana, 2nd bo, 3rd cy, 4th ana, …; weekend: fay and gil.
func newDesk(t *testing.T) desk {
	store := newMemory()
	return desk{&Planner{Store: store, Rotations: map[string]*Schedule{
		"platform": parsed(t, "start: 2026-12-01T10:00:00+09:00"),
		"weekend":  parsed(t, "name: weekend\nstart: 2026-12-05T10:00:00+09:00\nkind: weekly\nmembers: [fay, gil, ana]"),
	}}, t, store}
}

// on is an instant of December 2026 in Tokyo: "02 10:00".
func on(t testing.TB, text string) time.Time {
	return instantOf(t, "2026-12-"+strings.Replace(text, " ", "T", 1)+":00+09:00")
}

func december(d int) Date { return Date{2026, time.December, d} }

func (d desk) propose(at string, asker PersonID, mine int, other PersonID, theirs int) (SwapRequest, error) {
	return d.ProposeSwap(context.Background(), ProposeSwap{
		Rotation: "platform", Asker: asker, Other: other, Mine: december(mine), Theirs: december(theirs),
	}, on(d.t, at))
}

func (d desk) mustPropose(at string, asker PersonID, mine int, other PersonID, theirs int) SwapRequest {
	d.t.Helper()
	r, err := d.propose(at, asker, mine, other, theirs)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d desk) onCall(at string) PersonID {
	d.t.Helper()
	s, err := d.Schedule(context.Background(), "platform")
	if err != nil {
		d.t.Fatal(err)
	}
	return s.OnCall(on(d.t, at))
}

func (d desk) override(at string, ask OverrideRequest) error {
	_, err := d.Override(context.Background(), ask, on(d.t, at))
	return err
}

func TestASwapIsProposedAndAccepted(t *testing.T) {
	d := newDesk(t)
	d.store.conflicts = 2
	r := d.mustPropose("01 12:00", "bo", 2, "cy", 3)
	if !strings.HasPrefix(r.ID, "S") || r.State != SwapOpen || !r.ExpiresAt.Equal(on(t, "02 10:00")) || r.Version != 1 {
		t.Errorf("proposed %+v", r)
	}
	if got := d.onCall("02 10:00"); got != "bo" {
		t.Errorf("before cy accepts %s is on call on the 2nd, want bo", got)
	}
	d.store.conflicts = 2
	r, err := d.AcceptSwap(context.Background(), r.ID, "cy", on(t, "01 13:00"))
	if err != nil || r.State != SwapAccepted || r.DecidedBy() != "cy" {
		t.Fatalf("accepted %+v, %v", r, err)
	}
	if a, b := d.onCall("02 10:00"), d.onCall("03 10:00"); a != "cy" || b != "bo" {
		t.Errorf("after the swap %s and %s are on call, want cy and bo", a, b)
	}
	if x := d.reason("02 10:00"); x.ID != r.ID {
		t.Errorf("explained by %+v, want %s", x, r.ID)
	}
	var did []string
	for _, line := range d.store.state.audit {
		did = append(did, string(line.Who)+" "+line.Did)
	}
	if want := []string{"bo swap.propose", "cy swap.accept"}; !slices.Equal(did, want) {
		t.Errorf("the audit says %q, want %q", did, want)
	}
}

func (d desk) reason(at string) Because {
	s, err := d.Schedule(context.Background(), "platform")
	if err != nil {
		d.t.Fatal(err)
	}
	return s.Explain(on(d.t, at)).Because
}

func TestAProposalIsRefusedWithItsReason(t *testing.T) {
	d := newDesk(t)
	if err := d.override("01 11:00", OverrideRequest{Rotation: "platform", User: "dee", Start: on(t, "06 12:00"), End: on(t, "06 13:00")}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		why          string
		asker, other PersonID
		mine, theirs int
		want         string
	}{
		{"not my shift", "bo", "cy", 3, 6, "*rotation.NotYoursError the 2026-12-03 shift of platform belongs to cy, not bo"},
		{"not their shift", "bo", "cy", 2, 4, "*rotation.NotYoursError the 2026-12-04 shift of platform belongs to ana, not cy"},
		{"an hour of it is covered by dee", "bo", "cy", 2, 6, "*rotation.NotYoursError the 2026-12-06 shift of platform belongs to dee, not cy"},
		{"it has begun", "ana", "cy", 1, 3, "*rotation.PastError too late"},
		{"with oneself", "bo", "bo", 2, 5, "*rotation.SamePersonError bo is the same person"},
		{"with a stranger", "bo", "hal", 2, 3, "*rotation.NotMemberError hal is not a member of platform"},
	} {
		_, err := d.propose("01 12:00", tt.asker, tt.mine, tt.other, tt.theirs)
		if got := cause(err); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.why, got, tt.want)
		}
	}
	_, err := d.ProposeSwap(context.Background(), ProposeSwap{
		Rotation: "weekend", Asker: "fay", Other: "gil", Mine: december(6), Theirs: december(12),
	}, on(t, "01 12:00"))
	missing, ok := errors.AsType[*NoShiftError](err)
	if !ok || missing.Shift == nil || missing.Shift.User != "fay" {
		t.Errorf("no week starts on a Sunday: %v, want the running shift of fay with it", err)
	}
}

// cause is the type and the words of the innermost error.
func cause(err error) string {
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return fmt.Sprintf("%T %v", err, err)
}

func TestARotationIsLeftOutWhereOneFits(t *testing.T) {
	d := newDesk(t)
	ask := ProposeSwap{Asker: "bo", Other: "cy", Mine: december(2), Theirs: december(3)}
	r, err := d.ProposeSwap(context.Background(), ask, on(t, "01 12:00"))
	if err != nil || r.Rotation != "platform" {
		t.Errorf("proposed %+v, %v", r, err)
	}
	ask.Asker, ask.Other = "fay", "bo"
	_, err = d.ProposeSwap(context.Background(), ask, on(t, "01 12:00"))
	if got := cause(err); got != "*rotation.UnknownRotationError say which rotation: platform, weekend" {
		t.Errorf("%s", got)
	}
	ask.Rotation = "plattform"
	_, err = d.ProposeSwap(context.Background(), ask, on(t, "01 12:00"))
	if got := cause(err); got != `*rotation.UnknownRotationError no rotation "plattform": there is platform, weekend` {
		t.Errorf("%s", got)
	}
	if got := RotationsFor(d.Rotations, on(t, "01 12:00"), "ana"); !slices.Equal(got, []string{"platform", "weekend"}) {
		t.Errorf("ana is in %v", got)
	}
}

func TestOnlyTheRightPersonDecidesAndOnlyOnce(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	r := d.mustPropose("01 12:00", "bo", 2, "cy", 3)
	for _, tt := range []struct {
		why    string
		decide func(context.Context, string, PersonID, time.Time) (SwapRequest, error)
		by     PersonID
	}{
		{"a stranger accepts", d.AcceptSwap, "ana"},
		{"the asker accepts", d.AcceptSwap, "bo"},
		{"the asker declines", d.DeclineSwap, "bo"},
		{"the other withdraws", d.WithdrawSwap, "cy"},
	} {
		if _, err := tt.decide(ctx, r.ID, tt.by, on(t, "01 13:00")); !isA[*NotForYouError](err) {
			t.Errorf("%s: %v", tt.why, err)
		}
	}
	if _, err := d.DeclineSwap(ctx, r.ID, "cy", on(t, "01 13:00")); err != nil {
		t.Fatal(err)
	}
	_, err := d.AcceptSwap(ctx, r.ID, "cy", on(t, "01 14:00"))
	if got, want := cause(err), "*rotation.DecidedError swap "+r.ID+" was declined by cy at 2026-12-01T04:00:00Z"; got != want {
		t.Errorf("the second press: %s, want %s", got, want)
	}
	if _, err := d.AcceptSwap(ctx, "S0", "cy", on(t, "01 14:00")); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown request: %v", err)
	}
	w := d.mustPropose("01 15:00", "bo", 2, "cy", 3)
	if w, err = d.WithdrawSwap(ctx, w.ID, "bo", on(t, "01 16:00")); err != nil || w.DecidedBy() != "bo" {
		t.Errorf("withdrawn: %+v, %v", w, err)
	}
}

func isA[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func TestASwapWhoseShiftMovedIsRefusedAndMarked(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	r := d.mustPropose("01 12:00", "bo", 2, "cy", 3)
	if err := d.override("01 12:30", OverrideRequest{User: "dee", By: "cy", Start: on(t, "03 18:00"), End: on(t, "03 19:00"), Replaces: "cy"}); err != nil {
		t.Fatal(err)
	}
	_, err := d.AcceptSwap(ctx, r.ID, "cy", on(t, "01 13:00"))
	moved, ok := errors.AsType[*MovedError](err)
	if !ok || moved.Now.OnCall != "dee" || moved.Was.User != "cy" || moved.Request.State != SwapMoved {
		t.Fatalf("accepted: %v", err)
	}
	if saved := d.store.state.requests[r.ID]; saved.State != SwapMoved || !saved.DecidedAt.Equal(on(t, "01 13:00")) {
		t.Errorf("saved as %+v", saved)
	}
	if got := d.onCall("02 10:00"); got != "bo" {
		t.Errorf("%s is on call on the 2nd, want bo as before", got)
	}
	if _, err := d.AcceptSwap(ctx, r.ID, "cy", on(t, "01 13:01")); !isA[*DecidedError](err) {
		t.Errorf("pressed again: %v", err)
	}
}

func TestTwoPeopleAcceptOverlappingSwapsAtOnce(t *testing.T) {
	d := newDesk(t)
	one, two := d.mustPropose("01 12:00", "bo", 2, "cy", 3), d.mustPropose("01 12:00", "bo", 2, "ana", 4)
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { _, errs[0] = d.AcceptSwap(context.Background(), one.ID, "cy", on(t, "01 13:00")) })
	both.Go(func() { _, errs[1] = d.AcceptSwap(context.Background(), two.ID, "ana", on(t, "01 13:00")) })
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("one should win: %v, %v", errs[0], errs[1])
	}
	if err := cmp.Or(errs[0], errs[1]); !isA[*MovedError](err) {
		t.Errorf("the loser hears %v", err)
	}
}

func TestASwapThatNobodyDecidesRunsOut(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t)
	early, late := d.mustPropose("01 12:00", "bo", 2, "cy", 3), d.mustPropose("01 12:00", "bo", 5, "cy", 6)
	next, err := d.Due(ctx, on(t, "02 09:59"))
	if err != nil || !next.Equal(early.ExpiresAt) {
		t.Errorf("next is %s, %v, want %s", next, err, early.ExpiresAt)
	}
	if next, err = d.Due(ctx, on(t, "02 10:00")); err != nil || !next.Equal(late.ExpiresAt) {
		t.Errorf("next is %s, %v, want %s", next, err, late.ExpiresAt)
	}
	if saved := d.store.state.requests[early.ID]; saved.State != SwapExpired {
		t.Errorf("saved as %+v", saved)
	}
	// Nobody swept, and cy presses as the shift begins.
	_, err = d.AcceptSwap(ctx, late.ID, "cy", on(t, "05 10:00"))
	if decided, ok := errors.AsType[*DecidedError](err); !ok || decided.Request.State != SwapExpired {
		t.Errorf("too late: %v", err)
	}
	if next, err = d.Due(ctx, on(t, "05 10:00")); err != nil || !next.IsZero() {
		t.Errorf("next is %s, %v, want none", next, err)
	}
}

func TestASwapWarnsOfLongDuty(t *testing.T) {
	d := newDesk(t)
	r := d.mustPropose("01 12:00", "bo", 2, "cy", 6) // bo has the 5th too, cy the 3rd
	want := []Warning{
		{WarnRest, "bo", on(t, "05 10:00").UTC(), on(t, "07 10:00").UTC()},
		{WarnRest, "cy", on(t, "02 10:00").UTC(), on(t, "04 10:00").UTC()},
	}
	if !slices.Equal(r.Warnings, want) {
		t.Errorf("warnings %v, want %v", r.Warnings, want)
	}
	if r := d.mustPropose("01 12:00", "bo", 2, "cy", 3); len(r.Warnings) != 0 {
		t.Errorf("a plain swap warns: %v", r.Warnings)
	}
}

func TestAnOverrideIsSavedOrRefused(t *testing.T) {
	d := newDesk(t)
	ask := OverrideRequest{Key: "E1", Rotation: "platform", User: "dee", By: "dee", Start: on(t, "01 11:00"), End: on(t, "01 14:00")}
	o, err := d.Override(context.Background(), ask, on(t, "01 12:00"))
	if err != nil || !strings.HasPrefix(o.ID, "O") || !o.Start.Equal(on(t, "01 12:00")) {
		t.Fatalf("%+v, %v", o, err)
	}
	if a, b := d.onCall("01 11:30"), d.onCall("01 12:00"); a != "ana" || b != "dee" {
		t.Errorf("%s then %s are on call: the past must stay with ana", a, b)
	}
	for _, tt := range []struct {
		why  string
		ask  OverrideRequest
		want string
	}{
		{"Slack repeats itself", ask, "already carried out"},
		{"it ends in the year 100000", OverrideRequest{User: "dee", Start: on(t, "03 10:00"), End: time.Date(100000, 1, 1, 0, 0, 0, 0, time.UTC)}, "*rotation.FarError"},
		{"the end is the start", OverrideRequest{User: "dee", Start: on(t, "03 10:00"), End: on(t, "03 10:00")}, "*rotation.EmptySpanError"},
		{"it is over", OverrideRequest{User: "dee", Start: on(t, "01 10:00"), End: on(t, "01 12:00")}, "*rotation.PastError"},
		{"for oneself", OverrideRequest{User: "dee", Replaces: "dee", Start: on(t, "03 10:00"), End: on(t, "03 12:00")}, "*rotation.SamePersonError"},
		{"by nobody", OverrideRequest{Start: on(t, "03 10:00"), End: on(t, "03 12:00")}, "*rotation.NobodyError"},
		{"ana is in two rotations", OverrideRequest{User: "ana", By: "ana", Start: on(t, "03 10:00"), End: on(t, "03 12:00")}, "*rotation.UnknownRotationError"},
	} {
		if tt.ask.Rotation == "" && tt.ask.User != "ana" {
			tt.ask.Rotation = "platform"
		}
		if got := cause(d.override("01 12:00", tt.ask)); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.why, got, tt.want)
		}
	}
	if n := len(d.store.state.overrides["platform"]); n != 1 {
		t.Errorf("%d overrides are saved, want 1", n)
	}
}

func TestAnOverrideIsTakenBack(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	ask := OverrideRequest{Rotation: "platform", User: "dee", By: "bo", Start: on(t, "01 11:00"), End: on(t, "02 14:00")}
	o, err := d.Override(ctx, ask, on(t, "01 09:00"))
	if err != nil || !slices.Equal(o.Relieved, []PersonID{"ana", "bo"}) {
		t.Fatalf("%+v, %v: those who have the pager in that span are relieved", o, err)
	}
	again, err := d.Override(ctx, ask, on(t, "01 09:30"))
	if same, ok := errors.AsType[*SameOverrideError](err); !ok || same.Override.ID != o.ID {
		t.Errorf("set twice: %+v, %v", again, err)
	}
	if _, err := d.CancelOverride(ctx, o.ID, "ana", on(t, "01 12:00")); !strings.Contains(cause(err), "NotYourOverrideError") {
		t.Errorf("cancelled by whom it relieves: %v", err)
	}
	if _, err := d.CancelOverride(ctx, "O0", "bo", on(t, "01 12:00")); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	if open, err := d.OverridesOf(ctx, "dee", on(t, "01 12:00")); err != nil || len(open) != 1 {
		t.Errorf("dee may cancel %v, %v", open, err)
	}
	if _, err := d.CancelOverride(ctx, o.ID, "dee", on(t, "01 12:00")); err != nil {
		t.Fatal(err)
	}
	if a, b := d.onCall("01 11:30"), d.onCall("01 12:00"); a != "dee" || b != "ana" {
		t.Errorf("%s then %s: what was before stays, and from then on the plan applies", a, b)
	}
	if _, err := d.CancelOverride(ctx, o.ID, "bo", on(t, "01 12:01")); !strings.Contains(cause(err), "CancelledError") {
		t.Errorf("twice: %v", err)
	}
	o, err = d.Override(ctx, ask, on(t, "01 13:00"))
	if err != nil {
		t.Fatalf("set again after it was cancelled: %v", err)
	}
	if _, err := d.CancelOverride(ctx, o.ID, "bo", on(t, "02 14:00")); !strings.Contains(cause(err), "PastError") {
		t.Errorf("when it is over: %v", err)
	}
}

// TestARotationIsFoundByTheNameItHad: open pages, and forms that were opened
// before a rename, name it as it was.
func TestARotationIsFoundByTheNameItHad(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	d.Former = map[string]string{"web": "platform"}
	o, err := d.Override(ctx, OverrideRequest{Rotation: "web", User: "dee", By: "bo", Start: on(t, "01 11:00"), End: on(t, "01 14:00")}, on(t, "01 10:30"))
	if err != nil || o.Rotation != "platform" {
		t.Fatalf("an override of web is one of %q, %v", o.Rotation, err)
	}
	s, err := d.Schedule(ctx, "web")
	if err != nil || s.Name() != "platform" || s.OnCall(on(t, "01 12:00")) != "dee" {
		t.Errorf("web: %v, %v", s, err)
	}
	if !d.Knows("web") || d.Knows("site") {
		t.Error("web is known by the name it has now, site never was one")
	}
}

func TestAMirroredSwapIsTheSameSwap(t *testing.T) {
	d := newDesk(t)
	r := d.mustPropose("01 12:00", "bo", 2, "cy", 3)
	_, err := d.ProposeSwap(t.Context(), ProposeSwap{Rotation: "platform", Asker: "cy", Other: "bo", Mine: Date{2026, 12, 3}, Theirs: Date{2026, 12, 2}}, on(t, "01 12:01"))
	if again, ok := errors.AsType[*AskedError](err); !ok || again.Request.ID != r.ID {
		t.Errorf("the other way round: %v", err)
	}
}

func TestTheSameSwapIsNotAskedTwice(t *testing.T) {
	store := newMemory()
	s := mustNew(t, Rotation{Name: "platform", Zone: time.UTC, Start: time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC), Kind: Daily, Handoff: "10:00", Members: []PersonID{"ana", "bo"}})
	p := &Planner{Rotations: map[string]*Schedule{"platform": s}, Store: store}
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	ask := ProposeSwap{Key: "first", Asker: "ana", Other: "bo", Mine: Date{2026, 12, 3}, Theirs: Date{2026, 12, 4}}
	asked, err := p.ProposeSwap(t.Context(), ask, now)
	if err != nil {
		t.Fatal(err)
	}
	ask.Key = "second"
	_, err = p.ProposeSwap(t.Context(), ask, now)
	if again, ok := errors.AsType[*AskedError](err); !ok || again.Request.ID != asked.ID {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := p.WithdrawSwap(t.Context(), asked.ID, "ana", now); err != nil {
		t.Fatal(err)
	}
	ask.Key = "third"
	if _, err := p.ProposeSwap(t.Context(), ask, now); err != nil {
		t.Errorf("after it was withdrawn: %v", err)
	}
}
