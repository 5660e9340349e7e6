package view

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/rotation"
)

var (
	tokyo = mustZone("Asia/Tokyo")
	began = time.Date(2026, 11, 23, 13, 0, 0, 0, tokyo)
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

const (
	ana  = rotation.PersonID("U0ANA")
	bo   = rotation.PersonID("U0BO")
	cy   = rotation.PersonID("U0CY")
	hana = rotation.PersonID("U0HANA")
)

func at(n int) time.Time { return began.Add(time.Duration(n) * time.Minute) }

// checkout is the story's alert: it fires at 13:00, Ana is paged, then Bo.
func checkout() alerts.Case {
	a := alerts.Alert{
		ID: "A1", State: alerts.Firing, Level: alerts.LevelAlert, Priority: "P1", Source: "datadog",
		Title: "Checkout error rate is high", Scope: "env:prod,service:checkout", Monitor: "4711", OpenedAt: began,
		Text: "Error rate is **7.3 %** (threshold 5 %).\n\n## First steps\n- look at the [runbook](https://wiki.example.com/checkout?a=1&b=2)\n- `kubectl get pods -n checkout`",
		Link: "https://app.datadoghq.com/monitors/4711?group=env%3Aprod", Deliveries: 1, Channel: "C0CHECKOUT",
	}
	p := alerts.Page{
		ID: "P1", AlertID: "A1", Policy: "platform", State: alerts.PageTriggered, OpenedAt: began, NextStepAt: at(5),
		Notified: []alerts.Notice{{Person: ana, At: began}}, Log: []alerts.Entry{{At: began, Did: alerts.DidPage, Who: ana}},
	}
	return alerts.Case{Alert: a, Page: &p}
}

func after(c alerts.Case, deed func(alerts.Page) (alerts.Page, alerts.Answer)) alerts.Case {
	p, _ := deed(*c.Page)
	c.Page = &p
	return c
}

func acked(c alerts.Case) alerts.Case {
	return after(c, func(p alerts.Page) (alerts.Page, alerts.Answer) { return p.Acknowledge(ana, at(2)) })
}

func escalated() alerts.Case {
	c := checkout()
	p := *c.Page
	p.Step, p.NextStepAt = 1, at(15)
	p.Notified = append(p.Notified, alerts.Notice{Person: bo, At: at(5), Step: 1})
	p.Log = append(p.Log, alerts.Entry{At: at(5), Did: alerts.DidPage, Who: bo})
	c.Page = &p
	return c
}

func unanswered() alerts.Case {
	c := escalated()
	p := *c.Page
	p.State, p.NextStepAt = alerts.PageUnanswered, time.Time{}
	p.Notified = append(p.Notified, alerts.Notice{Person: hana, At: at(15), Step: 2, Failed: "user_disabled"})
	p.Log = append(p.Log, alerts.Entry{At: at(15), Did: alerts.DidPage, Who: hana},
		alerts.Entry{At: at(15), Did: alerts.DidFail, Who: hana, Detail: "user_disabled"},
		alerts.Entry{At: at(15), Did: alerts.DidSkip, Detail: "platform-third"},
		alerts.Entry{At: at(16), Did: alerts.DidLate, Detail: "1m3s"},
		alerts.Entry{At: at(16), Did: alerts.DidExhaust})
	c.Page = &p
	return c
}

func recovered() alerts.Case {
	c := acked(checkout())
	c.Alert.State, c.Alert.ClosedAt, c.Alert.Deliveries, c.Alert.Flaps = alerts.AlertRecovered, at(20), 4, 1
	return after(c, func(p alerts.Page) (alerts.Page, alerts.Answer) { return p.Close(alerts.DidRecover, "", at(20)) })
}

func nobodyToPage() alerts.Case {
	c := checkout()
	p := *c.Page
	p.State, p.NextStepAt, p.Notified = alerts.PageUnanswered, time.Time{}, nil
	p.Calls = []alerts.Call{{Channel: "C0PLATFORM", At: began, Failed: "is_archived"}}
	p.Log = []alerts.Entry{
		{At: began, Did: alerts.DidSkip, Detail: "platform"},
		{At: began, Did: alerts.DidPage, Detail: "C0PLATFORM"},
		{At: at(1), Did: alerts.DidFail, Channel: "C0PLATFORM", Detail: "is_archived"},
		{At: at(1), Did: alerts.DidNobody},
	}
	c.Page = &p
	return c
}

func flapping() alerts.Case {
	c := checkout()
	c.Alert.Flaps, c.Alert.Deliveries, c.Alert.Priority = 4, 9, "P4"
	c.Page.State, c.Page.Notified = alerts.PageDamped, nil
	c.Page.Log = []alerts.Entry{{At: began, Did: alerts.DidReopen}, {At: began, Did: alerts.DidDamp, Until: at(5)}}
	return c
}

func held() alerts.Case {
	c := checkout()
	c.Page.State, c.Page.OwnedBy, c.Page.Notified, c.Page.NextStepAt = alerts.PageSnoozed, ana, nil, at(45)
	c.Page.Log = []alerts.Entry{{At: began, Did: alerts.DidReopen}, {At: began, Did: alerts.DidHold, Who: ana, Until: at(45)}}
	return c
}

func worsened() alerts.Case {
	c := acked(checkout())
	c.Alert.Priority = "P4"
	c.Page.State, c.Page.OwnedBy, c.Page.NextStepAt = alerts.PageTriggered, "", at(9)
	c.Page.Notified = append(c.Page.Notified, alerts.Notice{Person: ana, At: at(4)})
	c.Page.Log = append(c.Page.Log,
		alerts.Entry{At: at(4), Did: alerts.DidMove, Detail: "shop"},
		alerts.Entry{At: at(4), Did: alerts.DidWorsen, Detail: "alert"},
		alerts.Entry{At: at(4), Did: alerts.DidWorsen, Detail: "P1"},
		alerts.Entry{At: at(4), Did: alerts.DidSettle},
		alerts.Entry{At: at(4), Did: alerts.DidPage, Who: ana})
	return c
}

func TestAlerts(t *testing.T) {
	next := Context{Zone: tokyo, Next: Next{People: []rotation.PersonID{bo}, Further: true}}
	for _, tt := range []struct {
		name string
		c    alerts.Case
		x    Context
	}{
		{"alert_triggered", checkout(), next},
		{"alert_acknowledged", acked(checkout()), next},
		{"alert_snoozed", after(checkout(), func(p alerts.Page) (alerts.Page, alerts.Answer) { return p.Snooze(ana, at(60), at(3)) }), next},
		{"alert_last_step", escalated(), Context{Zone: tokyo}},
		{"alert_repeats", escalated(), Context{Zone: tokyo, Next: Next{People: []rotation.PersonID{ana}, Further: true, Repeats: true}}},
		{"alert_unanswered", unanswered(), Context{Zone: tokyo}},
		{"alert_nobody_to_page", nobodyToPage(), Context{Zone: tokyo}},
		{"alert_flapping", flapping(), next},
		{"alert_fires_within_a_snooze", held(), next},
		{"alert_got_worse", worsened(), next},
		{"alert_recovered", recovered(), Context{Zone: tokyo}},
		{"alert_muted", func() alerts.Case {
			c := recovered()
			c.Alert.State, c.Page.Log[2].Did = alerts.AlertMuted, alerts.DidMute
			return c
		}(), Context{Zone: tokyo}},
		{"alert_resolved", func() alerts.Case {
			c := acked(checkout())
			c.Alert.State, c.Alert.ClosedAt, c.Alert.ClosedBy = alerts.AlertResolved, at(9), ana
			return after(c, func(p alerts.Page) (alerts.Page, alerts.Answer) { return p.Close(alerts.DidResolve, ana, at(9)) })
		}(), Context{Zone: tokyo}},
		{"alert_information", alerts.Case{Alert: func() alerts.Alert {
			a := checkout().Alert
			a.Level, a.Priority, a.Flaps, a.Deliveries, a.Late, a.Host = alerts.LevelWarn, "P4", 3, 9, 1, "web-03"
			return a
		}()}, Context{Zone: tokyo}},
		{"alert_hostile", func() alerts.Case {
			c := checkout()
			c.Alert.Title = "<!channel> *free* `money` & <@U0ANA> :fire:\u202e\n" + strings.Repeat("とても長い題名 ", 60)
			c.Alert.Scope = "env:<b>,host:a|b,service:`x`"
			c.Alert.Link = "javascript:alert(1)"
			c.Alert.Text = "<!here> [click](javascript:alert(1)) ![img](https://x.example/a|b) *a* **b** <https://ok.example/?q=1&r=2>\n```\n<@U0BO> **raw**\n```\n見て**重要**です https://example.com/x。\n" + strings.Repeat("長い説明が続きます。", 200)
			return c
		}(), next},
	} {
		golden(t, tt.name, func(m msg.Catalog) drawn { return message(Alert(tt.c, tt.x, m)) })
	}
}

func TestPages(t *testing.T) {
	next := Context{Zone: tokyo, Reader: ana, Next: Next{People: []rotation.PersonID{cy}, Further: true, Channels: []string{"C0PLATFORM"}}}
	inc := &incident.Incident{Number: 12, Severity: incident.Sev2, Title: "Checkout down", Channel: "C0INC12", Name: "inc-12-checkout-down"}
	withIncident := acked(checkout())
	withIncident.Page.IncidentID = "I1"
	withIncident.Page.Log = append(withIncident.Page.Log, alerts.Entry{At: at(4), Did: alerts.DidDeclare, Who: ana, Detail: "I1"})
	byHand := checkout()
	byHand.Alert.By, byHand.Alert.Source, byHand.Alert.Title, byHand.Alert.Text, byHand.Alert.Link = cy, "manual", "本番の決済が止まっています", "", ""
	byHand.Alert.Priority, byHand.Alert.Scope = "", "652.1795390580876.x000003O3JR" // the key of the command
	for _, tt := range []struct {
		name string
		c    alerts.Case
		x    Context
	}{
		{"page_triggered", checkout(), next},
		{"page_moved_on", escalated(), next},
		{"page_acknowledged", acked(checkout()), next},
		{"page_acknowledged_by_other", acked(checkout()), Context{Zone: tokyo, Reader: bo, Next: next.Next}},
		{"page_snoozed", after(checkout(), func(p alerts.Page) (alerts.Page, alerts.Answer) { return p.Snooze(ana, at(60), at(3)) }), next},
		{"page_incident", withIncident, Context{Zone: tokyo, Reader: ana, Next: next.Next, Incident: inc}},
		{"page_by_hand", byHand, next},
		{"page_of_an_alert_that_fired_again", func() alerts.Case {
			c := recovered()
			c.Alert.State, c.Alert.ClosedAt = alerts.Firing, time.Time{}
			return c
		}(), Context{Zone: tokyo, Reader: ana}},
		{"page_recovered", recovered(), Context{Zone: tokyo, Reader: ana}},
	} {
		golden(t, tt.name, func(m msg.Catalog) drawn { return message(Page(tt.c, tt.x, m)) })
	}
}

// Slack accepts the drawing of any alert, whatever its sizes and characters.
func FuzzAlertFitsSlack(f *testing.F) {
	f.Add("title", "text **bold** [a](https://b.example)", "env:prod", "https://x.example", 3, uint64(1))
	f.Add(strings.Repeat("題", 4000), strings.Repeat("<&>`*_~|[](http://a)\n", 900), strings.Repeat("a:b,", 900), "http://"+strings.Repeat("x", 4000), 400, uint64(2))
	f.Add("", "", "", "", 0, uint64(3))
	f.Add("```", "```\n"+strings.Repeat("&", 5000), "<,>", "%%%", 9, uint64(4))
	f.Fuzz(func(t *testing.T, title, text, scope, address string, n int, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		c := checkout()
		c.Alert.Title, c.Alert.Text, c.Alert.Scope, c.Alert.Link, c.Alert.Host = title, text, scope, address, title
		n = (n%300 + 300) % 300
		for i := range n {
			deeds := []alerts.Deed{alerts.DidPage, alerts.DidSkip, alerts.DidFail, alerts.DidLate, alerts.DidSnooze, "new"}
			c.Page.Log = append(c.Page.Log, alerts.Entry{At: at(i), Did: deeds[r.IntN(len(deeds))], Detail: text, Who: rotation.PersonID(title)})
			c.Page.Notified = append(c.Page.Notified, alerts.Notice{Person: rotation.PersonID(title), At: at(i), Failed: text})
		}
		c.Page.State = []alerts.PageState{alerts.PageTriggered, alerts.PageUnanswered, alerts.PageAcknowledged, alerts.PageSnoozed, alerts.PageClosed, alerts.PageDamped}[r.IntN(6)]
		for _, lang := range []string{msg.Japanese, msg.English} {
			fallback, blocks := Alert(c, Context{Zone: tokyo}, msg.For(lang))
			raw, err := json.Marshal(blocks)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range faults(raw) {
				t.Errorf("%s", fault)
			}
			if len([]rune(fallback)) > 4000 {
				t.Errorf("fallback text of %d characters", len([]rune(fallback)))
			}
		}
	})
}
