package slackapp

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"toban/bot/manifest"
)

// A Finding is something that the start-up check found, in words for whoever
// installs the bot. No secret is in it.
type Finding struct {
	Bad bool   // the bot would fail in production
	Say string // what is so
	Do  string // what to do about it; empty when all is well
}

// Check looks whether Slack accepts the tokens and whether they have the rights
// that the bot uses; the worst comes first. It asks for the address of a
// socket, which Slack allows only a few times a minute, so it is for `check`
// and not for every start.
func Check(ctx context.Context, api *API) []Finding {
	found := append(checkBot(ctx, api), checkApp(ctx, api)...)
	slices.SortStableFunc(found, func(a, b Finding) int { return a.rank() - b.rank() })
	return found
}

// rank orders findings, the worst first.
func (f Finding) rank() int {
	switch {
	case f.Bad:
		return 0
	case f.Do != "":
		return 1
	}
	return 2
}

const appPage = "https://api.slack.com/apps"

func checkBot(ctx context.Context, api *API) []Finding {
	if f := shape("SLACK_BOT_TOKEN", api.access.BotToken, "xoxb-"); f != nil {
		return []Finding{*f}
	}
	me, err := api.WhoAmI(ctx)
	if err != nil {
		return []Finding{tokenTrouble("SLACK_BOT_TOKEN", "OAuth & Permissions", err)}
	}
	found := []Finding{{Say: fmt.Sprintf("Slack knows the bot as @%s in %s", me.User, me.Team)}}
	return append(found, checkScopes(me.Header)...)
}

// checkScopes compares what the token may do with what the bot does.
func checkScopes(h http.Header) []Finding {
	given := scopes(h)
	if len(given) == 0 {
		return []Finding{{Say: "Slack did not say which scopes the bot token has", Do: "compare them with `bot manifest`"}}
	}
	var found []Finding
	for _, s := range manifest.Missing(given) {
		found = append(found, Finding{
			Bad: s.Must, Say: fmt.Sprintf("the bot token lacks the scope %s (%s)", s.Name, s.Reason),
			Do: "add it under OAuth & Permissions at " + appPage + " and install the app again",
		})
	}
	if len(found) == 0 {
		found = append(found, Finding{Say: "the bot token has every scope that the bot uses"})
	}
	return found
}

// scopes are those of the token that a call was made with; none: Slack did not say.
func scopes(h http.Header) []string {
	return strings.FieldsFunc(strings.Join(h.Values("X-OAuth-Scopes"), ","), func(r rune) bool { return r == ',' || r == ' ' })
}

// MayPostAnywhere reports whether the bot token may post in public channels
// that the bot is not in; true also where Slack does not say.
func (a *API) MayPostAnywhere(ctx context.Context) (bool, error) {
	me, err := a.WhoAmI(ctx)
	if err != nil {
		return false, err
	}
	given := scopes(me.Header)
	return len(given) == 0 || slices.Contains(given, "chat:write.public"), nil
}

func checkApp(ctx context.Context, api *API) []Finding {
	if f := shape("SLACK_APP_TOKEN", api.access.AppToken, "xapp-"); f != nil {
		return []Finding{*f}
	}
	switch _, err := api.OpenSocket(ctx); {
	case err == nil:
		return []Finding{{Say: "Socket Mode is on, and the app token opens it"}}
	case WordOf(err) == "ratelimited", WordOf(err) == "too_many_websockets":
		return []Finding{{Say: "Slack accepts the app token; too many connections are being opened just now", Do: "nothing, unless it stays so"}}
	default:
		return []Finding{tokenTrouble("SLACK_APP_TOKEN", "Basic Information, App-Level Tokens", err)}
	}
}

// shape tells a token that cannot be right without showing it.
func shape(name, token, prefix string) *Finding {
	switch {
	case token == "":
		return &Finding{Bad: true, Say: name + " is not set", Do: "copy the token that begins with " + prefix + " from " + appPage}
	case !strings.HasPrefix(token, prefix):
		return &Finding{Bad: true, Say: name + " does not begin with " + prefix, Do: "it holds another kind of token; copy the right one from " + appPage}
	}
	return nil
}

// tokenTrouble says what Slack's refusal of a token means.
func tokenTrouble(name, where string, err error) Finding {
	f := Finding{Bad: true, Say: fmt.Sprintf("Slack refuses %s: %v", name, err)}
	switch word := WordOf(err); word {
	case "invalid_auth", "not_authed", "token_revoked", "token_expired":
		f.Do = "copy it anew from " + where + " at " + appPage
	case "account_inactive":
		f.Do = "the app was removed from the workspace: install it again at " + appPage
	case "not_allowed_token_type":
		f.Do = "it is the other kind of token: SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with xapp-"
	case "missing_scope", "no_permission":
		f.Do = "make one with the scope connections:write under " + where + " at " + appPage
	default:
		f.Say = fmt.Sprintf("Slack could not be asked about %s: %v", name, err)
		f.Do = "check the network, a proxy and SLACK_API_URL"
	}
	return f
}
