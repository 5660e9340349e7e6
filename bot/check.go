package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"toban/alerts"
	"toban/bot/config"
	"toban/bot/slackapp"
	"toban/bot/store"
	"toban/rotation"
)

type checkCommand struct {
	Config  string `help:"Config file; default $TOBAN_CONFIG, else toban.yaml." placeholder:"FILE"`
	Offline bool   `help:"Look at the config and the environment only; call nobody."`
}

// finding is one line of what check says.
type finding struct {
	grade grade
	text  string
}

// grade says how bad a finding is.
type grade int

const (
	bad  grade = iota // it would fail in production
	note              // worth knowing
	fine
)

func (g grade) String() string { return [...]string{"BAD ", "note", "ok  "}[g] }

// errChecked means that check found something bad and has said so.
var errChecked = errors.New("something would fail in production")

// checkWithin is enough for Slack's tempo with 50,000 people and as many channels.
const checkWithin = 10 * time.Minute

// Run looks at everything and prints a line per finding, worst first.
func (c *checkCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	cfg, err := config.Load(c.Config, os.Getenv)
	var found []finding
	var wrong *config.Error
	switch {
	case errors.As(err, &wrong):
		for _, f := range wrong.Findings {
			found = append(found, finding{bad, f.String()})
		}
	case err != nil:
		return err
	default:
		found = append(found, finding{fine, fmt.Sprintf("config: %s is well formed: %d rotations, %d escalations, %d routes", cfg.File, len(cfg.Rotations), len(cfg.Escalations), len(cfg.Routing))})
	}
	missing := bad
	if c.Offline {
		missing = note
	}
	found = append(found, checkMissing(cfg, wrong, missing)...)
	if err == nil {
		found = append(found, checkDuty(cfg)...)
		found = append(found, checkSecrecy(cfg)...)
		found = append(found, checkSecrets(cfg)...)
	}
	if !c.Offline {
		if cfg.SlackBotToken.IsSet() && cfg.SlackAppToken.IsSet() {
			found = append(found, checkSlack(ctx, cfg)...)
		}
		found = append(found, checkDatadog(ctx, cfg)...)
		found = append(found, checkStore(ctx, cfg))
	}
	if err == nil {
		found = append(found, checkScans(ctx, cfg, c.Offline)...)
	}
	return report(os.Stdout, found)
}

func report(w io.Writer, found []finding) error {
	slices.SortStableFunc(found, func(a, b finding) int { return int(a.grade) - int(b.grade) })
	var err error
	for _, f := range found {
		if f.grade == bad {
			err = errChecked
		}
		fmt.Fprintf(w, "%s %s\n", f.grade, f.text)
	}
	return err
}

// checkDuty tells of rotations with nobody on call now, and of a config that
// wakes nobody.
func checkDuty(cfg config.Config) (found []finding) {
	for _, r := range cfg.Rotations {
		s, err := rotation.New(r.Rotation)
		if err != nil {
			found = append(found, finding{bad, fmt.Sprintf("rotation %s: %v", r.Name, err)})
			continue
		}
		if len(r.Members)+len(r.Edits) == 0 {
			found = append(found, finding{bad, fmt.Sprintf("rotation %s: it has no members, so nobody is ever on call", r.Name)})
			continue
		}
		if now := s.Explain(time.Now()); now.OnCall == rotation.Nobody {
			found = append(found, finding{note, fmt.Sprintf("rotation %s: nobody is on call now: %s", r.Name, now.Because)})
		}
	}
	if !slices.ContainsFunc(cfg.Routing, func(r alerts.Route) bool { return r.Escalation != "" }) {
		found = append(found, finding{note, "routes: no route has an escalation, so alerts are shown and nobody is ever paged"})
	}
	return found
}

// checkSecrecy tells of secrets that open more than they must, and of a way to
// the database that anybody on it can read.
func checkSecrecy(cfg config.Config) (found []finding) {
	switch {
	case len(cfg.WebhookTokens) == 0:
	case len(cfg.FindingsTokens) == 0:
		found = append(found, finding{note, "environment: TOBAN_FINDINGS_TOKEN is not set, so TOBAN_WEBHOOK_TOKEN opens POST /findings too: who knows Datadog's secret can close findings; set one of its own"})
	case slices.ContainsFunc(cfg.FindingsTokens, func(s config.Secret) bool {
		return slices.ContainsFunc(cfg.WebhookTokens, func(w config.Secret) bool { return w.Reveal() == s.Reveal() })
	}):
		found = append(found, finding{note, "environment: TOBAN_FINDINGS_TOKEN and TOBAN_WEBHOOK_TOKEN have a secret in common, so each opens the other's route; make them different"})
	}
	if store.InPlainText(cfg.DatabaseURL.Reveal()) {
		found = append(found, finding{note, "database: the connection to PostgreSQL may go over the network in plain text; add sslmode=verify-full (or require) to DATABASE_URL"})
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
		found = append(found, finding{gradeOf(f), text})
		accepted = accepted && !f.Bad
	}
	if !accepted {
		return found
	}
	return append(found, checkNames(ctx, cfg, a)...)
}

func gradeOf(f slackapp.Finding) grade {
	switch {
	case f.Bad:
		return bad
	case f.Do != "":
		return note
	}
	return fine
}

// checkStore opens the database as a start would. One that the running bot
// uses is in order.
func checkStore(ctx context.Context, cfg config.Config) finding {
	db, err := store.Open(ctx, cfg.DatabaseURL.Reveal())
	var inUse *store.InUseError
	switch {
	case errors.As(err, &inUse):
		return finding{note, "database: " + inUse.Error()}
	case err != nil:
		return finding{bad, fmt.Sprintf("database: %v", err)}
	}
	defer db.Close()
	if err := db.Ping(ctx); err != nil {
		return finding{bad, fmt.Sprintf("database: %v", err)}
	}
	return finding{fine, "database: it can be read and written"}
}
