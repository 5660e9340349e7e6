package wafcmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const log = "../../fixtures/data/waf/attempt.jsonl"

// call runs the command as the program does.
func call(t *testing.T, stdin string, args ...string) (string, error) {
	t.Helper()
	var c Command
	parser, err := kong.New(&c, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = c.Run(strings.NewReader(stdin), &out)
	return out.String(), err
}

func TestOutputs(t *testing.T) {
	for name, args := range map[string][]string{
		"attempt.text": {log, "--top", "3"},
		"attempt.json": {log, "--top", "3", "-o", "json"},
		"change.text":  {log, "--top", "1", "--before", "testdata/quiet.jsonl"},
		"counted.text": {"testdata/quiet.jsonl", "--top", "2", "--counted", "nouseragent_header"},
		"tune.text":    {"testdata/quiet.jsonl", "--top", "1", "--tune", "SizeRestrictions_BODY"},
		"tune.json":    {"testdata/quiet.jsonl", "--top", "1", "--tune", "SizeRestrictions_BODY", "-o", "json"},
		"refused.text": {log, "--top", "1", "--tune", "SQLi_QUERYARGUMENTS"},
	} {
		got, err := call(t, "", args...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file := "testdata/" + name
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s differs (-want +got; -update rewrites it):\n%s", file, d)
		}
	}
}

func TestExitCodes(t *testing.T) {
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(data)
	w.Close()
	dir := t.TempDir()
	whole, cut := filepath.Join(dir, "whole.gz"), filepath.Join(dir, "cut.gz")
	os.WriteFile(whole, zipped.Bytes(), 0o600)
	os.WriteFile(cut, zipped.Bytes()[:zipped.Len()-9], 0o600)
	records := strings.Count(string(data), "\n") - 1 // one line is cut on purpose

	for _, tt := range []struct {
		why, stdin string
		args       []string
		code       int
		records    int
	}{
		{"a file", "", []string{log}, 0, records},
		{"standard input by default", string(data), nil, 0, records},
		{"standard input by name, and a file", string(data), []string{"-", log}, 0, 2 * records},
		{"gzip", "", []string{whole}, 0, records},
		{"gzip on standard input", zipped.String(), nil, 0, records},
		{"gzip that was cut, and a whole one", "", []string{cut, whole}, 1, 2 * records},
		{"no record at all", "hello\n", nil, 1, 0},
		{"no such file", "", []string{filepath.Join(dir, "none")}, 2, -1},
		{"a directory", "", []string{dir}, 2, -1},
		{"a top of nothing", "", []string{log, "--top", "0"}, 2, -1},
	} {
		out, err := call(t, tt.stdin, append(tt.args, "-o", "json")...)
		code := 0
		var coded kong.ExitCoder
		if errors.As(err, &coded) {
			code = coded.ExitCode()
		} else if err != nil {
			t.Errorf("%s: error without a code: %v", tt.why, err)
		}
		if code != tt.code {
			t.Errorf("%s: exit code %d (%v), want %d", tt.why, code, err, tt.code)
		}
		if tt.records < 0 {
			continue
		}
		var a struct{ Records int }
		if err := json.Unmarshal([]byte(out), &a); err != nil || a.Records != tt.records {
			t.Errorf("%s: %d records (%v), want %d", tt.why, a.Records, err, tt.records)
		}
	}
}

func TestProgressShowsOnceItTakesTwoSeconds(t *testing.T) {
	var out bytes.Buffer
	p := &progress{to: &out, total: 4 << 20}
	p.next = p.next.Add(2) // any instant: the test gives the time
	p.more(1<<20, p.next.Add(-1))
	if out.Len() > 0 {
		t.Errorf("too early: %q", out.String())
	}
	p.more(1<<20, p.next)
	p.done()
	if want := "\r\x1b[Kreading: 2 of 4 MB (50 %)\r\x1b[K"; out.String() != want {
		t.Errorf("shows %q, want %q", out.String(), want)
	}
}
