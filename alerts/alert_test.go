package alerts

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// delivery reads "Triggered c1 @60 P1": a transition, its cycle, the source's
// second and a priority.
func delivery(t *testing.T, line string) Event {
	t.Helper()
	words, second, _ := strings.Cut(line, " @")
	second, priority, _ := strings.Cut(second, " ")
	transition, cycle, _ := strings.Cut(words, " c")
	seconds, err := time.ParseDuration(second + "s")
	if err != nil {
		t.Fatalf("delivery %q: %v", line, err)
	}
	return Event{Source: "datadog", Monitor: "1", Transition: Transition(transition), Cycle: cycle, Priority: Priority(priority), Title: "latency", At: noon.Add(seconds)}
}

func TestEventsBecomeAlerts(t *testing.T) {
	for _, tt := range []struct{ why, events, want string }{
		{"it fires", "Triggered c1 @0", "opened: alert firing"},
		{"a warning turns into an alert", "Warn c1 @0, Triggered c1 @60", "opened: warn firing, worsened: alert firing"},
		{"an alert that eases to a warning is the same alert", "Triggered c1 @0, Warn c1 @60", "opened: alert firing, repeated: warn firing"},
		{"it says again that it fires", "Triggered c1 @0, Renotify c1 @600", "opened: alert firing, repeated: alert firing"},
		{"no data is worse than a warning", "Warn c1 @0, No Data c1 @60", "opened: warn firing, worsened: no_data firing"},
		{"it ends", "Triggered c1 @0, Recovered c1 @60", "opened: alert firing, closed: alert recovered"},
		{"somebody mutes it in the source", "Triggered c1 @0, Muted c1 @60", "opened: alert firing, closed: alert muted"},
		{"it gets more urgent", "Triggered c1 @0 P3, Re-Triggered c1 @60 P1", "opened: alert firing, worsened: alert firing"},
		{"it ends half a second before the last repetition", "Triggered c1 @0, Renotify c1 @600.5, Recovered c1 @600", "opened: alert firing, repeated: alert firing, closed: alert recovered"},
		{"the same without cycles", "Triggered @0, Renotify @600.5, Recovered @600", "opened: alert firing, repeated: alert firing, closed: alert recovered"},
		{"it ends long before the last repetition", "Triggered c1 @0, Renotify c1 @600, Recovered c1 @300", "opened: alert firing, repeated: alert firing, closed: alert recovered"},
		{"the last repetition arrives behind the end", "Triggered c1 @0, Recovered c1 @600, Renotify c1 @600.5", "opened: alert firing, closed: alert recovered, stale: alert recovered"},
		{"a repetition long after the end: it fires", "Triggered c1 @0, Muted c1 @600, Renotify c1 @660", "opened: alert firing, closed: alert muted, reopened: alert firing"},
		{"the end of the firing before is late", "Triggered c1 @0, Triggered c2 @60, Recovered c1 @60.4", "opened: alert firing, reopened: alert firing, stale: alert firing"},
		{"the same without cycles is known by its date", "Triggered @0, Recovered @60, Triggered @120, Recovered @60", "opened: alert firing, closed: alert recovered, reopened: alert firing, stale: alert firing"},
		{"a firing dated half a second before the end of the one before", "Triggered c1 @0, Recovered c1 @60, Triggered c2 @59.5", "opened: alert firing, closed: alert recovered, reopened: alert firing"},
		{"a worse state dated half a second before a better one", "Warn c1 @60, Triggered c1 @59.5", "opened: warn firing, worsened: alert firing"},
		{"a worse state dated half a second before a repetition", "Warn c1 @0, Renotify c1 @600.5, Triggered c1 @600", "opened: warn firing, repeated: warn firing, worsened: alert firing"},
		{"a warning of a firing whose trigger was lost", "Triggered c1 @0, Warn c2 @60", "opened: alert firing, reopened: warn firing"},
		{"it ends twice", "Triggered c1 @0, Recovered c1 @60, Recovered c1 @61", "opened: alert firing, closed: alert recovered, repeated: alert recovered"},
		{"it flaps", "Triggered c1 @0, Recovered c1 @60, Triggered c2 @120", "opened: alert firing, closed: alert recovered, reopened: alert firing"},
		{"it fires again much later", "Triggered c1 @0, Recovered c1 @60, Triggered c2 @7200", "opened: alert firing, closed: alert recovered, opened: alert firing"},
		{"the recovery between was never delivered", "Triggered c1 @0, Triggered c2 @60", "opened: alert firing, reopened: alert firing"},
		{"the same trigger under a new delivery", "Triggered c1 @0, Triggered c1 @60", "opened: alert firing, repeated: alert firing"},
		{"the recovery overtakes the trigger", "Recovered c1 @60, Triggered c1 @0", "closed: alert recovered, stale: alert recovered"},
		{"the recovery overtakes the trigger within one second", "Recovered c1 @60, Triggered c1 @60", "closed: alert recovered, stale: alert recovered"},
		{"an old warning arrives after the alert", "Triggered c1 @60, Warn c1 @0", "opened: alert firing, stale: alert firing"},
		{"the trigger was lost", "Renotify c1 @0", "opened: alert firing"},
		{"no cycle keys at all", "Triggered @0, Recovered @60, Triggered @61", "opened: alert firing, closed: alert recovered, reopened: alert firing"},
		{"a word we do not know counts as firing", "Exploded c1 @0", "opened: alert firing"},
	} {
		var last *Alert
		var got []string
		for _, line := range strings.Split(tt.events, ", ") {
			e := delivery(t, line)
			arrival := e.At
			if last != nil && arrival.Before(last.OpenedAt) {
				arrival = last.OpenedAt.Add(time.Minute)
			}
			a, outcome := Apply(last, e, arrival)
			got = append(got, fmt.Sprintf("%s: %s %s", outcome, a.Level, a.State))
			last = &a
		}
		if s := strings.Join(got, ", "); s != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.why, s, tt.want)
		}
	}
}

func TestAnEventKeepsWhatItDoesNotSay(t *testing.T) {
	full := Event{Source: "datadog", Monitor: "1", Transition: Triggered, Title: "latency", Text: "p95 is high", Priority: "P1", Tags: []string{"service:shop"}, Link: "https://example.com/1", From: noon, Until: noon.Add(time.Minute), At: noon}
	a, _ := Apply(nil, full, noon)
	a, _ = Apply(&a, Event{Source: "datadog", Monitor: "1", Transition: Recovered, At: noon.Add(time.Hour)}, noon.Add(time.Hour))
	if a.Title != "latency" || a.Text != "p95 is high" || a.Priority != "P1" || len(a.Tags) != 1 || a.Link == "" || a.From.IsZero() {
		t.Errorf("a bare recovery wiped what was known: %+v", a)
	}
}

func TestTagsAreSplitAtTheFirstColon(t *testing.T) {
	tags := []string{"monitor", "database_id:keep:sandbox", "service:shop"}
	for name, want := range map[string]string{"database_id": "keep:sandbox", "service": "shop", "monitor": "", "env": ""} {
		if got := Tag(tags, name); got != want {
			t.Errorf("Tag(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestReportsOfAFiringAreCountedAndNothingElse(t *testing.T) {
	for _, tt := range []struct {
		events string
		want   int
	}{
		{"Triggered c1 @0", 1},
		{"Triggered c1 @0, Renotify c1 @60, Renotify c1 @120, Recovered c1 @180", 3},
		{"Triggered c1 @0, Recovered c1 @60, Recovered c1 @61, Triggered c2 @120", 2},
		{"Recovered c1 @60, Triggered c1 @0", 1},
		{"Triggered c1 @0, Muted c1 @60", 1},
	} {
		var last *Alert
		for line := range strings.SplitSeq(tt.events, ", ") {
			e := delivery(t, line)
			a, _ := Apply(last, e, e.At)
			last = &a
		}
		if last.Deliveries != tt.want {
			t.Errorf("%s: reported %d times, want %d", tt.events, last.Deliveries, tt.want)
		}
	}
}

func TestTheFirstRouteThatMatchesWins(t *testing.T) {
	routing := Routing{
		{Match: Match{"service": Exactly("checkout"), "env": Exactly("prod")}, Priority: []Priority{"P1", "P2"}, Escalation: "checkout", Channel: "#checkout"},
		{Level: []Level{LevelWarn}, Channel: "#noise"},
		{Match: Match{"service": Exactly("checkout")}, Escalation: "platform"},
	}
	for _, tt := range []struct {
		why   string
		alert Alert
		want  string
	}{
		{"tags and priority fit", Alert{Tags: []string{"service:checkout", "env:prod"}, Priority: "P1"}, "checkout #checkout"},
		{"the group's scope counts as tags", Alert{Tags: []string{"env:prod"}, Scope: "service:checkout", Priority: "P2"}, "checkout #checkout"},
		{"priority does not fit", Alert{Tags: []string{"service:checkout", "env:prod"}, Priority: "P4"}, "platform "},
		{"a warning is only shown", Alert{Level: LevelWarn}, " #noise"},
		{"nobody wants it", Alert{Tags: []string{"service:search"}}, " "},
	} {
		r := routing.For(tt.alert)
		if got := r.Escalation + " " + r.Channel; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}
