package config

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"go.yaml.in/yaml/v4"

	"toban/rotation"
)

func (r *reader) rotations(c *Config, seen *names) take {
	return func(n *yaml.Node, path string) {
		r.list(n, path, "rotations", func(n *yaml.Node, path string) {
			one := r.rotation(n, path, seen)
			c.Rotations = append(c.Rotations, one)
		})
	}
}

// harmless is what a wrong field of a rotation is taken for, so that the fields
// after it are looked at too. A field that is not here is left out instead.
var harmless = map[string]string{
	"name": "x", "zone": "UTC", "start": "2026-01-01T00:00:00Z", "kind": "daily", "handoff": "00:00",
}

// rotation reads one rotation. What it means is decided by package rotation,
// which names one mistake at a time: each is noted, mended and asked again.
func (r *reader) rotation(n *yaml.Node, path string, seen *names) Rotation {
	var one Rotation
	if n.Kind != yaml.MappingNode {
		r.wrong(path, n.Line, found(n), "a rotation: a mapping with name, zone, start, kind, handoff and members")
		return one
	}
	plain := *n
	plain.Content = nil
	ours := map[string]take{
		"user_group": r.text(&one.UserGroup, func(s string) string {
			if checkName(strings.TrimPrefix(s, "@")) == "" {
				return ""
			}
			return "the handle of a user group, such as oncall-platform"
		}),
		"channel": r.text(&one.Channel, checkChannel),
		"was":     r.text(&one.Was, checkName),
	}
	own, name := *n, ""
	own.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch _, known := rotationKeys[key.Value]; {
		case ours[key.Value] != nil:
			own.Content = append(own.Content, n.Content[i:i+2]...)
		case !known:
			r.wrong(join(path, key.Value), key.Line, "an unknown key", "a key of a rotation"+didYouMean(key.Value, maps.Keys(rotationKeys)))
		default:
			plain.Content = append(plain.Content, n.Content[i:i+2]...)
		}
		if value := target(n.Content[i+1]); key.Value == "name" && value.Kind == yaml.ScalarNode && !isNull(value) {
			name = value.Value
			r.lines[join(path, "name")] = key.Line
		}
	}
	r.object(&own, path, ours)
	one.Rotation = r.decode(&plain, path)
	if !r.offline {
		r.people(&plain, path)
	}
	if one.Name = name; name != "" {
		if !r.offline {
			r.checkRotationName(name, path)
		}
		seen.define("rotation", name, join(path, "name"))
		seen.rename(one.Was, join(path, "was"))
	}
	return one
}

var rotationKeys = map[string]bool{
	"name": true, "zone": true, "start": true, "kind": true, "every": true, "handoff": true, "clock": true,
	"members": true, "edits": true, "swaps": true, "overrides": true, "user_group": true, "channel": true, "was": true,
}

func (r *reader) checkRotationName(name, path string) {
	if expected := checkName(name); expected != "" {
		r.at(join(path, "name"), fmt.Sprintf("%.60q", name), expected)
	}
}

func (r *reader) decode(n *yaml.Node, path string) rotation.Rotation {
	for range len(rotationKeys) {
		read, err := rotation.Decode(n, r.file)
		wrong, ok := errors.AsType[*rotation.FileError](err)
		if !ok {
			return read
		}
		r.findings = append(r.findings, Finding{r.file, wrong.Line, join(path, wrong.Field), wrong.Expected})
		mend(n, wrong.Field)
	}
	return rotation.Rotation{}
}

// mend replaces the top-level key that field is in.
func mend(n *yaml.Node, field string) {
	key := field
	if i := strings.IndexAny(field, ".["); i >= 0 {
		key = field[:i]
	}
	var kept []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != key {
			kept = append(kept, n.Content[i:i+2]...)
		}
	}
	if value, ok := harmless[key]; ok {
		kept = append(kept,
			&yaml.Node{Kind: yaml.ScalarNode, Value: key, Line: n.Line},
			&yaml.Node{Kind: yaml.ScalarNode, Value: value, Line: n.Line})
	}
	n.Content = kept
}

// people checks how people are named: an offline file may call them anything, a
// bot must find them in Slack.
func (r *reader) people(n *yaml.Node, path string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, target(n.Content[i+1])
		r.walkPeople(value, join(path, key), key == "members")
	}
}

func (r *reader) walkPeople(n *yaml.Node, path string, isPersonHere bool) {
	switch {
	case n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			r.walkPeople(target(item), fmt.Sprintf("%s[%d]", path, i), isPersonHere)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			r.walkPeople(target(n.Content[i+1]), join(path, key), key == "members" || key == "user" || key == "replaces")
		}
	case isPersonHere && n.Kind == yaml.ScalarNode && !isNull(n):
		r.lines[path] = n.Line
		if !isPerson(n.Value) {
			r.wrong(path, n.Line, found(n), aPerson)
		}
	}
}
