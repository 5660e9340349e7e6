package msg

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
)

func TestNothingInvisibleSurvives(t *testing.T) {
	for _, tt := range []struct{ why, text, want string }{
		{"without width", "pay\u200bload\u200c\u2060\ufeff", "payload"},
		{"turning the direction", "abc\u202egpj.exe\u2066\u200e\u200f\u061c", "abcgpj.exe"},
		{"soft hyphens and fillers", "a\u00adb\u3164c\u115fd\uffa0e\u2800f", "abcdef"},
		{"tags, which carry a hidden text", "a\U000e0065\U000e0076b", "ab"},
		{"selectors", "a\ufe0fb\ufe00c\U000e0100d\u034fe", "abcde"},
		{"joiners between letters", "a\u200db", "ab"},
		{"an emoji of several stays", "👩\u200d💻 ⚠\ufe0f", "👩\u200d💻 ⚠\ufe0f"},
		{"private and unassigned", "a\ue000b\U0010ffffc", "abc"},
		{"lines of another kind", "a\u2028b\u2029c", "a\nb\nc"},
		{"letters, kanji and blanks stay", "Zürich 決済\u3000が\tx\ny", "Zürich 決済\u3000が\tx\ny"},
	} {
		if got := Escape(tt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestALinkDoesNotLie(t *testing.T) {
	for _, tt := range []struct{ why, address, label, want string }{
		{"words", "https://evil.example/x", "Open the runbook", "Open the runbook"},
		{"its own host", "https://wiki.example.com/a.html", "https://wiki.example.com/a.html", "https://wiki.example.com/a.html"},
		{"its own host without www", "https://www.example.com/", "example.com", "example.com"},
		{"another address", "https://evil.example/x", "https://app.datadoghq.com/monitors/1", "evil.example"},
		{"another address behind words", "https://evil.example/x", "see https://app.datadoghq.com", "evil.example"},
		{"another host", "https://evil.example/x", "app.datadoghq.com", "app.datadoghq.com (evil.example)"},
		{"a host in the place of a user", "https://app.datadoghq.com@evil.example/", "https://app.datadoghq.com@evil.example/", "evil.example"},
		{"a host below another's", "https://app.datadoghq.com.evil.example/", "https://app.datadoghq.com", "app.datadoghq.com.evil.example"},
		{"full-width dots", "https://evil.example/x", "app．datadoghq．com", "app．datadoghq．com (evil.example)"},
		{"invisible marks inside", "https://evil.example/x", "app.data\u200bdoghq.com", "app.datadoghq.com (evil.example)"},
		{"Cyrillic letters", "https://evil.example/x", "аpp.datadoghq.com", "аpp.datadoghq.com (evil.example)"},
		{"a version is no host", "https://ci.example.com/1", "v2026.47.30", "v2026.47.30"},
	} {
		got := string(Link(tt.address, tt.label))
		_, label, _ := strings.Cut(strings.TrimSuffix(got, ">"), "|")
		if label != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, label, tt.want)
		}
	}
}

// FuzzClean looks that nothing invisible survives, and that a link keeps its shape.
func FuzzClean(f *testing.F) {
	f.Add("a\u200bb", "https://evil.example/|<>")
	f.Fuzz(func(t *testing.T, text, address string) {
		for _, r := range clean(text) {
			if unicode.Is(unicode.C, r) && r != '\n' && r != '\t' && r != joiner {
				t.Errorf("%q keeps %U", text, r)
			}
		}
		got := string(Link(address, text))
		if strings.Count(got, "<") > 1 || strings.Count(got, ">") > 1 || strings.Count(got, "|") > 1 {
			t.Errorf("%q, %q: %s", address, text, got)
		}
		if u, err := url.Parse(strings.TrimSpace(address)); err == nil && strings.HasPrefix(got, "<") && u.Host == "" {
			t.Errorf("%q is linked: %s", address, got)
		}
	})
}
