package config

import (
	"regexp"
	"strings"

	"toban/alerts"
	"toban/rotation"
)

var (
	channelName = regexp.MustCompile(`^#[^\s#@A-Z.,:]{1,80}$`)
	channelID   = regexp.MustCompile(`^[CG][A-Z0-9]{4,}$`)
	userID      = regexp.MustCompile(`^[UW][A-Z0-9]{4,}$`)
	handle      = regexp.MustCompile(`^@[^\s@#:]{1,80}$`)
	email       = regexp.MustCompile(`^[^\s@:<>"]+@[^\s@:<>"]+\.[^\s@:<>"]+$`)
	slug        = regexp.MustCompile(`^[^\s:,"#@<>&]{1,60}$`)
)

const (
	aChannel = `a channel such as "#alerts" (lower-case, in quotes) or its Slack id`
	aPerson  = `a person: "@name", an e-mail or a Slack user id`
	aName    = "a name of at most 60 characters without blanks, colons, commas, quotes, #, @, <, > and &"
)

// The checks return what was expected, or "" when there is no fault.

func checkChannel(s string) string {
	if channelName.MatchString(s) || channelID.MatchString(s) {
		return ""
	}
	return aChannel
}

func isPerson(s string) bool {
	return handle.MatchString(s) || email.MatchString(s) || userID.MatchString(s)
}

func checkName(s string) string {
	if slug.MatchString(s) {
		return ""
	}
	return aName
}

// readTarget understands whom a step notifies.
func readTarget(s string) (to alerts.Target, ok bool) {
	kind, name, _ := strings.Cut(s, ":")
	switch {
	case kind == "rotation" && checkName(name) == "":
		return alerts.Target{Rotation: name}, true
	case kind == "channel" && checkChannel(name) == "":
		return alerts.Target{Channel: name}, true
	case isPerson(s):
		return alerts.Target{Person: rotation.PersonID(s)}, true
	}
	return alerts.Target{}, false
}
