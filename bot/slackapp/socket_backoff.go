package slackapp

import (
	"errors"
	"math/rand/v2"
	"time"
)

const (
	firstWait    = 100 * time.Millisecond
	longestWait  = 30 * time.Second
	helplessWait = 5 * time.Minute // while only a person can mend it
)

// A backoff spaces out connections. What counts is whether a connection was of
// use: one that Slack accepts and then refuses is a failure too.
type backoff struct{ failures int }

// failed notes that there was no connection.
func (b *backoff) failed() { b.failures++ }

// lived notes how long a connection was of use, and why it ended.
func (b *backoff) lived(d time.Duration, why leaving) {
	if d < settled {
		b.failures++
		return
	}
	b.failures = 0
	if why == reasonRefused || why == reasonDisabled {
		b.failures = 1
	}
}

// next is how long to wait before connecting again, when err is why.
func (b *backoff) next(err error) time.Duration {
	if fault, ok := errors.AsType[*Fault](err); ok {
		switch {
		case deadToken(fault.Word):
			return helplessWait
		case fault.Kind == Limited:
			return max(fault.After, b.wait())
		}
	}
	return b.wait()
}

// wait doubles with every failure. It varies, so that many bots that lost
// Slack together do not come back together.
func (b *backoff) wait() time.Duration {
	if b.failures == 0 {
		return 0
	}
	d := min(firstWait<<min(b.failures-1, 20), longestWait)
	return d/2 + rand.N(d/2+1)
}

// A leaving is why a connection ended, in Slack's words or ours.
type leaving string

const (
	reasonWarning  leaving = "warning"
	reasonRefresh  leaving = "refresh_requested"
	reasonRefused  leaving = "too_many_websockets"
	reasonDisabled leaving = "link_disabled"
	reasonCut      leaving = "cut"
	reasonSilence  leaving = "silence"
	reasonStop     leaving = "stop"
)

// inPeace reports whether the connection still works for a while.
func (l leaving) inPeace() bool { return l == reasonWarning || l == reasonRefresh }

func (l leaving) metric() string {
	switch l {
	case reasonWarning, reasonRefresh, reasonRefused, reasonDisabled, reasonCut, reasonSilence, reasonStop:
		return string(l)
	}
	return "other" // Slack's words of tomorrow must not become labels
}

// A lostError is a connection that was there and is not any more.
type lostError struct{ why leaving }

func (e *lostError) Error() string { return "connection ended: " + string(e.why) }

// troubleWords says to people what is wrong and, if only they can mend it, how.
func troubleWords(err error) (words string, helpless bool) {
	switch word := WordOf(err); {
	case word == "invalid_auth", word == "not_authed", word == "token_revoked", word == "token_expired":
		return "Slack does not accept SLACK_APP_TOKEN (" + word + "); make a new app-level token with connections:write and restart", true
	case word == "account_inactive":
		return "the Slack app was removed from the workspace (account_inactive); install it again", true
	case word == "not_allowed_token_type":
		return "SLACK_APP_TOKEN is not an app-level token (xapp-…)", true
	case word == "no_permission", word == "missing_scope":
		return "SLACK_APP_TOKEN lacks connections:write (" + word + ")", true
	case word == "too_many_websockets":
		return "Slack has too many connections of this app; waiting for one to end", false
	case word == "ratelimited":
		return "Slack wants fewer new connections; waiting as long as it says", false
	case word != "":
		return "Slack cannot be reached (" + word + ")", false
	}
	if lost, ok := errors.AsType[*lostError](err); ok {
		switch lost.why {
		case reasonDisabled:
			return "Socket Mode is switched off in the settings of the Slack app; switch it on", true
		case reasonRefused:
			return "Slack has too many connections of this app; waiting for one to end", false
		case reasonSilence:
			return "the connection to Slack fell silent", false
		}
		return "the connection to Slack was lost", false
	}
	return "no connection to Slack", false
}
