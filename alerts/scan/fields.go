package scan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object is a decoded JSON object whose fields may be missing, named in other
// capitals, or texts where numbers belong.
type object map[string]any

const maxText = 2000 // characters that are kept of one text

// get reads a field. Of several names that differ in their capitals alone it is
// always the same one: what was checked is what is read again.
func (o object) get(name string) (any, bool) {
	if v, ok := o[name]; ok {
		return v, v != nil
	}
	var found any
	least := ""
	for key, v := range o {
		if strings.EqualFold(key, name) && (least == "" || key < least) {
			least, found = key, v
		}
	}
	return found, found != nil
}

func (o object) has(name string) bool {
	_, ok := o.get(name)
	return ok
}

// text reads a field as text, whatever it is.
func (o object) text(name string) string {
	v, _ := o.get(name)
	return cut(asText(v), maxText)
}

// exact reads a text as it was sent, for what is signed or holds a body.
func (o object) exact(name string) string {
	v, _ := o.get(name)
	text, _ := v.(string)
	return text
}

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(strings.ToValidUTF8(v, "\uFFFD"))
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// object reads a field as an object; empty where it is none.
func (o object) object(name string) object {
	v, _ := o.get(name)
	inner, _ := v.(map[string]any)
	return inner
}

// list reads a field as a list; a single value is a list of one.
func (o object) list(name string) []any {
	v, ok := o.get(name)
	if !ok {
		return nil
	}
	if list, ok := v.([]any); ok {
		return list[:min(len(list), 100)]
	}
	return []any{v}
}

// number reads a field as a number, -1 where it is none.
func (o object) number(name string) float64 {
	n, err := strconv.ParseFloat(o.text(name), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return -1
	}
	return n
}

// time reads an instant: RFC 3339, or seconds or milliseconds since 1970.
func (o object) time(name string) time.Time {
	text := o.text(name)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999Z0700", "2006-01-02 15:04:05.999999", "2006-01-02T15:04:05.999999"} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 1970 {
			return at.UTC()
		}
	}
	switch n := o.number(name); {
	case n > 1e11 && n < 1e14:
		return time.UnixMilli(int64(n)).UTC()
	case n > 1e8 && n < 1e11:
		return time.Unix(int64(n), 0).UTC()
	}
	return time.Time{}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// cut keeps the first limit characters and says that there were more.
func cut(text string, limit int) string {
	if len(text) <= limit || utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}

// identify gives what arrived an id that is the same when it is sent again:
// the envelope's, else one made from the content. Where neither tells a time,
// the same words an hour later are another event: the same file may be uploaded
// again, and then must not pass for a repeat.
func (e envelope) identify(content any, told, arrived time.Time) string {
	if e.id != "" {
		return cut(e.id, 200)
	}
	raw, err := json.Marshal(content)
	if err != nil {
		raw = fmt.Append(nil, content)
	}
	if told.IsZero() {
		raw = fmt.Append(raw, arrived.Truncate(time.Hour).Unix())
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:16])
}
