package view

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/rotation"
)

var inChannel = Context{Zone: tokyo}

func reader(p rotation.PersonID) Context { return Context{Zone: tokyo, Reader: p} }

func storm() outbox.StormState {
	return outbox.StormState{
		ID: "T1", To: "C0ALERTS", OpenedAt: began, LastAt: at(2), Total: 1204, Firing: 1100, Acknowledged: 4, Closed: 100,
		Owners: []outbox.Owner{{Person: string(bo), Count: 2}, {Person: string(ana), Count: 1}}, MoreOwners: 1,
		Groups: []outbox.Group{{Title: "Disk is filling up on web-01", Titles: 800, Count: 800, Worst: "P2"}, {Title: "Checkout <error> rate is high", Count: 300, Worst: "P1"}, {Title: "Host unreachable", Count: 90}},
	}
}

func TestStorms(t *testing.T) {
	closed := storm()
	closed.Firing, closed.Acknowledged, closed.Closed = 0, 0, 1204
	closed.Owners, closed.MoreOwners = nil, 0
	golden(t, "storm", func(m msg.Catalog) drawn { return message(Storm(storm(), inChannel, m)) })
	golden(t, "storm_dm", func(m msg.Catalog) drawn { return message(Storm(storm(), reader(ana), m)) })
	golden(t, "storm_closed", func(m msg.Catalog) drawn { return message(Storm(closed, inChannel, m)) })
	golden(t, "storm_names", func(m msg.Catalog) drawn {
		return message(StormNames([]alerts.Case{checkout(), acked(checkout()), recovered()}, 151, m))
	})
}

func request(state rotation.SwapState) rotation.SwapRequest {
	day := func(n int) (time.Time, time.Time) { return at(24*60*n - 180), at(24*60*(n+1) - 180) }
	r := rotation.SwapRequest{ID: "S1", Rotation: "platform", Asker: ana, Other: bo, State: state, Channel: "C0PLATFORM", CreatedAt: began}
	r.Mine.User, r.Theirs.User = ana, bo
	r.Mine.Start, r.Mine.End = day(3)
	r.Theirs.Start, r.Theirs.End = day(4)
	r.ExpiresAt = r.Mine.Start
	r.Warnings = []rotation.Warning{{Kind: rotation.WarnRest, User: bo, Start: r.Mine.Start.AddDate(0, 0, -1), End: r.Mine.End}}
	if state != rotation.SwapOpen {
		r.DecidedAt = at(30)
	}
	return r
}

func TestSwaps(t *testing.T) {
	for _, state := range []rotation.SwapState{rotation.SwapOpen, rotation.SwapAccepted, rotation.SwapDeclined, rotation.SwapWithdrawn, rotation.SwapExpired, rotation.SwapMoved} {
		golden(t, "swap_"+string(state), func(m msg.Catalog) drawn { return message(Swap(request(state), inChannel, m)) })
		golden(t, "swap_asker_"+string(state), func(m msg.Catalog) drawn { return message(SwapAsker(request(state), inChannel, m)) })
	}
	for _, state := range []rotation.SwapState{rotation.SwapOpen, rotation.SwapAccepted} {
		golden(t, "swap_channel_"+string(state), func(m msg.Catalog) drawn { return message(SwapChannel(request(state), inChannel, m)) })
	}
	cover := rotation.SavedOverride{Override: rotation.Override{ID: "O1", Start: began, End: at(240), User: cy, Replaces: bo}, Rotation: "platform", By: ana, Relieved: []rotation.PersonID{bo}}
	cancelled := cover
	cancelled.CancelledBy, cancelled.CancelledAt, cancelled.PlannedEnd, cancelled.End = cy, at(60), at(240), at(60)
	golden(t, "override_channel", func(m msg.Catalog) drawn { return message(Override(cover, inChannel, m)) })
	golden(t, "override_you", func(m msg.Catalog) drawn { return message(Override(cover, reader(cy), m)) })
	golden(t, "override_relieved", func(m msg.Catalog) drawn { return message(Override(cover, reader(bo), m)) })
	golden(t, "override_cancelled", func(m msg.Catalog) drawn { return message(OverrideCancelled(cancelled, inChannel, m)) })
	golden(t, "override_set", func(m msg.Catalog) drawn {
		return message(OverrideSet(cover, []msg.Markup{msg.Person(cy), msg.Channel("C0PLATFORM")}, reader(ana), m))
	})
	golden(t, "override_own", func(m msg.Catalog) drawn {
		return message(OwnOverrides([]rotation.SavedOverride{cover}, reader(ana), m))
	})
	golden(t, "when_which", func(m msg.Catalog) drawn {
		return message(Which("tonight", []Choice{{Value: "a", Label: m.When(at(300), tokyo, began)}, {Value: "b", Label: m.When(at(480), tokyo, began)}}, m))
	})
}

func outage() incident.Incident {
	return incident.Incident{
		ID: "I1", Number: 12, Title: "決済が止まっている", Severity: incident.Sev2, State: incident.Open, DeclaredBy: ana, DeclaredAt: began,
		Invited: []rotation.PersonID{ana, bo}, NotInvited: []incident.Refusal{{Who: cy, Why: "user_is_restricted"}}, Channel: "C0INC12", Name: "inc-12-checkout",
		Step: incident.Ready, Updates: []incident.Update{{ID: "U1", At: at(10), Who: ana, Text: "原因を調べています <!here>"}, {ID: "U2", At: at(20), Who: bo, Text: "Rolled back.\nError rate is falling."}},
	}
}

func TestIncidents(t *testing.T) {
	setup, resolved, refused := outage(), outage(), outage()
	setup.Channel, setup.Name, setup.Step, setup.Updates, setup.NotInvited, setup.Trouble = "", "", incident.CreateChannel, nil, nil, "create_channel: ratelimited"
	resolved.State, resolved.ResolvedBy, resolved.ResolvedAt = incident.Resolved, bo, at(95)
	refused.Channel, refused.Trouble = "", "create_channel: restricted_action"
	for name, in := range map[string]incident.Incident{"open": outage(), "resolved": resolved} {
		golden(t, "incident_"+name, func(m msg.Catalog) drawn { return message(Incident(in, inChannel, m)) })
	}
	for name, in := range map[string]incident.Incident{"open": outage(), "resolved": resolved, "setup": setup, "no_channel": refused} {
		golden(t, "digest_"+name, func(m msg.Catalog) drawn { return message(Digest(in, inChannel, m)) })
	}
	golden(t, "incident_update", func(m msg.Catalog) drawn { return message(Update(outage(), "U2", inChannel, m)) })
	golden(t, "incident_list", func(m msg.Catalog) drawn {
		return message(Incidents([]incident.Incident{outage(), setup}, inChannel, m))
	})
	golden(t, "incident_list_none", func(m msg.Catalog) drawn { return message(Incidents(nil, inChannel, m)) })
}

func duties() []Duty {
	return []Duty{
		{Rotation: "platform", Who: ana, Until: at(21 * 60), Next: bo},
		{Rotation: "support", Who: rotation.Nobody, Until: at(21 * 60), Next: cy},
		{Rotation: "night", Who: cy, Until: at(600)},
		{Rotation: "steady", Who: hana},
	}
}

func turns() []Turn {
	return []Turn{{"platform", ana, at(-180), at(21 * 60)}, {"platform", ana, at(3 * 24 * 60), at(4 * 24 * 60)}}
}

func TestAnswersAboutOnCall(t *testing.T) {
	span := rotation.Span{Start: at(-180), End: at(7 * 24 * 60)}
	plan := []rotation.Stretch{{Start: at(-180), End: at(1260), OnCall: ana}, {Start: at(1260), End: at(2700)}, {Start: at(2700), End: at(4140), OnCall: bo}}
	golden(t, "oncall_now", func(m msg.Catalog) drawn { return message(OnCall(duties(), time.Time{}, inChannel, m)) })
	golden(t, "oncall_at", func(m msg.Catalog) drawn { return message(OnCall(duties()[:1], at(600), inChannel, m)) })
	golden(t, "oncall_mine", func(m msg.Catalog) drawn { return message(Mine(turns(), began, reader(ana), m)) })
	var month []rotation.Stretch
	for day := range 31 {
		month = append(month, rotation.Stretch{Start: span.Start.AddDate(0, 0, day), End: span.Start.AddDate(0, 0, day+1), OnCall: []rotation.PersonID{"U0ANA", "U0BO", rotation.Nobody}[day%3]})
	}
	whole := rotation.Span{Start: span.Start, End: span.Start.AddDate(0, 0, 31)}
	golden(t, "oncall_schedule_month", func(m msg.Catalog) drawn {
		return message(Schedule([]Plan{{"platform", month}}, whole, inChannel, m))
	})
	golden(t, "oncall_schedule", func(m msg.Catalog) drawn { return message(Schedule([]Plan{{"platform", plan}}, span, inChannel, m)) })
	golden(t, "oncall_alerts", func(m msg.Catalog) drawn {
		return message(OpenAlerts([]alerts.Case{unanswered(), acked(checkout())}, 40, inChannel, m))
	})
	golden(t, "oncall_why", func(m msg.Catalog) drawn {
		var names []string
		var all []rotation.Explanation
		for _, kind := range []rotation.Reason{rotation.BecauseTurn, rotation.BecauseTookOver, rotation.BecauseSwap, rotation.BecauseCover, rotation.BecauseOverride, rotation.BecauseBeforeStart, rotation.BecauseNoMembers} {
			names = append(names, "platform")
			all = append(all, rotation.Explanation{OnCall: ana, Because: rotation.Because{Kind: kind, User: ana, Replaced: bo, Start: began, End: at(600)}})
		}
		return message(Why(names, all, inChannel, m))
	})
}

func home(s HomeState) func(m msg.Catalog) drawn {
	return func(m msg.Catalog) drawn { return drawn{view: Home(s, reader(ana), m)} }
}

func TestHome(t *testing.T) {
	mine := acked(checkout())
	mine.Page.ID = "P2"
	golden(t, "home_busy", home(HomeState{
		At: began, Pages: alerts.CasesOf{Waiting: []alerts.Case{checkout()}, AllWaiting: 1, Yours: []alerts.Case{mine}, AllYours: 1}, Turns: turns(), Next: map[string]Next{"P1": {People: []rotation.PersonID{bo}, Further: true}},
		Swaps: []rotation.SwapRequest{request(rotation.SwapOpen)}, Duties: duties(), Incidents: []incident.Incident{outage()},
	}))
	golden(t, "home_off", home(HomeState{At: began, Turns: turns()[1:], Duties: duties()[:1]}))
	golden(t, "home_stranger", home(HomeState{At: began}))
}

func TestForms(t *testing.T) {
	rotations := []Choice{{Value: "platform", Label: "platform"}, {Value: "support", Label: "support"}}
	mine := []Choice{{Value: "platform/2026-11-26", Label: "platform 11/26(木) 10:00"}}
	for name, draw := range map[string]func(m msg.Catalog) drawn{
		"form_swap": func(m msg.Catalog) drawn {
			return drawn{view: SwapForm(mine, mine, "", mine[0].Value, "C0X", inChannel, m)}
		},
		"form_swap_none":        func(m msg.Catalog) drawn { return drawn{view: SwapForm(nil, nil, "", "", "C0X", inChannel, m)} },
		"form_swap_none_theirs": func(m msg.Catalog) drawn { return drawn{view: SwapForm(mine, nil, "", "", "C0X", inChannel, m)} },
		"form_override": func(m msg.Catalog) drawn {
			return drawn{view: OverrideForm(rotations, "support", cy, began, at(60), "C0X", inChannel, m)}
		},
		"form_page":    func(m msg.Catalog) drawn { return drawn{view: PageForm(rotations, "", "", "", "C0X", m)} },
		"form_declare": func(m msg.Catalog) drawn { return drawn{view: DeclareForm("Checkout is down", incident.Sev2, "P1", m)} },
		"form_update":  func(m msg.Catalog) drawn { return drawn{view: UpdateForm("I1", m)} },
	} {
		golden(t, name, draw)
	}
}

// Slack accepts everything else too, at any length of names and lists.
func FuzzOthersFitSlack(f *testing.F) {
	f.Add("name", 2)
	f.Add(strings.Repeat("長<&>*`_", 500), 60)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = (n%400 + 400) % 400
		s, in, r := storm(), outage(), request(rotation.SwapOpen)
		s.Groups, in.Updates, in.Title, in.Trouble, r.Rotation = nil, nil, text, "invite: "+text, text
		who := rotation.PersonID(text)
		h := HomeState{At: began, Next: map[string]Next{}}
		var cases []alerts.Case
		var plan []rotation.Stretch
		var lines []HelpLine
		var choices []Choice
		for i := range n {
			id := fmt.Sprintf("P%d", i)
			s.Groups = append(s.Groups[:min(len(s.Groups), 7)], outbox.Group{Title: text, Count: i, Worst: "P1"})
			in.Updates = append(in.Updates, incident.Update{ID: id, Text: text, Who: who})
			in.NotInvited = append(in.NotInvited, incident.Refusal{Who: who, Why: text + id})
			in.Invited = append(in.Invited, who)
			r.ID = id
			c := checkout()
			c.Alert.Title, c.Alert.Scope, c.Page.ID = text, text, id
			cases, h.Swaps, h.Pages.AllWaiting = append(cases, c), append(h.Swaps, r), i+1
			h.Pages.Waiting = cases[:min(len(cases), HomePages)]
			h.Turns = append(h.Turns, Turn{text, who, at(i), at(i + 1)})
			h.Duties = append(h.Duties, Duty{Rotation: text, Who: who})
			h.Incidents = append(h.Incidents, in)
			plan = append(plan, rotation.Stretch{Start: at(i), End: at(i + 1), OnCall: who})
			choices = append(choices, Choice{Value: id, Label: text})
			lines = append(lines, HelpLine{text, text})
		}
		if len(cases) > 150 {
			cases = cases[:150]
		}
		for _, lang := range []string{msg.Japanese, msg.English} {
			m := msg.For(lang)
			check := func(name string, d drawn) {
				raw, err := json.Marshal(d.view)
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range faults(raw) {
					t.Errorf("%s: %s", name, fault)
				}
			}
			check("storm", message(Storm(s, inChannel, m)))
			check("names", message(StormNames(cases, 1, m)))
			check("swap", message(Swap(r, inChannel, m)))
			check("incident", message(Incident(in, inChannel, m)))
			check("digest", message(Digest(in, inChannel, m)))
			check("incidents", message(Incidents(h.Incidents, inChannel, m)))
			check("alerts", message(OpenAlerts(cases, n, inChannel, m)))
			check("oncall", message(OnCall(h.Duties, time.Time{}, inChannel, m)))
			check("mine", message(Mine(h.Turns, began, inChannel, m)))
			check("schedule", message(Schedule([]Plan{{text, plan}}, rotation.Span{}, inChannel, m)))
			check("help", message(Help(msg.Escape(text), msg.Escape(text), lines, []string{text}, true, inChannel, m)))
			check("home", drawn{view: Home(h, reader(ana), m)})
			check("declare", drawn{view: DeclareForm(text, "", "P1", m)})
			check("page", drawn{view: PageForm(choices, "", "", text, "C", m)})
			check("swap form", drawn{view: SwapForm(choices, choices, "", "", "C", inChannel, m)})
			if n > 0 {
				check("update", message(Update(in, "P0", inChannel, m)))
			}
		}
	})
}
