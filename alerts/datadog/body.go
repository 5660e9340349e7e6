package datadog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// BodyError says what is wrong with a body and where. Line and Col count from
// one; both are zero where no place can be named.
type BodyError struct {
	What      string
	Hint      string
	Line, Col int
}

func (e *BodyError) Error() string {
	if e.Line == 0 {
		return e.What
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, e.What)
}

// ErrContentType is returned for a body that is neither JSON nor a form.
var ErrContentType = errors.New("the Content-Type must be application/json")

const templateHint = "paste the payload that `bot manifest --datadog` prints into the webhook"

// read returns what data tells, by meaning.
func read(data []byte, contentType string) (fields, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	kind := contentType
	if kind != "application/json" && kind != "" {
		var err error
		if kind, _, err = mime.ParseMediaType(contentType); err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
			return fields{}, ErrContentType
		}
	}
	switch {
	case kind == "", kind == "application/json", kind == "text/json", strings.HasSuffix(kind, "+json"):
		return readJSON(data)
	case kind == "application/x-www-form-urlencoded":
		return readForm(data)
	default:
		return fields{}, ErrContentType
	}
}

// readForm understands the webhook's "encode as form": a field for each name,
// or one field with the whole payload. A body that is JSON all the same, which
// is what curl -d sends, counts as JSON.
func readForm(data []byte) (fields, error) {
	if bytes.HasPrefix(data, []byte("{")) {
		return readJSON(data)
	}
	form, err := url.ParseQuery(string(data))
	if err != nil {
		return fields{}, &BodyError{What: "the form is not readable: " + err.Error(), Hint: templateHint}
	}
	var f fields
	for name, values := range form {
		value := values[len(values)-1]
		key := appendName(nil, []byte(name))
		if strings.HasPrefix(value, "{") && json.Valid([]byte(value)) {
			if len(form) == 1 {
				return readJSON([]byte(value))
			}
			walk([]byte(value), key, &f)
			continue
		}
		f.set(names[string(key)], strings.ToValidUTF8(value, "\ufffd"))
	}
	return f, nil
}

func readJSON(data []byte) (fields, error) {
	if !json.Valid(data) {
		// A template that puts a text into a string without escaping leaves
		// raw line breaks there. A blank instead harms nobody.
		mended := bytes.Clone(data)
		for i, c := range mended {
			if c < ' ' {
				mended[i] = ' '
			}
		}
		if !json.Valid(mended) {
			return fields{}, syntaxError(data, mended)
		}
		data = mended
	}
	if data[0] != '{' {
		return fields{}, &BodyError{What: "expected a JSON object", Hint: templateHint, Line: 1, Col: 1}
	}
	var f fields
	walk(data, nil, &f)
	return f, nil
}

// syntaxError names the place in data where mended, of the same length, stops
// being JSON.
func syntaxError(data, mended []byte) error {
	var raw json.RawMessage
	err := json.Unmarshal(mended, &raw)
	at, what := len(data), "the body is empty"
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && len(data) > 0 {
		at, what = min(int(syntax.Offset), len(data)), syntax.Error()
	}
	before := data[:max(at-1, 0)]
	return &BodyError{
		What: what,
		Hint: "variables that hold JSON, such as $LOGS_SAMPLE, stand without quotes; all others need them; " + templateHint,
		Line: bytes.Count(before, []byte("\n")) + 1,
		Col:  utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
	}
}
