package slackapp

import (
	"fmt"
	"strings"
	"testing"

	fake "toban/fixtures/slack"
)

func report(found []Finding) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%v %s | %s\n", f.Bad, f.Say, f.Do)
	}
	return b.String()
}

func TestTheCheckSaysWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		why    string
		scopes []string
		break_ func(r *rig)
		want   []string // in the report
		bad    bool
	}{
		{"all is well", nil, nil, []string{"Slack knows the bot as @toban in Acme", "Socket Mode is on"}, false},
		{"a scope is missing", []string{"users:read", "chat:write"}, nil, []string{"true the bot token lacks the scope commands", "install the app again"}, true},
		{"a revoked token", nil, func(r *rig) { r.RevokeTokens() }, []string{"token_revoked", "copy it anew"}, true},
		{"the tokens are swapped", nil, func(r *rig) {
			r.api.access.BotToken, r.api.access.AppToken = r.AppToken(), r.BotToken()
		}, []string{"SLACK_BOT_TOKEN does not begin with xoxb-", "SLACK_APP_TOKEN does not begin with xapp-"}, true},
		{"no token", nil, func(r *rig) { r.api.access.BotToken = "" }, []string{"SLACK_BOT_TOKEN is not set"}, true},
		{"Slack is away", nil, func(r *rig) { r.Fail(fake.Fault{Status: 503}) }, []string{"could not be asked", "SLACK_API_URL"}, true},
		{"app token without its scope", nil, func(r *rig) {
			r.Fail(fake.Fault{Method: openMethod, Error: "missing_scope"})
		}, []string{"connections:write"}, true},
		{"too many connections just now", nil, func(r *rig) {
			r.Fail(fake.Fault{Method: openMethod, Error: "too_many_websockets"})
		}, []string{"too many connections"}, false},
	} {
		o := sampleTeam()
		o.BotScopes = tt.scopes
		bubble(t, o, func(t *testing.T, r *rig) {
			if tt.break_ != nil {
				tt.break_(r)
			}
			found := Check(t.Context(), r.api)
			got := report(found)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s: no %q in\n%s", tt.why, want, got)
				}
			}
			if found[0].Bad != tt.bad {
				t.Errorf("%s: the worst comes first and is bad: %v, want %v\n%s", tt.why, found[0].Bad, tt.bad, got)
			}
			if strings.Contains(got, r.BotToken()) || strings.Contains(got, r.AppToken()) {
				t.Errorf("%s: a secret is shown", tt.why)
			}
		})
	}
}
