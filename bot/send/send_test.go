package send

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// listen starts a bot that accepts what names a title.
func listen(t *testing.T) (url string, bodies *[]string) {
	bodies = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*bodies = append(*bodies, string(body))
		switch {
		case r.Header.Get("Authorization") != "Bearer first":
			http.Error(w, `{"error":"missing or wrong token"}`, http.StatusUnauthorized)
		case !strings.Contains(string(body), "title"):
			http.Error(w, `{"error":"no title"}`, http.StatusBadRequest)
		default:
			io.WriteString(w, `{"ok":true,"id":"1"}`+"\n")
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, bodies
}

func TestSend(t *testing.T) {
	for _, tt := range []struct {
		why, file string
		bodies    int
		want      []string
		exit      int
	}{
		{"one object over several lines", "{\n \"title\": \"a\"\n}\n", 1, []string{`:1  200 OK  N ms  {"ok":true,"id":"1"}`}, 0},
		{"one on each line", "{\"title\":\"a\"}\n\n{\"title\":\"b\"}\n", 2, []string{`:1  200 OK  N ms  {"ok":true,"id":"1"}`, `:3  200 OK  N ms  {"ok":true,"id":"1"}`}, 0},
		{"a refused one among them", "{\"title\":\"a\"}\n{}\n", 2, []string{`:1  200 OK  N ms  {"ok":true,"id":"1"}`, `:2  400 Bad Request  N ms  {"error":"no title"}`}, 1},
		{"a broken file goes out as it is", "{\n oops", 1, []string{`:1  400 Bad Request  N ms  {"error":"no title"}`}, 1},
	} {
		t.Run(tt.why, func(t *testing.T) {
			url, bodies := listen(t)
			file := write(t, "x.json", tt.file)
			var out bytes.Buffer
			err := (&Command{Files: []string{file}, To: url, Token: "first, second"}).Run(nil, &out)
			if exitCode(err) != tt.exit || len(*bodies) != tt.bodies {
				t.Errorf("exit %d (%v), sent %q", exitCode(err), err, *bodies)
			}
			text := regexp.MustCompile(`  \d+ ms  `).ReplaceAllString(strings.ReplaceAll(out.String(), file, ""), "  N ms  ")
			if got := strings.Split(strings.TrimSpace(text), "\n"); !slices.Equal(got, tt.want) {
				t.Errorf("printed %q", got)
			}
		})
	}
}

func exitCode(err error) int {
	var coded kong.ExitCoder
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 0
}

// TestGrammar parses the command as `bot send` is typed.
func TestGrammar(t *testing.T) {
	url, bodies := listen(t)
	t.Setenv("TOBAN_WEBHOOK_TOKEN_FILE", write(t, "token", "first\n"))
	var cli struct {
		Send Command `cmd:""`
	}
	var out bytes.Buffer
	parser, err := kong.New(&cli, kong.BindTo(strings.NewReader(`{"title":"a"}`), (*io.Reader)(nil)), kong.BindTo(&out, (*io.Writer)(nil)))
	if err != nil {
		t.Fatal(err)
	}
	call, err := parser.Parse([]string{"send", "-", "--to", url})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(); err != nil || len(*bodies) != 1 || !strings.HasPrefix(out.String(), "-:1  200 OK") {
		t.Errorf("%v: %s", err, &out)
	}
	if _, err := parser.Parse([]string{"send", "x"}); err != nil || cli.Send.To != "http://127.0.0.1:8080/datadog" {
		t.Errorf("%v: by default sent to %s", err, cli.Send.To)
	}
}

func TestCannotRun(t *testing.T) {
	for _, c := range []Command{
		{Files: []string{"no-such-file"}, To: "http://127.0.0.1:1/"},
		{Files: []string{"-"}, To: "http://127.0.0.1:1/", TokenFile: "no-such-file"},
		{Files: []string{"-"}, To: "127.0.0.1:8080"},
		{Files: []string{"-"}, To: "ftp://127.0.0.1/"},
	} {
		if err := c.Run(strings.NewReader(""), io.Discard); exitCode(err) != 2 {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestNobodyListens(t *testing.T) {
	var out bytes.Buffer
	err := (&Command{Files: []string{"-"}, To: "http://127.0.0.1:1/"}).Run(strings.NewReader("{}"), &out)
	if exitCode(err) != 1 || !strings.Contains(out.String(), "refused") {
		t.Errorf("%v: %s", err, &out)
	}
}
