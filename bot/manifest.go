package main

import (
	"fmt"
	"os"

	"toban/alerts/datadog"
	"toban/bot/manifest"
	"toban/bot/msg"
	"toban/bot/slackapp"
)

type manifestCommand struct {
	Datadog bool `help:"Print the payload to paste into Datadog's webhook instead."`
}

// Run prints what an admin pastes into Slack, or into Datadog.
func (c *manifestCommand) Run() error {
	if c.Datadog {
		base := os.Getenv("TOBAN_BASE_URL")
		if base == "" {
			base = "https://YOUR-BOT" // its own address is known once TOBAN_BASE_URL is set
		}
		fmt.Fprint(os.Stderr, datadog.Setup(base))
		fmt.Print(datadog.Template())
		return nil
	}
	fmt.Print(manifest.YAML(slackCommands()))
	return nil
}

// slackCommands is the table of slash commands as the manifest wants it.
func slackCommands() []manifest.Command {
	var all []manifest.Command
	for _, c := range slackapp.Commands(msg.For(msg.English)) {
		all = append(all, manifest.Command{Name: c.Name, Description: c.Description, UsageHint: c.UsageHint})
	}
	return all
}
