package slackapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// FaultKind says what a failed call did at Slack.
type FaultKind string

const (
	Refused  FaultKind = "refused"  // Slack said no; nothing happened
	Limited  FaultKind = "limited"  // too many calls; nothing happened
	Unsent   FaultKind = "unsent"   // Slack was never reached; nothing happened
	Doubtful FaultKind = "doubtful" // it may have happened all the same
)

// A Fault is why a call failed. Only the kind says whether repeating it could
// do it twice.
type Fault struct {
	Method string
	Kind   FaultKind
	Word   string        // Slack's error word, or ours: timeout, network, http_503, cancelled
	Detail string        // what Slack says about it beyond the word
	After  time.Duration // for Limited: not before
	err    error
}

func (f *Fault) Error() string {
	if f.Detail != "" {
		return fmt.Sprintf("slack %s: %s (%s)", f.Method, f.Word, f.Detail)
	}
	return fmt.Sprintf("slack %s: %s", f.Method, f.Word)
}

func (f *Fault) Unwrap() error { return f.err }

// WordOf returns the error word of a fault, or "".
func WordOf(err error) string {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Word
	}
	return ""
}

// limitedFor is how long we wait when Slack does not say for how long.
const limitedFor = 5 * time.Second

func faultOf(method string, err error, left bool) *Fault {
	if err == nil {
		return nil
	}
	f := &Fault{Method: method, Kind: Doubtful, Word: "network", err: err}
	said, isWord := errors.AsType[slack.SlackErrorResponse](err)
	limited, isLimited := errors.AsType[*slack.RateLimitedError](err)
	status, isStatus := errors.AsType[slack.StatusCodeError](err)
	switch {
	case isWord:
		f.Kind, f.Word, f.Detail = kindOf(said.Err), said.Err, detailOf(said)
		f.After = limitedFor
	case isLimited:
		f.Kind, f.Word, f.After = Limited, "ratelimited", limited.RetryAfter
	case isStatus && status.Code == http.StatusTooManyRequests:
		f.Kind, f.Word, f.After = Limited, "ratelimited", limitedFor
	case isStatus:
		f.Word = fmt.Sprintf("http_%d", status.Code)
		if status.Code < 500 {
			f.Kind = Refused
		}
	case !left:
		f.Kind = Unsent
	case errors.Is(err, context.DeadlineExceeded):
		f.Word = "timeout"
	case errors.Is(err, context.Canceled):
		f.Word = "cancelled"
	}
	if f.Kind == Limited {
		f.After = max(f.After, time.Second)
	}
	return f
}

// kindOf sorts Slack's words. Of its inner errors Slack says that some part of
// the deed may have been done.
func kindOf(word string) FaultKind {
	switch word {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return Limited
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout":
		return Doubtful
	}
	return Refused
}

func detailOf(e slack.SlackErrorResponse) string {
	said := e.ResponseMetadata.Messages
	if e.Needed != "" {
		said = append([]string{"needs " + e.Needed}, said...)
	}
	return strings.Join(said, "; ")
}

// deadToken reports whether a word means that the token itself is of no use,
// so that a person has to act.
func deadToken(word string) bool {
	switch word {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission",
		"not_allowed_token_type", "missing_scope", "ekm_access_denied", "org_login_required":
		return true
	}
	return false
}
