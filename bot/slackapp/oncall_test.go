package slackapp

import (
	"strings"
	"testing"
	"time"

	"toban/rotation"
)

// has fails unless said holds every one of parts; a part that begins with "!"
// must not be there.
func has(t *testing.T, why, said string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if without, no := strings.CutPrefix(p, "!"); no == strings.Contains(said, without) {
			t.Errorf("%s: want %q in\n%s", why, p, said)
		}
	}
}

func TestWhoIsOnCall(t *testing.T) {
	atOffice(t, func(d *office) {
		for _, tt := range []struct {
			why, who, typed string
			want            []string
		}{
			{"nothing typed: everybody on call now", uAna, "/oncall", []string{"platform", "<@U0000ANA>", "support", "<@U0000DEE>", "On call now"}},
			{"in Japanese", uBo, "/oncall 誰", []string{"現在の当番", "<@U0000ANA>"}},
			{"one rotation", uAna, "/oncall who platform", []string{"<@U0000ANA>", "!support"}},
			{"a rotation alone", uAna, "/oncall PLATFORM", []string{"<@U0000ANA>", "!support"}},
			{"tomorrow at nine it is still Ana", uAna, "/oncall who platform tomorrow 9:00", []string{"*platform*: <@U0000ANA>", "On call Tue 24 Nov 09:00", "times in Asia/Tokyo"}},
			{"full width and kanji", uBo, "/oncall 誰　platform　明日　１０時", []string{"*platform*: <@U00000BO>"}},
			{"a date is the shift that starts on it", uAna, "/oncall who platform 11/25", []string{"*platform*: <@U00000CY>"}},
			{"odd words at the end are not guessed at", uAna, "/oncall who platform tomorrow soonish", []string{"I did not understand", "soonish"}},
			{"an unknown day", uAna, "/oncall who 2/30", []string{"no such day", "2/30"}},
			{"a weekday that is today", uBo, "/oncall 誰 月曜", []string{"11/23(月)", "11/30(月)", "誰 2026-11-30"}},
			{"why", uAna, "/oncall why platform", []string{"own turn"}},
			{"my shifts", uAna, "/oncall mine", []string{"You are on call now", "platform"}},
			{"my shifts, none", uGuest, "/oncall 自分", []string{"no shifts"}},
			{"the plan of the channel's rotation", uGuest, "/oncall schedule", []string{"platform", "<@U00000BO>"}},
			{"no alerts", uBo, "/oncall アラート", []string{"未解決のアラートはありません"}},
			{"help", uAna, "/oncall help", []string{"/oncall swap [rotation] @person MY-DATE THEIR-DATE", "/oncall who tomorrow 9:00"}},
			{"help in Japanese", uBo, "/oncall ヘルプ", []string{"/oncall 交代 [ローテーション] @相手", "例"}},
			{"unknown words get help", uAna, "/oncall &lt;script&gt;", []string{"I do not know “&lt;script&gt;”", "/oncall mine"}},
			{"a slip of the finger", uAna, "/oncall sawp", []string{"Did you mean `/oncall swap`"}},
			{"a slip in Japanese", uBo, "/oncall アラト", []string{"`/oncall アラート` でしょうか"}},
			{"an unknown command", uAna, "/unheard of", []string{"Hello"}},
		} {
			has(t, tt.why+": "+tt.typed, d.types(tt.who, cPlatform, tt.typed), tt.want...)
		}
	})
}

func TestASwapFromCommandToAcceptance(t *testing.T) {
	atOffice(t, func(d *office) {
		said := d.types(uAna, cGeneral, "/oncall swap <@U00000BO|bo> 11/26 11/27")
		has(t, "the asker is told what was understood", said, "Asked <@U00000BO>", "You give Thu 26 Nov 10:00 – Fri 27 Nov 10:00 JST", "You take Fri 27 Nov 10:00 – Sat 28 Nov 10:00 JST")
		has(t, "a repeat says nothing and asks nothing", d.typesAgain(uAna, cGeneral, "/oncall swap <@U00000BO|bo> 11/26 11/27"), "!Asked")
		if len(d.lives.order) != 1 {
			t.Fatalf("%d requests", len(d.lives.order))
		}
		id := d.lives.order[0]
		if ch := d.lives.swaps[id].Channel; ch != cPlatform {
			t.Errorf("the team is told in %q", ch)
		}
		has(t, "only Bo may accept", d.presses(uCy, "swap.accept", id), "Only <@U00000BO>", "Nothing changed")
		has(t, "only Ana may withdraw", d.presses(uBo, "swap.withdraw", id), "<@U0000ANA> だけ")
		if said := d.presses(uBo, "swap.accept", id); said != "" {
			t.Errorf("an accepted swap shows by itself, but Bo was told %s", said)
		}
		has(t, "it is decided once", d.presses(uBo, "swap.decline", id), "すでに終わっています", "あなたが")
		s, err := d.Planner.Schedule(d.t.Context(), "platform")
		if err != nil {
			t.Fatal(err)
		}
		if on := s.OnCall(time.Date(2026, 11, 26, 12, 0, 0, 0, tokyo)); on != uBo {
			t.Errorf("on the 26th %s is on call", on)
		}
		has(t, "an unknown request", d.presses(uBo, "swap.accept", "Sgone"), "記録が見つかりません")
	})
}

func TestASwapWhoseShiftMoved(t *testing.T) {
	atOffice(t, func(d *office) {
		d.types(uAna, cGeneral, "/oncall swap platform @bo 11/26 11/27")
		d.types(uAna, cGeneral, "/oncall override platform @cy 11/26")
		has(t, "it is said who has the shift now", d.presses(uBo, "swap.accept", d.lives.order[0]), "交代は行われていません", "<@U00000CY>")
	})
}

func TestSwapsThatAreRefused(t *testing.T) {
	atOffice(t, func(d *office) {
		for _, tt := range []struct {
			why, who, typed string
			want            []string
		}{
			{"not my shift", uAna, "/oncall swap @bo 11/25 11/27", []string{"belongs to <@U00000CY>, not to <@U0000ANA>", "Nothing changed"}},
			{"not theirs", uBo, "/oncall 交代 @cy 11/27 11/26", []string{"<@U00000CY> ではなく <@U0000ANA> の担当"}},
			{"the past", uAna, "/oncall swap @bo 2026-11-23 11/27", []string{"Too late"}},
			{"with oneself", uAna, "/oncall swap platform me 11/26 11/27", []string{"two different people"}},
			{"not a member", uAna, "/oncall swap platform <@U0000DEE> 11/26 11/27", []string{"<@U0000DEE> is not a member of *platform*"}},
			{"nobody of that name", uAna, "/oncall swap @nobody 11/26 11/27", []string{"nobody called “@nobody”"}},
			{"two of that name", uAna, "/oncall swap @sam 11/26 11/27", []string{"could be <@U0000ANA>, <@U00000BO>"}},
			{"a guest", uAna, "/oncall swap <@U00GUEST> 11/26 11/27", []string{"<@U00GUEST> cannot be on call"}},
			{"by a guest", uGuest, "/oncall swap @bo 11/26 11/27", []string{"Guests"}},
			{"an unreadable date", uAna, "/oncall swap @bo 11/26 someday", []string{"which time “someday” is"}},
			{"one date too many", uAna, "/oncall swap @bo 11/26 11/27 11/28", []string{"did not understand “11/28”"}},
		} {
			has(t, tt.why, d.types(tt.who, cGeneral, tt.typed), tt.want...)
		}
		if len(d.lives.order) != 0 {
			t.Errorf("%d requests were saved", len(d.lives.order))
		}
		d.shown.form = nil
		has(t, "without dates a form opens", d.types(uAna, cGeneral, "/oncall swap @bo")+d.shown.formText(), `"callback_id":"swap"`, "2026-11-26/U0000ANA/platform", "2026-11-27/U00000BO/platform", "!2026-11-25/U00000CY")
		d.shown.fail = errStoreDown
		has(t, "a form that does not open is said", d.types(uAna, cGeneral, "/oncall swap"), "The form could not be opened", "/oncall swap [rotation]")
	})
}

func TestOverrides(t *testing.T) {
	atOffice(t, func(d *office) {
		at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, tokyo) }
		for i, tt := range []struct {
			why, typed string
			want       rotation.Span
		}{
			{"whole shifts", "/oncall override @bo 11/26 11/27", rotation.Span{Start: at(26, 10), End: at(28, 10)}},
			{"one shift", "/oncall override platform <@U00000BO> 11/26", rotation.Span{Start: at(26, 10), End: at(27, 10)}},
			{"hours", "/oncall override @bo 金曜 18:00 +4h", rotation.Span{Start: at(27, 18), End: at(27, 22)}},
			{"a time after a time", "/oncall 代わり @bo 11/26 22時 2時", rotation.Span{Start: at(26, 22), End: at(27, 2)}},
			{"little words", "/oncall override @bo from tomorrow 9:00 until tomorrow 12:00", rotation.Span{Start: at(24, 9), End: at(24, 12)}},
			{"little words in Japanese", "/oncall 代わり platform @bo 明日9時から 11時まで", rotation.Span{Start: at(24, 9), End: at(24, 11)}},
			{"from now", "/oncall override @bo now +2h", rotation.Span{Start: at(23, 12), End: at(23, 14)}},
		} {
			said := d.types(uAna, cPlatform, tt.typed)
			all := d.lives.overrides["platform"]
			if len(all) != i+1 {
				t.Fatalf("%s: not saved: %s", tt.why, said)
			}
			if o := all[i]; !o.Start.Equal(tt.want.Start) || !o.End.Equal(tt.want.End) || o.User != uBo {
				t.Errorf("%s: %s from %s to %s", tt.why, o.User, o.Start.In(tokyo), o.End.In(tokyo))
			}
			has(t, tt.why, said, "Done. <@U00000BO> is on call for *platform*")
		}
		has(t, "the same once more", d.types(uAna, cPlatform, "/oncall override @bo now +2h"), "set already", "Nothing changed")
		has(t, "without a channel none is named", d.types(uAna, cGeneral, "/oncall override support @bo now +2h"), "Told: <@U00000BO>, <@U0000DEE>.", "!channel")
		has(t, "and it is taken back where it is listed", d.types(uBo, cGeneral, "/oncall 代わり 取消"), "override.cancel", "support")
		has(t, "an end before the start", d.types(uAna, cPlatform, "/oncall override @bo 11/26 18:00 11/26 9:00"), "end must be after the start")
		has(t, "what is over", d.types(uAna, cPlatform, "/oncall override @bo 2026-11-20T09:00 2026-11-20T10:00"), "Too late")
		has(t, "without dates a form opens", d.types(uAna, cPlatform, "/oncall override @bo")+d.shown.formText(), `"callback_id":"override"`, `"initial_user":"U00000BO"`)
		d.lives.down = errStoreDown
		has(t, "the store is down", d.types(uAna, cPlatform, "/oncall override @bo now +2h"), "could not be saved", "Nothing changed", "!disk", "!secret")
		has(t, "reading is down", d.types(uBo, cPlatform, "/oncall 誰"), "読み込めません", "!disk")
	})
}

func TestPagingByHand(t *testing.T) {
	atOffice(t, func(d *office) {
		has(t, "whoever is on call", d.types(uBo, cGeneral, "/oncall 呼ぶ platform 決済が（本番で）止まっています &amp; <@U00000CY|cy> もです"), "<@U0000ANA> を呼び出しています", "<#C0PLATFORM>")
		if got := d.pages.by["P1"].Alert.Title; got != "決済が（本番で）止まっています & @cy もです" {
			t.Errorf("the text became %q", got)
		}
		d.typesAgain(uBo, cGeneral, "/oncall 呼ぶ platform 決済が（本番で）止まっています &amp; <@U00000CY|cy> もです")
		if len(d.pages.by) != 1 {
			t.Error("a repeat paged twice")
		}
		has(t, "a person by e-mail", d.types(uAna, cGeneral, "/oncall page <mailto:cy@example.com|cy@example.com> please look"), "Paging <@U00000CY>", "<#C00GENERAL>")
		has(t, "nobody on call", d.types(uAna, cGeneral, "/oncall page support help"), "Nobody was paged: nobody is on call there")
		has(t, "too long", d.types(uAna, cGeneral, "/oncall page @bo "+strings.Repeat("あ", 501)), "501 characters", "500")
		d.shown.form = nil
		has(t, "a text without a person opens the form with the text", d.types(uAna, cGeneral, "/oncall page checkout is down")+d.shown.formText(), `"callback_id":"page"`, "checkout is down")
	})
}
