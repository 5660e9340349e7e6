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
	const instants = "expected an RFC 3339 instant such as 2026-12-02T10:00:00+09:00, not "
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

func BenchmarkAMillionLines(b *testing.B) {
	input := strings.Repeat("2031-11-24T10:00:00+09:00\n", 1_000_000)
	c := Command{Rotation: "testdata/platform.yaml", At: []string{"-"}, Output: "json"}
	for b.Loop() {
		if err := c.Run(strings.NewReader(input), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
