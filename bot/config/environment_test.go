package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

func TestTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	file := func(name, value string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token, empty, none := file("token", "xoxb-from-a-file\n"), file("empty", "\n"), filepath.Join(dir, "none")
	for _, tt := range []struct {
		why  string
		env  []string
		want []string
	}{
		{"nothing given", nil, nil},
		{"all given", []string{
			"SLACK_BOT_TOKEN", "xoxb-1", "SLACK_APP_TOKEN", "xapp-1", "SLACK_API_URL", "http://127.0.0.1:9/api/",
			"DD_API_URL", "http://127.0.0.1:9", "DD_SITE", "ap1.datadoghq.com", "DATABASE_URL", "postgres://u:p@h/d",
			"TOBAN_WEBHOOK_TOKEN", "a, b", "TOBAN_BASE_URL", "https://toban.example.com/", "PORT", "80",
		}, nil},
		{"a secret in a file", []string{"SLACK_BOT_TOKEN_FILE", token}, nil},
		{"a secret twice", []string{"SLACK_BOT_TOKEN", "xoxb-1", "SLACK_BOT_TOKEN_FILE", token}, []string{"SLACK_BOT_TOKEN: found SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE, expected one of them"}},
		{"a file that is not there", []string{"DD_API_KEY_FILE", none}, []string{`DD_API_KEY_FILE: found "` + none + `", which cannot be read (no such file or directory), expected the path of a file with the value`}},
		{"an empty file", []string{"TOBAN_WEBHOOK_TOKEN_FILE", empty}, []string{`TOBAN_WEBHOOK_TOKEN_FILE: found "` + empty + `", which is empty, expected the path of a file with the value`}},
		{"tokens in each other's place", []string{"SLACK_BOT_TOKEN", "xapp-secret", "SLACK_APP_TOKEN", "xoxb-secret"}, []string{
			"SLACK_BOT_TOKEN: found an app-level token (xapp-…), expected the bot token of the Slack app (xoxb-…)",
			"SLACK_APP_TOKEN: found a bot token (xoxb-…), expected the app-level token of the Slack app (xapp-…)",
		}},
		{"no token at all", []string{"SLACK_BOT_TOKEN", "secret"}, []string{"SLACK_BOT_TOKEN: found something that is no Slack token, expected the bot token of the Slack app (xoxb-…)"}},
		{"a token that was pasted with more", []string{"SLACK_BOT_TOKEN", "xoxb-1 xoxb-2"}, []string{"SLACK_BOT_TOKEN: found a token with blanks in it, expected the bot token of the Slack app (xoxb-…)"}},
		{"an address without its end", []string{"SLACK_API_URL", "http://127.0.0.1:9/api"}, []string{`SLACK_API_URL: found "http://127.0.0.1:9/api", expected an address that ends in "/"`}},
		{"no address", []string{"TOBAN_BASE_URL", "toban.example.com"}, []string{"TOBAN_BASE_URL: found no plain address, expected one such as https://toban.example.com/ without a password, ? and #"}},
		{"a path", []string{"DD_API_URL", "http://127.0.0.1:9/api"}, []string{`DD_API_URL: found the path "/api", expected scheme and host alone, such as http://127.0.0.1:9000`}},
		{"an address as site", []string{"DD_SITE", "https://app.datadoghq.eu"}, []string{`DD_SITE: found "https://app.datadoghq.eu", expected a Datadog site such as datadoghq.com, datadoghq.eu or ap1.datadoghq.com, without https:// and app.`}},
		{"a database of another kind", []string{"DATABASE_URL", "mysql://root:secret@h/d"}, []string{"DATABASE_URL: found something else, expected sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME"}},
		{"a database that is nowhere", []string{"DATABASE_URL", "sqlite:"}, []string{"DATABASE_URL: found something else, expected sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME"}},
		{"a webhook token that lets everybody in", []string{"TOBAN_WEBHOOK_TOKEN", "secret,"}, []string{"TOBAN_WEBHOOK_TOKEN: found an empty token between commas, expected tokens with a comma between them"}},
		{"a port that is none", []string{"PORT", "http"}, []string{`PORT: found "http", expected a number from 1 to 65535`}},
	} {
		got := mistakes(t, base, given(tt.env...))
		for i := range got {
			if strings.Contains(got[i], "secret") {
				t.Errorf("%s: a secret is shown: %s", tt.why, got[i])
			}
			got[i] = strings.TrimPrefix(got[i], "environment: ")
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.why, diff)
		}
	}
	c, err := Parse([]byte(base), "toban.yaml", given("SLACK_BOT_TOKEN_FILE", token, "TOBAN_WEBHOOK_TOKEN", "new, old", "TOBAN_BASE_URL", "https://t.example/"))
	if err != nil || c.SlackBotToken.Reveal() != "xoxb-from-a-file" || len(c.WebhookTokens) != 2 || c.WebhookTokens[1].Reveal() != "old" || c.BaseURL != "https://t.example" {
		t.Errorf("read: %+v, %v", c.Environment, err)
	}
	var names []string
	for _, f := range c.Missing() {
		names = append(names, f.Field)
	}
	if diff := cmp.Diff([]string{"SLACK_APP_TOKEN"}, names); diff != "" {
		t.Errorf("missing in production (-want +got):\n%s", diff)
	}
}

func TestMistakesOfFileAndEnvironmentComeTogether(t *testing.T) {
	got := mistakes(t, base+"language: de\nroute: []", given("PORT", "x", "SLACK_BOT_TOKEN", "y"))
	if len(got) != 4 || !strings.HasPrefix(got[0], "toban.yaml:6: ") || !strings.HasPrefix(got[1], "toban.yaml:7: ") ||
		!strings.HasPrefix(got[2], "environment: SLACK") || !strings.HasPrefix(got[3], "environment: PORT") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	s := NewSecret("hunter2")
	type inside struct {
		Name Secret
		name Secret
	}
	in := inside{s, s}
	var out bytes.Buffer
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{s, &s, in, &in, []Secret{s}, map[string]Secret{"a": s}, Environment{SlackBotToken: s}} {
			fmt.Fprintf(&out, format+"\n", v)
		}
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "secret", s, "in", in)
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "secret", s, "in", in)
	asJSON, err := json.Marshal(in)
	asYAML, err2 := yaml.Dump(in)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	out.Write(asJSON)
	out.Write(asYAML)
	for _, bad := range []string{"hunter2", fmt.Sprintf("%x", "hunter2")} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q is in\n%s", bad, out.String())
		}
	}
	if s.String() != "***" || NewSecret("").String() != "" || string(asJSON) != `{"Name":"***"}` {
		t.Errorf("a secret prints as %s and in JSON %s", s, asJSON)
	}
	if s.Reveal() != "hunter2" || NewSecret("").IsSet() {
		t.Errorf("revealed: %q", s.Reveal())
	}
}

// A secret of its own closes POST /findings to Datadog's.
func TestFindingsHaveASecretOfTheirOwn(t *testing.T) {
	for _, tt := range []struct{ why, webhook, findings, want string }{
		{"one for both", "w1,w2", "", "w1 w2"},
		{"one each", "w1,w2", "f1,f2", "f1 f2"},
		{"only findings", "", "f1", "f1"},
		{"none", "", "", ""},
	} {
		env := map[string]string{"TOBAN_WEBHOOK_TOKEN": tt.webhook, "TOBAN_FINDINGS_TOKEN": tt.findings}
		e, wrong := readEnvironment(func(name string) string { return env[name] })
		var got []string
		for _, s := range e.TokensOfFindings() {
			got = append(got, s.Reveal())
		}
		if strings.Join(got, " ") != tt.want || len(wrong) > 0 {
			t.Errorf("%s: %v %v", tt.why, got, wrong)
		}
	}
}
