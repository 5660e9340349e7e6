package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"toban/bot/config"
	"toban/bot/slackapp"
	"toban/fixtures/slack"
)

// office is a workspace with somebody of every kind, and a channel of every kind.
func office() slack.Team {
	return slack.Team{
		ID: "T0HOME", Name: "Example Shop", Domain: "example-shop",
		Users: []slack.User{
			{ID: "U0KEN0000", Name: "ken", RealName: "Ken", Email: "ken@shop.example"},
			{ID: "U0LEFT000", Name: "lena", RealName: "Lena", Email: "lena@shop.example", Deleted: true},
			{ID: "U0GUEST00", Name: "gus", RealName: "Gus", Email: "gus@shop.example", IsRestricted: true},
			{ID: "U0SINGLE0", Name: "sue", RealName: "Sue", Email: "sue@shop.example", IsRestricted: true, IsUltra: true},
			{ID: "U0FOREIGN", Name: "fay", RealName: "Fay", Email: "fay@else.example", Team: "T0ELSE"},
			{ID: "U0ROBOT00", Name: "deploybot", RealName: "Deploys", IsBot: true},
			{ID: "U0HIDDEN0", Name: "hal", RealName: "Hal", Hidden: true},
		},
		Channels: []slack.Channel{
			{ID: "C0ALERTS0", Name: "alerts", App: true},
			{ID: "C0PUBLIC0", Name: "checkout"},
			{ID: "C0OLD0000", Name: "old", Archived: true},
			{ID: "C0SECRET0", Name: "secret", Private: true},
			{ID: "C0WAR0000", Name: "war-room", Private: true, App: true},
		},
	}
}

const officeConfig = `channels: {alerts: %q, incidents: "#alerts"}
rotations:
  - name: platform
    zone: Asia/Tokyo
    start: 2026-01-05T10:00:00+09:00
    kind: daily
    handoff: "10:00"
    members: [%q]
`

// checked is what check says of a config in the office, its worst first.
func checked(t *testing.T, w *loadSlack, file string) []string {
	t.Helper()
	env := func(name string) string {
		if name == "DATABASE_URL" {
			return "sqlite:" + filepath.Join(t.TempDir(), "toban.db")
		}
		return ""
	}
	cfg, err := config.Parse([]byte(file), "toban.yaml", env)
	if err != nil {
		t.Fatal(err)
	}
	api := slackapp.NewAPI(slackapp.Access{BotToken: w.BotToken(), URL: w.url}, slackapp.NewPacer())
	defer api.Close()
	found := checkNames(t.Context(), cfg, api)
	slices.SortStableFunc(found, func(a, b finding) int { return int(a.grade) - int(b.grade) })
	return strings.Split(lines(found), "\n")
}

func TestCheckTellsWhoCannotBeOnCall(t *testing.T) {
	w := startSlack(t, slack.Options{Team: office()})
	const expected = ", expected a full member of the workspace: others cannot be on call or answer a page"
	for _, tt := range []struct{ written, want string }{
		{"@ken", ""},
		{"U0KEN0000", ""},
		{"ken@shop.example", ""},
		{"@lena", `"@lena" (U0LEFT000), who is deactivated` + expected},
		{"U0LEFT000", `"U0LEFT000" (@lena), who is deactivated` + expected},
		{"@gus", `"@gus" (U0GUEST00), who is a guest` + expected},
		{"U0SINGLE0", `"U0SINGLE0" (@sue), who is a guest` + expected},
		{"gus@shop.example", `"gus@shop.example" (@gus), who is a guest` + expected},
		{"U0FOREIGN", `"U0FOREIGN" (@fay), who is of another workspace` + expected},
		{"@deploybot", `"@deploybot" (U0ROBOT00), who is a bot or an app` + expected},
		{"U0ROBOT00", `"U0ROBOT00" (@deploybot), who is a bot or an app` + expected},
		{"U0HIDDEN0", `"U0HIDDEN0", who is nobody whom Slack shows in this workspace` + expected},
		{"U0NOBODY0", `"U0NOBODY0", who is nobody whom Slack shows in this workspace` + expected},
		{"@nobody", `"@nobody", unknown to Slack, expected a member of the workspace`},
		{"nobody@shop.example", `"nobody@shop.example", unknown to Slack, expected a member of the workspace`},
	} {
		want := []string{"BAD  toban.yaml:8: rotations[0].members[0]: found " + tt.want}
		if tt.want == "" {
			want = []string{"ok   slack: all 2 people and channels that the config names are there"}
		}
		if diff := cmp.Diff(want, checked(t, w, fmt.Sprintf(officeConfig, "#alerts", tt.written))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.written, diff)
		}
	}
}

func TestCheckTellsWhichChannelsCannotBeUsed(t *testing.T) {
	w := startSlack(t, slack.Options{Team: office()})
	const (
		archived = "which is archived, expected a channel in use: nothing can be posted there"
		hidden   = "which is not there or is private and without Toban, expected a channel that Toban can post to: write /invite @Toban there"
	)
	for _, tt := range []struct{ written, want string }{
		{"#alerts", ""},
		{"C0ALERTS0", ""},
		{"#war-room", ""},
		{"C0WAR0000", ""},
		{"#old", `"#old" (C0OLD0000), ` + archived},
		{"C0OLD0000", `"C0OLD0000" (#old), ` + archived},
		{"C0SECRET0", `"C0SECRET0", ` + hidden},
		{"C0NOTHING", `"C0NOTHING", ` + hidden},
		{"#secret", `"#secret", unknown to Slack, expected a public channel, or a private one that Toban was invited to`},
	} {
		got := checked(t, w, fmt.Sprintf(officeConfig, tt.written, "@ken"))
		if tt.want == "" {
			if len(got) != 1 || !strings.HasPrefix(got[0], "ok ") {
				t.Errorf("%s: %q", tt.written, got)
			}
			continue
		}
		if diff := cmp.Diff([]string{"BAD  toban.yaml:1: channels.alerts: found " + tt.want}, got[:1]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.written, diff)
		}
	}
}

// Every place that the config names a channel or a person in is looked at.
func TestCheckLooksEverywhere(t *testing.T) {
	w := startSlack(t, slack.Options{Team: office()})
	got := checked(t, w, `channels: {alerts: "#alerts", incidents: C0OLD0000, fallback: C0OLD0000, stakeholders: C0OLD0000, support: C0OLD0000}
rotations:
  - {name: a, zone: UTC, start: 2026-01-05T10:00:00Z, kind: hours, members: ["@lena", "@ken"], channel: "C0OLD0000",
     edits: [{at: 2026-02-01T00:00:00Z, members: ["@ken"]}, {at: 2099-02-01T00:00:00Z, members: ["@ken", "@lena"]}],
     overrides: [{start: 2026-01-06T00:00:00Z, end: 2026-01-07T00:00:00Z, user: "@gus"}, {start: 2099-01-06T00:00:00Z, end: 2099-01-07T00:00:00Z, user: "@gus"}]}
escalations:
  - {name: b, steps: [{notify: ["@deploybot", "channel:C0OLD0000"], wait: 5m}]}
routes:
  - {escalation: b, channel: "C0OLD0000"}
teams:
  - {name: c, channel: "C0OLD0000", tags: {service: x}}
incidents: {invite: [U0FOREIGN]}
`)
	var fields []string
	for _, line := range got {
		if strings.HasPrefix(line, "BAD ") {
			fields = append(fields, strings.Split(line, ": ")[1])
		}
	}
	want := []string{
		"channels.incidents", "channels.stakeholders", "channels.support", "channels.fallback", "rotations[0].channel",
		"rotations[0].members[0]", "rotations[0].edits[1].members[1]", "rotations[0].overrides[0].user", "rotations[0].overrides[1].user",
		"escalations[0].steps[0].notify[0]", "escalations[0].steps[0].notify[1]", "routes[0].channel", "teams[0].channel", "incidents.invite[0]",
	}
	slices.Sort(want)
	slices.Sort(fields)
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, strings.Join(got, "\n"))
	}
}

func TestWhoLeftMayStayInWhatIsOver(t *testing.T) {
	w := startSlack(t, slack.Options{Team: office()})
	got := checked(t, w, `channels: {alerts: "#alerts"}
rotations:
  - {name: a, zone: UTC, start: 2026-01-05T10:00:00Z, kind: hours, members: ["@lena", "@ken"],
     edits: [{at: 2026-02-01T00:00:00Z, members: ["@ken"]}],
     overrides: [{start: 2026-01-06T00:00:00Z, end: 2026-01-07T00:00:00Z, user: "@gus"}]}
`)
	if len(got) != 1 || !strings.HasPrefix(got[0], "ok ") {
		t.Errorf("%q", got)
	}
}

// Toban posts in public channels that it is not in, as long as it has the right.
func TestCheckTellsWhereTobanIsNot(t *testing.T) {
	file := fmt.Sprintf(officeConfig, "C0PUBLIC0", "@ken")
	got := checked(t, startSlack(t, slack.Options{Team: office()}), file)
	if len(got) != 2 || !strings.HasPrefix(got[0], "note slack: Toban is in none of #checkout;") {
		t.Errorf("with the right: %q", got)
	}
	scopes := []string{"app_mentions:read", "channels:history", "channels:join", "channels:manage", "channels:read", "chat:write", "commands", "groups:read", "im:history", "im:write", "users:read"}
	got = checked(t, startSlack(t, slack.Options{Team: office(), BotScopes: scopes}), file)
	if len(got) != 1 || !strings.HasPrefix(got[0], `BAD  toban.yaml:1: channels.alerts: found "C0PUBLIC0" (#checkout), which Toban is not in`) {
		t.Errorf("without the right: %q", got)
	}
}

func TestCheckCannotAskSlack(t *testing.T) {
	w := startSlack(t, slack.Options{Team: office()})
	w.Fail(slack.Fault{Method: "users.info", Error: "internal_error"})
	got := checked(t, w, fmt.Sprintf(officeConfig, "#alerts", "U0KEN0000"))
	if len(got) != 1 || !strings.HasPrefix(got[0], `BAD  toban.yaml:8: rotations[0].members[0]: found "U0KEN0000", which could not be asked of Slack`) {
		t.Errorf("%q", got)
	}
}
