package config

import (
	"bytes"
	"slices"

	"go.yaml.in/yaml/v4"

	"toban/rotation"
)

// Rotations reads the rotations of a file in YAML or JSON and looks at nothing
// else in it: those of a whole configuration, those of a list, or the only one.
// Nobody is looked up, so people may be called anything. An error is an
// [*Error] with every mistake there is.
func Rotations(data []byte, file string) ([]rotation.Rotation, error) {
	document, err := rotation.Tree(data)
	if err != nil && len(bytes.TrimSpace(data)) > 0 {
		return nil, &Error{[]Finding{unreadable(data, err, file)}}
	}
	r := &reader{file: file, lines: map[string]int{"": 1}, offline: true}
	var c Config
	r.onlyRotations(&c, document)
	if len(r.findings) > 0 {
		return nil, &Error{inOrder(r.findings)}
	}
	var all []rotation.Rotation
	for _, one := range c.Rotations {
		all = append(all, one.Rotation)
	}
	return all, nil
}

const rotationsExpected = "a rotation, a list of rotations, or a whole configuration"

func (r *reader) onlyRotations(c *Config, document *yaml.Node) {
	if line := endless(document, map[*yaml.Node]bool{}); line > 0 {
		r.wrong("", line, "an alias of something that it is in itself", "aliases of other things only")
		return
	}
	if len(document.Content) != 1 || isNull(document.Content[0]) {
		r.wrong("", 1, "nothing", rotationsExpected)
		return
	}
	var seen names
	n := target(document.Content[0])
	list := value(n, "rotations")
	switch {
	case list != nil:
		r.rotations(c, &seen)(target(list), "rotations")
	case n.Kind == yaml.SequenceNode:
		r.rotations(c, &seen)(n, "")
	case n.Kind != yaml.MappingNode:
		r.wrong("", n.Line, found(n), rotationsExpected)
	case value(n, "channels") != nil:
		r.wrong("rotations", n.Line, "a configuration without any", "a list of rotations")
	default:
		c.Rotations = append(c.Rotations, r.rotation(n, "", &seen))
	}
	if len(c.Rotations) == 0 && len(r.findings) == 0 {
		r.wrong("rotations", n.Line, "an empty list", "at least one rotation")
	}
	seen.check(r)
}

// value returns what a mapping has under key, or nil.
func value(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	at := slices.IndexFunc(n.Content, func(k *yaml.Node) bool { return k.Value == key })
	if at < 0 || at%2 == 1 || at+1 >= len(n.Content) {
		return nil
	}
	return n.Content[at+1]
}
