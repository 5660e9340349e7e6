package slackapp

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// command is one slash command with everything that is said about it: it
// dispatches, writes the help, and goes into the app's manifest.
type command struct {
	name     string
	title    msg.Key // of its help
	about    msg.Key // one line, for Slack's list of commands
	bare     string  // the subcommand that stands for no word at all
	subs     []subcommand
	examples []msg.Key
	dates    bool // some of its arguments are dates
}

// subcommand is the word after a command, in English and in Japanese.
type subcommand struct {
	word, ja string
	also     []string // other words that people type for it
	args     msg.Key  // empty: none
	does     msg.Key
	needs    permission
	run      func(a *App, ctx context.Context, c *call) (reply, error)
}

// asks reports a question: it changes nothing, however it is answered.
func (s subcommand) asks() bool { return s.needs != change }

// commands is the one table of what can be typed.
func commands() []command {
	return []command{
		{
			name: "/oncall", title: msg.HelpOncallTitle, about: msg.HelpOncallAbout, bare: "who", dates: true,
			subs: []subcommand{
				{word: "who", ja: "誰", also: []string{"now", "今", "いま", "当番", "だれ"}, args: msg.HelpArgsWho, does: msg.HelpOncallWho, needs: seeDuty, run: (*App).oncallWho},
				{word: "schedule", ja: "予定", also: []string{"plan", "スケジュール", "予定表"}, args: msg.HelpArgsSchedule, does: msg.HelpOncallSchedule, needs: seeDuty, run: (*App).oncallSchedule},
				{word: "mine", ja: "自分", also: []string{"me", "my", "私", "自分の"}, does: msg.HelpOncallMine, needs: seeDuty, run: (*App).oncallMine},
				{word: "swap", ja: "交代", also: []string{"交換", "スワップ"}, args: msg.HelpArgsSwap, does: msg.HelpOncallSwap, needs: change, run: (*App).oncallSwap},
				{word: "override", ja: "代わり", also: []string{"代理", "かわり", "上書き"}, args: msg.HelpArgsOverride, does: msg.HelpOncallOverride, needs: change, run: (*App).oncallOverride},
				{word: "page", ja: "呼ぶ", also: []string{"call", "呼び出し", "呼出", "よぶ"}, args: msg.HelpArgsPage, does: msg.HelpOncallPage, needs: change, run: (*App).oncallPage},
				{word: "alerts", ja: "アラート", also: []string{"alert", "open", "警報"}, does: msg.HelpOncallAlerts, needs: seeInside, run: (*App).oncallAlerts},
				{word: "why", ja: "なぜ", also: []string{"理由"}, args: msg.HelpArgsWhy, does: msg.HelpOncallWhy, needs: seeDuty, run: (*App).oncallWhy},
				{word: "help", ja: "ヘルプ", also: []string{"?", "使い方", "-h", "--help"}, does: msg.HelpOncallHelp, needs: seeDuty, run: (*App).help},
			},
			examples: []msg.Key{msg.HelpExampleOncallWho, msg.HelpExampleOncallSwap, msg.HelpExampleOncallOverride, msg.HelpExampleOncallPage},
		},
		{
			name: "/incident", title: msg.HelpIncidentTitle, about: msg.HelpIncidentAbout, bare: "help",
			subs: []subcommand{
				{word: "declare", ja: "宣言", also: []string{"new", "open", "start", "開始"}, args: msg.HelpArgsDeclare, does: msg.HelpIncidentDeclare, needs: change, run: (*App).incidentDeclare},
				{word: "status", ja: "状況", also: []string{"状態", "ステータス"}, args: msg.HelpArgsNumber, does: msg.HelpIncidentStatus, needs: seeInside, run: (*App).incidentStatus},
				{word: "update", ja: "更新", also: []string{"報告", "アップデート"}, args: msg.HelpArgsUpdate, does: msg.HelpIncidentUpdate, needs: change, run: (*App).incidentUpdate},
				{word: "severity", ja: "重大度", also: []string{"sev", "深刻度"}, args: msg.HelpArgsSeverity, does: msg.HelpIncidentSeverity, needs: change, run: (*App).incidentSeverity},
				{word: "resolve", ja: "解決", also: []string{"close", "終了"}, args: msg.HelpArgsNumber, does: msg.HelpIncidentResolve, needs: change, run: (*App).incidentResolve},
				{word: "list", ja: "一覧", also: []string{"ls", "リスト"}, does: msg.HelpIncidentList, needs: seeInside, run: (*App).incidentList},
				{word: "help", ja: "ヘルプ", also: []string{"?", "使い方", "-h", "--help"}, does: msg.HelpIncidentHelp, needs: seeDuty, run: (*App).help},
			},
			examples: []msg.Key{msg.HelpExampleIncidentDeclare, msg.HelpExampleIncidentUpdate},
		},
		{
			name: "/waf", title: msg.HelpWafTitle, about: msg.HelpWafAbout, bare: "help",
			subs: []subcommand{
				{word: "top", ja: "上位", also: []string{"トップ", "ランキング"}, args: msg.HelpArgsTop, does: msg.HelpWafTop, needs: seeInside, run: (*App).wafTop},
				{word: "counted", ja: "カウント", also: []string{"count", "would-block", "試算"}, args: msg.HelpArgsCounted, does: msg.HelpWafCounted, needs: seeInside, run: (*App).wafCounted},
				{word: "tune", ja: "調整", also: []string{"tuning", "チューニング"}, args: msg.HelpArgsTune, does: msg.HelpWafTune, needs: seeInside, run: (*App).wafTune},
				{word: "train", ja: "訓練", also: []string{"training", "練習", "トレーニング"}, does: msg.HelpWafTrain, needs: seeInside, run: (*App).wafTrain},
				{word: "record", ja: "記録", also: []string{"score", "成績"}, does: msg.HelpWafRecord, needs: seeInside, run: (*App).wafRecord},
				{word: "help", ja: "ヘルプ", also: []string{"?", "使い方", "-h", "--help"}, does: msg.HelpWafHelp, needs: seeDuty, run: (*App).help},
			},
			examples: []msg.Key{msg.HelpExampleWafTop, msg.HelpExampleWafCounted, msg.HelpExampleWafTune},
		},
		{
			name: "/scan", title: msg.HelpScanTitle, about: msg.HelpScanAbout, bare: "findings",
			subs: []subcommand{
				{word: "findings", ja: "検出", also: []string{"finding", "list", "検出結果", "指摘", "一覧"}, args: msg.HelpArgsFindings, does: msg.HelpScanFindings, needs: seeInside, run: (*App).scanFindings},
				{word: "malware", ja: "マルウェア", also: []string{"virus", "ウイルス", "ウィルス"}, does: msg.HelpScanMalware, needs: seeInside, run: (*App).scanMalware},
				{word: "config", ja: "設定", also: []string{"coverage", "protection", "保護", "構成"}, does: msg.HelpScanConfig, needs: seeInside, run: (*App).scanConfig},
				{word: "help", ja: "ヘルプ", also: []string{"?", "使い方", "-h", "--help"}, does: msg.HelpScanHelp, needs: seeDuty, run: (*App).help},
			},
			examples: []msg.Key{msg.HelpExampleScanFindings, msg.HelpExampleScanConfig},
		},
	}
}

// find returns the subcommand that word means.
func (c command) find(word string) (subcommand, bool) {
	word = strings.ToLower(word)
	for _, s := range c.subs {
		if word == s.word || word == s.ja || slices.Contains(s.also, word) {
			return s, true
		}
	}
	return subcommand{}, false
}

// usage is how the subcommand is typed, in the words of the reader's language.
func (c command) usage(s subcommand, say msg.Catalog) string {
	word := s.word
	if say.Lang() == msg.Japanese {
		word = s.ja
	}
	if s.args == "" {
		return c.name + " " + word
	}
	return c.name + " " + word + " " + say.Plain(s.args, nil)
}

// help answers with all subcommands and examples. first, if any, says what was
// wrong with what was typed.
func (c command) help(w who, first string) reply {
	say := w.say
	var lines []view.HelpLine
	for _, s := range c.subs {
		lines = append(lines, view.HelpLine{Usage: c.usage(s, say), Does: say.Plain(s.does, nil)})
	}
	var examples []string
	for _, e := range c.examples {
		examples = append(examples, say.Plain(e, nil))
	}
	return answered(view.Help(say.Say(c.title, nil), first, lines, examples, c.dates, w.context(), say))
}

// nearest guesses which subcommand was meant by a word that is none.
func (c command) nearest(word string) (string, bool) {
	word = strings.ToLower(word)
	first, _ := utf8.DecodeRuneInString(word)
	best, least := "", 3
	for _, s := range c.subs {
		for _, known := range append([]string{s.word, s.ja}, s.also...) {
			d := distance(word, known)
			if len([]rune(word)) >= 3 && strings.HasPrefix(known, word) {
				d = 1
			}
			// Two slips in a short word leave little of it but its beginning.
			far := d > 1 && len([]rune(known)) <= 4 && []rune(known)[0] != first
			if d < least && d < len([]rune(known)) && !far {
				best, least = s.word, d
				if known == s.ja {
					best = s.ja
				}
			}
		}
	}
	return best, best != ""
}

// distance is how many letters must be put in, left out or changed to make b
// of a; words longer than any of ours are simply far.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 20 {
		return len(s)
	}
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j := range t {
			cost := diagonal
			if s[i] != t[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}

// Command describes a slash command to the manifest and to what completes
// words while they are typed.
type Command struct {
	Name        string
	Description string
	UsageHint   string
	Words       []CommandWord
}

// CommandWord is one subcommand with a hint in each language.
type CommandWord struct {
	Word, Ja     string
	Hint, HintJa string
}

// Commands lists all slash commands, described in the language of say.
func Commands(say msg.Catalog) []Command {
	en, ja := msg.For(msg.English), msg.For(msg.Japanese)
	var all []Command
	for _, c := range commands() {
		d := Command{Name: c.name, Description: say.Plain(c.about, nil), UsageHint: c.hint(say)}
		for _, s := range c.subs {
			d.Words = append(d.Words, CommandWord{Word: s.word, Ja: s.ja, Hint: hint(s, en), HintJa: hint(s, ja)})
		}
		all = append(all, d)
	}
	return all
}

// hint is what Slack shows while the command is typed: its subcommands.
func (c command) hint(say msg.Catalog) string {
	var words []string
	for _, s := range c.subs {
		word := s.word
		if say.Lang() == msg.Japanese {
			word = s.ja
		}
		words = append(words, word)
	}
	return "[" + strings.Join(words, " | ") + "]"
}

func hint(s subcommand, say msg.Catalog) string {
	if s.args == "" {
		return say.Plain(s.does, nil)
	}
	return say.Plain(s.args, nil) + " – " + say.Plain(s.does, nil)
}
