package waf

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNamesTellWhatIsTried(t *testing.T) {
	for _, tt := range []struct {
		mark       mark
		name, want string
	}{
		{ruleMark("942100"), "a number of the Core Rule Set", "sqli"},
		{ruleMark("930130"), "its list of files nobody should ask for", "bad-input probe"},
		{ruleMark("949110"), "its rule that adds up", ""},
		{ruleMark("REQUEST-941-APPLICATION-ATTACK-XSS"), "the name of a file of it", "xss"},
		{ruleMark("WordPressExploitablePaths_URIPATH"), "paths that are asked everywhere", "bad-input probe"},
		{ruleMark("SizeRestrictions_BODY"), "a rule known for mistakes", "size mistaken"},
		{ruleMark("corp-block-sqli-v3"), "a name of one's own", "sqli"},
		{labelMark("awswaf:managed:aws:sql-database:SQLi_QueryArguments"), "a managed label", "sqli"},
		{labelMark("awswaf:managed:vendor:crs:942100"), "a vendor's label", "sqli"},
		{labelMark("awswaf:000000000000:webacl:xss-site:lfi"), "a label of one's own tells by its last part", "lfi"},
		{labelMark("awswaf:clientip:geo:country:NL"), "where a client is", ""},
		{agentMark("Mozilla/5.00 (Nikto/2.1.6)"), "a scanner", "scanner"},
		{agentMark("sqlmap/1.8 (https://sqlmap.org)"), "a tool that aims", "tool"},
		{agentMark(firefox), "a browser", ""},
		{routeMark("/.gnupg/"), "a file with a dot", "probe"},
		{routeMark("/.well-known/security.txt"), "a file with a dot that is meant to be asked for", ""},
		{routeMark("/api/login"), "a log-in", "login"},
		{routeMark("/blog/find-that-lost-screen-session.html"), "a story about sessions", ""},
		{payloadMark("/a", "q=alert+(red)+t-shirt"), "somebody who shops", ""},
		{payloadMark("/a", "id=1'+union/**/select+1"), "an attack with comments for spaces", "sqli attack"},
		{payloadMark("/a", "id=5+having+1"), "half a condition", "odd"},
	} {
		got := familyNames(tt.mark)
		for flag, says := range map[mark]string{probe: "probe", mistaken: "mistaken", scanner: "scanner", tool: "tool", login: "login", attack: "attack"} {
			if tt.mark&flag != 0 {
				got = append(got, says)
			}
		}
		if tt.mark&odd != 0 && tt.mark&attack == 0 {
			got = append(got, "odd")
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A rule may end a request for its form or by adding up scores, while others
// saw what it is.
func TestWhatOtherRulesSawCounts(t *testing.T) {
	for _, ended := range []string{"949110", "920273"} {
		rec := request{method: "POST", path: "/articles/1", agent: firefox, address: "192.0.2.1", rule: ended, action: "BLOCK", ruleType: "REGULAR"}.record(1)
		rec["nonTerminatingMatchingRules"] = []any{map[string]any{"ruleId": "920350", "action": "COUNT"}, map[string]any{"ruleId": "942100", "action": "COUNT"}}
		line, _ := json.Marshal(rec)
		s, err := Summarize(strings.NewReader(string(line)))
		if err != nil || s.Signals.Aimed != 1 || s.Signals.Mistaken != 0 || s.Signals.Hidden != 1 {
			t.Errorf("ended by %s: %+v, %v", ended, s.Signals, err)
		}
	}
}
