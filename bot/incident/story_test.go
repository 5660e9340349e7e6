package incident

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/rotation"
)

var slow = Declare{Key: "V1", By: "ana", Title: "Payment is slow", Severity: "SEV2", Page: "P1", Alert: "A1"}

var whole = []string{"created inc-1-payment-is-slow", "invited ana", "invited bo", "invited cy", "pinned C1/1.1"}

func declared(t *testing.T, m *Manager, d Declare) Incident {
	t.Helper()
	in, err := m.Declare(t.Context(), d, t0)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func get(t *testing.T, m *Manager, id string) Incident {
	t.Helper()
	in, err := m.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestADeclarationBuildsTheChannel(t *testing.T) {
	m, store, rooms := newHouse()
	in := declared(t, m, slow)
	if in.Number != 1 || in.Severity != Sev2 || !in.IsOpen() || store.now.links["P1"] != in.ID {
		t.Fatalf("declared %+v, links %v", in, store.now.links)
	}
	if _, err := settle(m, t0); err != nil {
		t.Fatal(err)
	}
	in = get(t, m, in.ID)
	if in.Step != Ready || in.Channel != "C1" || in.Name != "inc-1-payment-is-slow" || in.Trouble != "" {
		t.Errorf("built: %+v", in)
	}
	if diff := cmp.Diff(whole, rooms.events); diff != "" {
		t.Errorf("Slack saw (-want +got):\n%s", diff)
	}
	if got, want := rooms.topics["C1"], "SEV2 · open · Payment is slow · IC: – · <@ana>"; got != want {
		t.Errorf("topic %q, want %q", got, want)
	}
	if byChannel, err := m.ByChannel(t.Context(), "C1"); err != nil || byChannel.ID != in.ID {
		t.Errorf("incident of C1: %v, %v", byChannel.ID, err)
	}
	var did []string
	for _, a := range store.now.audits {
		did = append(did, a.Did+" "+string(a.Who))
	}
	if diff := cmp.Diff([]string{"incident.declare ana", "incident.channel "}, did); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}

func TestOneDeclarationMakesOneIncident(t *testing.T) {
	m, _, rooms := newHouse()
	first := declared(t, m, slow)
	if again := declared(t, m, slow); again.ID != first.ID {
		t.Errorf("the same key made %s and %s", first.ID, again.ID)
	}
	other := slow
	other.Key, other.By = "V2", "bo"
	in, err := m.Declare(t.Context(), other, t0)
	if open, ok := errors.AsType[*AlreadyOpenError](err); !ok || open.Incident.ID != first.ID || in.ID != first.ID {
		t.Errorf("a second one for the page: %+v, %v", in, err)
	}
	if _, err := settle(m, t0); err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Resolve(t.Context(), first.ID, "bo", t0); err != nil {
		t.Fatal(err)
	}
	if later := declared(t, m, other); later.Number != 2 {
		t.Errorf("after the first is resolved the page may have another: %+v", later)
	}
	if list, _ := m.List(t.Context(), false); len(list) != 1 {
		t.Errorf("open incidents: %v", list)
	}
	if list, _ := m.List(t.Context(), true); len(list) != 2 || list[0].Number != 2 {
		t.Errorf("all incidents: %v", list)
	}
	if n := len(rooms.channels); n != 1 {
		t.Errorf("%d channels", n)
	}
}

func TestWhatPeopleEnterWrongly(t *testing.T) {
	m, store, _ := newHouse()
	for _, tt := range []struct {
		why string
		d   Declare
		is  InputError
	}{
		{"no title", Declare{Title: " \u3000\n", Severity: Sev1}, InputError{Field: "title", Problem: Empty}},
		{"a title too long", Declare{Title: strings.Repeat("あ", 201), Severity: Sev1}, InputError{Field: "title", Problem: TooLong, Length: 201, Limit: 200}},
		{"an unknown severity", Declare{Title: "x", Severity: "sev9"}, InputError{Field: "severity", Problem: Unknown, Found: "sev9"}},
	} {
		_, err := m.Declare(t.Context(), tt.d, t0)
		if input, ok := errors.AsType[*InputError](err); !ok || *input != tt.is {
			t.Errorf("%s: %v", tt.why, err)
		}
	}
	if len(store.now.incidents) != 0 {
		t.Errorf("saved all the same: %v", store.now.incidents)
	}
	in := declared(t, m, Declare{Title: " two\nlines  here ", Severity: Sev1})
	if in.Title != "two lines here" {
		t.Errorf("title %q", in.Title)
	}
	if _, err := m.Post(t.Context(), in.ID, "k", "ana", "  ", t0); err == nil {
		t.Error("an empty update was taken")
	}
	if _, err := m.Post(t.Context(), "Inone", "k", "ana", "x", t0); !errors.Is(err, ErrNotFound) {
		t.Errorf("update of no incident: %v", err)
	}
}

func TestUpdatesSeverityAndResolve(t *testing.T) {
	m, _, rooms := newHouse()
	in := declared(t, m, slow)
	if _, err := settle(m, t0); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := m.Post(t.Context(), in.ID, "V9", "bo", "Rolling back", t0); err != nil {
			t.Fatal(err)
		}
	}
	if in = get(t, m, in.ID); len(in.Updates) != 1 || in.Updates[0].Text != "Rolling back" {
		t.Errorf("updates after a delivery that came twice: %v", in.Updates)
	}
	if _, err := m.SetSeverity(t.Context(), in.ID, "s1", "bo", "", t0); err != nil {
		t.Fatal(err)
	}
	if _, err := settle(m, t0); err != nil {
		t.Fatal(err)
	}
	if got := rooms.topics["C1"]; !strings.HasPrefix(got, "SEV1 · open") {
		t.Errorf("topic after the severity changed: %s", got)
	}
	resolved, again, err := m.Resolve(t.Context(), in.ID, "cy", t0.Add(time.Hour))
	if err != nil || again || resolved.ResolvedBy != "cy" {
		t.Errorf("resolve: %+v, %v, %v", resolved, again, err)
	}
	second, again, err := m.Resolve(t.Context(), in.ID, "bo", t0.Add(2*time.Hour))
	if err != nil || !again || second.ResolvedBy != "cy" || !second.ResolvedAt.Equal(t0.Add(time.Hour)) {
		t.Errorf("the second resolve explains the first: %+v, %v, %v", second, again, err)
	}
	if _, err := settle(m, t0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := rooms.topics["C1"]; !strings.HasPrefix(got, "SEV1 · resolved") {
		t.Errorf("topic after it was resolved: %s", got)
	}
	if diff := cmp.Diff(whole, rooms.events); diff != "" {
		t.Errorf("a new topic does nothing else (-want +got):\n%s", diff)
	}
}

func TestTheSeverityChangesWhileTheChannelIsBuilt(t *testing.T) {
	for _, call := range []string{"create", "topic", "invite", "pin"} {
		m, _, rooms := newHouse()
		in := declared(t, m, slow)
		once := false
		rooms.around = func(_ context.Context, c string, deed func()) error {
			deed()
			if c == call && !once {
				once = true
				if call == "pin" { // the next shift has begun; nobody new is called in
					m.OnCall = func(context.Context) ([]rotation.PersonID, error) { return []rotation.PersonID{"dee"}, nil }
				}
				if _, err := m.SetSeverity(t.Context(), in.ID, Sev1, "bo", "worse", t0); err != nil {
					t.Error(err)
				}
			}
			return nil
		}
		if _, err := settle(m, t0); err != nil {
			t.Fatal(err)
		}
		if got := rooms.topics["C1"]; !strings.HasPrefix(got, "SEV1") {
			t.Errorf("during %s: topic %s", call, got)
		}
		if diff := cmp.Diff(whole, rooms.events); diff != "" {
			t.Errorf("during %s (-want +got):\n%s", call, diff)
		}
	}
}

func TestSomebodyElseHasTheName(t *testing.T) {
	m, _, rooms := newHouse()
	rooms.others["inc-1-payment-is-slow"], rooms.others["inc-1-payment-is-slow-2"] = true, true
	in := declared(t, m, slow)
	if _, err := settle(m, t0); err != nil {
		t.Fatal(err)
	}
	if in = get(t, m, in.ID); in.Name != "inc-1-payment-is-slow-3" || in.Trouble != "" {
		t.Errorf("name %s, trouble %q", in.Name, in.Trouble)
	}
}

func TestWhoCannotBeInvitedIsNamed(t *testing.T) {
	m, _, rooms := newHouse()
	rooms.cannot["cy"] = "user_is_restricted"
	in := declared(t, m, slow)
	if _, err := settle(m, t0); err != nil {
		t.Fatal(err)
	}
	in = get(t, m, in.ID)
	if diff := cmp.Diff([]Refusal{{"cy", "user_is_restricted"}}, in.NotInvited); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(in.Invited, []rotation.PersonID{"ana", "bo"}) || in.Step != Ready {
		t.Errorf("invited %v, step %s", in.Invited, in.Step)
	}
}

func TestARefusalPassesTheStepAndIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		call    string
		trouble Trouble
		saw     []string
		later   []string // once somebody added the scope
	}{
		{"create", Trouble{CreateChannel, "create: missing_scope"}, nil, whole},
		{"topic", Trouble{SetTopic, "topic: missing_scope"}, whole, whole},
		{"invite", Trouble{Invite, "invite: missing_scope"}, []string{whole[0], whole[4]}, []string{whole[0], whole[4], whole[1], whole[2], whole[3]}},
		{"pin", Trouble{PinCard, "pin: missing_scope"}, whole[:4], whole},
	} {
		m, _, rooms := newHouse()
		works := rooms.around
		rooms.around = func(ctx context.Context, call string, deed func()) error {
			if call == tt.call {
				return &RoomError{call, "missing_scope"}
			}
			return works(ctx, call, deed)
		}
		in := declared(t, m, slow)
		at, err := settle(m, t0)
		if err != nil {
			t.Fatal(err)
		}
		in = get(t, m, in.ID)
		if diff := cmp.Diff([]Trouble{tt.trouble}, in.Troubles()); diff != "" || in.NextAt.IsZero() {
			t.Errorf("%s refused: step %s, next %s, trouble %s", tt.call, in.Step, in.NextAt, diff)
		}
		if diff := cmp.Diff(tt.saw, rooms.events); diff != "" {
			t.Errorf("%s refused, the rest still happens (-want +got):\n%s", tt.call, diff)
		}
		noChannel := tt.call == "create"
		if in.HasNoChannel() != noChannel || !in.Announced() || (len(in.Told) == 3) != noChannel {
			t.Errorf("%s refused: %+v", tt.call, in)
		}
		rooms.around = works
		if _, err := settle(m, at.Add(lastRetry)); err != nil {
			t.Fatal(err)
		}
		if in = get(t, m, in.ID); in.Step != Ready || in.Trouble != "" || !in.NextAt.IsZero() || in.Topic != m.topic(in) || len(in.Invited) != 3 || len(in.NotInvited) != 0 {
			t.Errorf("%s works again: %+v", tt.call, in)
		}
		if diff := cmp.Diff(tt.later, rooms.events); diff != "" {
			t.Errorf("%s works again (-want +got):\n%s", tt.call, diff)
		}
	}
}

func TestNothingIsTriedOnceTheIncidentIsOver(t *testing.T) {
	for _, refused := range []string{"create", "topic", "invite", "pin"} {
		m, _, rooms := newHouse()
		tries := 0
		works := rooms.around
		rooms.around = func(ctx context.Context, call string, deed func()) error {
			if call == refused {
				tries++
				return &RoomError{call, "missing_scope"}
			}
			return works(ctx, call, deed)
		}
		in := declared(t, m, slow)
		at, err := settle(m, t0)
		if err != nil {
			t.Fatal(err)
		}
		if _, again, err := m.Resolve(t.Context(), in.ID, "bo", at); again || err != nil {
			t.Errorf("%s refused, it can still be resolved: %v", refused, err)
		}
		before := tries
		if _, err := settle(m, at.Add(lastRetry)); err != nil {
			t.Fatal(err)
		}
		in = get(t, m, in.ID)
		if tries > before+1 || !in.NextAt.IsZero() || in.Step != Ready {
			t.Errorf("%s refused: tried %d times more, %+v", refused, tries-before, in)
		}
	}
}

func TestSlackIsDownForAWhile(t *testing.T) {
	m, _, rooms := newHouse()
	var tries []time.Duration
	now, down := t0, true
	works := rooms.around
	rooms.around = func(ctx context.Context, call string, deed func()) error {
		if down {
			tries = append(tries, now.Sub(t0).Round(time.Second))
			return errors.New("internal_error")
		}
		return works(ctx, call, deed)
	}
	in := declared(t, m, slow)
	for range 12 {
		next, err := m.Due(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		now = next
	}
	want := []time.Duration{0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111}
	for i := range want {
		want[i] *= time.Second
	}
	if diff := cmp.Diff(want, tries); diff != "" {
		t.Errorf("tried after (-want +got):\n%s", diff)
	}
	if got := get(t, m, in.ID).Troubles(); !slices.Equal(got, []Trouble{{CreateChannel, "internal_error"}}) {
		t.Errorf("meanwhile people read %v", got)
	}
	down = false
	if _, err := settle(m, now); err != nil {
		t.Fatal(err)
	}
	if in = get(t, m, in.ID); in.Step != Ready || in.Trouble != "" {
		t.Errorf("afterwards: step %s, trouble %q", in.Step, in.Trouble)
	}
}

func TestTheCardIsPinnedWhenItIsThere(t *testing.T) {
	m, store, rooms := newHouse()
	store.noSpeaker = true
	in := declared(t, m, slow)
	next, err := m.Due(t.Context(), t0)
	if err != nil || get(t, m, in.ID).Step != PinCard || len(rooms.pins) != 0 {
		t.Fatalf("waits for its card: %v %v", rooms.pins, err)
	}
	store.noSpeaker = false
	if _, err := settle(m, next); err != nil || len(rooms.pins) != 1 {
		t.Errorf("pins %v, %v", rooms.pins, err)
	}
}

func TestAHangingSlackHoldsAStepForALeaseAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, rooms := newHouse()
		rooms.around = func(ctx context.Context, _ string, _ func()) error {
			<-ctx.Done()
			return ctx.Err()
		}
		in := declared(t, m, slow)
		begun := time.Now()
		next, err := m.Due(t.Context(), t0)
		if took := time.Since(begun); took != deedTime || err != nil {
			t.Errorf("took %s, %v", took, err)
		}
		if want := t0.Add(deedTime + firstRetry); !next.Equal(want) || get(t, m, in.ID).Attempts != 1 {
			t.Errorf("next %s, want %s", next, want)
		}
	})
}

func TestACleanEndHandsTheStepBack(t *testing.T) {
	m, _, rooms := newHouse()
	ctx, stop := context.WithCancel(t.Context())
	rooms.around = func(ctx context.Context, _ string, _ func()) error {
		stop()
		return ctx.Err()
	}
	in := declared(t, m, slow)
	if _, err := m.Due(ctx, t0); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	if in = get(t, m, in.ID); in.NextAt.After(t0.Add(time.Second)) || in.Trouble != "" {
		t.Errorf("the next process must wait until %s, trouble %q", in.NextAt, in.Trouble)
	}
}

// TestWhatAnEarlierVersionGaveUpOnIsTriedAgain: it left open incidents at the
// end of the set-up without a channel.
func TestWhatAnEarlierVersionGaveUpOnIsTriedAgain(t *testing.T) {
	m, store, _ := newHouse()
	open, over := declared(t, m, slow), Incident{}
	d := slow
	d.Key, d.Page = "another", ""
	over = declared(t, m, d)
	for id, state := range map[string]State{open.ID: Open, over.ID: Resolved} {
		in := store.now.incidents[id]
		in.Step, in.State, in.NextAt, in.Trouble = Ready, state, time.Time{}, "create_channel: missing_scope"
		store.now.incidents[id] = in
	}
	for range 2 { // the second time there is nothing to do
		if err := m.Revive(t.Context(), t0); err != nil {
			t.Fatal(err)
		}
		if _, err := settle(m, t0); err != nil {
			t.Fatal(err)
		}
	}
	if in := get(t, m, open.ID); in.Channel == "" || in.Trouble != "" || in.Step != Ready {
		t.Errorf("the open one: %+v", in)
	}
	if in := get(t, m, over.ID); in.Channel != "" {
		t.Errorf("the one that is over: %+v", in)
	}
}
