package rotation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// decoder walks a YAML tree and remembers the line of every field, so that
// whoever finds fault with a field later can still name its line.
type decoder struct{ lines map[string]int }

// line returns where field is written, or else the nearest thing around it.
func (d *decoder) line(field string) int {
	for {
		if line, ok := d.lines[field]; ok {
			return line
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
}

type (
	// read takes one value; path is its field as errors name it.
	read   func(n *yaml.Node, path string) *FileError
	fields map[string]read
)

func (d *decoder) rotation(n *yaml.Node) (r Rotation, err *FileError) {
	err = d.object(n, "", nil, fields{
		"name":      text(&r.Name, "a name for the rotation"),
		"zone":      zone(&r.Zone),
		"start":     moment(&r.Start),
		"kind":      text(&r.Kind, "daily, weekly or hours"),
		"every":     whole(&r.Every),
		"handoff":   text(&r.Handoff, `a local time such as "10:00"`),
		"clock":     text(&r.Clock, "elapsed or wall"),
		"members":   list(d, &r.Members, person),
		"edits":     list(d, &r.Edits, d.edit),
		"swaps":     list(d, &r.Swaps, d.swap),
		"overrides": list(d, &r.Overrides, d.override),
	})
	return r, err
}

func (d *decoder) edit(e *Edit) read {
	return func(n *yaml.Node, path string) *FileError {
		return d.object(n, path, []string{"at", "members"}, fields{
			"at":      moment(&e.At),
			"members": list(d, &e.Members, person),
		})
	}
}

func (d *decoder) swap(s *Swap) read {
	return func(n *yaml.Node, path string) *FileError {
		return d.object(n, path, []string{"a", "b"}, fields{
			"id": text(&s.ID, "an id"),
			"a":  d.half(&s.A),
			"b":  d.half(&s.B),
		})
	}
}

func (d *decoder) half(h *Half) read {
	return func(n *yaml.Node, path string) *FileError {
		return d.object(n, path, []string{"user", "start", "end"}, fields{
			"user":  person(&h.User),
			"start": moment(&h.Start),
			"end":   moment(&h.End),
		})
	}
}

func (d *decoder) override(o *Override) read {
	return func(n *yaml.Node, path string) *FileError {
		return d.object(n, path, []string{"start", "end", "user"}, fields{
			"id":       text(&o.ID, "an id"),
			"start":    moment(&o.Start),
			"end":      moment(&o.End),
			"user":     person(&o.User),
			"replaces": person(&o.Replaces),
		})
	}
}

// object reads a mapping. A key without a value counts as left out.
func (d *decoder) object(n *yaml.Node, path string, required []string, known fields) *FileError {
	n = target(n)
	if n.Kind != yaml.MappingNode {
		return wrong(path, "expected %s, each with a value", oneOf(known))
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		field := strings.TrimPrefix(path+"."+key.Value, ".")
		_, twice := d.lines[field]
		d.lines[field] = key.Line
		switch take, ok := known[key.Value]; {
		case !ok:
			return wrong(field, "unknown key, expected one of %s", oneOf(known))
		case twice:
			return wrong(field, "expected once, found twice")
		case value.Kind == yaml.ScalarNode && value.ShortTag() == "!!null":
			continue
		default:
			seen[key.Value] = true
			if err := take(value, field); err != nil {
				return err
			}
		}
	}
	for _, key := range required {
		if !seen[key] {
			return wrong(strings.TrimPrefix(path+"."+key, "."), "expected, found nothing")
		}
	}
	return nil
}

func oneOf(known fields) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}

// list reads a sequence, each entry with the reader that entry makes for it.
func list[T any](d *decoder, into *[]T, entry func(*T) read) read {
	return func(n *yaml.Node, path string) *FileError {
		if n.Kind != yaml.SequenceNode {
			return wrong(path, "expected a list")
		}
		*into = make([]T, len(n.Content))
		for i, item := range n.Content {
			field := fmt.Sprintf("%s[%d]", path, i)
			d.lines[field] = item.Line
			if err := entry(&(*into)[i])(target(item), field); err != nil {
				return err
			}
		}
		return nil
	}
}

func text[T ~string](into *T, expected string) read {
	return func(n *yaml.Node, path string) *FileError {
		if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || n.Value == "" {
			return wrong(path, "expected %s", expected)
		}
		*into = T(n.Value)
		return nil
	}
}

func person(into *PersonID) read { return text(into, "a person") }

func whole(into *int) read {
	return func(n *yaml.Node, path string) *FileError {
		number, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || number < 1 {
			return wrong(path, "expected a whole number from 1 on, not %q", n.Value)
		}
		*into = number
		return nil
	}
}

func moment(into *time.Time) read {
	return func(n *yaml.Node, path string) *FileError {
		if n.Kind != yaml.ScalarNode || into.UnmarshalText([]byte(n.Value)) != nil {
			return wrong(path, "expected an RFC 3339 instant such as 2026-11-23T10:00:00+09:00, not %q", n.Value)
		}
		return nil
	}
}

func zone(into **time.Location) read {
	return func(n *yaml.Node, path string) *FileError {
		loaded, err := time.LoadLocation(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || n.Value == "" || n.Value == "Local" {
			return wrong(path, "expected an IANA time zone such as Asia/Tokyo, not %q", n.Value)
		}
		*into = loaded
		return nil
	}
}

// target follows an alias to what it stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}
