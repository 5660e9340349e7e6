package waf

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// scenario makes the requests of one labelled window. The label is who sent
// them, never what the judge thinks of it.
type scenario struct {
	label Kind
	name  string
	one   func(c corpus, r *rand.Rand, aws bool) request
}

var asked = strings.Fields(`/.env /.git/config /wp-login.php /phpmyadmin/index.php /actuator/env /.aws/credentials
/cgi-bin/luci /boaform/admin/formLogin /vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php /server-status /solr/admin/info
/xmlrpc.php /wp-content/plugins/revslider/x.php /.vscode/sftp.json /manager/html /owa/auth/x.js /autodiscover/autodiscover.json
/_ignition/execute-solution /telescope/requests /jenkins/script /HNAP1 /config.json /backup.zip /db.sql /.DS_Store /phpinfo.php
/api/v1/pods /console/login/LoginForm.jsp /druid/index.html /geoserver/web /remote/login /dana-na/x /.svn/entries /admin.php
/setup.php /old/index.bak /web.config /trace.axd /portal/redlion /sdk /evox/about /nmaplowercheck /.well-known/security.txt
/favicon.ico /robots.txt /login /admin /api /test /1.php /shell.php /wso.php /adminer.php /.htpasswd /id_rsa /nacos/v1`)

var programs = []string{"", "curl/8.5.0", "python-requests/2.32", "Go-http-client/1.1", firefox, "Mozilla/5.0 zgrab/0.x", "Mozilla/5.0 (compatible; CensysInspect/1.1)"}

var stops = [][2]string{
	{"AWS#AWSManagedRulesKnownBadInputsRuleSet", "ExploitablePaths_URIPATH"},
	{"AWS#AWSManagedRulesCommonRuleSet", "RestrictedExtensions_URIPATH"},
	{"AWS#AWSManagedRulesAmazonIpReputationList", "AWSManagedIPReputationList"},
	{"AWS#AWSManagedRulesAnonymousIpList", "HostingProviderIPList"},
	{"AWS#AWSManagedRulesPHPRuleSet", "PHPHighRiskMethodsVariables_URIPATH"},
	{"OWASP_CRS", "930130"},
	{"OWASP_CRS", "920440"},
	{"AWS#AWSManagedRulesCommonRuleSet", "NoUserAgent_HEADER"},
}

func prober(among int) func(corpus, *rand.Rand, bool) request {
	return func(_ corpus, r *rand.Rand, _ bool) request {
		stop := stops[r.IntN(len(stops))]
		return request{
			method: "GET", path: asked[r.IntN(len(asked))], agent: programs[r.IntN(len(programs))], address: address(r, among),
			group: stop[0], rule: stop[1], action: "BLOCK", ruleType: "MANAGED_RULE_GROUP",
		}
	}
}

// aimedAt makes an attacker who puts texts of some kinds into one parameter.
func aimedAt(path, parameter string, among int, likeABrowser bool, kinds ...string) func(corpus, *rand.Rand, bool) request {
	return func(c corpus, r *rand.Rand, aws bool) request {
		q := ordinary(r, among)
		q.cookie, q.referer, q.browser = likeABrowser, likeABrowser, likeABrowser
		group, rule, text := c.pick(r, aws, kinds...)
		q.path, q.query, q.group, q.rule = path, query(parameter, text), group, rule
		return q
	}
}

var anyAttack = []string{"sqli", "xss", "lfi", "rce", "injection"}

var scenarios = []scenario{
	{Scan, "one prober", prober(1)},
	{Scan, "botnet of probers", prober(3000)},
	{Scan, "scanner with payloads everywhere", func(c corpus, r *rand.Rand, aws bool) request {
		q := prober(2)(c, r, aws)
		if r.IntN(3) == 0 {
			group, rule, text := c.pick(r, aws, anyAttack...)
			q.query, q.group, q.rule = query("id", text), group, rule
		}
		q.agent = "Mozilla/5.0 (compatible; Nuclei - Open-source project (github.com/projectdiscovery/nuclei))"
		return q
	}},
	{Scan, "scanner that also fuzzes our pages", func(c corpus, r *rand.Rand, aws bool) request {
		if r.IntN(4) > 0 {
			return prober(1)(c, r, aws)
		}
		return aimedAt(fmt.Sprintf("/%c", 'a'+r.IntN(26)), "q", 1, false, anyAttack...)(c, r, aws)
	}},

	{Targeted, "one tester, SQL injection", aimedAt("/items", "id", 1, false, "sqli")},
	{Targeted, "sqlmap with its own name", func(c corpus, r *rand.Rand, aws bool) request {
		q := aimedAt("/items", "id", 1, false, "sqli")(c, r, aws)
		q.agent = "sqlmap/1.8#stable (https://sqlmap.org)"
		return q
	}},
	{Targeted, "XSS from three addresses", aimedAt("/search", "q", 3, true, "xss")},
	{Targeted, "files by a download page", aimedAt("/download", "file", 2, true, "lfi")},
	{Targeted, "many addresses like browsers", aimedAt("/items", "id", 3000, true, "sqli")},
	{Targeted, "everything at one API", aimedAt("/api/orders", "filter", 1, false, anyAttack...)},
	{Targeted, "payloads in the path", func(c corpus, r *rand.Rand, aws bool) request {
		q := aimedAt("/", "x", 2, true, "sqli", "rce")(c, r, aws)
		_, _, text := c.pick(r, aws, "sqli", "rce")
		q.path, q.query = "/items/"+text, ""
		return q
	}},
	{Targeted, "coded so that nobody sees", aimedAt("/items", "state", 500, true, "blob")},
	{Targeted, "body of the login", func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, 300)
		q.method, q.path, q.group, q.rule = "POST", "/api/login", "AWS#AWSManagedRulesSQLiRuleSet", "SQLi_BODY"
		return q
	}},
	{Targeted, "redacted queries", func(c corpus, r *rand.Rand, aws bool) request {
		q := aimedAt("/items", "id", 300, true, "sqli")(c, r, aws)
		q.query = "REDACTED"
		return q
	}},
	{Targeted, "behind the noise of a scan", func(c corpus, r *rand.Rand, aws bool) request {
		if r.IntN(100) < 80 {
			return prober(500)(c, r, aws)
		}
		return aimedAt("/items", "id", 1, true, "sqli")(c, r, aws)
	}},
	{Targeted, "behind the noise of mistakes", func(c corpus, r *rand.Rand, aws bool) request {
		if r.IntN(100) < 85 {
			return mistake("/search", "q", "prose")(c, r, aws)
		}
		return aimedAt("/items", "id", 20, true, "sqli")(c, r, aws)
	}},
	{Targeted, "half a condition, from everywhere", func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, 3000)
		q.path, q.group, q.rule = "/items", "OWASP_CRS", pick(r, "942100", "942190", "942430")
		q.query = query("id", fmt.Sprintf(pick(r, "%d'", "%d\"", "%d having 1", "if(%d,1,0)", "ascii(user)-%d", "%d' rlike", "-%d union", "%d^1", "%d or 7=7", "version()+%d"), r.IntN(900)))
		return q
	}},
	{Targeted, "order numbers one after the other", func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, 1)
		q.path, q.rule, q.ruleType, q.group = fmt.Sprintf("/api/orders/%d", r.IntN(1e6)), "block-enumeration", "REGULAR", ""
		return q
	}},
	{Targeted, "passwords tried", func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, 2000)
		q.method, q.path, q.rule, q.ruleType, q.group = "POST", "/login", "rate-login", "RATE_BASED", ""
		return q
	}},

	{FalsePositive, "shoppers' words", mistake("/search", "q", "prose")},
	{FalsePositive, "links in a parameter", mistake("/share", "url", "link")},
	{FalsePositive, "large uploads", func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, 800)
		q.method, q.path, q.group, q.rule = "POST", "/photos", "AWS#AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY"
		return q
	}},
	{FalsePositive, "an editor that sends HTML", func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, 400)
		q.method, q.path, q.group, q.rule = "POST", fmt.Sprintf("/articles/%d/edit", r.IntN(9000)), "AWS#AWSManagedRulesCommonRuleSet", "CrossSiteScripting_BODY"
		return q
	}},

	{Flood, "one page from everywhere", flood(3000, "/")},
	{Flood, "one address, one search", flood(1, "/search")},
	{Flood, "many pages", func(c corpus, r *rand.Rand, aws bool) request {
		return flood(200, fmt.Sprintf("/items/%d", r.IntN(50)))(c, r, aws)
	}},
}

func mistake(path, parameter, kind string) func(corpus, *rand.Rand, bool) request {
	return func(c corpus, r *rand.Rand, aws bool) request {
		q := ordinary(r, 900)
		group, rule, text := c.pick(r, aws, kind)
		q.path, q.query, q.group, q.rule = path, query(parameter, text), group, rule
		return q
	}
}

func flood(among int, path string) func(corpus, *rand.Rand, bool) request {
	return func(_ corpus, r *rand.Rand, _ bool) request {
		q := ordinary(r, among)
		q.cookie, q.referer, q.browser = false, false, r.IntN(2) == 0
		q.path, q.query, q.rule, q.ruleType = path, fmt.Sprint("v=", r.IntN(1e6)), "limit-per-address", "RATE_BASED"
		return q
	}
}

func (s scenario) window(c corpus, n int, aws bool, run uint64) string {
	r := rand.New(rand.NewPCG(run, uint64(n)))
	requests := make([]request, n)
	aimed := false
	for i := range requests {
		requests[i] = s.one(c, r, aws)
		aimed = aimed || requests[i].path == "/items"
	}
	// A window is labelled by an attacker who is in it.
	for s.label == Targeted && strings.HasPrefix(s.name, "behind") && !aimed {
		requests[0] = s.one(c, r, aws)
		aimed = requests[0].path == "/items"
	}
	return window(requests)
}
