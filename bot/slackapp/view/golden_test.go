package view

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"toban/bot/msg"
)

var update = flag.Bool("update", false, "rewrite the golden files in fixtures/data/views")

var goldens = filepath.Join("..", "..", "..", "fixtures", "data", "views")

// drawn is one drawing in one language.
type drawn struct {
	text string
	view any // []slack.Block or a view request
}

// golden compares what draw makes in both languages with the file name.txt:
// first as a person would read it, then as Slack receives it.
func golden(t *testing.T, name string, draw func(m msg.Catalog) drawn) {
	t.Helper()
	var got strings.Builder
	for _, lang := range []string{msg.Japanese, msg.English} {
		d := draw(msg.For(lang))
		raw, err := json.Marshal(d.view)
		if err != nil {
			t.Fatal(err)
		}
		for _, fault := range faults(raw) {
			t.Errorf("%s (%s): Slack would refuse it: %s", name, lang, fault)
		}
		if name != "alert_hostile" {
			marksWork(t, name+" ("+lang+")", d.text)
			eachMrkdwn(raw, func(text string) { marksWork(t, name+" ("+lang+")", text) })
		}
		if strings.Contains(d.text+string(raw), "<no value>") {
			t.Errorf("%s (%s): a sentence lacks an argument", name, lang)
		}
		shown := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `,{"type":"`, ",\n"+`{"type":"`).Replace(string(raw))
		fmt.Fprintf(&got, "==== %s ====\n", lang)
		if d.text != "" {
			fmt.Fprintf(&got, "text: %s\n\n", d.text)
		}
		fmt.Fprintf(&got, "%s\n---- json ----\n%s\n\n", readable(raw), shown)
	}
	file := filepath.Join(goldens, name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (run with -update)", err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s changed (run with -update and read it):\n%s", name, diff)
	}
}

// marksWork fails where Slack would show a mark as it is written.
func marksWork(t *testing.T, name, text string) {
	t.Helper()
	if want := msg.Edged(text); want != text {
		t.Errorf("%s: a mark touches a wide sign:\n%s\nwant\n%s", name, text, want)
	}
}

// eachMrkdwn calls see for every text that Slack formats.
func eachMrkdwn(raw []byte, see func(string)) {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if text, ok := v["text"].(string); ok && v["type"] == "mrkdwn" {
				see(text)
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		walk(v)
	}
}

func message(text string, blocks []slack.Block) drawn { return drawn{text, blocks} }

// readable shows blocks roughly as they look.
func readable(raw []byte) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err.Error()
	}
	var out strings.Builder
	if form, ok := v.(map[string]any); ok {
		fmt.Fprintf(&out, "(%v %v) %s  [%s] [%s]\n", form["type"], form["callback_id"], words(form["title"]), words(form["submit"]), words(form["close"]))
		v = form["blocks"]
	}
	for _, b := range v.([]any) {
		b := b.(map[string]any)
		switch b["type"] {
		case "header":
			fmt.Fprintf(&out, "# %s\n", words(b["text"]))
		case "divider":
			out.WriteString("----------\n")
		case "section":
			fmt.Fprintf(&out, "%s%s\n", words(b["text"]), control(b["accessory"]))
		case "context":
			for _, e := range b["elements"].([]any) {
				fmt.Fprintf(&out, "  | %s\n", strings.ReplaceAll(words(e), "\n", "\n  | "))
			}
		case "actions":
			for _, e := range b["elements"].([]any) {
				out.WriteString(control(e))
			}
			out.WriteString("\n")
		case "input":
			fmt.Fprintf(&out, "%s:%s  %s\n", words(b["label"]), control(b["element"]), words(b["hint"]))
		}
	}
	return out.String()
}

func words(v any) string {
	if m, ok := v.(map[string]any); ok {
		if s, ok := m["text"].(string); ok {
			return s
		}
	}
	return ""
}

func control(v any) string {
	e, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	label := words(e["text"])
	if label == "" {
		label = words(e["placeholder"])
	}
	text := fmt.Sprintf(" [%s]", label)
	if options, ok := e["options"].([]any); ok {
		var names []string
		for _, o := range options {
			names = append(names, words(o.(map[string]any)["text"]))
		}
		text = fmt.Sprintf(" [%s ▾ %s]", label, strings.Join(names, " / "))
	}
	if initial, ok := e["initial_value"].(string); ok {
		text += fmt.Sprintf(" = %q", initial)
	}
	if c, ok := e["confirm"].(map[string]any); ok {
		text += fmt.Sprintf(" (asks: %s %s [%s] [%s])", words(c["title"]), words(c["text"]), words(c["confirm"]), words(c["deny"]))
	}
	return text
}
