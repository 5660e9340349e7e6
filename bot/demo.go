package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"toban/alerts"
	"toban/bot/config"
	"toban/bot/msg"
	"toban/bot/slackapp"
	"toban/bot/web"
	"toban/fixtures"
	"toban/fixtures/aws"
	"toban/fixtures/datadog"
	"toban/fixtures/slack"
)

type demoCommand struct {
	Addr     string `default:"127.0.0.1:8080" help:"Where the page is served."`
	Data     string `type:"path" help:"Folder for the databases, one for each run, to look into afterwards."`
	Language string `enum:",en,ja" default:"" help:"What the bot says in channels and the page begins with: en or ja; else that of the browser. The page can change it."`
	Speed    string `default:"1x" help:"How fast escalations climb: 10x waits a tenth of what the sample team's policies say."`
}

// demoToken is the secret between the bot and the stand-ins on this machine; it opens
// nothing else.
const demoToken = "demo-webhook-token"

// documentEvery is how often the demo looks whether buckets are still
// protected, so that somebody who waits for it sees it.
const documentEvery = 5 * time.Second

// Run serves an embedded Slack workspace, Datadog and AWS, and beside them the bot
// itself, which reaches them over loopback as it would reach the real ones.
func (c *demoCommand) Run(ctx context.Context, log *slog.Logger) error {
	fmt.Println("Starting the demo: Slack, Datadog and AWS stand-ins, and the bot …")
	page, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return usageError{fmt.Errorf("the page cannot be served on %s: %w; choose another place with --addr", c.Addr, err)}
	}
	bot, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on loopback: %w", err)
	}
	return c.serve(ctx, page, bot, log)
}

// serve runs the demo with its page and the bot's webhook where they listen.
func (c *demoCommand) serve(ctx context.Context, page, bot net.Listener, log *slog.Logger) error {
	speed, err := c.speed()
	if err != nil {
		return err
	}
	dir, cleanUp, err := c.dir()
	if err != nil {
		return err
	}
	defer cleanUp()
	hook := "http://" + bot.Addr().String() + "/datadog"
	dd := datadog.New(datadog.Options{WebhookURL: hook, Token: demoToken})
	defer dd.Close()
	cloud := aws.New(aws.Options{
		WebhookURL: "http://" + bot.Addr().String() + "/findings", Token: demoToken,
		Buckets: []string{"uploads-prod", "uploads-staging"},
	})
	defer cloud.Close()
	language := newDemoLanguage(c.Language)
	extra := func() any {
		return map[string]any{"datadog": dd.State(), "aws": cloud.State(), "speed": speed, "language": language.state()}
	}
	workspace := slack.New(slack.Options{
		Team: fixtures.Team(), AppName: "Toban", AppIcon: "📟", Commands: demoCommands(), PageExtra: extra,
	})
	dd.OnChange(func() { workspace.Extra(extra()) })
	cloud.OnChange(func() { workspace.Extra(extra()) })
	language.tell = func() { workspace.Extra(extra()) }
	cfg, err := demoConfig(page.Addr(), bot.Addr(), dir, workspace, speed)
	if err != nil {
		return err
	}
	defer bot.Close()
	fmt.Printf("http://%s\n", page.Addr())
	fmt.Printf("Open it in a browser; Ctrl-C ends the demo.\nIts webhook: TOBAN_WEBHOOK_TOKEN=%s bot send --to %s FILE\n", demoToken, hook)

	return besidePage(ctx, page, demoPage(workspace, dd, cloud, language), func(ctx context.Context) error {
		defer workspace.Close()
		return language.run(ctx, func(ctx context.Context, said string) error {
			cfg.Language = said
			l, err := lend(bot)
			if err != nil {
				return fmt.Errorf("listen on loopback: %w", err)
			}
			return serve(ctx, cfg, world{Listener: l}, log)
		})
	})
}

// besidePage serves the page for as long as bot runs: it goes last, so that
// the bot can say goodbye to Slack.
func besidePage(ctx context.Context, l net.Listener, page http.Handler, bot func(context.Context) error) error {
	ctx, stopBot := context.WithCancel(ctx)
	defer stopBot()
	pageCtx, stopPage := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPage()
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(pageCtx, l, page)
		stopBot()
	}()
	err := bot(ctx)
	stopPage()
	return errors.Join(err, <-ended)
}

func demoPage(workspace, dd, cloud, language http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/_aws", cloud)
	mux.Handle("/_aws/", cloud)
	for _, path := range []string{"/_datadog", "/_datadog/", "/api/v1/", "/api/v2/"} {
		mux.Handle(path, dd)
	}
	mux.Handle("/_demo/language", language)
	mux.Handle("/", workspace)
	return mux
}

// demoConfig is the sample team's config with the stand-ins for the world.
func demoConfig(page, bot net.Addr, dir string, workspace *slack.Workspace, speed float64) (config.Config, error) {
	host, port, err := net.SplitHostPort(bot.String())
	if err != nil {
		return config.Config{}, err
	}
	env := map[string]string{
		"SLACK_BOT_TOKEN": workspace.BotToken(), "SLACK_APP_TOKEN": workspace.AppToken(),
		"SLACK_API_URL": "http://" + page.String() + "/api/",
		"DD_API_KEY":    "demo", "DD_APP_KEY": "demo", "DD_API_URL": "http://" + page.String(),
		"DATABASE_URL":        "sqlite:" + filepath.Join(dir, time.Now().Format("toban-20060102-150405.db")),
		"TOBAN_WEBHOOK_TOKEN": demoToken, "TOBAN_BASE_URL": "http://" + bot.String(),
		"HOST": host, "PORT": port,
	}
	cfg, err := config.Parse(fixtures.Config(), "toban.yaml", func(name string) string { return env[name] })
	if err != nil {
		return cfg, fmt.Errorf("the sample team's config: %w", err)
	}
	cfg.Scans.Document, cfg.Scans.Every = "http://"+page.String()+"/_aws/document", documentEvery
	for name, policy := range cfg.Escalations {
		steps := append([]alerts.Step(nil), policy.Steps...)
		for i := range steps {
			steps[i].Wait = max(time.Duration(float64(steps[i].Wait)/speed), time.Second)
		}
		policy.Steps = steps
		cfg.Escalations[name] = policy
	}
	return cfg, nil
}

// demoCommands tells the page what completes a slash command.
func demoCommands() []slack.Command {
	var list []slack.Command
	for _, c := range slackapp.Commands(msg.For(msg.English)) {
		command := slack.Command{Name: c.Name, Description: c.Description, UsageHint: c.UsageHint, ShouldEscape: true}
		for _, w := range c.Words {
			command.Words = append(command.Words, slack.Word{Word: w.Word, Hint: w.Hint, Ja: w.Ja})
		}
		list = append(list, command)
	}
	return list
}

func (c *demoCommand) speed() (float64, error) {
	speed, err := strconv.ParseFloat(strings.TrimSuffix(c.Speed, "x"), 64)
	if err != nil || !(speed >= 0.01 && speed <= 1000) {
		return 0, usageError{fmt.Errorf("--speed %s: expected a factor from 0.01x to 1000x, such as 10x", c.Speed)}
	}
	return speed, nil
}

// dir is where the demo keeps its database, and what removes it at the end.
func (c *demoCommand) dir() (string, func(), error) {
	if c.Data != "" {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return "", nil, usageError{fmt.Errorf("--data: %w", err)}
		}
		return c.Data, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "toban-demo-")
	if err != nil {
		return "", nil, fmt.Errorf("folder for the demo: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}
