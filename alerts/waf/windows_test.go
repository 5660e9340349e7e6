package waf

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"testing"
)

// request is what a window is made of; record writes it as AWS WAF would log it.
type request struct {
	method, path, query, agent, address, rule, group, action, ruleType string
	cookie, referer, browser                                           bool
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"

var ordinaryAgents = []string{
	firefox,
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
}

func (q request) record(at int64) map[string]any {
	headers := []any{header("Host", "shop.example")}
	if q.agent != "" {
		headers = append(headers, header("User-Agent", q.agent))
	}
	if q.browser {
		headers = append(headers, header("Accept-Language", "ja,en;q=0.7"), header("sec-fetch-mode", "navigate"))
	}
	if q.cookie {
		headers = append(headers, header("Cookie", "sid=3f9a1c; lang=ja"))
	}
	if q.referer {
		headers = append(headers, header("Referer", "https://shop.example/"))
	}
	rec := map[string]any{
		"timestamp": at, "formatVersion": 1, "webaclId": "arn:aws:wafv2:ap-northeast-1:000000000000:regional/webacl/shop/1",
		"terminatingRuleId": q.rule, "terminatingRuleType": q.ruleType, "action": q.action, "terminatingRuleMatchDetails": []any{},
		"httpSourceName": "ALB", "httpSourceId": "app/shop/1", "rateBasedRuleList": []any{}, "nonTerminatingMatchingRules": []any{},
		"httpRequest": map[string]any{
			"clientIp": q.address, "country": "JP", "headers": headers, "uri": q.path, "args": q.query,
			"httpVersion": "HTTP/2.0", "httpMethod": q.method, "requestId": fmt.Sprint("r", at),
		},
	}
	groups := []any{map[string]any{"ruleGroupId": "AWS#AWSManagedRulesAmazonIpReputationList", "terminatingRule": nil, "nonTerminatingMatchingRules": []any{}, "excludedRules": nil}}
	if q.group != "" {
		rec["terminatingRuleId"] = "groups-" + q.group
		groups = append(groups, map[string]any{
			"ruleGroupId": q.group, "nonTerminatingMatchingRules": []any{}, "excludedRules": nil,
			"terminatingRule": map[string]any{"ruleId": q.rule, "action": q.action, "ruleMatchDetails": nil},
		})
	}
	rec["ruleGroupList"] = groups
	return rec
}

func header(name, value string) map[string]any { return map[string]any{"name": name, "value": value} }

// window writes requests as JSON lines, a second apart.
func window(requests []request) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	for i, q := range requests {
		if err := enc.Encode(q.record(1_790_000_000_000 + int64(i)*1000)); err != nil {
			panic(err)
		}
	}
	return b.String()
}

// corpus is our own list of texts with the rule of the OWASP Core Rule Set that
// each of them trips.
type corpus map[string][][2]string // kind → {rule, text}

func loadCorpus(t testing.TB) corpus {
	data, err := os.ReadFile("../../fixtures/data/waf/payloads.tsv")
	if err != nil {
		t.Fatal(err)
	}
	c := corpus{}
	for line := range strings.Lines(string(data)) {
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		c[part[0]] = append(c[part[0]], [2]string{part[1], part[2]})
	}
	return c
}

// managed are the names of AWS's own rules for the same things.
var managed = map[string][2]string{
	"sqli":      {"AWS#AWSManagedRulesSQLiRuleSet", "SQLi_QUERYARGUMENTS"},
	"xss":       {"AWS#AWSManagedRulesCommonRuleSet", "CrossSiteScripting_QUERYARGUMENTS"},
	"lfi":       {"AWS#AWSManagedRulesCommonRuleSet", "GenericLFI_QUERYARGUMENTS"},
	"rce":       {"AWS#AWSManagedRulesUnixRuleSet", "UNIXShellCommandsVariables_QUERYARGUMENTS"},
	"injection": {"AWS#AWSManagedRulesKnownBadInputsRuleSet", "Log4JRCE_QUERYSTRING"},
	"prose":     {"AWS#AWSManagedRulesSQLiRuleSet", "SQLi_QUERYARGUMENTS"},
	"link":      {"AWS#AWSManagedRulesCommonRuleSet", "GenericRFI_QUERYARGUMENTS"},
	"blob":      {"AWS#AWSManagedRulesSQLiRuleSet", "SQLiExtendedPatterns_QUERYARGUMENTS"},
}

// pick takes a text of a kind and the rule that stops it, by either rule set.
func (c corpus) pick(r *rand.Rand, aws bool, kinds ...string) (group, rule, text string) {
	kind := kinds[r.IntN(len(kinds))]
	p := c[kind][r.IntN(len(c[kind]))]
	if aws || p[0] == "-" {
		m := managed[kind]
		return m[0], m[1], p[1]
	}
	return "OWASP_CRS", p[0], p[1]
}

func address(r *rand.Rand, among int) string {
	n := r.IntN(among)
	return fmt.Sprintf("203.%d.%d.%d", n%200, n/200%200, 7+n%40)
}

func query(name, value string) string { return name + "=" + url.QueryEscape(value) }

func ordinary(r *rand.Rand, among int) request {
	return request{
		method: "GET", agent: ordinaryAgents[r.IntN(len(ordinaryAgents))], address: address(r, among),
		action: "BLOCK", ruleType: "MANAGED_RULE_GROUP", cookie: r.IntN(10) > 0, referer: r.IntN(10) > 1, browser: r.IntN(20) > 0,
	}
}
