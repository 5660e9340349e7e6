package findings_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/scan"
	"toban/bot/outbox"
)

func TestATeamIsAskedOnceADayUntilItReacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t) // it is Saturday, 2000-01-01, 9:00 in Tokyo
		o.find(finding("1", scan.High, "team", "payments"))
		o.find(finding("2", scan.Critical, "team", "payments"))
		o.find(finding("3", scan.Low, "team", "payments"))
		var asked []string
		seen := 0
		for day := range 12 {
			for range 24 {
				o.due()
				if n := len(o.messages(outbox.Nudge)); n > seen {
					seen = n
					asked = append(asked, fmt.Sprint(day, " ", time.Now().In(tokyo).Format("Mon 15:04")))
				}
				time.Sleep(time.Hour)
			}
		}
		o.expect("asked", []string{"2 Mon 10:00", "5 Thu 10:00", "9 Mon 10:00"}, asked)
		b, named, err := o.db.Bulletin(t.Context(), "nudge/checkout/2000-01-03")
		if err != nil || b.Asked != "U0MEI" || len(named) != 2 || b.Total != 2 {
			t.Errorf("%+v names %d, %v", b, len(named), err)
		}
		for _, r := range o.list() {
			if _, _, err := o.Acknowledge(t.Context(), r.ID, "U0ANA", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		for range 12 * 24 {
			o.due()
			time.Sleep(time.Hour)
		}
		if n := len(o.messages(outbox.Nudge)); n != seen {
			t.Errorf("asked %d times more though they reacted", n-seen)
		}
	})
}

func TestEachWeekHasItsListOnceAlsoWhenTheClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.Settings.Weekly = "30 2 * * 0" // Sundays at 2:30, which one Sunday does not have and another has twice
		o.Settings.Teams = o.Settings.Teams[:1]
		o.Settings.Teams[0].Zone = berlin
		o.Settings.Nudge = nil
		o.find(finding("1", scan.High, "team", "payments"))
		var weeks []string
		seen := 0
		for range 370 * 48 {
			o.due()
			if n := len(o.messages(outbox.FindingsWeek)); n > seen {
				seen = n
				weeks = append(weeks, time.Now().In(berlin).Format("01-02"))
			}
			time.Sleep(30 * time.Minute)
		}
		if len(weeks) != 52+1 || weeks[0] != "01-02" || !slices.Contains(weeks, "03-26") || !slices.Contains(weeks, "10-29") {
			t.Errorf("%d lists: %v", len(weeks), weeks)
		}
		time.Sleep(5 * 7 * 24 * time.Hour) // the bot is down for five weeks
		o.due()
		o.due()
		if n := len(o.messages(outbox.FindingsWeek)) - seen; n != 1 {
			t.Errorf("made up %d times, want once", n)
		}
		b, _, err := o.db.Bulletin(t.Context(), "findings_week/checkout/2000-01-09")
		if err != nil || b.Counts["high/month"] != 1 || b.Total != 1 {
			t.Errorf("%+v, %v", b, err)
		}
	})
}
