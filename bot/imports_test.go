package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is the map of the house: what each package of ours may import of
// ours. Change it on purpose.
var allowed = map[string][]string{
	"rotation":           {},
	"alerts":             {"rotation", "alerts/waf", "alerts/scan"},
	"alerts/webhook":     {"alerts"},
	"alerts/datadog":     {"alerts", "alerts/webhook"},
	"alerts/mask":        {},
	"alerts/waf":         {"alerts/mask"},
	"alerts/scan":        {},
	"alerts/scan/hook":   {"alerts/scan", "alerts/webhook"},
	"alerts/findings":    {"rotation", "alerts", "alerts/scan"},
	"alerts/enrich":      {"alerts", "alerts/mask", "alerts/waf", "alerts/scan"},
	"bot/wafcmd":         {"alerts/waf"},
	"alerts/datadog/api": {"alerts", "alerts/waf", "alerts/enrich"},
	"bot/msg":            {},
	"bot/outbox":         {},
	"bot/directory":      {},
	"bot/incident":       {"rotation", "bot/msg"},
	"bot/config":         {"rotation", "alerts", "alerts/waf", "alerts/enrich", "alerts/findings", "alerts/scan"},
	"bot/manifest":       {},
	"bot/oncall":         {"rotation", "bot/config"},
	"bot/send":           {},
	"bot/reading":        {},
	"bot/web":            {},
	"bot/store":          {"rotation", "alerts", "alerts/waf", "alerts/scan", "alerts/findings", "alerts/enrich", "bot/directory", "bot/incident", "bot/outbox"},
	"bot/slackapp/view":  {"rotation", "alerts", "alerts/enrich", "alerts/waf", "alerts/scan", "alerts/findings", "bot/incident", "bot/msg", "bot/outbox"},
	"bot/slackapp":       {"rotation", "alerts", "alerts/waf", "alerts/scan", "alerts/findings", "alerts/enrich", "bot/directory", "bot/incident", "bot/manifest", "bot/msg", "bot/outbox", "bot/slackapp/view"},
	"fixtures":           {"fixtures/slack"},
	"fixtures/slack":     {},
	"fixtures/datadog":   {},
	"fixtures/aws":       {},
	"bot":                nil, // wiring: may import everything
}

// onlyIn names the packages outside ours that a single place may use.
var onlyIn = map[string]string{
	"github.com/DataDog/datadog-api-client-go": "alerts/datadog",
	"github.com/slack-go/slack":                "bot/slackapp",
	"database/sql":                             "bot/store",
	"modernc.org/sqlite":                       "bot/store",
	"github.com/jackc/pgx":                     "bot/store",
}

func TestImportsFollowTheMap(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "toban/...").Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("go list: %s", failed.Stderr)
		}
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		place := strings.TrimPrefix(p.ImportPath, "toban/")
		may, known := allowed[place]
		if !known {
			t.Errorf("%s is not on the map: add it to allowed, and say in its package comment what it answers", place)
			continue
		}
		for _, imported := range p.Imports {
			if ours, ok := strings.CutPrefix(imported, "toban/"); ok && may != nil && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, which the map does not allow", place, ours)
			}
			for theirs, home := range onlyIn {
				if strings.HasPrefix(imported, theirs) && !strings.HasPrefix(place, home) && place != "bot" && !strings.HasPrefix(place, "fixtures") {
					t.Errorf("%s imports %s, which only %s may", place, imported, home)
				}
			}
		}
	}
}
