package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"toban/alerts"
)

func (r *reader) routes(c *Config, seen *names) take {
	return func(n *yaml.Node, path string) {
		var at []string
		r.list(n, path, "routes", func(n *yaml.Node, path string) {
			before := len(r.findings)
			route := r.route(n, path, seen)
			c.Routing = append(c.Routing, route)
			if len(r.findings) > before {
				path = "" // what it matches is not known
			}
			at = append(at, path)
		})
		r.unreachable(c.Routing, at)
	}
}

func (r *reader) route(n *yaml.Node, path string, seen *names) (route alerts.Route) {
	r.object(n, path, map[string]take{
		"channel":    r.text(&route.Channel, checkChannel),
		"escalation": r.text(&route.Escalation, checkName),
		"match": func(n *yaml.Node, path string) {
			route.Match = r.match(n, path)
		},
		"priority": func(n *yaml.Node, path string) {
			r.list(n, path, "P1 to P5", func(n *yaml.Node, path string) {
				r.choice(n, path, strings.ToUpper(n.Value), []string{"P1", "P2", "P3", "P4", "P5"}, func(s string) {
					route.Priority = append(route.Priority, alerts.Priority(s))
				})
			})
		},
		"level": func(n *yaml.Node, path string) {
			r.list(n, path, "alert, warn and no_data", func(n *yaml.Node, path string) {
				r.choice(n, path, n.Value, []string{"alert", "warn", "no_data"}, func(s string) {
					route.Level = append(route.Level, alerts.Level(s))
				})
			})
		},
	})
	seen.use("escalation", route.Escalation, join(path, "escalation"))
	return route
}

func (r *reader) choice(n *yaml.Node, path, value string, of []string, chosen func(string)) {
	if n.Kind != yaml.ScalarNode || !slices.Contains(of, value) {
		r.wrong(path, n.Line, found(n), oneOf(of))
		return
	}
	chosen(value)
}

const aTagValue = "a value, a text with * for anything, or ~ and a regular expression such as ~checkout|cart"

// fitsNoTag reports whether text is meant as a pattern of another product, such
// as !prod or a|b: as a value it would be taken and never be found.
func fitsNoTag(text string) bool {
	return !strings.HasPrefix(text, "~") &&
		(strings.HasPrefix(text, "!") || strings.ContainsAny(text, "|,") || strings.TrimSpace(text) != text)
}

// match reads tag names and what the value of each must be.
func (r *reader) match(n *yaml.Node, path string) alerts.Match {
	if n.Kind != yaml.MappingNode {
		r.wrong(path, n.Line, found(n), "tags and their values, such as {service: checkout, env: prod}")
		return nil
	}
	match := alerts.Match{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		field := join(path, key.Value)
		_, twice := match[key.Value]
		switch {
		case twice:
			r.wrong(field, key.Line, "the tag twice", "it once")
		case strings.ContainsAny(key.Value, "*:,|!"):
			r.wrong(field, key.Line, "the name of a tag with a sign in it", "the part before the colon alone, such as service")
		case value.Kind != yaml.ScalarNode || isNull(value) || value.Value == "":
			r.wrong(field, value.Line, found(value), "the value of the tag, such as prod")
		default:
			pattern, err := alerts.ParsePattern(value.Value)
			switch {
			case err != nil:
				r.wrong(field, value.Line, fmt.Sprintf("%.60q (%v)", value.Value, err), aTagValue)
			case fitsNoTag(value.Value):
				r.wrong(field, value.Line, found(value), aTagValue)
			}
			match[key.Value] = pattern
		}
	}
	return match
}

// unreachable finds routes that an earlier one leaves nothing for. at holds the
// field of each route, empty for one that is wrong anyway.
func (r *reader) unreachable(routes alerts.Routing, at []string) {
	for i, later := range routes {
		for j, earlier := range routes[:i] {
			if at[i] == "" || at[j] == "" || !covers(earlier, later) {
				continue
			}
			r.at(at[i], "a route that is never reached",
				fmt.Sprintf("it before %s in line %d, which takes all that it matches", at[j], r.lines[at[j]]))
			break
		}
	}
}

// covers reports whether a matches everything that b matches.
func covers(a, b alerts.Route) bool {
	for tag, value := range a.Match {
		other, ok := b.Match[tag]
		if !ok || !value.Covers(other) {
			return false
		}
	}
	return within(b.Priority, a.Priority) && within(b.Level, a.Level)
}

// within reports whether all of some are in of; none means any.
func within[T comparable](some, of []T) bool {
	if len(of) == 0 {
		return true
	}
	return len(some) > 0 && !slices.ContainsFunc(some, func(v T) bool { return !slices.Contains(of, v) })
}
