package rotation

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReadsYAMLAndJSONAlike(t *testing.T) {
	var read [2]Rotation
	for i, file := range []string{"testdata/full.yaml", "testdata/full.json"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if read[i], err = Parse(data, file); err != nil {
			t.Fatal(err)
		}
		if read[i].Zone.String() != "Asia/Tokyo" {
			t.Errorf("%s: zone %s", file, read[i].Zone)
		}
		read[i].Zone = nil
	}
	if diff := cmp.Diff(read[0], read[1]); diff != "" {
		t.Errorf("JSON differs from YAML:\n%s", diff)
	}
	if r := read[0]; r.Every != 1 || len(r.Swaps) != 1 || len(r.Overrides) != 2 || r.Overrides[1].Replaces != Nobody {
		t.Errorf("read %+v", r)
	}
}

func TestParseSaysWhatIsWrongWhere(t *testing.T) {
	const good = `name: platform
zone: Asia/Tokyo
start: 2026-11-23T10:00:00+09:00
kind: daily
handoff: "10:00"
members: [ana, bo]
`
	for _, tt := range []struct{ why, from, to, want string }{
		{"an unknown key", "kind: daily", "kind: daily\ncolour: red", "x.yaml:5: colour: unknown key, expected one of clock, edits, every, handoff, kind, members, name, overrides, start, swaps, zone"},
		{"a key twice", "kind: daily", "kind: daily\nkind: weekly", "x.yaml:5: kind: expected once, found twice"},
		{"no name", "name: platform\n", "", "x.yaml:1: name: expected a name for the rotation"},
		{"no such zone", "Asia/Tokyo", "Asia/Tokio", `x.yaml:2: zone: expected an IANA time zone such as Asia/Tokyo, not "Asia/Tokio"`},
		{"the zone of this machine", "Asia/Tokyo", "Local", `x.yaml:2: zone: expected an IANA time zone such as Asia/Tokyo, not "Local"`},
		{"no zone", "zone: Asia/Tokyo\n", "", `x.yaml:1: zone: expected an IANA time zone such as "Asia/Tokyo"`},
		{"a start without offset", "T10:00:00+09:00", " 10:00", `x.yaml:3: start: expected an RFC 3339 instant such as 2026-11-23T10:00:00+09:00, not "2026-11-23 10:00"`},
		{"another kind", "daily", "monthly", `x.yaml:4: kind: expected daily, weekly or hours, not "monthly"`},
		{"a handoff that no clock shows", `"10:00"`, `"24:00"`, `x.yaml:5: handoff: expected a local time from "00:00" to "23:59", not "24:00"`},
		{"no handoff", "handoff: \"10:00\"\n", "", `x.yaml:1: handoff: expected a local time from "00:00" to "23:59", not ""`},
		{"every zero days", "kind: daily", "kind: daily\nevery: 0", `x.yaml:5: every: expected a whole number from 1 on, not "0"`},
		{"every half day", "kind: daily", "kind: daily\nevery: 0.5", `x.yaml:5: every: expected a whole number from 1 on, not "0.5"`},
		{"ages", "kind: daily", "kind: daily\nevery: 999999", `x.yaml:5: every: expected a whole number from 1 to 3650, not 999999`},
		{"another clock", "kind: daily", "kind: daily\nclock: sundial", `x.yaml:5: clock: expected elapsed or wall, not "sundial"`},
		{"one member without a list", "[ana, bo]", "ana", "x.yaml:6: members: expected a list"},
		{"a member without a name", "[ana, bo]", "\n  - ana\n  - ''", "x.yaml:8: members[1]: expected a person"},
		{"an edit without members", "[ana, bo]", "[ana]\nedits:\n  - {at: 2026-12-01T00:00:00Z}", "x.yaml:8: edits[0].members: expected, found nothing"},
		{"an override without end", "[ana, bo]", "[ana]\noverrides:\n  - start: 2026-12-01T00:00:00Z\n    user: bo", "x.yaml:8: overrides[0].end: expected, found nothing"},
		{"a wrong end far down", "[ana, bo]", "[ana]\noverrides:\n  - start: 2026-12-01T00:00:00Z\n    user: bo\n    end: soon", `x.yaml:10: overrides[0].end: expected an RFC 3339 instant such as 2026-11-23T10:00:00+09:00, not "soon"`},
		{"a swap with oneself", "[ana, bo]", "[ana]\nswaps:\n  - a: {user: bo, start: 2026-12-01T00:00:00Z, end: 2026-12-01T00:00:00Z}\n    b: {user: bo, start: 2026-12-01T00:00:00Z, end: 2026-12-01T00:00:00Z}", "x.yaml:9: swaps[0].b.user: expected somebody other than bo"},
		{"a swap of one side", "[ana, bo]", "[ana]\nswaps:\n  - a: {user: bo, start: 2026-12-01T00:00:00Z, end: 2026-12-01T00:00:00Z}", "x.yaml:8: swaps[0].b: expected, found nothing"},
		{"text that is no YAML", "[ana, bo]", "[ana\nbo: 1", "x.yaml:7: expected one rotation in YAML or JSON: did not find expected ',' or ']'"},
		{"two documents", "kind: daily", "kind: daily\n---\na: 1", "expected one rotation in YAML or JSON"},
		{"a list", good, "- a\n- b\n", "x.yaml:1: expected clock, edits"},
		{"nothing", good, "", "x.yaml:1: expected one rotation in YAML or JSON"},
	} {
		_, err := Parse([]byte(strings.Replace(good, tt.from, tt.to, 1)), "x.yaml")
		var wrong *FileError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.why, err, tt.want)
		}
	}
}

func TestJSONEscapesThatYAMLDoesNotHave(t *testing.T) {
	r, err := Parse([]byte(`{"name":"\ud83d\ude80\/\\ud83d","zone":"UTC","start":"2026-11-23T10:00:00Z","kind":"hours"}`), "x.json")
	if err != nil || r.Name != `🚀/\ud83d` {
		t.Errorf("read %q, %v", r.Name, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/full.yaml", "testdata/full.json"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a]\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Parse(data, "x")
		if err != nil {
			var wrong *FileError
			if !errors.As(err, &wrong) || wrong.Line < 1 || wrong.Expected == "" {
				t.Fatalf("an error without a place: %#v", err)
			}
			return
		}
		s, err := New(r)
		if err != nil {
			t.Fatalf("parsed, but %v", err)
		}
		if x := s.Explain(r.Start); x.OnCall != s.OnCall(r.Start) {
			t.Fatalf("%v", x)
		}
	})
}
