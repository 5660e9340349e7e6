package slackapp

import (
	"errors"
	"math/rand/v2"
	"time"
)

const (
	helplessWait = 5 * time.Minute // while only a person can mend it

	mostKnocking = 4 * time.Second  // between tries that cost nothing: Slack was not reached, or the ticket is kept
	mostTrying   = 15 * time.Second // between tries that each spend a call of apps.connections.open
	mostRefused  = 25 * time.Second // while Slack itself says no
	spareRefused = 5 * time.Minute  // before a second connection is tried again that Slack refused
)

// waits are how long a try waits after so many failures. They add up to 20
// seconds before the ninth, so that Slack's allowance of some ten calls at once
// outlives a short outage; after that Slack's own 429 sets the pace.
var waits = []time.Duration{
	200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second,
	6 * time.Second, 8 * time.Second, 15 * time.Second, 25 * time.Second,
}

// soonCut is the most failures that connections count for which Slack greeted
// and which then soon broke.
const soonCut = 5

// A backoff spaces out connections. What counts is whether a connection was of
// use: one that Slack accepts and then refuses is a failure too.
type backoff struct {
	failures   int
	failedAt   time.Time
	until      time.Time // not before, when there is no connection
	pauseUntil time.Time // nor before this: Slack said so
	spareUntil time.Time // nor before this, when there is one
	spentUntil time.Time // when the calls of apps.connections.open are made up for, one a minute
	told       time.Time // until when a spare waits, as was said last
}

// failed notes that there was no connection, because of err.
func (b *backoff) failed(now time.Time, err error) {
	b.failures++
	b.failedAt, b.until = now, now.Add(b.after(err))
	if fault, ok := errors.AsType[*Fault](err); ok && (fault.Kind == Limited || deadToken(fault.Word)) {
		b.pauseUntil = b.until
	}
	if saysNo(err) {
		b.spareUntil = now.Add(spareRefused)
	}
}

// after is how long to wait when err is why.
func (b *backoff) after(err error) time.Duration {
	if fault, ok := errors.AsType[*Fault](err); ok {
		switch {
		case deadToken(fault.Word):
			return helplessWait
		case fault.Kind == Limited:
			return max(fault.After, b.wait(mostTrying))
		}
		return b.wait(mostKnocking)
	}
	if dial, ok := errors.AsType[*dialError](err); ok && dial.kept {
		return b.wait(mostKnocking)
	}
	if saysNo(err) {
		return b.wait(mostRefused)
	}
	return b.wait(mostTrying)
}

// lost notes how long a connection was of use, and why it ended. While another
// is there, nobody waits.
func (b *backoff) lost(now time.Time, lived time.Duration, why leaving, last bool) {
	failing := !b.failedAt.IsZero() && now.Sub(b.failedAt) < settled
	if lived >= settled && !failing {
		b.failures = 0
	} else if !last {
		return
	}
	switch {
	case why == reasonRefused || why == reasonDisabled:
		b.failures++
		b.until = now.Add(b.wait(mostRefused))
	case failing:
		b.until = now.Add(b.wait(mostKnocking))
	case lived < settled:
		b.failures = min(b.failures+1, max(b.failures, soonCut))
		b.until = now.Add(b.wait(mostTrying))
	default:
		b.until = now
	}
	b.until = latest(b.until, b.pauseUntil)
}

// wait grows with every failure. It varies, so that many bots that lost Slack
// together do not come back together.
func (b *backoff) wait(most time.Duration) time.Duration {
	if b.failures == 0 {
		return 0
	}
	d := min(waits[min(b.failures, len(waits))-1], most)
	return d - rand.N(d/4+1)
}

// spend notes a call of apps.connections.open. Slack promises one a minute; more
// than four minutes are not counted, for nobody knows.
func (b *backoff) spend(now time.Time) {
	b.spentUntil = latest(b.spentUntil, now).Add(time.Minute)
	if most := now.Add(4 * time.Minute); b.spentUntil.After(most) {
		b.spentUntil = most
	}
}

// spare says from when on a connection may be opened beside one that is there.
// Nobody waits for it, so it leaves Slack's allowance to when somebody does.
// news is why it has to wait, the first time.
func (b *backoff) spare(now time.Time) (at time.Time, news string) {
	at, news = latest(b.until, b.spareUntil), "not right after a try that failed"
	if saved := b.spentUntil.Add(-2 * time.Minute); saved.After(at) {
		at, news = saved, "Slack allows few new connections a minute, and somebody may need one soon"
	}
	if !at.After(now) || !at.After(b.told) {
		return at, ""
	}
	b.told = at
	return at, news
}

// saysNo reports whether Slack itself does not want the connection.
func saysNo(err error) bool {
	lost, ok := errors.AsType[*lostError](err)
	return WordOf(err) == "too_many_websockets" || ok && (lost.why == reasonRefused || lost.why == reasonDisabled)
}

// A leaving is why a connection ended, in Slack's words or ours.
type leaving string

const (
	reasonWarning  leaving = "warning"
	reasonRefresh  leaving = "refresh_requested"
	reasonRefused  leaving = "too_many_websockets"
	reasonDisabled leaving = "link_disabled"
	reasonCrowded  leaving = "crowded"
	reasonCut      leaving = "cut"
	reasonSilence  leaving = "silence"
	reasonStop     leaving = "stop"
)

// inPeace reports whether the connection may still work for a while.
func (l leaving) inPeace() bool {
	return l == reasonWarning || l == reasonRefresh || l == reasonSilence
}

func (l leaving) metric() string {
	switch l {
	case reasonWarning, reasonRefresh, reasonRefused, reasonDisabled, reasonCrowded, reasonCut, reasonSilence, reasonStop:
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
