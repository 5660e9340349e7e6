package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"toban/bot/config"
	"toban/rotation"
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
func checkSecrets(cfg config.Config) (found []finding) {
	for i, token := range cfg.WebhookTokens {
		if n := len(token.Reveal()); n < shortSecret {
			found = append(found, finding{bad, fmt.Sprintf("TOBAN_WEBHOOK_TOKEN: token %d has %d characters and can be guessed; make one with `openssl rand -hex 32`", i+1, n)})
		}
	}
	return found
}

// checkPeople tells of people in the config who cannot be on call.
func (n *names) checkPeople(ctx context.Context) (found []finding) {
	ids := map[string]rotation.PersonID{}
	n.cfg.Resolve(config.Lookup{Channel: n.id, Person: func(written string) (rotation.PersonID, bool) {
		id, ok := n.id(written)
		if ok {
			ids[written] = rotation.PersonID(id)
		}
		return rotation.PersonID(id), ok
	}})
	for _, written := range slices.Sorted(maps.Keys(ids)) {
		id := ids[written]
		p, err := n.dir.Person(ctx, id)
		if err != nil || p.CanServe() {
			continue // one that is not found is told already
		}
		found = append(found, finding{bad, fmt.Sprintf("slack: %s (%s) is deactivated, a guest, a bot or of another workspace, and cannot be on call or paged; take them out of the config", written, id)})
	}
	return found
}
