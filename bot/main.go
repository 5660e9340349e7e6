package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"toban/bot/config"
	"toban/bot/oncall"
	"toban/bot/reading"
	"toban/bot/send"
	"toban/bot/wafcmd"
)

// commands is the grammar of the command line.
type commands struct {
	Demo     demoCommand     `cmd:"" help:"Try the whole product on this machine, with an embedded Slack and Datadog."`
	Serve    serveCommand    `cmd:"" help:"Run the bot."`
	Check    checkCommand    `cmd:"" help:"Check the config, the tokens, the scopes, the channels and the people."`
	Manifest manifestCommand `cmd:"" help:"Print the Slack app manifest, or the Datadog webhook template."`
	Oncall   oncall.Command  `cmd:"" help:"Say who is on call by a rotation file."`
	Waf      wafcmd.Command  `cmd:"" help:"Say what a WAF blocked, from its logs."`
	Send     send.Command    `cmd:"" help:"Post webhook bodies to a running bot."`
	Reading  reading.Command `cmd:"" hidden:"" help:"Read one title from standard input."`
}

// Exit codes of the program.
const (
	exitBad   = 1 // it ran, and the answer is bad
	exitUsage = 2 // the call or the config is wrong
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// untilSignalled is for commands that end in order when they are told to; a
// second signal ends them at once. Whoever asks for no context, as those that
// only read, dies at the first.
func untilSignalled() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx
}

func run(args []string) int {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("bot"),
		kong.Description("Toban: on-call rotations, alerts and incidents in Slack."),
		kong.BindSingletonProvider(untilSignalled),
		kong.BindTo(os.Stdin, (*io.Reader)(nil)),
		kong.BindTo(os.Stdout, (*io.Writer)(nil)),
		kong.Bind(newLog(os.Stderr)),
	)
	if err != nil {
		panic(err) // the grammar itself is wrong
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "bot: %v (bot --help shows how it is called)\n", err)
		return exitUsage
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(os.Stderr, "bot: %v\n", err)
		return exitCode(err)
	}
	return 0
}

// usageError means that the program was called or configured wrongly.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// ExitCode is that of a wrong call.
func (usageError) ExitCode() int { return exitUsage }

func exitCode(err error) int {
	var wrong *config.Error
	var call *oncall.UsageError
	var coded interface{ ExitCode() int }
	switch {
	case errors.As(err, &wrong), errors.As(err, &call):
		return exitUsage
	case errors.As(err, &coded):
		return coded.ExitCode()
	}
	return exitBad
}

// newLog writes text for a person at a terminal and JSON for machines.
func newLog(f *os.File) *slog.Logger {
	if isatty.IsTerminal(f.Fd()) {
		return slog.New(slog.NewTextHandler(f, nil))
	}
	return slog.New(slog.NewJSONHandler(f, nil))
}
