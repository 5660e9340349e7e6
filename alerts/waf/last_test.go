package waf

import (
	"fmt"
	"math/rand/v2"
	"net/url"
)

// A third set: an API without browsers, a news site with comments, a town's site
// in Japanese. It was judged when all else was done; docs/waf.md says what that
// first sight showed, and the one thing that was changed for it.

func client(r *rand.Rand, path, query string) request {
	return request{method: "GET", path: path, query: query, agent: pick(r, "okhttp/4.12.0", "TownApp/5.1 CFNetwork/1494 Darwin/23.4.0", "Dart/3.2 (dart:io)"), address: fmt.Sprintf("2001:db8:%x::%x", r.IntN(4000), r.IntN(90)), cookie: true}
}

var judgedLast = []elsewhere{
	{Scan, "Nuclei at an API, under a browser's name", func(r *rand.Rand, i int) request {
		q := ask(pick(r, "/swagger.json", "/v2/api-docs", "/graphql?query={__schema{types{name}}}", "/.env", "/actuator/heapdump", "/api/v1/../../etc/passwd", "/debug/vars", "/_next/static/../../../../etc/passwd", "/api?url=http://169.254.169.254/latest/meta-data/", "/api?q={{1337*1337}}", "/rest/api/latest/serverInfo", "/.git/config", "/api/users?id=1'", "/server-status", "/metrics", "/cgi-bin/test.cgi?x=|id"))
		q.agent, q.address = ordinaryAgents[1], "198.18.4.4"
		return stoppedBy(coreRules, pick(r, "GenericLFI_URIPATH", "RestrictedExtensions_URIPATH", "EC2MetaDataSSRF_QUERYARGUMENTS"), q)
	}},
	{Scan, "a mass scan of addresses", func(r *rand.Rand, _ int) request {
		q := ask(pick(r, "/", "/.env", "/login", "/favicon.ico", "/geoserver/web/", "/owa/auth/logon.aspx", "/remote/login?lang=en", "/version", "/druid/index.html", "/ReportServer"))
		q.agent, q.address = pick(r, "Mozilla/5.0 (compatible; Odin; https://docs.getodin.com/)", "Expanse, a Palo Alto Networks company, searches across the global IPv4 space", "", "Mozilla/5.0 zgrab/0.x"), address(r, 300)
		return stoppedBy(anonymousList, "HostingProviderIPList", q)
	}},
	{Scan, "comment spam everywhere", func(r *rand.Rand, i int) request {
		q := request{method: "POST", path: fmt.Sprintf("/news/%d/comments", r.IntN(4000)), agent: pick(r, ordinaryAgents...), address: address(r, 900)}
		return stoppedBy(reputationList, "AWSManagedIPReputationList", q)
	}},
	{Targeted, "filters of one API", func(r *rand.Rand, i int) request {
		q := client(r, "/v3/devices", "filter="+url.QueryEscape(fmt.Sprintf(`{"$where":"this.owner.length>%d"}`, i)))
		q.address, q.agent = "2001:db8:77::1", "insomnia/8.6"
		return byNumber(942290, q)
	}},
	{Targeted, "an app's own requests, changed", func(r *rand.Rand, i int) request {
		return stoppedBy(sqlRules, "SQLi_BODY", client(r, "/v3/payments/confirm", ""))
	}},
	{Targeted, "stored script in one thread, from many", func(r *rand.Rand, i int) request {
		return byNumber(941100, person(r, "GET", "/news/preview", query("body", fmt.Sprintf("<svg/onload=fetch('//x.example/%d')>", i))))
	}},
	{Targeted, "a few among honest reports", func(r *rand.Rand, i int) request {
		if i%6 == 2 {
			return byNumber(942100, person(r, "GET", "/kensaku", query("q", fmt.Sprintf("' UNION SELECT %d,adminpass FROM staff--", i))))
		}
		return byNumber(pick(r, 942430, 920273), person(r, "GET", "/kensaku", query("q", pick(r, "ごみ収集（粗大・資源）※地区別", "申請書；様式第１号", "O'Connor", "A&B 保育園 (認可)", "3-2-1 中央 = 本庁舎"))))
	}},
	{Targeted, "one in eight, all under ZAP's name", func(r *rand.Rand, i int) request {
		agent := "Mozilla/5.0 (Windows NT 10.0) OWASP ZAP/2.14"
		if i%8 == 0 {
			return byNumber(942100, request{path: "/v3/devices", query: query("sort", fmt.Sprintf("id;SELECT PG_SLEEP(%d)--", i)), agent: agent, address: "198.18.5.5"})
		}
		return byNumber(930130, request{path: pick(r, hunted...), agent: agent, address: "198.18.5.5"})
	}},
	{FalsePositive, "searches in Japanese", func(r *rand.Rand, _ int) request {
		text := pick(r, "ごみ収集（粗大・資源）※地区別", "申請書；様式第１号", "O'Connor 先生", "A&B 保育園 (認可)", "3-2-1 中央 = 本庁舎", "【重要】令和7年度", "子ども医療費 > 助成")
		return byNumber(pick(r, 942430, 942100, 920273), person(r, "GET", "/kensaku", query("q", text)))
	}},
	{FalsePositive, "pictures from phones", func(r *rand.Rand, _ int) request {
		return stoppedBy(coreRules, "SizeRestrictions_BODY", client(r, "/v3/reports/photos", ""))
	}},
	{FalsePositive, "links that readers share", func(r *rand.Rand, i int) request {
		return stoppedBy(coreRules, "GenericRFI_QUERYARGUMENTS", person(r, "GET", "/share", query("u", fmt.Sprintf("https://news.example/2026/%d?from=app", r.IntN(900)))))
	}},
	{Flood, "election night", func(r *rand.Rand, _ int) request {
		return overLimit(person(r, "GET", pick(r, "/news/live", "/", "/news/results"), ""))
	}},
	{Flood, "a price robot", func(r *rand.Rand, i int) request {
		return overLimit(request{path: fmt.Sprintf("/v3/devices/%d", i), agent: "python-requests/2.31.0", address: fmt.Sprintf("52.8.8.%d", r.IntN(6))})
	}},
}
