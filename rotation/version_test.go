package rotation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// seen reads "2026-11-25T12:00:00+09:00 ana bo": from then on the config has
// these members.
func seen(t *testing.T, lines ...string) (all []Version) {
	t.Helper()
	for _, line := range lines {
		at, names, _ := strings.Cut(line, " ")
		r := parsed(t, "members: ["+strings.ReplaceAll(names, " ", ", ")+"]").rotation
		all = append(all, Version{instantOf(t, at), r})
	}
	return all
}

func TestAConfigThatChangesMovesNobodyOnCall(t *testing.T) {
	for _, tt := range []struct {
		why      string
		versions []string
		answers  []string
	}{
		{"somebody comes in at the end", []string{"2026-11-23T10:00:00+09:00 ana bo", "2026-11-26T12:00:00+09:00 ana bo cy"}, []string{
			"2026-11-25T12:00:00+09:00 ana", "2026-11-26T12:00:00+09:00 bo", "2026-11-27T10:00:00+09:00 cy", "2026-11-28T10:00:00+09:00 ana",
		}},
		{"the person on call is moved to the front", []string{"2026-11-23T10:00:00+09:00 ana bo cy", "2026-11-24T12:00:00+09:00 bo ana cy"}, []string{
			"2026-11-24T12:00:00+09:00 bo", "2026-11-25T10:00:00+09:00 ana", "2026-11-26T10:00:00+09:00 cy",
		}},
		{"the person on call leaves", []string{"2026-11-23T10:00:00+09:00 ana bo cy", "2026-11-24T12:00:00+09:00 ana cy"}, []string{
			"2026-11-24T11:59:59+09:00 bo", "2026-11-24T12:00:00+09:00 cy", "2026-11-25T10:00:00+09:00 ana",
		}},
		{"three versions", []string{"2026-11-23T10:00:00+09:00 ana bo", "2026-11-24T12:00:00+09:00 ana bo cy", "2026-11-25T12:00:00+09:00 ana bo cy dee"}, []string{
			"2026-11-23T12:00:00+09:00 ana", "2026-11-24T12:00:00+09:00 bo", "2026-11-25T12:00:00+09:00 cy", "2026-11-26T10:00:00+09:00 dee", "2026-11-27T10:00:00+09:00 ana",
		}},
		{"and back", []string{"2026-11-23T10:00:00+09:00 ana bo", "2026-11-24T12:00:00+09:00 bo", "2026-11-24T13:00:00+09:00 ana bo"}, []string{
			"2026-11-24T12:30:00+09:00 bo", "2026-11-24T13:00:00+09:00 bo", "2026-11-25T10:00:00+09:00 ana",
		}},
	} {
		s := mustNew(t, Continue(seen(t, tt.versions...)))
		s.asks(t, tt.why, tt.answers...)
	}
}

func TestAnEditInTheConfigStaysWhatItIs(t *testing.T) {
	before := parsed(t, "members: [ana, bo]\nedits: [{at: 2026-11-25T12:00:00+09:00, members: [ana, bo, cy]}]").rotation
	// A later start sees the same edit, now past, and another list that it hides.
	now := parsed(t, "members: [dee]\nedits: [{at: 2026-11-25T12:00:00+09:00, members: [ana, bo, cy]}, {at: 2026-11-29T12:00:00+09:00, members: [cy]}]").rotation
	s := mustNew(t, Continue([]Version{{instantOf(t, "2026-11-23T10:00:00+09:00"), before}, {instantOf(t, "2026-11-27T12:00:00+09:00"), now}}))
	s.asks(t, "edits", "2026-11-24T12:00:00+09:00 bo", "2026-11-25T12:00:00+09:00 ana", "2026-11-26T10:00:00+09:00 bo",
		"2026-11-27T12:00:00+09:00 cy", "2026-11-28T10:00:00+09:00 ana", "2026-11-29T12:00:00+09:00 cy", "2026-12-09T10:00:00+09:00 cy")
}

func TestAnotherStartLaysARotationOutAnew(t *testing.T) {
	versions := seen(t, "2026-11-23T10:00:00+09:00 ana bo", "2026-11-26T12:00:00+09:00 cy dee")
	versions[1].Rotation.Start = instantOf(t, "2026-11-27T10:00:00+09:00")
	s := mustNew(t, Continue(versions))
	s.asks(t, "a new start", "2026-11-26T12:00:00+09:00 -", "2026-11-27T10:00:00+09:00 cy", "2026-11-28T10:00:00+09:00 dee")
}

// TestNoChangeOfMembersRewritesThePast: whatever the lists, before a version's
// instant nothing changes, and who is on call then and is still a member stays.
func TestNoChangeOfMembersRewritesThePast(t *testing.T) {
	base := parsed(t, "").rotation
	rapid.Check(t, func(rt *rapid.T) {
		people := rapid.SliceOfNDistinct(rapid.SampledFrom([]PersonID{"ana", "bo", "cy", "dee", "eve"}), 1, 5, func(p PersonID) PersonID { return p })
		at := base.Start
		var versions []Version
		for range rapid.IntRange(2, 5).Draw(rt, "versions") {
			v := Version{at, base}
			v.Rotation.Members = people.Draw(rt, "members")
			versions = append(versions, v)
			at = at.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "hours")) * time.Hour)
		}
		for i := 2; i <= len(versions); i++ {
			old, now := mustNew(t, Continue(versions[:i-1])), mustNew(t, Continue(versions[:i]))
			change := versions[i-1]
			if d := Compare(old, now, base.Start, change.At); len(d) > 0 {
				rt.Fatalf("the past changed: %v", d)
			}
			on := old.OnCall(change.At)
			if now.HasMember(on, change.At) && now.OnCall(change.At) != on {
				rt.Fatal(fmt.Sprintf("%s was on call, %s is", on, now.OnCall(change.At)))
			}
		}
	})
}

func TestCompare(t *testing.T) {
	at := instantOf(t, "2026-11-23T10:00:00+09:00")
	two, three := parsed(t, "members: [ana, bo]"), parsed(t, "members: [ana, bo, cy]")
	var got []string
	for _, d := range Compare(two, three, at, at.Add(4*24*time.Hour)) {
		got = append(got, fmt.Sprintf("%s–%s %s→%s", d.Start.Format("02"), d.End.Format("02"), d.Before, d.Now))
	}
	if text := strings.Join(got, ", "); text != "25–26 ana→cy, 26–27 bo→ana" {
		t.Errorf("differences: %s", text)
	}
}
