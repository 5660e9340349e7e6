package msg

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The rules of docs/words.md that a machine can check. Whoever writes the next
// sentence reads them there.

// sentence is one form of one sentence of a catalogue.
type sentence struct{ key, text string }

func sentencesOf(t *testing.T, lang string) []sentence {
	t.Helper()
	var all []sentence
	for key, f := range catalogue(t, lang) {
		for _, text := range f {
			all = append(all, sentence{key, text})
		}
	}
	slices.SortFunc(all, func(a, b sentence) int { return strings.Compare(a.key+a.text, b.key+b.text) })
	return all
}

// A banned word is a second name for something that has one, or an idiom that
// readers of a foreign language stumble over.
type banned struct {
	word    string // regular expression
	say     string
	but     string // keys in which it means something else, as a regular expression
	anyCase bool
}

var bannedEnglish = []banned{
	{word: `\bin hand\b`, say: "acknowledged"},
	{word: `\bneeds? an answer\b`, say: "waiting for an answer"},
	{word: `\bstop(s|ped)?\b`, say: "blocked", but: `^(page\.status\.(recovered|muted|resolved|last)|waf\.train\.close)$`},
	{word: `\bvirus\b`, say: "malware", anyCase: true},
	{word: `\bmend`, say: "fixed"},
	{word: `\bwindows?\b`, say: "past alerts"},
	{word: `\breacted\b`, say: "taken"},
	{word: `was changed`, say: "Nothing changed"},
	{word: `\b(everyone|no one|someone|anyone)\b`, say: "everybody, nobody, somebody, anybody", anyCase: true},
	{word: `n't\b|\b(it|that|there|what)'s\b|\b(I|you|we|they)'(m|re|ve|ll|d)\b`, say: "no contractions", anyCase: true},
	{word: `\bours\b|\bof ours\b`, say: "this site, Toban"},
	{word: `\bthe (document|bot)\b`, say: "the scanner's configuration; Toban", anyCase: true},
	{word: `\b(changed hands|has trouble|how it stands|by itself|have it)\b`, say: "plain words", but: `^page\.said\.already_acknowledged$`},
	{word: `\bat {{\.(At|Since|Until)}}`, say: "brackets, since or until: Slack shows “at today 13:20”", but: `^known\.again$`},
	{word: `\b(Last updates?)\b`, say: "Latest"},
	{word: `, {{\.(Who|List|Next|Countries)}},`, say: "a list after a comma runs into the sentence"},
	{word: `"`, say: "“Quotes” for what was typed"},
}

var bannedJapanese = []banned{
	{word: `解決に`, say: "解決済みに"},
	{word: `解消|深刻度|(^|[^誤])検知|ウイルス|見立て|チューニング|お客様|平穏|レプリカ|設定文書|不在`, say: "one name for one thing"},
	{word: `検出([^結元さし済 ]|$)`, say: "検出結果", but: `^(help\.scan\.hint|help\.example\.|bulletin\.more|finding\.facts)`},
	{word: `検査`, say: "スキャン"},
	{word: `停止|止め`, say: "ブロック", but: `^protection\.unlisted$`},
	{word: `(^|[。、「（ ])いま([、はもだ ]|$)|ただいま`, say: "現在"},
	{word: `わか(ら|り|る|っ)|既に|再度|下さい|他の|他に`, say: "分かる、すでに、もう一度、ください、ほか"},
	{word: `(早|遅|多|少な)い方|の方が`, say: "ほう"},
	{word: `知らせ(は|が)`, say: "通知"},
	{word: `{{\.(Who|Asker|Other|Replaced)}} ?さん`, say: "a mention has no さん"},
	{word: "`/(oncall|incident|waf|scan) [a-z]", say: "the Japanese command"},
	{word: `[：！]`, say: "a half-width colon and a blank; no exclamation", but: `^bulletin\.reacted$`},
}

func TestOneThingHasOneName(t *testing.T) {
	for lang, all := range map[string][]banned{English: bannedEnglish, Japanese: bannedJapanese} {
		for _, b := range all {
			word := b.word
			if b.anyCase {
				word = "(?i)" + word
			}
			is, but := regexp.MustCompile(word), regexp.MustCompile(b.but)
			for _, s := range sentencesOf(t, lang) {
				if found := is.FindString(s.text); found != "" && (b.but == "" || !but.MatchString(s.key)) {
					t.Errorf("%s (%s) says %q in %q: %s", s.key, lang, found, s.text, b.say)
				}
			}
		}
	}
}

// brings is what the code gives a placeholder: Rotation is bold, Rule is code,
// List is a list of either.
var brings = map[string]string{
	"Rotation": "*x*", "Rule": "`x`", "Bucket": "`x`", "Object": "`x`", "Resource": "`x`", "Host": "`x`", "Version": "`x`", "Query": "`x`",
	"Data": "`x`", "Word": "`x`", "To": "`x`", "Countries": "`x` · `y`", "List": "`x` · `y`", "Before": "`x`", "After": "`x`", "Usage": "`x`",
}

// plainly are the placeholders that bring plain words in some sentences, or
// stand inside a mark or quotes of the catalogue's own.
var plainly = map[string]string{
	"Before": `^(known\.|waf\.)|^protection\.(many|unprotected)`, "After": `^protection\.(many|protected)`, "Word": `^help\.`, "Usage": `^(help\.line|error\.no_form)$`,
	"To": `^(storm\.names|page\.log\.worsen)$`, "List": `^(known\.|waf\.(partial|before)|scan\.|error\.)`, "Rotation": `^oncall\.mine\.now$`,
}

func filled(s sentence) string {
	return placeholder.ReplaceAllStringFunc(s.text, func(p string) string {
		name := placeholder.FindStringSubmatch(p)[1]
		if but := plainly[name]; but != "" && regexp.MustCompile(but).MatchString(s.key) {
			return "x"
		}
		if mark := brings[name]; mark != "" {
			return mark
		}
		return "x"
	})
}

// Slack honours *bold* and `code` only at the edge of a word, and full-width
// signs are no edge. Say would put a blank there; a sentence that is written
// well needs none.
func TestMarksStandAtTheEdgeOfAWord(t *testing.T) {
	inWord := regexp.MustCompile("[A-Za-z0-9](\\*[^*\\s][^*]*\\*|`[^`]+`)|(\\*[^*\\s][^*]*[^*\\s]\\*|`[^`]+`)[A-Za-z0-9]")
	for _, lang := range []string{English, Japanese} {
		for _, s := range sentencesOf(t, lang) {
			text := filled(s)
			if want := Edged(text); want != text {
				t.Errorf("%s (%s): %q needs blanks: %q", s.key, lang, text, want)
			}
			if found := inWord.FindString(strings.ReplaceAll(text, "` `", "")); found != "" && strings.Count(text, "`") <= 2 && strings.Count(text, "*") <= 2 {
				t.Errorf("%s (%s): %q is inside a word", s.key, lang, found)
			}
		}
	}
}

// worded placeholders bring Japanese words, or a duration, which is one word
// with what follows.
const worded = `For|Last|Late|Before|Severity|By|Where|Verdict|How|Requests|Part|Said|People|You|Record|Act`

func TestJapaneseKeepsItsBlanks(t *testing.T) {
	wide := `[\p{Hiragana}\p{Katakana}\p{Han}ー]`
	narrow := `[A-Za-z0-9]`
	touches := regexp.MustCompile(wide + `(` + narrow + `|{{\.[^}]*}})|(` + narrow + `|{{\.[^}]*}})` + wide)
	excused := regexp.MustCompile(`{{\.(` + worded + `)}}` + wide + `|` + wide + `{{\.(` + worded + `)}}`)
	doubled := regexp.MustCompile(`\S  +\S| [、。）」]|[（「] `)
	for _, s := range sentencesOf(t, Japanese) {
		if strings.HasPrefix(s.key, "help.example.") || strings.HasPrefix(s.key, "help.args.") {
			continue // what people type
		}
		text := regexp.MustCompile("`[^`]*`").ReplaceAllString(s.text, "`x`")
		for _, found := range touches.FindAllString(text, -1) {
			if !excused.MatchString(found) {
				t.Errorf("%s: %q has no blank in %q", s.key, found, s.text)
			}
		}
		if found := doubled.FindString(text); found != "" && s.key != "help.line" && s.key != "finding.line" {
			t.Errorf("%s: %q has a blank too many in %q", s.key, found, s.text)
		}
		if bare := strings.Contains(text, "("); bare && !strings.Contains(text, "(`") && !strings.Contains(text, "({{.Why}})") {
			t.Errorf("%s: half-width brackets are for codes only: %q", s.key, s.text)
		}
	}
}

// Buttons say what they do: in Japanese a verb in its dictionary form.
func TestButtonsAreVerbs(t *testing.T) {
	buttons := regexp.MustCompile(`\.button\.|\.submit$|\.confirm\.(yes|no)$|^storm\.(acknowledge|resolve)$`)
	verb := regexp.MustCompile(`[うくぐすつぬぶむる]…?$`)
	menus := []string{"page.button.snooze"}
	for _, s := range sentencesOf(t, Japanese) {
		if buttons.MatchString(s.key) && !verb.MatchString(s.text) && !slices.Contains(menus, s.key) {
			t.Errorf("%s: %q is no verb", s.key, s.text)
		}
		if strings.HasPrefix(s.key, "form.") && strings.HasSuffix(s.key, ".title") && verb.MatchString(s.text) {
			t.Errorf("%s: the title of a form is a noun, not %q", s.key, s.text)
		}
	}
	states := []string{"Fixed", "Acknowledged", "Resolved", "Accepted", "Taken"}
	for _, s := range sentencesOf(t, English) {
		if buttons.MatchString(s.key) && slices.Contains(states, s.text) {
			t.Errorf("%s: %q looks like a state", s.key, s.text)
		}
	}
}

// Where there is more than one sentence, each has its end.
func TestSentencesEnd(t *testing.T) {
	ends := map[string][2]*regexp.Regexp{
		English:  {regexp.MustCompile(`[a-z)”] ?\. [A-Z“]`), regexp.MustCompile("[.?:!}`*)]$")},
		Japanese: {regexp.MustCompile(`。.`), regexp.MustCompile("[。？！:}`*）]$")},
	}
	fragments := regexp.MustCompile(`^waf\.reason\.|\.text$|^form\.|^help\.example\.|^access\.unusable\.`) // a reason explains itself after its stop; a text goes on
	for lang, e := range ends {
		for _, s := range sentencesOf(t, lang) {
			if e[0].MatchString(s.text) && !e[1].MatchString(s.text) && !fragments.MatchString(s.key) {
				t.Errorf("%s (%s) ends without a stop: %q", s.key, lang, s.text)
			}
		}
	}
}

// Only N chooses between singular and plural.
func TestNChoosesThePlural(t *testing.T) {
	alone := []string{"storm.acknowledge", "storm.resolve", "storm.confirm.text", "storm.by.one"} // a storm is never one; a bare count has no plural
	for key, f := range catalogue(t, English) {
		if strings.Contains(f["other"], "{{.N}}") && f["one"] == "" && !slices.Contains(alone, key) {
			t.Errorf("%s has no singular: %q", key, f["other"])
		}
	}
}
