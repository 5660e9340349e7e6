package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
	"toban/rotation"
)

func nothing(string) string { return "" }

func given(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// mistakes returns the findings as people read them.
func mistakes(t *testing.T, file string, env func(string) string) []string {
	t.Helper()
	_, err := Parse([]byte(file), "toban.yaml", env)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("not an *Error: %v", err)
	}
	return strings.Split(e.Error(), "\n")
}

func TestTheExampleLoadsAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toban.yaml")
	if err := os.WriteFile(path, []byte(Example), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load("", given("TOBAN_CONFIG", path))
	if err != nil {
		t.Fatal(err)
	}
	want := alerts.Routing{
		{Match: alerts.Match{"env": alerts.Exactly("staging")}, Channel: "#platform"},
		{Match: alerts.Match{"service": alerts.Exactly("checkout"), "env": alerts.Exactly("prod")}, Priority: []alerts.Priority{"P1", "P2"}, Escalation: "checkout", Channel: "#checkout"},
		{Level: []alerts.Level{alerts.LevelWarn}},
		{Escalation: "platform"},
	}
	if diff := cmp.Diff(want, c.Routing); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(alerts.Policy{Name: "platform", Repeat: 2, Steps: []alerts.Step{
		{Notify: []alerts.Target{{Rotation: "platform"}}, Wait: 5 * time.Minute},
		{Notify: []alerts.Target{{Rotation: "platform-secondary"}}, Wait: 10 * time.Minute},
		{Notify: []alerts.Target{{Person: "@hana"}, {Channel: "#platform"}}, Wait: 10 * time.Minute},
	}}, c.Escalations["platform"]); diff != "" {
		t.Errorf("escalation (-want +got):\n%s", diff)
	}
	first := c.Rotations[0]
	if len(c.Rotations) != 3 || first.Name != "platform" || first.Members[0] != "@ken" || first.UserGroup != "oncall-platform" ||
		first.Channel != "#platform" || first.Zone.String() != "Asia/Tokyo" || len(first.Edits) != 1 {
		t.Errorf("rotations: %+v", c.Rotations)
	}
	if c.Port != 8080 || c.Host != "0.0.0.0" || c.DatabaseURL.Reveal() != "sqlite:toban.db" || c.DatadogSite != "datadoghq.com" {
		t.Errorf("defaults of the environment: %+v", c.Environment)
	}
}

func TestTheLeastConfiguration(t *testing.T) {
	c, err := Parse([]byte(`channels: {alerts: "#alerts"}`), "toban.yaml", nothing)
	if err != nil {
		t.Fatal(err)
	}
	if c.Language != "en" || c.Channels.Incidents != "#alerts" || c.Incidents.Prefix != "inc" {
		t.Errorf("%+v", c)
	}
}

func TestNoSuchFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), given("PORT", "many"))
	if err == nil || !strings.Contains(err.Error(), "none.yaml: found no such file, expected the team's configuration") ||
		!strings.Contains(err.Error(), "environment: PORT: ") {
		t.Errorf("got %v", err)
	}
}

func TestResolveFindsPeopleAndChannels(t *testing.T) {
	c, err := Parse([]byte(Example), "toban.yaml", nothing)
	if err != nil {
		t.Fatal(err)
	}
	look := Lookup{
		Person: func(s string) (rotation.PersonID, bool) {
			return rotation.PersonID("U" + strings.ToUpper(strings.TrimPrefix(s, "@"))), s != "@bo" && s != "@hana"
		},
		Channel: func(s string) (string, bool) {
			return "C" + strings.ToUpper(strings.TrimPrefix(s, "#")), s != "#checkout"
		},
	}
	got, missing := c.Resolve(look)
	var lines []string
	for _, f := range missing {
		lines = append(lines, f.String())
	}
	const gone = `, who is not in Slack, expected somebody who is`
	want := []string{
		`toban.yaml:27: rotations[0].members[3]: found "@bo"` + gone,
		`toban.yaml:34: rotations[0].edits[0].members[3]: found "@bo"` + gone,
		`toban.yaml:41: rotations[1].members[1]: found "@bo"` + gone,
		`toban.yaml:49: rotations[2].members[1]: found "@hana"` + gone,
		`toban.yaml:59: escalations[0].steps[2].notify[0]: found "@hana"` + gone,
		`toban.yaml:74: routes[1].channel: found "#checkout", which is no channel that the bot can see, expected a public channel or one that it was invited to`,
		`toban.yaml:102: teams[0].channel: found "#checkout", which is no channel that the bot can see, expected a public channel or one that it was invited to`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("not found (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]rotation.PersonID{"UKEN", "UANA", "UYUKI", "@bo"}, got.Rotations[0].Members); diff != "" {
		t.Errorf("whoever is not found keeps their turn (-want +got):\n%s", diff)
	}
	if got.Channels.Alerts != "CALERTS" || got.Routing[0].Channel != "CPLATFORM" ||
		got.Escalations["platform"].Steps[2].Notify[1].Channel != "CPLATFORM" || got.Rotations[0].Channel != "CPLATFORM" {
		t.Errorf("resolved: %+v", got)
	}
	if c.Channels.Alerts != "#alerts" || c.Rotations[0].Members[0] != "@ken" || c.Routing[0].Channel != "#platform" ||
		c.Escalations["platform"].Steps[2].Notify[1].Channel != "#platform" {
		t.Error("the original changed")
	}
}
