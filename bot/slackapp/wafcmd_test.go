package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts/enrich"
	"toban/alerts/waf"
)

func TestWAFCommands(t *testing.T) {
	atOffice(t, func(d *office) {
		d.blocks(2)
		for _, tt := range []struct {
			why, who, typed string
			asked           string // of Datadog
			want            []string
		}{
			{"nothing typed is help", uAna, "/waf", "", []string{"/waf top [ip|rule|path|country|agent] [1h]", "/waf counted RULE [24h]"}},
			{"help in Japanese", uBo, "/waf ヘルプ", "", []string{"/waf 上位 [ip|ルール|パス|国|エージェント] [1時間]", "/waf カウント SizeRestrictions_BODY 24時間"}},
			{"alone: addresses of an hour", uAna, "/waf top", "top address 1h0m0s", []string{"42", "`/wp-&lt;login&gt;.php`"}},
			{"by path", uAna, "/waf top path 90m", "top path 1h30m0s", []string{"42"}},
			{"in any order", uAna, "/waf top last 2d by country", "top country 48h0m0s", []string{"42"}},
			{"in Japanese", uBo, "/waf 上位 国別 1時間", "top country 1h0m0s", []string{"42"}},
			{"full width", uBo, "/waf トップ　ルール　９０分", "top rule 1h30m0s", []string{"42"}},
			{"hours and minutes", uAna, "/waf top 1h30m", "top address 1h30m0s", nil},
			{"a facet that is none", uAna, "/waf top banana", "", []string{"I do not know `banana`", "country"}},
			{"a facet from outside", uAna, "/waf top &lt;!channel&gt;", "", []string{"`", "!<!channel>"}},
			{"too long ago", uAna, "/waf top path 90d", "", []string{"“90d”", "at most 7 days"}},
			{"a length that is none", uBo, "/waf 上位 3か月", "", []string{"「3か月」", "7 日以内"}},
			{"the facet is enough", uAna, "/waf path 2h", "top path 2h0m0s", []string{"42"}},
			{"in Japanese too", uBo, "/waf 国別 2時間", "top country 2h0m0s", []string{"42"}},
			{"two facets", uAna, "/waf top path rule", "", []string{"did not understand “rule”"}},
			{"two lengths", uAna, "/waf top 1h 2h", "", []string{"I do not know `2h`"}},
			{"a rule in count mode", uAna, "/waf counted SizeRestrictions_BODY", "counted SizeRestrictions_BODY 24h0m0s", []string{"would have blocked none", "`SizeRestrictions_BODY`"}},
			{"its name as it is written in lists", uBo, "/waf カウント AWS#CommonRuleSet / NoUserAgent_HEADER 2h", "counted AWS#CommonRuleSet / NoUserAgent_HEADER 2h0m0s", []string{"NoUserAgent_HEADER"}},
			{"no rule", uAna, "/waf counted", "", []string{"Which rule?", "`/waf counted SizeRestrictions_BODY 24h`"}},
			{"no rule but a length", uBo, "/waf カウント 24時間", "", []string{"`/waf カウント SizeRestrictions_BODY 24時間`"}},
			{"a rule with a length that is none", uAna, "/waf counted R 99d", "", []string{"“99d”"}},
			{"what to consider", uAna, "/waf tune `Rule&lt;3&gt;` 2h", "tune Rule<3> 2h0m0s", []string{"30", "42", "NotStatement", "does not change the WAF", "!Rule<3>"}},
			{"no note anywhere", uAna, "/waf tune", "", []string{"Which rule?"}},
			{"a slip", uAna, "/waf topp", "", []string{"Did you mean `/waf top`"}},
			{"a slip in Japanese", uBo, "/waf カウト", "", []string{"`/waf カウント` でしょうか"}},
			{"a word from outside", uAna, "/waf &lt;b&gt;", "", []string{"I do not know “&lt;b&gt;”"}},
			{"not for guests", uGuest, "/waf top", "", []string{"Only full members", "!42"}},
		} {
			d.dog.questions() // from before
			has(t, tt.why+": "+tt.typed, d.types(tt.who, cGeneral, tt.typed), tt.want...)
			if got := strings.Join(d.dog.questions(), ", "); got != tt.asked {
				t.Errorf("%s: %s asked Datadog %q, want %q", tt.why, tt.typed, got, tt.asked)
			}
		}
		if len(d.shown.answers()) != 0 {
			t.Errorf("quick answers came twice: %q", d.shown.answers())
		}
		d.blocks(3)
		has(t, "the latest note that there is", d.types(uAna, cGeneral, "/waf tune"), "Rule3", "NotStatement")
		has(t, "in Japanese", d.types(uBo, cGeneral, "/waf 調整"), "Rule3")
	})
}

func TestASlowDatadog(t *testing.T) {
	atOffice(t, func(d *office) {
		d.dog.takes = 4 * time.Second
		began := time.Now()
		has(t, "at once", d.types(uAna, cGeneral, "/waf top path"), "Asking Datadog")
		if took := time.Since(began); took > time.Second {
			t.Errorf("Slack waited %s", took)
		}
		has(t, "delivered twice", d.typesAgain(uAna, cGeneral, "/waf top path"), "Asking Datadog")
		has(t, "a second person joins", d.types(uBo, cGeneral, "/waf 上位 パス 1時間"), "Datadog")
		has(t, "something else is asked besides", d.types(uBo, cGeneral, "/waf カウント R1"), "Datadog")
		want := []string{"top path 1h0m0s", "counted R1 24h0m0s"}
		if asked := d.dog.questions(); !slices.Equal(asked, want) {
			t.Errorf("Datadog was asked %q", asked)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if n := len(d.shown.answers()); n != 3 {
			t.Fatalf("%d answers: %q", n, d.shown.answers())
		}
		all := strings.Join(d.shown.answers(), "\n")
		has(t, "each in their language", all, "42 (2 paths)", "42 件", "R1")
	})
}

func TestAnAnswerNeverOvertakesTheAsking(t *testing.T) {
	atOffice(t, func(d *office) {
		d.dog.takes = soon + time.Millisecond
		d.types(uAna, cGeneral, "/waf top")
		time.Sleep(apart / 2)
		synctest.Wait()
		if len(d.shown.answers()) != 0 {
			t.Error("the answer took the other way and may be there first")
		}
		time.Sleep(apart)
		synctest.Wait()
		if len(d.shown.answers()) != 1 {
			t.Error("the answer did not come")
		}
	})
}

func TestManyQuestionsAreBounded(t *testing.T) {
	atOffice(t, func(d *office) {
		d.dog.takes = 20 * time.Second
		for i := range askedAtOnce {
			has(t, "there is room", d.types(uAna, cGeneral, "/waf counted R"+numeral(i)), "Asking Datadog")
		}
		has(t, "one too many", d.types(uAna, cGeneral, "/waf counted Rx"), "Too many questions")
		for range waitingEach - 1 {
			d.types(uBo, cGeneral, "/waf counted R0")
		}
		has(t, "too many wait for one", d.types(uAna, cGeneral, "/waf counted R0"), "Too many questions")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if n := len(d.shown.answers()); n != askedAtOnce+waitingEach-1 {
			t.Errorf("%d answers", n)
		}
		has(t, "then there is room again", d.types(uAna, cGeneral, "/waf counted Rx"), "Asking Datadog")
	})
}

func TestWhyDatadogDoesNotAnswer(t *testing.T) {
	atOffice(t, func(d *office) {
		for _, tt := range []struct {
			why   string
			fails error
			en    []string
			ja    []string
		}{
			{"no keys", enrich.ErrNoKeys, []string{"DD_API_KEY", "DD_APP_KEY"}, []string{"DD_APP_KEY"}},
			{"the budget is used up", &enrich.BudgetError{Until: noon1123.Add(20 * time.Minute)}, []string{"try again after", "12:20"}, []string{"12:20"}},
			{"refused", errors.Join(errors.New("403"), enrich.ErrRefused), []string{"keys are refused", "logs_read_data"}, []string{"logs_read_data"}},
			{"too slow", context.DeadlineExceeded, []string{"no answer in time"}, []string{"時間内に応答がありません"}},
			{"anything else", errors.New("dial tcp 10.0.0.1: secret"), []string{"log ", "!secret", "!10.0.0.1"}, []string{"ログ番号 ", "!secret"}},
		} {
			d.dog.fails = tt.fails
			has(t, tt.why, d.types(uAna, cGeneral, "/waf top"), tt.en...)
			has(t, tt.why, d.types(uBo, cGeneral, "/waf 上位"), tt.ja...)
		}
		d.dog.fails, d.dog.takes = nil, time.Hour
		d.types(uAna, cGeneral, "/waf tune R1")
		time.Sleep(askWithin + time.Second)
		synctest.Wait()
		has(t, "it does not wait for ever", d.shown.private, "no answer in time")
		d.dog.takes, d.dog.lacks = 0, []waf.Gap{{Part: "total", Why: "timeout"}}
		has(t, "a partial answer says so", d.types(uAna, cGeneral, "/waf top"), "Not complete", "gave up counting")
	})
}

func TestTheEndOfTheProgramEndsTheQuestions(t *testing.T) {
	atOffice(t, func(d *office) {
		d.dog.takes = 20 * time.Second
		d.types(uAna, cGeneral, "/waf top")
		began := time.Now()
		d.Close()
		if took := time.Since(began); took > byeWithin {
			t.Errorf("the end waited %s", took)
		}
		has(t, "whoever waits is told", strings.Join(d.shown.answers(), ""), "being restarted")
		has(t, "nothing new begins", d.types(uBo, cGeneral, "/waf 上位"), "再起動しています")
		d.Close()
	})
}

func TestAPanicStaysWithItsQuestion(t *testing.T) {
	atOffice(t, func(d *office) {
		d.dog.takes, d.dog.panics = time.Second, true
		d.types(uAna, cGeneral, "/waf top")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		has(t, "the person hears of it", d.shown.private, "no usable answer", "log ")
	})
}

func TestSlackDoesNotTakeALateAnswer(t *testing.T) {
	atOffice(t, func(d *office) {
		d.dog.takes, d.shown.fail = time.Second, errStoreDown
		d.types(uAna, cGeneral, "/waf top")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		d.shown.fail = nil
		has(t, "the next one is served", d.types(uAna, cGeneral, "/waf top rule"), "Asking")
	})
}

func TestNothingIsConfigured(t *testing.T) {
	atOffice(t, func(d *office) {
		d.blocks(1)
		d.Firewall, d.Windows, d.Findings = nil, nil, nil
		for _, tt := range []struct{ typed, want string }{
			{"/waf top", "DD_API_KEY"},
			{"/waf counted R", "DD_API_KEY"},
			{"/waf tune R", "DD_API_KEY"},
			{"/waf tune", "Which rule?"},
			{"/waf train", "DD_API_KEY"},
			{"/waf record", "DD_API_KEY"},
			{"/scan", "`teams`"},
			{"/scan findings", "`teams`"},
			{"/scan malware", "POST /findings"},
			{"/scan config", "`scans.document`"},
		} {
			has(t, tt.typed, d.types(uAna, cGeneral, tt.typed), tt.want)
		}
		for _, tt := range []struct{ action, value, want string }{
			{"waf.correct", "scan/A1", "DD_API_KEY"},
			{"waf.train", "x", "DD_API_KEY"},
			{"waf.drill", "path/A1", "/.env"},
			{"waf.tune", "A1", "no verdict"},
			{"finding.acknowledge", "F1", "`teams`"},
			{"finding.fixed", "F1", "`teams`"},
			{"finding.suppress.open", "F1", "`teams`"},
			{"finding.assign", "F1>" + uBo, "`teams`"},
		} {
			has(t, tt.action, d.presses(uAna, tt.action, tt.value), tt.want)
		}
		has(t, "a form from before", d.sends(uAna, "finding.suppress", "V1", "F1", map[string]any{"until": map[string]any{"selected_date": "2026-12-01"}})["reason"], "teams")
	})
}

func TestLengths(t *testing.T) {
	for _, tt := range []struct {
		word      string
		want      time.Duration
		ok, looks bool
	}{
		{"1h", time.Hour, true, true},
		{"90m", 90 * time.Minute, true, true},
		{"90min", 90 * time.Minute, true, true},
		{"24H", 24 * time.Hour, true, true},
		{"1h30m", 90 * time.Minute, true, true},
		{"1時間", time.Hour, true, true},
		{"1時間30分", 90 * time.Minute, true, true},
		{"3日間", 72 * time.Hour, true, true},
		{"7d", longest, true, true},
		{"8d", 0, false, true},
		{"0m", 0, false, true},
		{"99999d99999d99999d", 0, false, true},
		{"1 h", 0, false, true},
		{"h", 0, false, false},
		{"192.0.2.1", 0, false, false},
		{"", 0, false, false},
	} {
		d, ok, looks := parseLength(tt.word)
		if ok != tt.ok || looks != tt.looks || ok && d != tt.want {
			t.Errorf("%q: %s, %v, %v", tt.word, d, ok, looks)
		}
	}
}

func FuzzLengths(f *testing.F) {
	for _, word := range []string{"1h", "90m", "1時間30分", "99999d99999d", "-1h", "٣h", "1h\x00"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if d, ok, looks := parseLength(word); ok && (d < time.Minute || d > longest || !looks) {
			t.Errorf("%q is %s", word, d)
		}
	})
}
