package oncall

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// call parses a command line as the program does, and runs it at midnight UTC
// of 1 January 2000, where a bubble's clock starts.
func call(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var c Command
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	synctest.Test(t, func(*testing.T) { err = c.Run(strings.NewReader(stdin), &out) })
	return out.String(), err
}

func TestAnswers(t *testing.T) {
	instants := []string{
		"--at", "2026-11-22T10:00:00+09:00", // before everything
		"--at", "2026-11-22T12:00:00+09:00", // an override before the start
		"--at", "2026-11-23T10:00:00+09:00", // a swap
		"--at", "2026-11-25T12:00:00.5+09:00", // a cover
		"--at", "2026-11-25T15:00:00+09:00",
		"--at", "2026-12-01T15:00:00+09:00", // an edit takes cy off
		"--at", "2026-12-02T10:00:00+09:00",
	}
	window := []string{"--from", "2026-11-22T10:00:00+09:00", "--to", "2026-12-03T09:00:00+09:00"}
	for _, tt := range []struct {
		golden string
		args   []string
	}{
		{"at.txt", instants},
		{"at.json", append(instants, "-o", "json")},
		{"at.csv", append(instants, "-o", "csv")},
		{"now.json", []string{"-o", "json"}},
		{"window.txt", window},
		{"window.json", append(window, "-o", "json")},
		{"window.csv", append(window, "-o", "csv")},
		{"window.ics", append(window, "-o", "ics")},
	} {
		got, err := call(t, "", append([]string{"--rotation", "testdata/platform.yaml"}, tt.args...)...)
		if err != nil {
			t.Errorf("%s: %v", tt.golden, err)
		}
		file := filepath.Join("testdata", tt.golden)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.golden, diff)
		}
	}
}

func TestStandardInputHasAnInstantALine(t *testing.T) {
	got, err := call(t, "2026-11-24T10:00:00+09:00\r\n\n2026-11-25T10:00:00+09:00",
		"--rotation", "testdata/platform.yaml", "--at", "-", "--at", "2026-11-26T10:00:00+09:00", "-o", "csv")
	want := `rotation,at,on_call,shift_start,shift_end,because
platform,2026-11-24T01:00:00Z,ana,2026-11-24T01:00:00Z,2026-11-25T01:00:00Z,"ana has bo's shift by swap S1, until 2026-11-25T01:00:00Z"
platform,2026-11-25T01:00:00Z,cy,2026-11-25T01:00:00Z,2026-11-26T01:00:00Z,cy's turn
platform,2026-11-26T01:00:00Z,ana,2026-11-26T01:00:00Z,2026-11-27T01:00:00Z,ana's turn
`
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
}

// A program that asks one question at a time gets each answer before it asks on.
func TestAnswersAreNotHeldBack(t *testing.T) {
	ask, stdin := io.Pipe()
	answers, stdout := io.Pipe()
	c := Command{Rotation: "testdata/platform.yaml", At: []string{"-"}, Output: "json"}
	ended := make(chan error)
	go func() { ended <- c.Run(ask, stdout) }()
	lines := bufio.NewReader(answers)
	for _, at := range []string{"2026-11-24T01:00:00Z", "2026-11-25T01:00:00Z"} {
		if _, err := io.WriteString(stdin, at+"\n"); err != nil {
			t.Fatal(err)
		}
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, at) {
			t.Fatalf("asked %s, heard %q, %v", at, line, err)
		}
	}
	stdin.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAWrongCallSaysWhatWasExpected(t *testing.T) {
	const instants = "expected an RFC 3339 instant such as 2026-12-02T10:00:00+09:00, or 2026-12-02 or 2026-12-02 10:00 on the rotation's clock (Asia/Tokyo), not "
	for _, tt := range []struct {
		why, stdin string
		args       []string
		want       string
	}{
		{"a wrong file", "", []string{"--rotation", "testdata/wrong.yaml"}, `testdata/wrong.yaml:5: handoff: expected a local time from "00:00" to "23:59", not "25:00"`},
		{"no file", "", []string{"--rotation", "testdata/none.yaml"}, "--rotation: expected a rotation file: open testdata/none.yaml: no such file or directory"},
		{"no instant", "", []string{"--at", "tomorrow"}, "--at: " + instants + `"tomorrow"`},
		{"no instant on the third line", "2026-11-24T01:00:00Z\n\nsoon\n", []string{"--at", "-"}, "standard input:3: at: " + instants + `"soon"`},
		{"from without to", "", []string{"--from", "2026-11-24T01:00:00Z"}, "--from, --to: expected both or neither"},
		{"a day that is not", "", []string{"--at", "2026-02-30"}, "--at: " + instants + `"2026-02-30"`},
		{"a window of no day", "", []string{"--from", "2026-12-01", "--to", "2026-12-01"}, `--to: expected an instant after --from, not "2026-12-01"`},
		{"a window backwards", "", []string{"--from", "2026-11-24T01:00:00Z", "--to", "2026-11-23T01:00:00Z"}, `--to: expected an instant after --from, not "2026-11-23T01:00:00Z"`},
		{"both ways of asking", "", []string{"--at", "-", "--from", "x", "--to", "y"}, "--at: expected either --at or --from with --to, not both"},
		{"a calendar of an instant", "", []string{"-o", "ics"}, "--output: ics shows stretches, expected --from and --to with it"},
	} {
		args := tt.args
		if !strings.Contains(strings.Join(args, " "), "--rotation") {
			args = append([]string{"--rotation", "testdata/platform.yaml"}, args...)
		}
		_, err := call(t, tt.stdin, args...)
		if usage, ok := errors.AsType[*UsageError](err); !ok || usage.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.why, err, tt.want)
		}
	}
}

// block is the first block of a language in a document of the project.
func block(t *testing.T, document, language string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", document))
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(text), "```"+language+"\n")
	inside, _, closed := strings.Cut(after, "```")
	if !ok || !closed {
		t.Fatalf("%s has no block in %s", document, language)
	}
	return inside
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What the documents show is what people paste: a whole configuration.
func TestTheBlocksOfTheDocumentsAreRead(t *testing.T) {
	for _, document := range []string{"README.md", "README.ja.md"} {
		file := written(t, "toban.yaml", block(t, document, "yaml"))
		got, err := call(t, "", "--rotation", file, "--at", "2026-12-02")
		if want := "2026-12-02 10:00 JST  @"; err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, %v", document, got, err)
		}
		got, err = call(t, "", "--rotation", file, "--from", "2026-12-01", "--to", "2026-12-08")
		first, last := "2026-12-01 00:00 JST  to  2026-12-01 10:00 JST  @", "2026-12-07 10:00 JST  to  2026-12-08 00:00 JST  @"
		if err != nil || !strings.HasPrefix(got, first) || !strings.Contains(got, last) {
			t.Errorf("%s: %v\n%s", document, err, got)
		}
	}
}

const twoRotations = `
channels: {alerts: "#alerts"}
rotations:
  - {name: tokyo, zone: Asia/Tokyo, start: 2026-11-23T10:00:00+09:00, kind: daily, handoff: "10:00", members: [ana, "@bo", U0123456], channel: "#platform", user_group: oncall}
  - {name: berlin, zone: Europe/Berlin, start: 2026-01-05T09:00:00+01:00, kind: weekly, handoff: "09:00", members: [dee, eli], was: old}
escalations:
  - {name: x, steps: [{notify: ["rotation:nobody-knows"], wait: soon}]}
`

func TestAFileOfManyForms(t *testing.T) {
	const alone = "name: tokyo\nzone: Asia/Tokyo\nstart: 2026-11-23T10:00:00+09:00\nkind: daily\nhandoff: \"10:00\"\nmembers: [ana, \"@bo\", U0123456]\n"
	const asJSON = `{"name":"tokyo","zone":"Asia/Tokyo","start":"2026-11-23T10:00:00+09:00","kind":"daily","handoff":"10:00","members":["ana","@bo","U0123456"],"was":"old"}`
	for _, tt := range []struct{ why, file string }{
		{"a whole configuration, of which the rotations alone are looked at", twoRotations},
		{"a rotation with the keys that it has in a configuration", alone + "channel: \"#platform\"\nuser_group: oncall\nwas: old\n"},
		{"a list", "- {" + strings.Trim(asJSON, "{}") + "}\n"},
		{"JSON", asJSON},
		{"a whole configuration in JSON", `{"channels":{"alerts":"#alerts"},"rotations":[` + asJSON + `]}`},
	} {
		got, err := call(t, "", "--rotation", written(t, "file", tt.file), "--name", "tokyo", "--at", "2026-11-24", "-o", "csv")
		want := "rotation,at,on_call,shift_start,shift_end,because\ntokyo,2026-11-24T01:00:00Z,@bo,2026-11-24T01:00:00Z,2026-11-25T01:00:00Z,@bo's turn\n"
		if err != nil || got != want {
			t.Errorf("%s: %v\n%s", tt.why, err, cmp.Diff(want, got))
		}
	}
}

func TestATimeWithoutAZoneIsOnTheRotationsClock(t *testing.T) {
	file := written(t, "toban.yaml", twoRotations)
	for _, tt := range []struct{ why, name, at, want string }{
		{"a date is the shift that starts on it", "tokyo", "2026-11-24", "2026-11-24T01:00:00Z"},
		{"no shift starts: noon", "berlin", "2026-11-24", "2026-11-24T11:00:00Z"},
		{"long before the start", "berlin", "1999-07-01 10:00", "1999-07-01T08:00:00Z"},
		{"a time of day", "tokyo", "2026-11-24 09:59", "2026-11-24T00:59:00Z"},
		{"with a T", "berlin", "2026-07-01T08:30", "2026-07-01T06:30:00Z"},
		{"the clock skips it", "berlin", "2026-03-29 02:30", "2026-03-29T01:00:00Z"},
		{"the clock shows it twice", "berlin", "2026-10-25 02:30", "2026-10-25T00:30:00Z"},
		{"with a zone of its own", "berlin", "2026-07-01T08:30:00+09:00", "2026-06-30T23:30:00Z"},
	} {
		got, err := call(t, tt.at, "--rotation", file, "--name", tt.name, "--at", tt.at, "--at", "-", "-o", "json")
		if want := `"at":"` + tt.want + `"`; err != nil || strings.Count(got, want) != 2 {
			t.Errorf("%s: %v, want %s twice in\n%s", tt.why, err, want, got)
		}
	}
}

func TestAWrongFileSaysWhere(t *testing.T) {
	for _, tt := range []struct{ why, file, want string }{
		{"which of several", twoRotations, "--name: FILE has 2 rotations, expected the name of one: tokyo, berlin"},
		{"empty", "\n", "FILE:1: found nothing, expected a rotation, a list of rotations, or a whole configuration"},
		{"a text", "hello", `FILE:1: found "hello", expected a rotation, a list of rotations, or a whole configuration`},
		{"no rotations", "channels: {alerts: \"#a\"}", "FILE:1: rotations: found a configuration without any, expected a list of rotations"},
		{"none in the list", "channels: {}\nrotations: []", "FILE:1: rotations: found an empty list, expected at least one rotation"},
		{"no list", "rotations: {name: x}", "FILE:1: rotations: found a mapping, expected a list of rotations"},
		{"bare @", "name: x\nmembers: [@ken]", `FILE:2: found no readable YAML: found character that cannot start any token; names that begin with @ must be in quotes, like "@hana"`},
		{"two mistakes", "rotations:\n  - name: x\n    zone: Tokyo\n    start: 2026-11-23T10:00:00+09:00\n    kind: dayly\n    handoff: \"10:00\"", "FILE:3: rotations[0].zone: expected an IANA time zone such as Asia/Tokyo, not \"Tokyo\"\nFILE:5: rotations[0].kind: expected daily, weekly or hours, not \"dayly\""},
		{"an unknown key", "name: x\nzonee: UTC\nstart: 2026-11-23T10:00:00+09:00\nkind: hours\nzone: UTC", "FILE:2: zonee: found an unknown key, expected a key of a rotation; did you mean \"zone\"?"},
		{"a name twice", strings.ReplaceAll(twoRotations, "berlin", "tokyo"), `FILE:5: rotations[1].name: found "tokyo" again, expected a name that no other rotation has; rotations[0].name is the same`},
		{"an alias of itself", "a: &a [*a]\nrotations: *a", "FILE:1: found an alias of something that it is in itself, expected aliases of other things only"},
	} {
		file := written(t, "file", tt.file)
		_, err := call(t, "", "--rotation", file)
		if usage, ok := errors.AsType[*UsageError](err); !ok || strings.ReplaceAll(usage.Error(), file, "FILE") != tt.want {
			t.Errorf("%s: %v\nwant %s", tt.why, err, tt.want)
		}
	}
}

func BenchmarkAMillionLines(b *testing.B) {
	input := strings.Repeat("2031-11-24T10:00:00+09:00\n", 1_000_000)
	c := Command{Rotation: "testdata/platform.yaml", At: []string{"-"}, Output: "json"}
	for b.Loop() {
		if err := c.Run(strings.NewReader(input), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
