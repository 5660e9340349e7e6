package msg

import (
	"strings"
	"testing"
	"time"
)

type id string

func TestWhatOthersWroteCannotAct(t *testing.T) {
	c := For("ja-JP")
	hostile := "<!channel> & <@U1>\u202e\x00"
	if got := c.Say(PageHeader, Args{"Lead": id(hostile), "Title": hostile}); strings.ContainsAny(got, "<>\u202e\x00") {
		t.Errorf("mrkdwn: %q", got)
	}
	if got := c.Plain(PageHeader, Args{"Lead": "L", "Title": hostile}); got != "L: <!channel> & <@U1>" {
		t.Errorf("plain: %q", got)
	}
	if got := c.Say(PageHeader, Args{"Lead": Person(id("U1ANA")), "Title": Channel("C1")}); got != "<@U1ANA>: <#C1>" {
		t.Errorf("our own markup: %q", got)
	}
}

func TestMarkup(t *testing.T) {
	for _, tt := range []struct{ why, got, want string }{
		{"a person by id", string(Person("U024BE7LH")), "<@U024BE7LH>"},
		{"a person without Slack id", string(Person("ana<b>")), "ana&lt;b&gt;"},
		{"a channel by name", string(Channel("#alerts")), "#alerts"},
		{"a link", string(Link("https://x.example/?a=1&b=2", "see <it>")), "<https://x.example/?a=1&amp;b=2|see &lt;it&gt;>"},
		{"a bar in an address", string(Link("https://x.example/a|b", "x|y")), "<https://x.example/a%7Cb|x¦y>"},
		{"no web address", string(Link("javascript:alert(1)", "click")), "click"},
		{"no host", string(Link("https://", "click")), "click"},
		{"bold keeps its end", string(Bold("a*b\nc")), "*a∗b c*"},
		{"code keeps its end", string(Code("a`b")), "`aˋb`"},
		{"no code for nothing", string(Code(" ")), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, tt.got, tt.want)
		}
	}
}

func TestLanguageAndPlural(t *testing.T) {
	for locale, want := range map[string]string{"ja": "ja", "ja-JP": "ja", "ja_JP": "ja", "JA": "ja", "en-US": "en", "de-DE": "en", "": "en", "jam": "en"} {
		if got := For(locale).Lang(); got != want {
			t.Errorf("%q speaks %s, want %s", locale, got, want)
		}
	}
	c := For(English)
	if one, two := c.Say(PageLogMore, Args{"N": 1}), c.Say(PageLogMore, Args{"N": 2}); one != "1 earlier entry" || two != "2 earlier entries" {
		t.Errorf("%q, %q", one, two)
	}
	if got := For(Japanese).Say(PageLogMore, Args{"N": 1}); got != "以前の履歴 1 件" {
		t.Errorf("%q", got)
	}
}

func TestDatesAndDurations(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	ja, en := For(Japanese), For(English)
	for _, tt := range []struct{ why, got, want string }{
		{"ja", ja.Time(at, tokyo), "11/23(月) 10:00"},
		{"en", en.Time(at, tokyo), "Mon 23 Nov 10:00"},
		{"ja with year", ja.Dated(at, tokyo), "2026/11/23(月) 10:00"},
		{"en with year", en.Dated(at, tokyo), "Mon 23 Nov 2026 10:00"},
		{"within a day", ja.Span(at, at.Add(2*time.Hour), tokyo), "11/23(月) 10:00 〜 12:00"},
		{"over midnight", en.Span(at, at.Add(24*time.Hour), tokyo), "Mon 23 Nov 10:00 – Tue 24 Nov 10:00"},
		{"each reader's own clock", string(en.Moment(at, tokyo)), "<!date^1795395600^{date_long_pretty} {time}|Mon 23 Nov 10:00 JST>"},
		{"without date", string(ja.Clock(at, tokyo)), "<!date^1795395600^{time}|10:00 JST>"},
		{"names", string(ja.List("a", "b")), "a、b"},
		{"the last hour", en.Lately(time.Hour), "hour"},
		{"the last two days", en.Lately(48 * time.Hour), "2 days"},
		{"the last hour in Japanese", ja.Lately(time.Hour), "1時間"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, tt.got, tt.want)
		}
	}
	for d, want := range map[time.Duration][2]string{
		0: {"0秒", "0 s"}, 30 * time.Second: {"30秒", "30 s"}, 5 * time.Minute: {"5分", "5 min"}, 90 * time.Minute: {"1時間30分", "1 h 30 min"},
		24 * time.Hour: {"1日", "1 day"}, 49 * time.Hour: {"2日1時間", "2 days 1 h"}, 63 * time.Second: {"1分", "1 min"}, -time.Hour: {"1時間", "1 h"},
	} {
		if got := [2]string{ja.Duration(d), en.Duration(d)}; got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
