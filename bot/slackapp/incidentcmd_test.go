package slackapp

import (
	"strings"
	"testing"

	"toban/bot/incident"
)

func TestAnIncidentByCommand(t *testing.T) {
	atOffice(t, func(d *office) {
		said := d.types(uAna, cGeneral, "/incident declare sev2 Checkout is &lt;down&gt;")
		has(t, "declared", said, "Declared incident #1 (Sev 2): Checkout is &lt;down&gt;")
		d.typesAgain(uAna, cGeneral, "/incident declare sev2 Checkout is &lt;down&gt;")
		if n := len(d.lives.declared); n != 1 {
			t.Fatalf("one declaration made %d incidents", n)
		}
		if in := d.lives.declared[0]; in.Title != "Checkout is <down>" || in.Severity != incident.Sev2 {
			t.Errorf("declared %q, %s", in.Title, in.Severity)
		}
		has(t, "in Japanese, full width", d.types(uBo, cGeneral, "/incident 宣言　ＳＥＶ１　決済が止まっている"), "インシデント #2", "Sev 1")
		has(t, "a title that begins with a number", d.types(uAna, cGeneral, "/incident declare 2 of 3 nodes are down"), "#3", "(Sev 3)", "2 of 3 nodes are down")

		has(t, "elsewhere it asks which", d.types(uAna, cGeneral, "/incident update all fine"), "Which incident?", "`#1`, `#2`, `#3`")
		has(t, "in its channel it knows", d.types(uAna, "C0INC2", "/incident update rolled back"), "Update posted in <#C0INC2>")
		has(t, "by number", d.types(uBo, cGeneral, "/incident 更新 #1 調査中です"), "<#C0INC1> に状況を報告しました")
		if u := d.lives.declared[0].Updates; len(u) != 1 || u[0].Text != "調査中です" {
			t.Errorf("updates of the first: %+v", u)
		}
		has(t, "another number in an incident's channel may be text", d.types(uAna, "C0INC2", "/incident update #1 shard is back"), "Nothing was posted", "#2")
		has(t, "its own number first", d.types(uAna, "C0INC2", "/incident update #2 #1 shard is back"), "Update posted in <#C0INC2>")
		has(t, "a severity that does not exist", d.types(uAna, cGeneral, "/incident declare sev9 foo"), "sev9", "sev1 (worst) to sev4")
		has(t, "worse", d.types(uBo, "C0INC1", "/incident 重大度 sev1"), "#1 を Sev 1 に変更しました", "Sev 2")
		has(t, "the same", d.types(uAna, "C0INC1", "/incident severity 1"), "Sev 1 already")
		has(t, "by number, a guest", d.types(uGuest, cGeneral, "/incident severity #1 sev2"), "Guests")
		has(t, "no severity", d.types(uAna, cGeneral, "/incident severity #1"), "sev1 (worst) to sev4")
		has(t, "status here", d.types(uAna, "C0INC2", "/incident status"), "Sev 1 incident #2")
		has(t, "status elsewhere is the list", d.types(uAna, cGeneral, "/incident status"), "3 open incidents")
		has(t, "an unknown number", d.types(uAna, cGeneral, "/incident resolve #99"), "not on record")
		has(t, "a guest may not look", d.types(uGuest, cGeneral, "/incident list"), "Only full members", "!#1")
		has(t, "and not resolve", d.types(uGuest, "C0INC2", "/incident resolve"), "Guests")
		has(t, "resolved", d.types(uAna, "C0INC2", "/incident resolve"), "Incident #2 is resolved")
		has(t, "again", d.types(uBo, "C0INC2", "/incident 解決"), "すでに <@U0000ANA> が解決済みにしています")
		has(t, "the list forgets it", d.types(uAna, cGeneral, "/incident list"), "2 open incidents", "!#2")
		has(t, "without a title a form opens", d.types(uAna, cGeneral, "/incident declare sev1")+d.shown.formText(), `"callback_id":"page.declare"`, `"initial_option":{"text":{"type":"plain_text","text":"Sev 1`)
		d.shown.form = nil
		has(t, "without text a form opens", d.types(uAna, "C0INC1", "/incident update")+d.shown.formText(), `"callback_id":"incident.update"`)
		has(t, "too long", d.types(uAna, cGeneral, "/incident declare "+strings.Repeat("長", 201)), "201 characters", "200")
		has(t, "bare is help", d.types(uBo, cGeneral, "/incident"), "/incident 宣言 [sev1..sev4] 件名")
		has(t, "a slip", d.types(uAna, cGeneral, "/incident declar sev1 x"), "Did you mean `/incident declare`")
	})
}
