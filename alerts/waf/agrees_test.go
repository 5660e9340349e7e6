package waf

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// agrees fails if a text that encoding/json takes is read as anything but what
// it says.
func agrees(t testing.TB, text string) {
	t.Helper()
	v, err := parse(text)
	if _, ok := v.(object); !ok || err != nil || !json.Valid([]byte(text)) {
		return
	}
	var want plain
	want.top(v)
	if want.bad {
		return
	}
	if len(want.Host) == 0 {
		want.Host = want.hostHeader
	}
	r := NewReader(strings.NewReader(text))
	rec, err := r.Next()
	if !want.seen {
		if err == nil {
			t.Fatalf("a record is seen in %q: %v", text, words(*rec))
		}
		return
	}
	if err != nil {
		t.Fatalf("%v, %+v in %q", err, r.Skipped(), text)
	}
	if d := cmp.Diff(runes(words(want.Record)), runes(words(*rec))); d != "" {
		t.Fatalf("differs from the plain one (-plain +got):\n%s\nin %q", d, text)
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) || r.Skipped().Lines > 0 {
		t.Fatalf("%v, %+v behind %q", err, r.Skipped(), text)
	}
}

// runes takes bytes that are no UTF-8 for U+FFFD, as encoding/json does.
func runes(w map[string]string) map[string]string {
	for key, s := range w {
		w[key] = strings.Map(func(r rune) rune { return r }, s)
		if !utf8.ValidString(w[key]) {
			panic(s)
		}
	}
	return w
}

// broken puts something wrong or odd into a text.
func broken(r *rand.Rand, text string) string {
	b := []byte(text)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(b) + 1)
		switch r.IntN(5) {
		case 0:
			b = bytes.Join([][]byte{b[:at], []byte(pickOne(r, `null`, `1e400`, `"x"`, `{}`, `[]`, `{"a":{"b":1}}`, `,`, `:`, `"`, `\`, `\u12`, "\xff", `true`, `-0`, `,"action":{"x":1}`, `,"labels":{"a":"b"}`)), b[at:]}, nil)
		case 1:
			b = append(b[:at:at], b[min(len(b), at+1+r.IntN(12)):]...)
		case 2:
			if at < len(b) {
				b[at] = pickOne(r, []byte(`"{}[]:,\ 0aun`)...)
			}
		default: // a value becomes another one
			start := bytes.IndexByte(b[at:], ':')
			if start < 0 {
				break
			}
			start += at + 1
			end := start + bytes.IndexAny(b[start:], ",}")
			if end >= start {
				b = bytes.Join([][]byte{b[:start], []byte(pickOne(r, `null`, `true`, `-1.5E+3`, `1790000000000`, `"9"`, `{"a":{"ruleId":"x"}}`, `[{"name":null},"y",[1]]`, `{"name":"z"}`, `""`)), b[end:]}, nil)
			}
		}
	}
	return strings.ReplaceAll(string(b), "\n", " ")
}

func TestARecordIsWhatPlainJSONSays(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 2))
		text := writer{r}.line(drawRecord(r))
		if !json.Valid([]byte(text)) {
			t.Fatalf("seed %d drew no JSON: %s", seed, text)
		}
		agrees(t, text)
		agrees(t, broken(r, strings.ReplaceAll(text, "\n", " ")))
	}
}

func FuzzRecord(f *testing.F) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		f.Add(writer{r}.line(drawRecord(r)))
	}
	for _, text := range []string{
		`{"action":1,"action":null}`, `{"message":"{\"action\":\"BLOCK\"}","attributes":{"message":{"http":{"client":{"as":{"number":[]}}}}}}`,
		`{"action":"\ud800","httpRequest":{"uri":"\ud83d\u0041\udc00"}}`, `{"ruleGroupList":{"a":{"terminatingRule":{"b":{"action":2},"c":{}}}},"labels":{"a":{"name":1}}}`,
		`{"timestamp":-1,"action":true}`, `{"timestamp":1e3,"action":false}`, `{"timestamp":9223372036854775808,"httpRequest":[]}`, `{"httpRequest":{"headers":{"HOST":1,"host":{}}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !strings.Contains(text, "\n") {
			agrees(t, text)
		}
	})
}
