package waf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

var kinds = []Kind{Scan, Targeted, FalsePositive, Flood, Unsure}

// matrix counts verdicts by label.
type matrix map[Kind]map[Kind]int

func (m matrix) add(label, verdict Kind) {
	if m[label] == nil {
		m[label] = map[Kind]int{}
	}
	m[label][verdict]++
}

func (m matrix) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-16s", "label \\ verdict")
	for _, v := range kinds {
		fmt.Fprintf(&b, "%16s", v)
	}
	for _, label := range kinds[:4] {
		fmt.Fprintf(&b, "\n%-16s", label)
		for _, v := range kinds {
			fmt.Fprintf(&b, "%16d", m[label][v])
		}
	}
	return b.String()
}

// baselines are what the judge must beat: to call everything a scan, and to ask
// the top rule alone.
func byTopRule(s Summary) Kind {
	m := ruleMark(s.Stopped.Rules.Top[0].Key)
	switch {
	case strings.Contains(s.Stopped.Rules.Top[0].Key, "limit") || m&rateLimit != 0:
		return Flood
	case m&mistaken != 0:
		return FalsePositive
	case m&aimed != 0:
		return Targeted
	}
	return Scan
}

func TestNoTargetedWindowIsTakenForNoise(t *testing.T) {
	c := loadCorpus(t)
	for _, n := range []int{5, 50, 500} {
		runs := uint64(max(2, 100/n))
		got, scan, rule := matrix{}, matrix{}, matrix{}
		for _, s := range scenarios {
			verdicts := map[Kind]int{}
			for run := range runs {
				for _, aws := range []bool{false, true} {
					sum, err := Summarize(strings.NewReader(s.window(c, n, aws, run)))
					if err != nil || sum.Records != n {
						t.Fatalf("%s: %d records, %v", s.name, sum.Records, err)
					}
					v := Judge(sum)
					verdicts[v.Kind]++
					got.add(s.label, v.Kind)
					scan.add(s.label, Scan)
					rule.add(s.label, byTopRule(sum))
					if s.label == Targeted && v.Kind != Targeted && v.Kind != Unsure {
						t.Errorf("%s (%d requests, run %d): called %s because %+v", s.name, n, run, v.Kind, v.Reasons)
					}
					if len(v.Reasons) != 3 {
						t.Errorf("%s: %d reasons, want 3: %+v", s.name, len(v.Reasons), v)
					}
				}
			}
			t.Logf("%-14s %-36s %v", s.label, s.name, verdicts)
		}
		t.Logf("windows of %d\n%s\nalways scan\n%s\nby top rule\n%s", n, got, scan, rule)
	}
}

func TestReasonsAreTheStrongestFirst(t *testing.T) {
	sum, err := Summarize(strings.NewReader(scenarios[0].window(loadCorpus(t), 50, true, 1)))
	if err != nil {
		t.Fatal(err)
	}
	v := Judge(sum)
	if v.Kind != Scan {
		t.Fatalf("a plain prober is %s: %+v", v.Kind, v)
	}
	if !slices.IsSortedFunc(v.Reasons, func(a, b Reason) int { return cmp.Compare(b.Points, a.Points) }) {
		t.Errorf("reasons are not in order: %+v", v.Reasons)
	}
	for _, r := range v.Reasons {
		if !strings.Contains(r.Says, fmt.Sprint(r.N)) {
			t.Errorf("reason %q hides its number %d", r.Says, r.N)
		}
	}
}

func TestARuleAboutThePathHidesNothing(t *testing.T) {
	for rule, hidden := range map[string]int{"GenericLFI_URIPATH": 0, "GenericLFI_HEADER": 1, "GenericLFI_BODY": 1} {
		s, err := Summarize(strings.NewReader(`{"action":"BLOCK","terminatingRuleId":"core","ruleGroupList":[{"ruleGroupId":"AWS#AWSManagedRulesCommonRuleSet","terminatingRule":{"ruleId":"` + rule + `","action":"BLOCK"}}],"httpRequest":{"uri":"/config.json"}}`))
		if err != nil || s.Signals.Hidden != hidden {
			t.Errorf("%s: %d hidden, %v; want %d", rule, s.Signals.Hidden, err, hidden)
		}
	}
}
