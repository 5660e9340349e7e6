package datadog

import (
	_ "embed"
	"strings"
	// for the template
)

//go:embed template.json
var template string

// Template is the payload that a team pastes into its Datadog webhook.
func Template() string { return template }

// Setup says in a few lines how to connect a Datadog organisation to the bot
// that answers at base, its public address.
func Setup(base string) string {
	return `1. In Datadog open Integrations > Webhooks > New and name it toban.
2. URL: ` + strings.TrimRight(base, "/") + `/datadog
3. Payload (leave "Encode as form" off):

` + template + `
4. Custom headers, with the secret that the bot has in TOBAN_WEBHOOK_TOKEN
   (keep it in a hidden custom variable):

{"Authorization": "Bearer $TOBAN_WEBHOOK_TOKEN"}

5. Mention @webhook-toban in the message of each monitor that should page.
`
}
