package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/outbox"
	"toban/rotation"
)

func TestMessagesFollowACase(t *testing.T) {
	for _, tt := range []struct {
		why   string
		saves []func(*alerts.Case) // the first makes a new case
		want  string
	}{
		{
			"an alert nobody is paged for is shown in its channel",
			[]func(*alerts.Case){func(c *alerts.Case) { c.Page = nil }},
			"alert A1 > C0ALERTS 1/0",
		},
		{
			"a page goes to the person, once though a step names them twice",
			[]func(*alerts.Case){func(c *alerts.Case) { c.Page.Notified = append(c.Page.Notified, c.Page.Notified[0]) }},
			"alert A1 > C0ALERTS 1/0\npage P1 > U0ANA 1/0",
		},
		{
			"whoever is told again gets one more message, and all of them follow",
			[]func(*alerts.Case){
				func(*alerts.Case) {},
				func(c *alerts.Case) {
					c.Page.Notified = append(c.Page.Notified, alerts.Notice{Person: "U0ANA", At: at.Add(time.Minute), Step: 1})
				},
				func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0ANA", at.Add(2*time.Minute)) },
			},
			"alert A1 > C0ALERTS 3/0\npage P1 > U0ANA 3/0\npage P1/2 > U0ANA 2/0",
		},
		{
			"when nobody answered, the channel is told by a message of its own",
			[]func(*alerts.Case){
				func(*alerts.Case) {},
				func(c *alerts.Case) { c.Page.State = alerts.PageUnanswered },
				func(c *alerts.Case) { *c.Page, _ = c.Page.Acknowledge("U0ANA", at.Add(2*time.Minute)) },
			},
			"alert A1 > C0ALERTS 3/0\npage P1 > U0ANA 3/0\nunanswered P1 > C0ALERTS 2/0",
		},
		{
			"and to the channels that a step named, unless the alert is there",
			[]func(*alerts.Case){func(c *alerts.Case) { c.Page.Channels = []string{"C0ALERTS", "C0PLATFORM"} }},
			"alert A1 > C0ALERTS 1/0\npage P1 > C0PLATFORM 1/0\npage P1 > U0ANA 1/0",
		},
		{
			"a step that calls a channel again has a message of its own there, a reply where the alert stands",
			[]func(*alerts.Case){
				func(c *alerts.Case) { c.Page.WithAlert = true; calls(c, at, "C0ALERTS", "C0PLATFORM") },
				func(c *alerts.Case) { calls(c, at.Add(time.Minute), "C0ALERTS", "C0ALERTS", "C0PLATFORM") },
				func(c *alerts.Case) { c.Alert.Deliveries++ },
			},
			"alert A1 > C0ALERTS 3/0\npage P1 > U0ANA 3/0\npage P1/2 > C0PLATFORM 3/0\npage P1/3 > C0ALERTS 2/0 in alert A1\npage P1/4 > C0PLATFORM 2/0 in page P1/2",
		},
		{
			"a page that begins later calls the alert's own channel by a reply",
			[]func(*alerts.Case){
				func(c *alerts.Case) { c.Page = nil },
				func(c *alerts.Case) { c.Page = newCase("1").Page; calls(c, at, "C0ALERTS") },
			},
			"alert A1 > C0ALERTS 2/0\npage P1 > C0ALERTS 1/0 in alert A1\npage P1 > U0ANA 1/0",
		},
		{
			"each time that nobody answered is said anew, but not what the alert's first message says",
			[]func(*alerts.Case){
				func(c *alerts.Case) { c.Page.WithAlert = true; gaveUp(c, at) },
				func(c *alerts.Case) { gaveUp(c, at.Add(time.Minute)) },
				func(c *alerts.Case) { gaveUp(c, at.Add(time.Hour)) },
			},
			"alert A1 > C0ALERTS 3/0\npage P1 > U0ANA 3/0\nunanswered P1/2 > C0ALERTS 2/0\nunanswered P1/3 > C0ALERTS 1/0",
		},
		{
			"an alert that recovered before it was seen is not shown",
			[]func(*alerts.Case){func(c *alerts.Case) {
				c.Page, c.Alert.State, c.Alert.ClosedAt = nil, alerts.AlertRecovered, c.Alert.OpenedAt
			}},
			"",
		},
		{
			"until it fires again",
			[]func(*alerts.Case){
				func(c *alerts.Case) {
					c.Page, c.Alert.State, c.Alert.ClosedAt = nil, alerts.AlertRecovered, c.Alert.OpenedAt
				},
				func(c *alerts.Case) { c.Alert.Late++ },
				func(c *alerts.Case) { c.Alert.State, c.Alert.ClosedAt = alerts.Firing, time.Time{} },
			},
			"alert A1 > C0ALERTS 1/0",
		},
		{
			"every copy follows a change, and the next step's person is told",
			[]func(*alerts.Case){
				func(*alerts.Case) {},
				func(c *alerts.Case) {
					c.Page.Notified = append(c.Page.Notified, alerts.Notice{Person: "U0BO", At: at, Step: 1})
				},
			},
			"alert A1 > C0ALERTS 2/0\npage P1 > U0ANA 2/0\npage P1 > U0BO 1/0",
		},
		{
			"a second page leaves the first one's messages as they are",
			[]func(*alerts.Case){
				func(*alerts.Case) {},
				func(c *alerts.Case) { c.Page = newCase("2").Page },
			},
			"alert A1 > C0ALERTS 2/0\npage P1 > U0ANA 1/0\npage P2 > U0ANA 1/0",
		},
		{
			"an alert sent elsewhere is shown there too",
			[]func(*alerts.Case){
				func(c *alerts.Case) { c.Page = nil },
				func(c *alerts.Case) { c.Alert.Channel = "C0DEFAULT" },
			},
			"alert A1 > C0ALERTS 2/0\nalert A1 > C0DEFAULT 1/0",
		},
		{
			"nobody new is woken for a page that is over",
			[]func(*alerts.Case){
				func(c *alerts.Case) { *c.Page, _ = c.Page.Close(alerts.DidRecover, "", at) },
			},
			"alert A1 > C0ALERTS 1/0",
		},
	} {
		t.Run(tt.why, func(t *testing.T) {
			forEachStore(t, func(t *testing.T, p place) {
				db := p.open(t)
				c := newCase("1")
				tt.saves[0](&c)
				save(t, db, c)
				for _, change := range tt.saves[1:] {
					c, err := db.CaseOfAlert(t.Context(), "A1")
					if err != nil {
						t.Fatal(err)
					}
					change(&c)
					save(t, db, c)
				}
				equal(t, "messages", told(all(t, db)), tt.want)
			})
		})
	}
}

func calls(c *alerts.Case, at time.Time, channels ...string) {
	for _, channel := range channels {
		c.Page.Calls = append(c.Page.Calls, alerts.Call{Channel: channel, At: at})
	}
}

func gaveUp(c *alerts.Case, at time.Time) {
	c.Page.State = alerts.PageUnanswered
	c.Page.Log = append(c.Page.Log, alerts.Entry{At: at, Did: alerts.DidExhaust})
}

func TestMessagesFollowASwap(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		r := rotation.SwapRequest{ID: "S1", Rotation: "platform", Asker: "U0ANA", Other: "U0BO", State: rotation.SwapOpen, Channel: "C0PLATFORM", ExpiresAt: at}
		plan(t, db, func(tx rotation.Tx) error { return tx.SaveSwapRequest(r) })
		equal(t, "asked", told(all(t, db)), "swap S1 > U0BO 1/0\nswap_asker S1 > U0ANA 1/0\nswap_channel S1 > C0PLATFORM 1/0")
		plan(t, db, func(tx rotation.Tx) error {
			r, err := tx.SwapRequest("S1")
			if err != nil {
				return err
			}
			r.State = rotation.SwapDeclined
			return tx.SaveSwapRequest(r)
		})
		equal(t, "decided", told(all(t, db)), "swap S1 > U0BO 2/0\nswap_asker S1 > U0ANA 2/0\nswap_channel S1 > C0PLATFORM 2/0")
	})
}

func plan(t *testing.T, db *DB, do func(rotation.Tx) error) {
	t.Helper()
	if err := db.Rotations().Update(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesFollowAnOverride(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		saved := rotation.SavedOverride{
			Override: rotation.Override{ID: "O1", Start: at, End: at.Add(time.Hour), User: "U0DEE"}, Rotation: "platform", By: "U0ANA", CreatedAt: at, Relieved: []rotation.PersonID{"U0BO"},
		}
		plan(t, db, func(tx rotation.Tx) error {
			return tx.SaveOverride(saved)
		})
		equal(t, "messages", told(all(t, db)), "override O1 > C0PLATFORM 1/0\noverride O1 > U0BO 1/0\noverride O1 > U0DEE 1/0")
		plan(t, db, func(tx rotation.Tx) error {
			for want, p := range map[int]rotation.PersonID{1: "U0ANA", 0: "U0BO"} {
				if open, err := tx.OverridesOf(p, at); err != nil || len(open) != want {
					t.Errorf("%s may cancel %v, %v", p, open, err)
				}
			}
			saved.CancelledBy, saved.CancelledAt, saved.PlannedEnd, saved.End = "U0DEE", at.Add(time.Minute), saved.End, at.Add(time.Minute)
			return tx.SaveOverride(saved)
		})
		equal(t, "cancelled", told(all(t, db)), "override O1 > C0PLATFORM 2/0\noverride O1 > U0BO 2/0\noverride O1 > U0DEE 2/0\n"+
			"override_cancelled O1 > C0PLATFORM 1/0\noverride_cancelled O1 > U0BO 1/0")
		got, err := db.Override(t.Context(), "O1")
		if diff := cmp.Diff(saved, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		plan(t, db, func(tx rotation.Tx) error {
			open, err := tx.OverridesOf("U0ANA", at)
			equal(t, "left to cancel", len(open), 0)
			return err
		})
	})
}

func TestAPageLeadsToItsIncident(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		save(t, db, newCase("1"))
		in := incident.Incident{ID: "I1", Number: 1, State: incident.Open, Step: incident.CreateChannel, PageID: "P1"}
		gather(t, db, func(tx incident.Tx) error { return tx.SaveIncident(in) })
		equal(t, "declared", told(all(t, db)), "alert A1 > C0ALERTS 1/0\npage P1 > U0ANA 1/0")
		in.Version, in.Step, in.Channel = 1, incident.Invite, "C0INC1"
		gather(t, db, func(tx incident.Tx) error { return tx.SaveIncident(in) })
		equal(t, "its channel is there", told(all(t, db)), "alert A1 > C0ALERTS 2/0\npage P1 > U0ANA 2/0")
		in.Version, in.Title = 2, "worse than it looked"
		gather(t, db, func(tx incident.Tx) error { return tx.SaveIncident(in) })
		equal(t, "nothing new about the channel", told(all(t, db)), "alert A1 > C0ALERTS 2/0\npage P1 > U0ANA 2/0")
	})
}

func TestMessagesFollowAnIncident(t *testing.T) {
	forEachStore(t, func(t *testing.T, p place) {
		db := p.open(t)
		in := incident.Incident{ID: "I1", Number: 1, State: incident.Open, Step: incident.CreateChannel}
		saveIn := func(change func(*incident.Incident)) {
			t.Helper()
			change(&in)
			gather(t, db, func(tx incident.Tx) error { return tx.SaveIncident(in) })
			in.Version++
		}
		saveIn(func(*incident.Incident) {})
		saveIn(func(in *incident.Incident) { in.Step, in.Channel = incident.Invite, "C0INC1" })
		equal(t, "while it is set up", told(all(t, db)), "")
		saveIn(func(in *incident.Incident) { in.Step = incident.PostCard })
		equal(t, "once people are told", told(all(t, db)), "digest I1 > C0INCIDENTS 1/0\nincident I1 > C0INC1 1/0")
		saveIn(func(in *incident.Incident) {
			in.Updates = append(in.Updates, incident.Update{ID: "U1", Text: "looking"})
		})
		saveIn(func(in *incident.Incident) { in.Updates = append(in.Updates, incident.Update{ID: "U2", Text: "found"}) })
		equal(t, "updates are said once", told(all(t, db)),
			"digest I1 > C0INCIDENTS 3/0\nincident I1 > C0INC1 3/0\nupdate I1/U1 > C0INC1 1/0\nupdate I1/U2 > C0INC1 1/0")

		shown(t, db, find(t, all(t, db), outbox.Incident, "C0INC1"))
		gather(t, db, func(tx incident.Tx) error {
			channel, ts, err := tx.Card("I1")
			equal(t, "card", channel+" "+ts, "C0INC1 1760000000.000100")
			return err
		})
	})
}

func gather(t *testing.T, db *DB, do func(incident.Tx) error) {
	t.Helper()
	if err := db.Incidents().Update(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
