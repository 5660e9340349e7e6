package waf

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// of is what one rule stopped: requests of people with a session, each from an
// address of their own.
func of(t *testing.T, rule string, requests ...request) Summary {
	t.Helper()
	return ofSome(t, rule, len(requests), requests...)
}

// ofSome is the same from so many addresses.
func ofSome(t *testing.T, rule string, addresses int, requests ...request) Summary {
	t.Helper()
	for i := range requests {
		q := &requests[i]
		q.group, q.rule, q.action, q.ruleType = "AWS#AWSManagedRulesCommonRuleSet", rule, "BLOCK", "MANAGED_RULE_GROUP"
		q.address, q.agent, q.cookie, q.browser, q.referer = fmt.Sprintf("203.0.%d.%d", i%addresses/250, i%addresses%250), ordinaryAgents[i%4], true, true, true
	}
	tally := StoppedBy(rule)
	if _, err := tally.Collect(strings.NewReader(window(requests))); err != nil {
		t.Fatal(err)
	}
	return tally.Summary()
}

func times(n int, method string, paths ...string) (all []request) {
	for i := range n {
		all = append(all, request{method: method, path: paths[i%len(paths)]})
	}
	return all
}

// found collects every value that stands under a name, however deep.
func found(v any, name string) (all []any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if k == name {
				all = append(all, inner)
			}
			all = append(all, found(inner, name)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, found(inner, name)...)
		}
	}
	return all
}

func TestATuningNoteNamesTheRuleThePathsAndTheEvidence(t *testing.T) {
	for _, tt := range []struct {
		why    string
		s      Summary
		search []string // what the statement looks for
		how    string
	}{
		{"one path", of(t, "SizeRestrictions_BODY", times(40, "POST", "/reviews/new")...), []string{"/reviews/new", "POST"}, "EXACTLY"},
		{"three paths, several methods", of(t, "SizeRestrictions_BODY", append(times(30, "POST", "/a", "/b", "/c"), times(30, "PUT", "/a", "/b", "/c")...)...), []string{"/a", "/b", "/c"}, "EXACTLY"},
		{"paths with a beginning in common", of(t, "SizeRestrictions_BODY", times(40, "POST", "/api/v1/1/photo", "/api/v1/2/photo", "/api/v1/3/photo", "/api/v1/4/photo", "/api/v1/5/photo")...), []string{"/api/v1/", "POST"}, "STARTS_WITH"},
		{"the same few people again and again", ofSome(t, "SizeRestrictions_BODY", 6, times(92, "POST", "/reviews/new")...), []string{"/reviews/new", "POST"}, "EXACTLY"},
		{"quotes", of(t, "SizeRestrictions_BODY", times(40, "POST", `/a"b\c`)...), []string{`/a"b\c`, "POST"}, "EXACTLY"},
	} {
		n := Tune("sizerestrictions_body", tt.s, 100)
		if n.N != tt.s.Stopped.N || n.Of != 100 || !strings.HasSuffix(n.Rule, "SizeRestrictions_BODY") || n.Refused != "" || len(n.Evidence) == 0 || len(n.Paths) == 0 {
			t.Errorf("%s: %+v", tt.why, n)
			continue
		}
		var statement map[string]any
		if err := json.Unmarshal([]byte(n.Statement), &statement); err != nil {
			t.Errorf("%s: %v in %s", tt.why, err, n.Statement)
			continue
		}
		searched := map[any]bool{}
		for _, text := range found(statement, "SearchString") {
			searched[text] = true
		}
		for _, want := range tt.search {
			if !searched[want] {
				t.Errorf("%s: nothing looks for %s in %s", tt.why, want, n.Statement)
			}
		}
		if len(searched) != len(tt.search) || statement["NotStatement"] == nil || !strings.Contains(n.Statement, tt.how) {
			t.Errorf("%s: %s", tt.why, n.Statement)
		}
	}
}

func TestATuningNoteProposesNothingWhereItMust(t *testing.T) {
	attacks := times(20, "GET", "/items")
	for i := range attacks {
		attacks[i].query = query("id", fmt.Sprintf("1' UNION SELECT password FROM users WHERE id=%d--", i))
	}
	wide := []string{}
	for i := range 60 {
		wide = append(wide, fmt.Sprintf("/%c%d/x", 'a'+i%26, i))
	}
	for _, tt := range []struct {
		why  string
		s    Summary
		want Refusal
	}{
		{"an attack in sight", of(t, "GenericRFI_BODY", attacks...), AttackInSight},
		{"a login under attack in a body that nobody can see", of(t, "SQLi_BODY", times(60, "POST", "/login")...), MaybeAttack},
		{"one address works on a form", ofSome(t, "CrossSiteScripting_BODY", 1, times(60, "POST", "/comments")...), MaybeAttack},
		{"one address sends what is too long", ofSome(t, "SizeRestrictions_BODY", 1, times(60, "POST", "/reviews/new")...), MaybeAttack},
		{"nothing in common", of(t, "GenericRFI_BODY", times(60, "GET", wide...)...), TooManyPaths},
		{"nothing seen", of(t, "GenericRFI_BODY"), NothingSeen},
	} {
		n := Tune("GenericRFI_BODY", tt.s, 100)
		if n.Refused != tt.want || n.Statement != "" || n.Instead != "" {
			t.Errorf("%s: %q, %s", tt.why, n.Refused, n.Statement)
		}
		if n.Refused == MaybeAttack && len(n.Against) == 0 {
			t.Errorf("%s: it does not say why", tt.why)
		}
	}
	n := Tune("SizeRestrictions_QUERYSTRING", of(t, "SizeRestrictions_QUERYSTRING", times(20, "GET", "/invoices/090-1234-5678")...), 100)
	if strings.Contains(fmt.Sprint(n), "1234") || !strings.Contains(n.Statement, `"/invoices/"`) {
		t.Errorf("of a path with a secret only what stands before it is named: %+v", n)
	}
}

func TestFacetsAreFoundByEitherLanguagesWord(t *testing.T) {
	for word, want := range map[string]Facet{"IP": ByAddress, " path ": ByPath, "国": ByCountry, "ルール": ByRule, "User-Agent": ByAgent, "時間": ByTime} {
		if got, ok := ParseFacet(word); !ok || got != want {
			t.Errorf("%q: %q", word, got)
		}
	}
	for _, f := range Facets {
		if got, ok := ParseFacet(string(f)); !ok || got != f {
			t.Errorf("%s: %q", f, got)
		}
	}
	if got, ok := ParseFacet("colour"); ok {
		t.Errorf("colour is %s", got)
	}
}
