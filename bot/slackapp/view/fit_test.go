package view

import "testing"

func TestTextIsCutWhole(t *testing.T) {
	if got, left := Mrkdwn("one two three", 9); got != "one two" || left != 6 {
		t.Errorf("cut at a word: %q, %d left", got, left)
	}
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"one two three", 10, "one two…"},
		{"ab <https://x.example|link>", 8, "ab…"},
		{"a &amp; b", 5, "a…"},
		{"line\nline\nline", 12, "line\nline…"},
		{"  ", 5, "–"},
		{"<@U1><@U2>", 6, "<@U1>…"},
	} {
		if got := cutMrkdwn(tt.in, tt.limit); got != tt.want {
			t.Errorf("%q to %d: %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}
