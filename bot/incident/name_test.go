package incident

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestChannelName(t *testing.T) {
	day := time.Date(2026, 12, 2, 20, 0, 0, 0, time.UTC) // already the 3rd in Tokyo
	tokyo := time.FixedZone("JST", 9*3600)
	for _, tt := range []struct{ why, title, want string }{
		{"plain English", "Payment API is slow", "inc-7-payment-api-is-slow"},
		{"punctuation parts words, apostrophes do not", "Can't log in: 5xx on /cart (eu-west-1)!", "inc-7-cant-log-in-5xx-on-cart-eu-west-1"},
		{"accents are dropped", "Größe naïve Ångström Łódź", "inc-7-grosse-naive-angstrom-lodz"},
		{"kanji by the table, particles left out", "本番DBの接続障害", "inc-7-honban-db-setsuzoku-shogai"},
		{"kanji and loanwords", "決済サーバーの応答遅延", "inc-7-kessai-server-oto-chien"},
		{"loanwords side by side", "データベースサーバーダウン", "inc-7-database-server-down"},
		{"a loanword inside another word is not taken out of it", "プログラム", "inc-7-puroguramu"},
		{"katakana with long vowels and small tsu", "ジェットコースター", "inc-7-jettokosuta"},
		{"hiragana with long vowels", "しょうがい こうばん", "inc-7-shogai-koban"},
		{"small tsu before chi", "まっちんぐ", "inc-7-matchingu"},
		{"half-width kana", "ﾛｸﾞｲﾝ ｶﾞﾝﾊﾞ", "inc-7-login-ganba"},
		{"a known word after a particle", "注文ができない", "inc-7-chumon-dekinai"},
		{"full-width letters", "ＡＰＩ　ｅｒｒｏｒ", "inc-7-api-error"},
		{"unknown kanji are dropped, the rest stays", "魑魅 API 魍魎", "inc-7-api"},
		{"nothing is left", "魑魅魍魎 🔥", "inc-7-sev2-1203"},
		{"emoji beside words", "🔥 checkout 🔥", "inc-7-checkout"},
		{"an underscore is a letter", "order_items table", "inc-7-order_items-table"},
		{"cut after a word", strings.Repeat("abcdefgh ", 12), "inc-7-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh"},
		{"one endless word is cut anywhere", strings.Repeat("a", 200), "inc-7-" + strings.Repeat("a", 74)},
	} {
		in := Incident{Number: 7, Title: tt.title, Severity: Sev2, DeclaredAt: day}
		if got := ChannelName("", in, tokyo); got != tt.want {
			t.Errorf("%s: %q becomes %s, want %s", tt.why, tt.title, got, tt.want)
		}
	}
	if got := ChannelName("drill", Incident{Number: 12, Title: "x"}, tokyo); got != "drill-12-x" {
		t.Errorf("with a prefix: %s", got)
	}
}

func TestEveryTitleMakesANameThatSlackTakes(t *testing.T) {
	slack := regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,79}$`)
	rapid.Check(t, func(t *rapid.T) {
		in := Incident{Number: rapid.IntRange(1, 99999).Draw(t, "number"), Severity: Sev1, Title: rapid.String().Draw(t, "title")}
		name := ChannelName("", in, time.UTC)
		seen := map[string]bool{}
		for try := 1; try <= manyNames; try++ {
			n := numbered(name, try)
			if !slack.MatchString(n) || strings.HasSuffix(n, "-") || seen[n] {
				t.Fatalf("%q: try %d is named %q", in.Title, try, n)
			}
			seen[n] = true
		}
	})
}

func TestTheTablesAreWhole(t *testing.T) {
	plain := regexp.MustCompile(`^[a-z]+$`)
	for japanese, word := range vocabulary {
		if !plain.MatchString(word) || len([]rune(japanese)) > longestWord {
			t.Errorf("vocabulary: %s %s", japanese, word)
		}
	}
	for kana, sound := range syllables {
		if !plain.MatchString(sound) {
			t.Errorf("syllables: %s %s", kana, sound)
		}
	}
	for r := 'ぁ'; r <= 'ゖ'; r++ {
		if _, ok := syllables[string(r)]; !ok && r != 'っ' {
			t.Errorf("%c has no sound", r)
		}
	}
}

func TestTopic(t *testing.T) {
	in := Incident{Title: "*Payment* <!channel> & _more_ order_items", Severity: Sev2, State: Open, DeclaredBy: "U1"}
	if got, want := Topic(in), "SEV2 · open · ∗Payment∗ &lt;!channel&gt; &amp; ˍmoreˍ order_items · IC: – · <@U1>"; got != want {
		t.Errorf("topic %q, want %q", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		in.Title = rapid.StringN(1, 200, -1).Draw(t, "title")
		topic := Topic(in)
		if n := units(topic); n > maxTopic || !strings.HasSuffix(topic, " · IC: – · <@U1>") {
			t.Fatalf("%d units: %s", n, topic)
		}
	})
	in.Title = strings.Repeat("&", 200)
	if got := Topic(in); !strings.HasSuffix(got, "&amp;… · IC: – · <@U1>") || units(got) > maxTopic {
		t.Errorf("half an escape is left: %s", got)
	}
}

func TestParseSeverity(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Severity
	}{
		{"sev1", Sev1},
		{"SEV2", Sev2},
		{"Sev-3", Sev3},
		{"s4", Sev4},
		{" 1 ", Sev1},
		{"ＳＥＶ２", Sev2},
		{"sev 2", Sev2},
		{"", ""},
		{"sev5", ""},
		{"sev", ""},
		{"high", ""},
		{"sev22", ""},
		{"sevs1", ""},
	} {
		got, err := ParseSeverity(tt.in)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("severity %q = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}
