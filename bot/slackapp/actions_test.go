package slackapp

import (
	"testing"
	"time"

	"toban/alerts"
	"toban/bot/incident"
	"toban/rotation"
)

// fires opens a page for Ana.
func (d *office) fires() {
	now := time.Now()
	d.pages.by["P1"] = alerts.Case{
		Alert: alerts.Alert{ID: "A1", Title: "Checkout error rate", Priority: "P1", State: alerts.Firing, OpenedAt: now, Channel: cPlatform, Source: "datadog"},
		Page: &alerts.Page{
			ID: "P1", AlertID: "A1", Policy: "platform", State: alerts.PageTriggered, OpenedAt: now, NextStepAt: now.Add(5 * time.Minute),
			Notified: []alerts.Notice{{Person: uAna, At: now}}, Log: []alerts.Entry{{At: now, Did: alerts.DidPage, Who: uAna}},
		},
	}
}

func TestPressesOnAPage(t *testing.T) {
	atOffice(t, func(d *office) {
		d.fires()
		quiet := func(why, who, action, value string) {
			t.Helper()
			if said := d.presses(who, action, value); said != "" {
				t.Errorf("%s: the message itself shows it, but %s was told %s", why, who, said)
			}
		}
		has(t, "a guest", d.presses(uGuest, "page.acknowledge", "P1"), "Guests")
		quiet("the first press", uAna, "page.acknowledge", "P1")
		has(t, "a second person", d.presses(uBo, "page.acknowledge", "P1"), "<@U0000ANA> がすでに対応しています", "引き取る")
		has(t, "the same person", d.presses(uAna, "page.acknowledge", "P1"), "You are already on it")
		quiet("taken over", uBo, "page.take", "P1")
		has(t, "nobody left", d.presses(uAna, "page.escalate", "P1"), "nobody else to page")
		quiet("snoozed", uAna, "page.snooze", "30m0s/P1")
		if until := d.pages.by["P1"].Page.NextStepAt; !until.Equal(noon1123.Add(30 * time.Minute)) {
			t.Errorf("snoozed until %s", until)
		}
		quiet("until the morning", uDee, "page.snooze", "morning/P1")
		if until := d.pages.by["P1"].Page.NextStepAt; !until.Equal(time.Date(2026, 11, 23, 9, 0, 0, 0, berlin)) {
			t.Errorf("Dee in Berlin, where it is four in the morning, snoozed until %s", until.In(berlin))
		}
		has(t, "the same again", d.presses(uDee, "page.snooze", "morning/P1"), "already snoozed until")
		for _, forged := range []string{"87600h0m0s/P1", "1m0s/P1", "-30m0s/P1", "1h0m0.5s/P1"} {
			has(t, "a length that was not offered: "+forged, d.presses(uAna, "page.snooze", forged), "older version")
		}
		has(t, "a choice from another time", d.presses(uDee, "page.snooze", "whenever"), "older version")
		quiet("resolved", uBo, "page.resolve", "P1")
		has(t, "too late", d.presses(uAna, "page.acknowledge", "P1"), "<@U00000BO> already resolved this")
		has(t, "no such page", d.presses(uAna, "page.acknowledge", "P404"), "no longer on record")
		has(t, "a button that nobody knows", d.presses(uAna, "page.dance", "P1"), "older version")
		if said := d.presses(uAna, "mine", "x"); said != "" {
			t.Errorf("a form's own input: %s", said)
		}
		d.pages.down = errStoreDown
		has(t, "the store is down", d.presses(uBo, "page.resolve", "P1"), "保存できませんでした", "もう一度", "!disk", "!secret")
	})
}

func TestRecoveredBeforeThePress(t *testing.T) {
	atOffice(t, func(d *office) {
		d.fires()
		c := d.pages.by["P1"]
		page, _ := c.Page.Close(alerts.DidRecover, "", time.Now())
		c.Page = &page
		d.pages.by["P1"] = c
		has(t, "it says that it recovered", d.presses(uAna, "page.resolve", "P1"), "already closed")
	})
}

func TestDeclaringFromAPage(t *testing.T) {
	atOffice(t, func(d *office) {
		d.fires()
		d.presses(uAna, "page.declare.open", "P1")
		has(t, "the form knows the alert", d.shown.formText(), `"private_metadata":"P1"`, "Checkout error rate", `"initial_option":{"text":{"type":"plain_text","text":"Sev 1`)
		values := map[string]any{"title": map[string]any{"value": "Checkout down"}, "severity": map[string]any{"selected_option": map[string]any{"value": "sev2"}}}
		for range 2 {
			if wrong := d.sends(uAna, "page.declare", "V1", "P1", values); wrong != nil {
				t.Errorf("refused: %v", wrong)
			}
		}
		if n := len(d.lives.declared); n != 1 {
			t.Fatalf("%d incidents", n)
		}
		if in := d.lives.declared[0]; in.Severity != incident.Sev2 || in.AlertID != "A1" || in.PageID != "P1" {
			t.Errorf("declared %+v", in)
		}
		wrong := d.sends(uBo, "page.declare", "V2", "P1", values)
		has(t, "no second one for the page", wrong["title"], "すでにインシデントが宣言されています")

		id := d.lives.declared[0].ID
		d.presses(uAna, "incident.update.open", id)
		has(t, "update form", d.shown.formText(), `"callback_id":"incident.update"`, id)
		if wrong := d.sends(uAna, "incident.update", "V3", id, map[string]any{"text": map[string]any{"value": "Better"}}); wrong != nil {
			t.Errorf("refused: %v", wrong)
		}
		has(t, "an empty update", d.sends(uAna, "incident.update", "V4", id, map[string]any{"text": map[string]any{"value": "  "}})["text"], "needs some text")
		has(t, "the way in", d.presses(uBo, "incident.join", id), "<#C0INC1>")
		if said := d.presses(uAna, "incident.resolve", id); said != "" {
			t.Error(said)
		}
		has(t, "again", d.presses(uBo, "incident.resolve", id), "すでに <@U0000ANA> が解決済みにしています")
		d.shown.fail = errStoreDown
		d.presses(uAna, "page.declare.open", "P1")
		has(t, "no form", d.shown.private, "The form could not be opened", "/incident declare")
	})
}

func TestForms(t *testing.T) {
	option := func(v string) map[string]any { return map[string]any{"selected_option": map[string]any{"value": v}} }
	user := func(v string) map[string]any { return map[string]any{"selected_user": v} }
	words := func(v string) map[string]any { return map[string]any{"value": v} }
	moment := func(at time.Time) map[string]any { return map[string]any{"selected_date_time": at.Unix()} }
	atOffice(t, func(d *office) {
		for _, tt := range []struct {
			why, who, form string
			values         map[string]any
			input, want    string // where an error stands and what it says; empty: taken
		}{
			{"a swap", uAna, "swap", map[string]any{"mine": option("2026-11-26/U0000ANA/platform"), "theirs": option("2026-11-27/U00000BO/platform")}, "", ""},
			{"of two rotations", uAna, "swap", map[string]any{"mine": option("2026-11-26/U0000ANA/platform"), "theirs": option("2026-11-24/U00000CY/support")}, "theirs", "same rotation"},
			{"nothing chosen", uBo, "swap", map[string]any{}, "mine", "選んでください"},
			{"a shift that is not mine any more", uAna, "swap", map[string]any{"mine": option("2026-11-25/U0000ANA/platform"), "theirs": option("2026-11-27/U00000BO/platform")}, "mine", "belongs to"},
			{"by a guest", uGuest, "swap", map[string]any{"mine": option("2026-11-26/U0000ANA/platform"), "theirs": option("2026-11-27/U00000BO/platform")}, "theirs", "Guests"},
			{"a cover", uAna, "override", map[string]any{"rotation": option("platform"), "person": user(uCy), "from": moment(noon1123), "until": moment(noon1123.Add(time.Hour))}, "", ""},
			{"backwards", uAna, "override", map[string]any{"rotation": option("platform"), "person": user(uCy), "from": moment(noon1123), "until": moment(noon1123)}, "until", "after the start"},
			{"long over", uAna, "override", map[string]any{"rotation": option("platform"), "person": user(uCy), "from": moment(noon1123.Add(-2 * time.Hour)), "until": moment(noon1123.Add(-time.Hour))}, "until", "already over"},
			{"by a guest's name", uAna, "override", map[string]any{"rotation": option("platform"), "person": user(uGuest), "from": moment(noon1123), "until": moment(noon1123.Add(time.Hour))}, "person", "cannot be on call"},
			{"a page", uAna, "page", map[string]any{"text": words("help"), "rotation": option("platform")}, "", ""},
			{"for nobody", uAna, "page", map[string]any{"text": words("help")}, "person", "Choose a rotation or a person"},
			{"about nothing", uBo, "page", map[string]any{"text": words(" "), "person": user(uCy)}, "text", "入力してください"},
			{"an unknown form", uBo, "dance", nil, "", ""},
		} {
			d.trig++
			wrong := d.sends(tt.who, tt.form, "V"+numeral(d.trig), cGeneral, tt.values)
			if tt.input == "" && len(wrong) > 0 || tt.input != "" && wrong[tt.input] == "" {
				t.Errorf("%s: %v", tt.why, wrong)
			}
			has(t, tt.why, wrong[tt.input], tt.want, "!<@", "!<!")
		}
		if d.lives.swaps[d.lives.order[0]].Other != rotation.PersonID(uBo) || len(d.lives.overrides["platform"]) != 1 || len(d.pages.by) != 1 {
			t.Error("what was taken is not all saved")
		}
	})
}
