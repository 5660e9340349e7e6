package slackapp

import (
	"testing"

	"toban/alerts/waf"
)

func TestPressesOnBlockedRequests(t *testing.T) {
	atOffice(t, func(d *office) {
		d.blocks(3)
		quiet := func(why, said string) {
			t.Helper()
			if said != "" {
				t.Errorf("%s: the channel shows it, but the presser was told %s", why, said)
			}
		}
		quiet("a breakdown in the thread", d.presses(uAna, "waf.drill", "path/A1"))
		c := d.pages.by["P2"]
		c.Alert.Title = "in a storm"
		d.pages.by["P2"] = c
		has(t, "an alert without a message of its own", d.presses(uAna, "waf.drill", "path/A2"), "(1 path)", "`/.env`")
		has(t, "not for a guest", d.presses(uGuest, "waf.drill", "path/A1"), "Only full members", "!.env")
		has(t, "an unknown facet", d.presses(uAna, "waf.drill", "moon/A1"), "older version")
		has(t, "an unknown alert", d.presses(uBo, "waf.drill", "path/A99"), "判定がもうありません")

		has(t, "a guest may not judge", d.presses(uGuest, "waf.correct", "targeted/A1"), "Guests")
		quiet("a verdict", d.presses(uAna, "waf.correct", "targeted/A1"))
		has(t, "the same once more", d.presses(uBo, "waf.correct", "targeted/A1"), "<@U0000ANA>")
		quiet("another verdict", d.presses(uBo, "waf.correct", "scan/A1"))
		if to := d.pages.by["P1"].Context.Correction; to == nil || to.Kind != waf.Scan || to.By != uBo {
			t.Errorf("saved %+v", to)
		}
		has(t, "a verdict that is none", d.presses(uAna, "waf.correct", "boring/A1"), "older version")
		has(t, "of an unknown alert", d.presses(uAna, "waf.correct", "scan/A99"), "no verdict")
		has(t, "it is counted", d.types(uAna, cGeneral, "/waf record"), "indiscriminate scan", "1")
		has(t, "in Japanese", d.types(uBo, cGeneral, "/waf 記録"), "1")
		has(t, "not for a guest", d.types(uGuest, cGeneral, "/waf 記録"), "Only full members")

		has(t, "a note", d.presses(uAna, "waf.tune", "A3"), "Rule3", "NotStatement")
		has(t, "not for a guest", d.presses(uGuest, "waf.tune", "A3"), "Only full members", "!Rule3")
		has(t, "none", d.presses(uBo, "waf.tune", "A1"), "判定がもうありません")
		has(t, "nor an alert", d.presses(uAna, "waf.tune", "A99"), "no verdict")
		d.pages.down = errStoreDown
		has(t, "the store is down", d.presses(uBo, "waf.correct", "flood/A1"), "保存できませんでした", "!disk")
		has(t, "for looking too", d.types(uBo, cGeneral, "/waf 記録"), "読み込めません")
	})
}
