package msg

import "testing"

func TestMarksKeepApartFromWideSigns(t *testing.T) {
	for _, tt := range []struct{ why, text, want string }{
		{"bold between wide signs", "花、*checkout*の当番", "花、 *checkout* の当番"},
		{"what stands apart stays", "花 *checkout* の当番", "花 *checkout* の当番"},
		{"code in brackets", "（`RU`）", "（ `RU` ）"},
		{"the edge of a line is one", "*a*\n`b`", "*a*\n`b`"},
		{"a line's end ends no mark", "日*本\n語*だ", "日*本\n語*だ"},
		{"ASCII signs are edges", "日本(`a`)。", "日本(`a`)。"},
		{"code inside bold", "*ルール`R`の調整案*", "*ルール `R` の調整案*"},
		{"a date brings no mark", "<!date^1^{date_long_pretty}|12/8(火)>に*a*。", "<!date^1^{date_long_pretty}|12/8(火)>に *a* 。"},
		{"a block of code is left alone", "例:\n```\n日*本*語\n```", "例:\n```\n日*本*語\n```"},
		{"an invisible space is one", "日\u200b*本*\u200b語", "日\u200b*本*\u200b語"},
		{"arithmetic is no bold", "日2 * 3 * 4本", "日2 * 3 * 4本"},
		{"no wide sign", "a*b*c `d`", "a*b*c `d`"},
	} {
		if got := Edged(tt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
	got := For(Japanese).Say(SwapTextOther, Args{"Asker": Markup("ana、"), "Rotation": Bold("checkout"), "Give": "G", "Get": "T"})
	if want := "ana、 から *checkout* の"; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("a sentence: %q", got)
	}
}

func TestListsAndSentencesAreJoined(t *testing.T) {
	ja, en := For(Japanese), For(English)
	for _, tt := range []struct{ why, got, want string }{
		{"names", string(ja.List("花", "太郎")), "花、太郎"},
		{"names in English", string(en.List("Ana", "Bo")), "Ana, Bo"},
		{"marked items", string(ja.List(Code("#1"), Code("#2"))), "`#1` · `#2`"},
		{"one of them marked", string(ja.List("花", Bold("a"))), "花 · *a*"},
		{"mentions", string(ja.List("<@U1>", "<@U2>")), "<@U1>、<@U2>"},
		{"sentences", ja.Sentences("終わりました。", "", "届いていません。"), "終わりました。届いていません。"},
		{"sentences in English", en.Sentences("It ended.", "", "Nothing came."), "It ended. Nothing came."},
		{"a sentence that begins with a mark", ja.Sentences("呼び出しました。", "*狙った攻撃。*"), "呼び出しました。 *狙った攻撃。*"},
		{"after what is no sentence", ja.Sentences("#1 の件", "終わりました。"), "#1 の件 終わりました。"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, tt.got, tt.want)
		}
	}
}
