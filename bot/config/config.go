package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/rotation"
)

// Config is everything that a team decided.
type Config struct {
	File        string // where it was read from
	Language    string // "en" or "ja", of what is said in channels
	Channels    Channels
	Rotations   []Rotation
	Escalations map[string]alerts.Policy
	Routing     alerts.Routing
	Incidents   Incidents
	WAF         WAF
	Deploys     string // Datadog event search for deploys; empty: none are shown
	Teams       []findings.Team
	Scans       Scans
	Findings    Findings
	Environment

	// For findings made later: the line of each field, the field of each policy.
	lines        map[string]int
	policyFields map[string]string
}

// Channels are the channels that everybody knows, as "#name" or id. Only Alerts
// is always there.
type Channels struct {
	Alerts       string // alerts that no route sends elsewhere
	Incidents    string // one message for each incident; Alerts where none is given
	Stakeholders string
	Support      string
	// Fallback shows what Slack refuses elsewhere; without it Alerts does, and
	// where that is refused the people of the first rotation are told.
	Fallback string
}

// Rotation is a rotation together with its place in Slack.
type Rotation struct {
	rotation.Rotation
	UserGroup string // handle of the user group that holds the person on call; may be empty
	Channel   string // where its swaps and handoffs are told; may be empty
	Was       string // its name in an earlier config, whose swaps and overrides it takes over; may be empty
}

// Incidents is how the team runs incidents.
type Incidents struct {
	Prefix string // of channel names
	// Invite says who is brought into every incident beside the declarer: whoever
	// is on call in a rotation, or a person. Empty: whoever is on call anywhere.
	Invite []alerts.Target
}

// DefaultFile is read when neither the call nor TOBAN_CONFIG names a file.
const DefaultFile = "toban.yaml"

// Load reads the file at path and the environment, which env answers for. An
// empty path means TOBAN_CONFIG, and without that [DefaultFile]. An error is an
// [*Error] with every mistake there is; the Config then holds what could be
// read.
func Load(path string, env func(string) string) (Config, error) {
	if path == "" {
		path = env("TOBAN_CONFIG")
	}
	if path == "" {
		path = DefaultFile
	}
	data, err := os.ReadFile(path)
	if err != nil {
		c, findings := readEnvironment(env)
		return Config{File: path, Environment: c}, &Error{append([]Finding{unopened(path, err)}, findings...)}
	}
	return Parse(data, path, env)
}

// Parse is [Load] for a file that is in memory; file is what findings call it.
func Parse(data []byte, file string, env func(string) string) (Config, error) {
	c, findings := readFile(data, file)
	var more []Finding
	c.Environment, more = readEnvironment(env)
	if findings = slices.Concat(findings, more); len(findings) > 0 {
		return c, &Error{inOrder(findings)}
	}
	return c, nil
}

func unopened(path string, err error) Finding {
	text := fmt.Sprintf("cannot be read: %v", errors.Unwrap(err))
	if errors.Is(err, fs.ErrNotExist) {
		text = "found no such file, expected the team's configuration; name it with --config or TOBAN_CONFIG"
	}
	return Finding{File: path, Text: text}
}
