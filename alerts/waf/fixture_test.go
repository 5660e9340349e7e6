package waf

import (
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the fixtures made from our corpus")

// TestTheFixtureIsMadeFromTheCorpus keeps the log that `bot waf` is shown with:
// a tester at /items behind some noise, one line cut, a few requests that
// passed.
func TestTheFixtureIsMadeFromTheCorpus(t *testing.T) {
	c, r := loadCorpus(t), rand.New(rand.NewPCG(3, 1))
	attack, noise := aimedAt("/items", "id", 1, true, "sqli"), prober(40)
	var requests []request
	for i := range 40 {
		switch {
		case i%10 == 9:
			q := ordinary(r, 50)
			q.path, q.query, q.rule, q.action, q.ruleType = "/items", "id=7&session=0a1b2c", "Default_Action", "ALLOW", "REGULAR"
			requests = append(requests, q)
		case i%4 == 3:
			requests = append(requests, noise(c, r, true))
		default:
			requests = append(requests, attack(c, r, true))
		}
	}
	lines := strings.SplitAfter(window(requests), "\n")
	lines[20] = lines[20][:200] + "\n"
	want := strings.Join(lines, "")
	const file = "../../fixtures/data/waf/attempt.jsonl"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not what the corpus makes (%v); -update writes it", file, err)
	}
}
