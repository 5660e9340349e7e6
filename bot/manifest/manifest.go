// Package manifest writes the Slack app manifest: what a workspace's admin
// pastes to create the app, and what the app may do there.
//
// The commands come from the table that also registers them, so Slack and the
// bot never disagree. The scopes stand here, once, each with the reason why the
// bot cannot do without it; the start-up check compares them with what the
// token was granted.
package manifest

import (
	"fmt"
	"strconv"
	"strings"
)

// Command is a slash command as Slack shows it.
type Command struct {
	Name        string // "/oncall"
	Description string
	UsageHint   string
}

const (
	appName     = "Toban"
	description = "Who is on call, alerts that reach a person, and incident channels."
	long        = `Toban (当番) keeps the on-call duty in Slack. It knows who is on call now and next, and lets two people swap shifts by command and button. It takes alerts from Datadog, tells the person on call in a direct message, and goes on to the next one when nobody answers. When something is broken for customers, it opens a channel for the incident, brings the right people in and keeps everybody else informed. It says what the web application firewall blocked and what malware scans found, and hands security findings to the teams that own them.`
)

// YAML returns the manifest.
func YAML(commands []Command) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }

	line("# Create the app at https://api.slack.com/apps: Create New App, From a manifest.")
	line("# Then: Basic Information, App-Level Tokens, one with connections:write (SLACK_APP_TOKEN);")
	line("# Install App, and the Bot User OAuth Token (SLACK_BOT_TOKEN).")
	line("_metadata:\n  major_version: 1\n  minor_version: 1")
	line("display_information:")
	line("  name: %s", appName)
	line("  description: %s", quote(description))
	line("  long_description: %s", quote(long))
	line(`  background_color: "#1f3a5f"`)
	line("features:")
	line("  app_home:")
	line("    home_tab_enabled: true")
	line("    messages_tab_enabled: true")
	line("    messages_tab_read_only_enabled: false # people can write to the bot")
	line("  bot_user:")
	line("    display_name: %s", appName)
	line("    always_online: true")
	if len(commands) > 0 {
		line("  slash_commands:")
	}
	for _, c := range commands {
		line("    - command: %s", c.Name)
		line("      description: %s", quote(c.Description))
		if c.UsageHint != "" {
			line("      usage_hint: %s", quote(c.UsageHint))
		}
		line("      should_escape: true # people and channels arrive as ids")
	}
	line("oauth_config:")
	line("  scopes:")
	line("    bot:")
	for _, s := range Scopes() {
		line("      - %-18s # %s", s.Name, s.Reason)
	}
	line("settings:")
	line("  event_subscriptions:")
	line("    bot_events:")
	for _, e := range Events() {
		line("      - %-21s # %s", e.Name, e.Reason)
	}
	line("  interactivity:")
	line("    is_enabled: true # buttons and forms")
	line("  org_deploy_enabled: false")
	line("  socket_mode_enabled: true # Slack needs no address of the bot")
	line("  token_rotation_enabled: false")
	return b.String()
}

// quote writes a text so that YAML reads it as it is. JSON's quotes are YAML's.
func quote(s string) string { return strconv.Quote(s) }
