package main

import (
	"errors"
	"strings"
	"testing"

	"toban/bot/config"
)

func TestCheckSaysOneThingOnceAndNothingSecret(t *testing.T) {
	env := map[string]string{"SLACK_BOT_TOKEN": "xapp-1-A", "SLACK_APP_TOKEN": "xapp-1-A", "TOBAN_WEBHOOK_TOKEN": "abc"}
	file := `channels: {alerts: "#alerts"}
rotations:
  - {name: empty, zone: Asia/Tokyo, start: 2026-11-23T10:00:00+09:00, kind: daily, handoff: "10:00", members: []}
`
	cfg, err := config.Parse([]byte(file), "toban.yaml", func(name string) string { return env[name] })
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Findings) != 1 || wrong.Findings[0].Field != "SLACK_BOT_TOKEN" {
		t.Fatalf("config: %v", err)
	}
	if found := checkMissing(cfg, wrong, bad); len(found) != 0 {
		t.Errorf("a token that is wrong is said to be missing too: %v", found)
	}
	if found := checkMissing(cfg, nil, bad); len(found) != 1 {
		t.Errorf("a token that is not there: %v", found)
	}
	if found := checkSecrets(cfg); len(found) != 1 || found[0].grade != bad || strings.Contains(found[0].text, "abc") {
		t.Errorf("a short token: %v", found)
	}
	if found := checkDuty(cfg); len(found) == 0 || found[0].grade != bad || !strings.Contains(found[0].text, "no members") {
		t.Errorf("a rotation without members: %v", found)
	}
}
