package slackapp

import (
	"testing"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
)

func TestScanCommands(t *testing.T) {
	atOffice(t, func(d *office) {
		for _, tt := range []struct {
			why, who, typed string
			atLeast         scan.Severity // that was asked for
			want            []string
		}{
			{"alone: what is open", uAna, "/scan", "", []string{"Bucket &lt;orders&gt; is public"}},
			{"from a severity on", uAna, "/scan findings high", scan.High, []string{"orders"}},
			{"in Japanese", uBo, "/scan 検出 重大", scan.Critical, []string{"orders"}},
			{"and above", uBo, "/scan 指摘 高以上", scan.High, []string{"orders"}},
			{"not for guests", uGuest, "/scan findings low", "", []string{"Only full members", "!orders"}},
			{"a severity that is none", uAna, "/scan findings terrible", "", []string{"“terrible”", "critical, high, medium, low", "!orders"}},
			{"in Japanese", uBo, "/scan 検出 やばい", "", []string{"「やばい」", "重大"}},
			{"too much", uAna, "/scan findings high please", "", []string{"did not understand “please”"}},
			{"malware, the worst first, however old", uAna, "/scan malware", "", []string{"uploads", "a&lt;b&gt;.exe", "40 could not be scanned", "and 26 more"}},
			{"malware in Japanese", uBo, "/scan ウイルス", "", []string{"uploads"}},
			{"what is protected", uAna, "/scan config", "", []string{"ClamAV", "orders-export"}},
			{"in Japanese", uBo, "/scan 設定", "", []string{"orders-export"}},
			{"words behind it", uAna, "/scan config now", "", []string{"did not understand"}},
			{"help", uAna, "/scan help", "", []string{"/scan findings [critical|high|medium|low]"}},
			{"help in Japanese", uBo, "/scan ヘルプ", "", []string{"/scan 検出 [重大|高|中|低]"}},
			{"a slip", uAna, "/scan malwar", "", []string{"Did you mean `/scan malware`"}},
			{"a word that nobody knows", uBo, "/scan 天気", "", []string{"「天気」というコマンドはありません"}},
		} {
			d.desk.asked = findings.Query{}
			has(t, tt.why+": "+tt.typed, d.types(tt.who, cGeneral, tt.typed), tt.want...)
			if d.desk.asked.AtLeast != tt.atLeast {
				t.Errorf("%s: asked for %q", tt.typed, d.desk.asked.AtLeast)
			}
		}
		d.desk.readAt = time.Time{}
		has(t, "no document", d.types(uBo, cGeneral, "/scan 設定"), "`scans.document`")
		d.desk.down = errStoreDown
		has(t, "the store is down", d.types(uAna, cGeneral, "/scan"), "cannot be read", "!disk")
		has(t, "for scans too", d.types(uBo, cGeneral, "/scan マルウェア"), "読み込めません")
		has(t, "and for the document", d.types(uAna, cGeneral, "/scan config"), "cannot be read")
	})
}

func TestPressesOnAFinding(t *testing.T) {
	atOffice(t, func(d *office) {
		quiet := func(why, said string) {
			t.Helper()
			if said != "" {
				t.Errorf("%s: the message shows it, but the presser was told %s", why, said)
			}
		}
		for _, action := range []string{"finding.acknowledge", "finding.fixed", "finding.suppress.open"} {
			has(t, "a guest: "+action, d.presses(uGuest, action, "F1"), "Guests")
		}
		has(t, "a guest assigns", d.presses(uGuest, "finding.assign", "F1>"+uAna), "Guests")
		quiet("acknowledged", d.presses(uAna, "finding.acknowledge", "F1"))
		has(t, "again", d.presses(uAna, "finding.acknowledge", "F1"), "Nothing changed. <@U0000ANA> has it.")
		quiet("assigned", d.presses(uAna, "finding.assign", "F1>"+uBo))
		if r := d.desk.by["F1"]; r.Owner != uBo {
			t.Errorf("assigned to %q", r.Owner)
		}
		quiet("a choice that is taken back", d.presses(uAna, "finding.assign", "F1>"))
		has(t, "to a guest", d.presses(uBo, "finding.assign", "F1>"+uGuest), "<@U00GUEST>", "ゲスト")
		quiet("fixed", d.presses(uBo, "finding.fixed", "F1"))
		has(t, "fixed again", d.presses(uAna, "finding.fixed", "F1"), "Nothing changed. <@U00000BO> says it is fixed.")
		has(t, "unknown", d.presses(uAna, "finding.acknowledge", "F99"), "no longer on record")
		has(t, "unknown, in Japanese", d.presses(uBo, "finding.suppress.open", "F99"), "記録はもうありません")
		d.desk.down = errStoreDown
		has(t, "the store is down", d.presses(uBo, "finding.acknowledge", "F1"), "保存できませんでした", "!disk")
	})
}

func TestSuppressingAFinding(t *testing.T) {
	atOffice(t, func(d *office) {
		d.presses(uAna, "finding.suppress.open", "F1")
		has(t, "it proposes thirty days", d.shown.formText(), `"callback_id":"finding.suppress"`, `"private_metadata":"F1"`, "2026-12-23")
		values := func(reason, until string) map[string]any {
			return map[string]any{"reason": map[string]any{"value": reason}, "until": map[string]any{"selected_date": until}}
		}
		for _, tt := range []struct {
			why, who, reason, until, input, want string
		}{
			{"no reason", uAna, " ", "2026-12-23", "reason", "write why"},
			{"no reason, in Japanese", uBo, "", "2026-12-23", "reason", "理由"},
			{"yesterday", uAna, "accepted", "2026-11-22", "until", "today or a later day"},
			{"in two years", uBo, "仕様です", "2028-11-22", "until", "12 か月"},
			{"no day", uAna, "accepted", "", "until", "today or a later day"},
			{"by a guest", uGuest, "accepted", "2026-12-23", "reason", "Guests"},
		} {
			wrong := d.sends(tt.who, "finding.suppress", "V1", "F1", values(tt.reason, tt.until))
			has(t, tt.why, wrong[tt.input], tt.want)
		}
		if wrong := d.sends(uAna, "finding.suppress", "V2", "F1", values("accepted <risk>", "2026-12-23")); wrong != nil {
			t.Errorf("refused: %v", wrong)
		}
		if wrong := d.sends(uAna, "finding.suppress", "V2", "F1", values("accepted <risk>", "2026-12-23")); wrong != nil {
			t.Errorf("a form that is sent twice: %v", wrong)
		}
		r := d.desk.by["F1"]
		if end := time.Date(2026, 12, 24, 0, 0, 0, 0, tokyo); r.Reason != "accepted <risk>" || !r.Until.Equal(end) {
			t.Errorf("saved %q until %s", r.Reason, r.Until)
		}
		d.presses(uAna, "finding.fixed", "F1")
		has(t, "fixed meanwhile", d.sends(uBo, "finding.suppress", "V5", "F1", values("x", "2026-12-23"))["reason"], "修正済み", "@Ana")
		has(t, "gone", d.sends(uAna, "finding.suppress", "V3", "F99", values("x", "2026-12-23"))["reason"], "no longer on record")
		d.desk.down = errStoreDown
		has(t, "the store is down", d.sends(uBo, "finding.suppress", "V4", "F1", values("x", "2026-12-23"))["reason"], "保存できませんでした")
		d.desk.down, d.shown.fail = nil, errStoreDown
		has(t, "no form", d.presses(uAna, "finding.suppress.open", "F1"), "could not be opened", "/scan findings")
	})
}
