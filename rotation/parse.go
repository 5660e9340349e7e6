package rotation

import (
	"encoding/json"
	"errors"
	"strings"
	_ "time/tzdata" // the rules of all zones travel with the program

	"go.yaml.in/yaml/v4"
)

// Parse reads one rotation from YAML or JSON, in the form of section 3 of the
// contract; file is what errors call it. Unknown keys are errors. Every error
// is a [*FileError] that reads "file:line: field: what was expected".
func Parse(data []byte, file string) (Rotation, error) {
	document, err := Tree(data)
	if err != nil {
		return Rotation{}, unreadable(err, file)
	}
	return Decode(document, file)
}

// Tree reads YAML or JSON as the tree that [Decode] takes, or a part of it.
func Tree(data []byte) (*yaml.Node, error) {
	if json.Valid(data) {
		data = joinSurrogates(data)
	}
	var document yaml.Node
	return &document, yaml.Load(data, &document)
}

// Decode is [Parse] for a part of a larger file that is YAML already.
func Decode(node *yaml.Node, file string) (Rotation, error) {
	if node.Kind == yaml.DocumentNode && len(node.Content) == 1 {
		node = node.Content[0]
	}
	d := &decoder{lines: map[string]int{"": max(node.Line, 1)}}
	r, err := d.rotation(node)
	if err == nil {
		errors.As(r.Validate(), &err)
	}
	if err != nil {
		err.File, err.Line = file, d.line(err.Field)
		return Rotation{}, err
	}
	r.Every = max(r.Every, 1)
	return r, nil
}

// unreadable tells where the text stops being YAML.
func unreadable(err error, file string) *FileError {
	e := &FileError{File: file, Line: 1, Expected: "expected one rotation in YAML or JSON: " + err.Error()}
	if at, ok := errors.AsType[*yaml.LoadError](err); ok {
		e.Line = max(at.Mark.Line, 1)
		e.Expected = "expected one rotation in YAML or JSON: " + at.Message
	}
	return e
}

// joinSurrogates writes the \ud83d\ude00 pairs of JSON as the characters they
// mean, because YAML has no such pairs. Lines stay where they are.
func joinSurrogates(data []byte) []byte {
	text := string(data)
	if !strings.Contains(text, `\ud`) && !strings.Contains(text, `\uD`) {
		return data
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		n := 1
		if text[i] == '\\' {
			n = 2
			if text[i+1] == 'u' && strings.ContainsRune("dD", rune(text[i+2])) && strings.HasPrefix(text[i+6:], `\u`) {
				n = 12
			}
		}
		part := text[i : i+n]
		var pair string
		if n == 12 && json.Unmarshal([]byte(`"`+part+`"`), &pair) == nil {
			part = pair
		}
		b.WriteString(part)
		i += n
	}
	return []byte(b.String())
}
