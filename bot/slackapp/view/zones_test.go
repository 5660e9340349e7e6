package view

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	shownTime  = regexp.MustCompile(`\b\d{1,2}:\d{2}\b`)
	tokenTimes = regexp.MustCompile(`<!date\^[^|>]*\|([^>]*)>`)
	aZone      = regexp.MustCompile(`\b(?:JST|UTC|CET|Asia/Tokyo|Europe/Berlin)\b`)
)

// Every view that contains a time says whose clock it is on: what has happened
// is a token, which Slack draws on the reader's own clock, and whose fallback
// names a zone; everything else is written out, and its zone stands beside it.
// A time that the reader chooses (snooze until 9:00) is on the reader's clock.
func TestEveryTimeHasAZone(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(goldens, "*.txt"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d views, %v", len(files), err)
	}
	times := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(raw), "==== ") { // one language
			part, _, _ = strings.Cut(part, "---- json ----")
			for _, token := range tokenTimes.FindAllStringSubmatch(part, -1) {
				times++
				if shownTime.MatchString(token[1]) && !aZone.MatchString(token[1]) {
					t.Errorf("%s: the fallback %q has no zone", filepath.Base(file), token[1])
				}
			}
			written := strings.NewReplacer("朝 9:00 まで", "", "Until 9:00 in the morning", "").Replace(tokenTimes.ReplaceAllString(part, ""))
			if found := shownTime.FindString(written); found != "" && !aZone.MatchString(written) {
				t.Errorf("%s: %s is on nobody's clock", filepath.Base(file), found)
			}
		}
	}
	if times == 0 {
		t.Error("no view has a time")
	}
}
