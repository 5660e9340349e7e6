package main

import (
	"fmt"
	"slices"

	"toban/bot/config"
)

// shortSecret is the least length of a secret that nobody guesses.
const shortSecret = 16

// checkMissing leaves out what was found to be wrong: it is not missing too.
func checkMissing(cfg config.Config, wrong *config.Error, missing grade) (found []finding) {
	for _, f := range cfg.Missing() {
		known := wrong != nil && slices.ContainsFunc(wrong.Findings, func(o config.Finding) bool { return o.Field == f.Field })
		if !known {
			found = append(found, finding{missing, f.String()})
		}
	}
	return found
}

// checkSecrets tells of webhook tokens that can be guessed, without showing them.
func checkSecrets(cfg config.Config) []finding {
	return append(checkLength("TOBAN_WEBHOOK_TOKEN", cfg.WebhookTokens), checkLength("TOBAN_FINDINGS_TOKEN", cfg.FindingsTokens)...)
}

func checkLength(variable string, tokens []config.Secret) (found []finding) {
	for i, token := range tokens {
		if n := len(token.Reveal()); n < shortSecret {
			found = append(found, finding{bad, fmt.Sprintf("%s: token %d has %d characters and can be guessed; make one with `openssl rand -hex 32`", variable, i+1, n)})
		}
	}
	return found
}
