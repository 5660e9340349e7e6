package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"toban/alerts/findings"
)

func (r *reader) teams(c *Config, seen *names) take {
	return func(n *yaml.Node, path string) {
		r.list(n, path, "teams", func(n *yaml.Node, path string) {
			t := findings.Team{Tags: map[string][]string{}}
			r.object(n, path, map[string]take{
				"name":     r.text(&t.Name, checkName),
				"channel":  r.text(&t.Channel, checkChannel),
				"rotation": r.text(&t.Rotation, checkName),
				"tags":     func(n *yaml.Node, path string) { r.owned(t.Tags, n, path) },
				"accounts": r.texts(&t.Accounts, "account ids in quotes", checkAccount),
				"buckets":  r.texts(&t.Buckets, "buckets", checkBucket),
			})
			r.require(n, path, "name", aName)
			r.require(n, path, "channel", aChannel)
			if n.Kind == yaml.MappingNode && !r.names(join(path, "tags")) && !r.names(join(path, "accounts")) && !r.names(join(path, "buckets")) {
				r.wrong(path, n.Line, "a team that owns nothing", "tags, accounts or buckets by which its findings are known")
			}
			seen.use("rotation", t.Rotation, join(path, "rotation"))
			if t.Name != "" {
				seen.define("team", t.Name, join(path, "name"))
			}
			c.Teams = append(c.Teams, t)
		})
	}
}

// owned reads tags with one value or several each.
func (r *reader) owned(tags map[string][]string, n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		r.wrong(path, n.Line, found(n), "tags and their values, such as {service: [checkout, cart]}")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		field := join(path, key.Value)
		var values []string
		if value.Kind == yaml.ScalarNode {
			var one string
			r.text(&one, checkFilled)(value, field)
			values = []string{one}
		} else {
			r.texts(&values, "values of the tag", checkFilled)(value, field)
		}
		if _, twice := tags[key.Value]; twice {
			r.wrong(field, key.Line, "the tag twice", "it once")
		}
		for _, v := range values {
			if strings.HasPrefix(v, "~") {
				r.wrong(field, value.Line, fmt.Sprintf("%.60q", v), "a value, or a text with * for anything; a team's tags know no regular expressions")
			}
		}
		tags[key.Value] = values
	}
}

func checkAccount(s string) string {
	if account.MatchString(s) {
		return ""
	}
	return `the 12 digits of an AWS account, in quotes, like "123456789012"`
}

// teams resolves the channels of teams.
func (s *search) teams(teams []findings.Team) []findings.Team {
	teams = slices.Clone(teams)
	for i, t := range teams {
		teams[i].Channel = s.channel(t.Channel, fmt.Sprintf("teams[%d].channel", i))
	}
	return teams
}

var account = regexp.MustCompile(`^[0-9]{12}$`)
