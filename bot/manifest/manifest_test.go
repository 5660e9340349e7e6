package manifest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

// app is a manifest as Slack reads it; a key that Slack does not know fails.
type app struct {
	Metadata struct {
		Major int `yaml:"major_version"`
		Minor int `yaml:"minor_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name, Description string
		Long              string `yaml:"long_description"`
		Background        string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Commands []command `yaml:"slash_commands"`
	}
	OAuth struct {
		Scopes struct{ Bot []string }
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			Bot []string `yaml:"bot_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			On bool `yaml:"is_enabled"`
		}
		Org      bool `yaml:"org_deploy_enabled"`
		Socket   bool `yaml:"socket_mode_enabled"`
		Rotation bool `yaml:"token_rotation_enabled"`
	}
}

type command struct {
	Command, Description string
	UsageHint            string `yaml:"usage_hint"`
	Escape               bool   `yaml:"should_escape"`
}

func read(t *testing.T, text string) (a app) {
	t.Helper()
	if err := yaml.Load([]byte(text), &a, yaml.WithKnownFields()); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return a
}

func TestTheManifestKeepsSlacksLimits(t *testing.T) {
	a := read(t, YAML([]Command{
		{"/oncall", `Who is "on call": 当番`, "[who | swap @person 12/3 # 12/5]"},
		{"/incident", "Incidents", ""},
	}))
	for _, tt := range []struct {
		field, text string
		least, most int
	}{
		{"name", a.Display.Name, 1, 35},
		{"description", a.Display.Description, 1, 140},
		{"long_description", a.Display.Long, 175, 4000},
		{"display_name", a.Features.Bot.Name, 1, 80},
	} {
		if n := utf8.RuneCountInString(tt.text); n < tt.least || n > tt.most {
			t.Errorf("%s has %d characters, Slack takes %d to %d", tt.field, n, tt.least, tt.most)
		}
	}
	want := []command{
		{"/oncall", `Who is "on call": 当番`, "[who | swap @person 12/3 # 12/5]", true},
		{"/incident", "Incidents", "", true},
	}
	if diff := cmp.Diff(want, a.Features.Commands); diff != "" {
		t.Errorf("commands (-want +got):\n%s", diff)
	}
	if !a.Settings.Socket || !a.Settings.Interactivity.On || !a.Features.Home.Home || !a.Features.Home.Messages || a.Features.Home.ReadOnly {
		t.Errorf("switches: %+v %+v", a.Settings, a.Features.Home)
	}
	if n := len(a.OAuth.Scopes.Bot); n != len(Scopes()) || n > 255 {
		t.Errorf("%d scopes", n)
	}
	if n := len(a.Settings.Events.Bot); n != len(Events()) || n > 100 {
		t.Errorf("%d events", n)
	}
}

func TestEveryEventHasItsScope(t *testing.T) {
	needs := map[string]string{
		"app_mention": "app_mentions:read", "message.im": "im:history", "user_change": "users:read",
		"channel_archive": "channels:read", "channel_unarchive": "channels:read", "channel_rename": "channels:read",
		"channel_created": "channels:read", "channel_deleted": "channels:read", "channel_left": "channels:read",
		"group_archive": "groups:read", "group_unarchive": "groups:read", "group_rename": "groups:read", "group_deleted": "groups:read", "group_left": "groups:read",
		"team_join":             "users:read",
		"member_joined_channel": "channels:read", "app_home_opened": "",
	}
	scopes := map[string]bool{"": true}
	for _, s := range Scopes() {
		if scopes[s.Name] || s.Reason == "" {
			t.Errorf("scope %s: twice, or without a reason", s.Name)
		}
		scopes[s.Name] = true
	}
	for _, e := range Events() {
		scope, known := needs[e.Name]
		if !known || !scopes[scope] || e.Reason == "" {
			t.Errorf("event %s needs the scope %q", e.Name, scope)
		}
	}
}

func TestMissingScopesSayWhatStopsWorking(t *testing.T) {
	var granted []string
	for _, s := range Scopes() {
		granted = append(granted, s.Name)
	}
	if m := Missing(granted); len(m) != 0 {
		t.Errorf("nothing is missing, got %v", m)
	}
	m := Missing(append(granted[1:], "files:read"))
	if len(m) != 1 || m[0].Name != "app_mentions:read" || !strings.Contains(m[0].Reason, "@Toban") {
		t.Errorf("missing: %v", m)
	}
}

func TestCheckFindsWhatSlackWouldRefuse(t *testing.T) {
	long := strings.Repeat("x", 2001)
	var many []Command
	for range 51 {
		many = append(many, Command{Name: "/x", Description: "x"})
	}
	for _, tt := range []struct {
		why      string
		commands []Command
		want     string
	}{
		{"fine", []Command{{"/oncall", "Who is on call", "help"}}, ""},
		{"no slash", []Command{{"oncall", "x", ""}}, `command "oncall": the name must begin with / and have at most 32 small letters, digits, - and _`},
		{"too long", []Command{{"/" + strings.Repeat("a", 32), "x", ""}}, `command "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": the name must begin with / and have at most 32 small letters, digits, - and _`},
		{"no description", []Command{{"/a", "", ""}}, `command "/a": the description has 0 characters, Slack takes 1 to 2000`},
		{"a long description", []Command{{"/a", long, ""}}, `command "/a": the description has 2001 characters, Slack takes 1 to 2000`},
		{"a long hint", []Command{{"/a", "x", long[:1001]}}, `command "/a": the usage hint has 1001 characters, Slack takes 0 to 1000`},
		{"twice", []Command{{"/a", "x", ""}, {"/a", "x", ""}}, `command "/a": it is there twice`},
	} {
		got := ""
		if err := Check(tt.commands); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.why, got, tt.want)
		}
	}
	if err := Check(many); err == nil || !strings.Contains(err.Error(), "51 commands, Slack takes at most 50") {
		t.Errorf("too many: %v", err)
	}
}
