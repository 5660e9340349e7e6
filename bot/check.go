package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	"toban/alerts/datadog/api"
	"toban/bot/config"
	"toban/bot/slackapp"
	"toban/rotation"
)

type checkCommand struct {
	Config  string `help:"Config file; default $TOBAN_CONFIG, else toban.yaml." placeholder:"FILE"`
	Offline bool   `help:"Look at the config and the environment only; call nobody."`
}

// finding is one line of what check says; bad ones would fail in production.
type finding struct {
	bad  bool
	text string
}

// errChecked means that check found something bad and has said so.
var errChecked = errors.New("something would fail in production")

// Run looks at everything and prints a line per finding, worst first.
func (c *checkCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	cfg, err := config.Load(c.Config, os.Getenv)
	var found []finding
	var wrong *config.Error
	switch {
	case errors.As(err, &wrong):
		for _, f := range wrong.Findings {
			found = append(found, finding{true, f.String()})
		}
	case err != nil:
		return err
	default:
		found = append(found, finding{text: fmt.Sprintf("config: %s is well formed: %d rotations, %d escalations, %d routes", cfg.File, len(cfg.Rotations), len(cfg.Escalations), len(cfg.Routing))})
	}
	for _, f := range cfg.Missing() {
		found = append(found, finding{!c.Offline, f.String()})
	}
	if err == nil {
		found = append(found, empty(cfg)...)
	}
	if !c.Offline {
		found = append(found, checkSlack(ctx, cfg)...)
		found = append(found, checkDatadog(ctx, cfg))
	}
	return report(os.Stdout, found)
}

func report(w io.Writer, found []finding) error {
	slices.SortStableFunc(found, func(a, b finding) int {
		switch {
		case a.bad == b.bad:
			return 0
		case a.bad:
			return -1
		}
		return 1
	})
	var err error
	for _, f := range found {
		word := "ok  "
		if f.bad {
			word, err = "BAD ", errChecked
		}
		fmt.Fprintln(w, word+f.text)
	}
	return err
}

// empty tells of rotations with nobody on call now.
func empty(cfg config.Config) (found []finding) {
	for _, r := range cfg.Rotations {
		s, err := rotation.New(r.Rotation)
		if err != nil {
			found = append(found, finding{true, fmt.Sprintf("rotation %s: %v", r.Name, err)})
			continue
		}
		if s.OnCall(time.Now()) == rotation.Nobody {
			found = append(found, finding{true, fmt.Sprintf("rotation %s: nobody is on call now: %s", r.Name, s.Explain(time.Now()).Because)})
		}
	}
	return found
}

func checkSlack(ctx context.Context, cfg config.Config) (found []finding) {
	a := slackapp.NewAPI(slackapp.Access{
		BotToken: cfg.SlackBotToken.Reveal(), AppToken: cfg.SlackAppToken.Reveal(), URL: cfg.SlackAPIURL,
	}, slackapp.NewPacer())
	defer a.Close()
	accepted := true
	for _, f := range slackapp.Check(ctx, a) {
		text := "slack: " + f.Say
		if f.Do != "" {
			text += "; " + f.Do
		}
		found = append(found, finding{f.Bad, text})
		accepted = accepted && !f.Bad
	}
	if !accepted {
		return found
	}
	look := &lookup{ctx: ctx, dir: slackapp.NewDirectory(a), found: map[string]string{}}
	_, missing := cfg.Resolve(config.Lookup{Person: look.person, Channel: look.channel})
	for _, f := range missing {
		found = append(found, finding{true, f.String()})
	}
	if look.down != nil {
		found = append(found, finding{true, fmt.Sprintf("slack: people and channels cannot be looked up: %v", look.down)})
	}
	if len(missing) == 0 && look.down == nil {
		found = append(found, finding{text: fmt.Sprintf("slack: all %d people and channels of the config are there", len(look.found))})
	}
	return found
}

func checkDatadog(ctx context.Context, cfg config.Config) finding {
	client, err := api.New(api.Keys{
		API: cfg.DatadogAPIKey.Reveal(), App: cfg.DatadogAppKey.Reveal(), Site: cfg.DatadogSite, URL: cfg.DatadogAPIURL,
	}, &http.Client{Timeout: 15 * time.Second})
	if err == nil {
		err = client.Check(ctx)
	}
	switch {
	case errors.Is(err, api.ErrNotConfigured):
		return finding{text: "datadog: no keys (DD_API_KEY, DD_APP_KEY): alerts come in by webhook, and nothing is asked of Datadog"}
	case err != nil:
		return finding{true, fmt.Sprintf("datadog: %v", err)}
	}
	return finding{text: "datadog: both keys are accepted"}
}
