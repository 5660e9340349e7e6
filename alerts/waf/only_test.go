package waf

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// judged is one record with what its rules made of it, in one of both shapes.
type judged struct {
	stoppedBy string // sub-rule; empty: it passed
	counted   []string
	rewritten bool
}

func (j judged) line(i int) string {
	const group = "AWS#AWSManagedRulesCommonRuleSet"
	action := "ALLOW"
	if j.stoppedBy != "" {
		action = "BLOCK"
	}
	rec := request{method: "GET", path: "/p", address: fmt.Sprintf("203.0.113.%d", i), agent: firefox, action: action, rule: "Default_Action"}.record(1_790_000_000_000)
	var terminating any
	if j.stoppedBy != "" {
		rec["terminatingRuleId"] = "AWS-AWSManagedRulesCommonRuleSet"
		terminating = map[string]any{"ruleId": j.stoppedBy, "action": "BLOCK"}
	}
	if j.rewritten {
		counted := map[string]any{}
		for _, rule := range j.counted {
			counted[rule] = map[string]any{"action": "COUNT"}
		}
		g := map[string]any{"nonTerminatingMatchingRules": counted}
		if j.stoppedBy != "" {
			g["terminatingRule"] = map[string]any{j.stoppedBy: map[string]any{"action": "BLOCK"}}
		}
		rec["ruleGroupList"] = map[string]any{group: g}
	} else {
		counted := []any{}
		for _, rule := range j.counted {
			counted = append(counted, map[string]any{"ruleId": rule, "action": "COUNT"})
		}
		rec["ruleGroupList"] = []any{map[string]any{"ruleGroupId": group, "terminatingRule": terminating, "nonTerminatingMatchingRules": counted}}
	}
	line, _ := json.Marshal(rec)
	return string(line)
}

func TestOneRuleAloneAgainstAPlainCount(t *testing.T) {
	rules := []string{"NoUserAgent_HEADER", "SizeRestrictions_BODY", "GenericRFI_BODY"}
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		stopped, wouldStop, passed := map[string]int{}, map[string]int{}, 0
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			j := judged{rewritten: rapid.Bool().Draw(t, "rewritten")}
			if rapid.Bool().Draw(t, "stops") {
				j.stoppedBy = rapid.SampledFrom(rules).Draw(t, "by")
			}
			for _, rule := range rules {
				if rapid.Bool().Draw(t, rule) && rule != j.stoppedBy {
					j.counted = append(j.counted, rule)
				}
			}
			if j.stoppedBy != "" {
				stopped[j.stoppedBy]++
			} else {
				passed++
				for _, rule := range j.counted {
					wouldStop[rule]++
				}
			}
			lines = append(lines, j.line(i))
		}
		for _, rule := range rules {
			for _, name := range []string{rule, strings.ToLower(rule)} {
				by, would := StoppedBy(name), CountedBy(name)
				for _, tally := range []*Tally{by, would} {
					if _, err := tally.Collect(strings.NewReader(strings.Join(lines, "\n"))); err != nil {
						t.Fatal(err)
					}
				}
				if s := by.Summary(); s.Stopped.N != stopped[rule] || s.Passed.N != passed {
					t.Fatalf("%s stopped %d of %d, beside %d of %d that passed", name, s.Stopped.N, stopped[rule], s.Passed.N, passed)
				}
				s := would.Summary()
				if s.Stopped.N != wouldStop[rule] || s.Stopped.N+s.Passed.N != passed {
					t.Fatalf("%s would have stopped %d of %d, and %d passed of %d", name, s.Stopped.N, wouldStop[rule], s.Passed.N, passed)
				}
				for _, listed := range s.Stopped.Rules.Top {
					if !strings.HasSuffix(listed.Key, rule) {
						t.Fatalf("%s is not %s", listed.Key, rule)
					}
				}
			}
		}
	})
}

func TestARuleMayBeNamedAsItIsListed(t *testing.T) {
	line := judged{stoppedBy: "SizeRestrictions_BODY"}.line(1)
	for name, want := range map[string]int{
		"AWS-AWSManagedRulesCommonRuleSet › SizeRestrictions_BODY": 1, "sizerestrictions_body": 1, "AWS-AWSManagedRulesCommonRuleSet": 0, "": 0, "Size": 0,
	} {
		tally := StoppedBy(name)
		if _, err := tally.Collect(strings.NewReader(line)); err != nil || tally.Summary().Stopped.N != want {
			t.Errorf("%q stopped %d, want %d", name, tally.Summary().Stopped.N, want)
		}
	}
}
