package reading

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/titles.txt anew")

// TestMain lets the test binary stand in for the program that Child starts.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "reading" {
		if err := (Command{}).Run(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestTitles reads the titles of testdata/titles.txt, each with its words.
func TestTitles(t *testing.T) {
	const file = "testdata/titles.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	slack := regexp.MustCompile(`^[a-z0-9_]+( [a-z0-9_]+)*$`)
	denied := regexp.MustCompile(`ない|なかっ|ません|不|未`)
	denies := regexp.MustCompile(`nai|nakat|masen|\bfu|fuka|\bmi`)
	var lines []string
	for line := range strings.Lines(string(text)) {
		title, want, _ := strings.Cut(strings.TrimSpace(line), "\t")
		words, err := Words(title)
		got := strings.Join(words, " ")
		if err != nil || !slack.MatchString(got) || denied.MatchString(title) && !denies.MatchString(got) {
			t.Errorf("%s: read as %q, %v", title, got, err)
		}
		if got != want && !*update {
			t.Errorf("%s:\n got %s\nwant %s", title, got, want)
		}
		lines = append(lines, title+"\t"+got+"\n")
	}
	if len(lines) < 150 {
		t.Errorf("only %d titles", len(lines))
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotBeReadIsNoSilence(t *testing.T) {
	for _, title := range []string{"𠮷野家の予約", "서버 장애", "сервер 障害"} {
		if words, err := Words(title); err == nil {
			t.Errorf("%s is read as %v", title, words)
		}
	}
	if words, err := Words("🔥 !?"); err != nil || len(words) != 0 {
		t.Errorf("signs alone: %v, %v", words, err)
	}
}

func TestAChildReads(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	words, err := Child(t.Context(), program, "決済が止まっている")
	if err != nil || !slices.Equal(words, []string{"kessai", "tomatteiru"}) {
		t.Errorf("%v, %v", words, err)
	}
	if _, err := Child(t.Context(), program, "서버"); err == nil || !strings.Contains(err.Error(), "서버") {
		t.Errorf("what cannot be read: %v", err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Child(ended, program, "決済"); err == nil {
		t.Error("a child outlives who asked")
	}
}
