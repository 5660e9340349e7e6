package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// reader walks a YAML tree, notes every mistake and goes on. It remembers the
// line of each field, so that mistakes found later can be placed too.
type reader struct {
	file     string
	lines    map[string]int
	findings []Finding
	offline  bool // people and rotations may have any name: nobody looks them up
}

// take reads the value of one key; path is its field as findings name it.
type take func(n *yaml.Node, path string)

func (r *reader) wrong(path string, line int, found, expected string) {
	r.findings = append(r.findings, Finding{r.file, line, path, "found " + found + ", expected " + expected})
}

// at is wrong for a field whose line was remembered.
func (r *reader) at(path, found, expected string) {
	r.wrong(path, lineOf(r.lines, path), found, expected)
}

// lineOf returns where field is written, or else the nearest thing around it.
func lineOf(lines map[string]int, field string) int {
	for {
		if line, ok := lines[field]; ok {
			return line
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
}

// object reads a mapping with known keys only. A key without a value is one
// whose value was forgotten: often a "#" that began a comment.
func (r *reader) object(n *yaml.Node, path string, known map[string]take) {
	n = target(n)
	if n.Kind != yaml.MappingNode {
		r.wrong(path, n.Line, found(n), "a mapping with the keys "+oneOf(slices.Sorted(maps.Keys(known))))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		field := join(path, key.Value)
		take, ok := known[key.Value]
		if _, twice := r.lines[field]; twice {
			r.wrong(field, key.Line, "the key twice", "it once")
			continue
		}
		r.lines[field] = key.Line
		switch {
		case !ok:
			r.wrong(field, key.Line, "an unknown key", oneOf(slices.Sorted(maps.Keys(known)))+didYouMean(key.Value, maps.Keys(known)))
		case isNull(value):
			r.wrong(field, key.Line, "nothing", `a value (write names that begin with # or @ in quotes, like "#alerts")`)
		default:
			take(value, field)
		}
	}
}

// list reads a sequence, giving each entry its field.
func (r *reader) list(n *yaml.Node, path, of string, each take) {
	if n.Kind != yaml.SequenceNode {
		r.wrong(path, n.Line, found(n), "a list of "+of)
		return
	}
	for i, item := range n.Content {
		field := fmt.Sprintf("%s[%d]", path, i)
		item = target(item)
		r.lines[field] = item.Line
		if isNull(item) {
			r.wrong(field, item.Line, "nothing", `a value (write names that begin with # or @ in quotes, like "#alerts")`)
			continue
		}
		each(item, field)
	}
}

// text reads one scalar that check finds no fault with; check returns what was
// expected instead, or "".
func (r *reader) text(into *string, check func(string) (expected string)) take {
	return func(n *yaml.Node, path string) {
		if n.Kind != yaml.ScalarNode {
			r.wrong(path, n.Line, found(n), "a text")
			return
		}
		value := strings.TrimSpace(n.Value)
		if expected := check(value); expected != "" {
			r.wrong(path, n.Line, found(n), expected)
			return
		}
		*into = value
	}
}

// texts reads a list of texts that check finds no fault with.
func (r *reader) texts(into *[]string, of string, check func(string) (expected string)) take {
	return func(n *yaml.Node, path string) {
		*into = nil
		r.list(n, path, of, func(n *yaml.Node, path string) {
			var one string
			r.text(&one, check)(n, path)
			if one != "" {
				*into = append(*into, one)
			}
		})
	}
}

func checkFilled(s string) string {
	if s == "" {
		return "a text"
	}
	return ""
}

// whole reads a whole number from least to most.
func (r *reader) whole(into *int, least, most int) take {
	return func(n *yaml.Node, path string) {
		number, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || number < least || number > most {
			r.wrong(path, n.Line, found(n), fmt.Sprintf("a whole number from %d to %d", least, most))
			return
		}
		*into = number
	}
}

// duration reads a Go duration from least to most.
func (r *reader) duration(into *time.Duration, least, most time.Duration) take {
	return func(n *yaml.Node, path string) {
		d, err := time.ParseDuration(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || d < least || d > most {
			r.wrong(path, n.Line, found(n), fmt.Sprintf("a duration from %s to %s such as 45s, 5m or 1h30m", short(least), short(most)))
			return
		}
		*into = d
	}
}

func (r *reader) names(path string) bool {
	_, ok := r.lines[path]
	return ok
}

// short writes 24h for what Go writes as 24h0m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// found describes a value for the person who wrote it.
func found(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == 0 || isNull(n):
		return "nothing"
	case n.Value == "":
		return "an empty text"
	}
	value := []rune(n.Value)
	if len(value) > 60 {
		value = append(value[:60], '…')
	}
	return strconv.Quote(string(value))
}

func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null"
}

// target follows an alias to what it stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func join(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }
