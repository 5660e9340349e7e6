package waf

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNoSecretIsAnywhereInASummary(t *testing.T) {
	const secret = "hunter2secret"
	rec := request{
		method: "GET", path: "/a;session=" + secret, query: "token=" + secret + "&q=' or 1=1--", agent: "x password=" + secret,
		address: "192.0.2.1", rule: "sqli", action: "BLOCK", ruleType: "REGULAR",
	}.record(1)
	rec["terminatingRuleMatchDetails"] = []any{map[string]any{"conditionType": "SQL_INJECTION", "location": "COOKIE", "matchedData": []string{secret}}}
	h := rec["httpRequest"].(map[string]any)
	h["headers"] = append(h["headers"].([]any), header("Cookie", "sid="+secret), header("Authorization", "Bearer "+secret), header("Referer", "https://a/?token="+secret))
	line, _ := json.Marshal(rec)
	s, err := Summarize(strings.NewReader(string(line)))
	if err != nil || s.Stopped.N != 1 || len(s.Samples) != 1 {
		t.Fatal(s, err)
	}
	if out, _ := json.Marshal(s); strings.Contains(string(out), secret) {
		t.Errorf("the summary holds the secret: %s", out)
	}
}
