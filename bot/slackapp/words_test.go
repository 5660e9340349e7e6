package slackapp

import (
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/manifest"
	"toban/bot/msg"
	"toban/rotation"
)

func TestLinesAreCutIntoWords(t *testing.T) {
	for _, tt := range []struct {
		why, typed string
		want       []string
	}{
		{"spaces of any width", "who　platform \t 明日", []string{"who", "platform", "明日"}},
		{"full-width letters and digits", "ｓｗａｐ １２／３", []string{"swap", "12/3"}},
		{"quotes keep words together", `page "platform secondary" help me`, []string{"page", "platform secondary", "help", "me"}},
		{"curly quotes too", "page “platform secondary” help", []string{"page", "platform secondary", "help"}},
		{"and Japanese ones", "呼ぶ 「夜 勤」 助けて", []string{"呼ぶ", "夜 勤", "助けて"}},
		{"a quote that never ends is a sign", `don"t "stop`, []string{`don"t`, `"stop`}},
		{"an apostrophe too", "it's broken", []string{"it's", "broken"}},
		{"mentions with names of two words", "swap <@U1|Ana B> 12/3", []string{"swap", "<@U1|Ana B>", "12/3"}},
		{"a shell's signs mean nothing", "page <@U1|a> a|b; c && $(d) `e` \\f", []string{"page", "<@U1|a>", "a|b;", "c", "&&", "$(d)", "`e`", `\f`}},
		{"half-width katakana", "ﾍﾙﾌﾟ", []string{"ヘルプ"}},
		{"nothing", "  　 ", nil},
	} {
		if got := split(tt.typed).texts(0); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestTextIsKeptAsItWasTyped(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{"page @bo 決済が（本番で）止まった　至急", "決済が（本番で）止まった　至急"},
		{"page @bo <@U1|ana> and <#C1|ops> say &lt;b&gt; &amp; <https://x.example/a|x>", "@ana and #ops say <b> & https://x.example/a"},
		{"page @bo mail <mailto:a@b.example|a@b.example> <!here> <!subteam^S1|@team>", "mail a@b.example here @team"},
		{`page @bo "quoted"`, "quoted"},
		{"page @bo line one\nline two ", "line one\nline two"},
		{"page @bo", ""},
	} {
		if got := split(tt.typed).rest(2); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.typed, got, tt.want)
		}
	}
}

func TestPeopleAreNamedInManyWays(t *testing.T) {
	for _, tt := range []struct {
		word, id, lookup string
		ok               bool
	}{
		{"<@U024BE7LH|ana>", "U024BE7LH", "", true},
		{"<@U024BE7LH>", "U024BE7LH", "", true},
		{"@ana", "", "@ana", true},
		{"ana@example.com", "", "ana@example.com", true},
		{"<mailto:ana@example.com|ana@example.com>", "", "ana@example.com", true},
		{"me", "", "me", true},
		{"自分", "", "me", true},
		{"ana", "", "", false},
		{"@", "", "", false},
		{"<#C1|ops>", "", "", false},
		{"12/3", "", "", false},
	} {
		if id, lookup, ok := personWord(tt.word); id != tt.id || lookup != tt.lookup || ok != tt.ok {
			t.Errorf("%q: %q, %q, %v", tt.word, id, lookup, ok)
		}
	}
}

// The one table keeps within Slack's limits and never says a word twice.
func TestTheTableOfCommands(t *testing.T) {
	for _, lang := range []string{msg.Japanese, msg.English} {
		say := msg.For(lang)
		var slash []manifest.Command
		for _, c := range Commands(say) {
			slash = append(slash, manifest.Command{Name: c.Name, Description: c.Description, UsageHint: c.UsageHint})
			if len([]rune(c.Name)) > 32 || len([]rune(c.UsageHint)) > 1000 || c.Description == "" || len([]rune(c.Description)) > 2000 {
				t.Errorf("%s does not fit into a manifest", c.Name)
			}
			for _, w := range c.Words {
				if w.Word == "" || w.Ja == "" || w.Hint == "" || w.HintJa == "" {
					t.Errorf("%s: %+v lacks something", c.Name, w)
				}
			}
		}
		if err := manifest.Check(slash); err != nil || len(slash) != 4 {
			t.Errorf("%d commands in the manifest: %v", len(slash), err)
		}
		for _, c := range commands() {
			seen := map[string]string{}
			for _, s := range c.subs {
				for _, w := range append([]string{s.word, s.ja}, s.also...) {
					if seen[w] != "" || strings.ToLower(w) != w || fold(w) != w {
						t.Errorf("%s: %q stands for %s and %s, or cannot be typed", c.name, w, seen[w], s.word)
					}
					seen[w] = s.word
				}
			}
			if _, ok := c.find(c.bare); !ok {
				t.Errorf("%s alone means nothing", c.name)
			}
			for _, e := range c.examples {
				words := split(strings.TrimPrefix(say.Plain(e, nil), c.name+" ")).texts(0)
				if _, ok := c.find(words[0]); !ok {
					t.Errorf("the example %q does not work", say.Plain(e, nil))
				}
			}
		}
	}
}

func TestGuessesAtSlipsOfTheFinger(t *testing.T) {
	oncall := commands()[0]
	for word, want := range map[string]string{"swpa": "swap", "sched": "schedule", "alrets": "alerts", "overide": "override", "ヘルフ": "ヘルプ", "代わ": "代わり", "banana": "", "": "", "x": ""} {
		if got, _ := oncall.nearest(word); got != want {
			t.Errorf("%q: guessed %q, want %q", word, got, want)
		}
	}
}

// Whatever is typed is answered, in time, and shown to one person alone.
func FuzzCommands(f *testing.F) {
	for _, s := range []string{"", "who tomorrow", "swap <@U00000BO|bo> 11/26 11/27", "override @bo 11/26 +4h", "page platform x", "交代 @bo 明日 明後日", "why 9時", "schedule platform 12/1 12/9", "declare sev1 x", "update #1 y", "解決 #1", "top path 1h", "上位 国別 1時間", "counted A / B 24h", "tune R 99d", "findings high", "検出 高以上", "\"", "「", "<@", "\xff\xfe"} {
		f.Add(s)
	}
	schedules := plans(f)
	f.Fuzz(func(t *testing.T, text string) {
		lives, calls := newMemory(), &pages{by: map[string]alerts.Case{}}
		a := &App{
			Pager: calls, Planner: &rotation.Planner{Rotations: schedules, Store: lives.rotations()}, Incidents: &incident.Manager{Store: lives.incidents()}, Reader: lives.reader(calls, newDesk()), People: staff{},
			Settings: Settings{Language: msg.English, Zone: tokyo, Rotations: []Rota{{"platform", ""}, {"support", cPlatform}}}, Log: slog.New(slog.DiscardHandler),
			Firewall: &dog{}, Windows: windows{calls}, Findings: newDesk(),
		}
		defer a.Close()
		for _, name := range []string{"/oncall", "/incident", "/waf", "/scan"} {
			talk := &shown{}
			a.Talk = talk
			raw, err := json.Marshal(slack.SlashCommand{Command: name, Text: text, UserID: uAna, ChannelID: cGeneral, TriggerID: "T", ResponseURL: "https://r.example"})
			if err != nil {
				t.Skip()
			}
			ack, err := a.Handle(t.Context(), Envelope{Type: "slash_commands", Payload: raw, AcceptsPayload: true})
			if err != nil {
				t.Fatal(err)
			}
			if said := spoken(t, ack); said == "" && talk.form == nil && talk.private == "" {
				t.Errorf("%s %q was met with silence", name, text)
			} else if strings.Contains(said, "could not be saved") || strings.Contains(said, "saved data cannot be read") {
				t.Errorf("%s %q: an error without words: %s", name, text, said)
			}
		}
	})
}

func FuzzReadable(f *testing.F) {
	f.Add("a <@U1|b> &lt;c&gt;")
	f.Fuzz(func(t *testing.T, raw string) {
		began := time.Now()
		l := split(raw)
		for i := range l.words {
			l.rest(i)
		}
		if len(raw) < 1000 && time.Since(began) > 5*time.Second {
			t.Errorf("%q is read too slowly", raw)
		}
	})
}
