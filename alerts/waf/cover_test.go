package waf

import (
	"fmt"
	"math/rand/v2"
)

// A fourth set: ways to go about it that a reviewer thought of and that were
// taken for noise at first sight. Guards were written for them; docs/waf.md says
// what is left.

func nikto(i int) request {
	return stoppedBy(coreRules, "RestrictedExtensions_URIPATH", request{path: hunted[i%len(hunted)], agent: fmt.Sprintf("Mozilla/5.00 (Nikto/2.5.0) (Test:%06d)", i), address: "185.220.9.4"})
}

func botnet(r *rand.Rand) request {
	return stoppedBy(reputationList, "AWSManagedIPReputationList", request{path: pick(r, hunted...), agent: pick(r, "Go-http-client/1.1", "python-requests/2.32.3", ""), address: address(r, 5000)})
}

// orders walks through other people's orders.
func orders(r *rand.Rand, i int) request {
	q := person(r, "GET", fmt.Sprintf("/api/orders/%d", 48200+i), "")
	q.address = "203.0.113.9"
	return q
}

var underCover = []elsewhere{
	{Targeted, "passwords of others, over the limit", func(r *rand.Rand, i int) request {
		return overLimit(request{path: pick(r, "/users/authenticate", "/logon.do", "/graphql"), method: "POST", agent: pick(r, ordinaryAgents...), address: address(r, 5000), browser: true})
	}},
	{Targeted, "codes at one place, over the limit", func(r *rand.Rand, i int) request {
		return overLimit(request{path: "/verify", method: "POST", agent: ordinaryAgents[0], address: "203.0.113.9", cookie: true, browser: true})
	}},
	{Targeted, "other people's orders, over the limit", func(r *rand.Rand, i int) request { return overLimit(orders(r, i)) }},
	{Targeted, "stolen passwords behind a list of secrets", func(r *rand.Rand, i int) request {
		if i%5 == 0 {
			return stoppedBy(takeoverRules, "AttributeCompromisedCredentials", request{path: "/session/new", method: "POST", agent: ordinaryAgents[1], address: address(r, 5000)})
		}
		return nikto(i)
	}},
	{Targeted, "one in twenty behind Nikto, from elsewhere", func(r *rand.Rand, i int) request {
		if i%20 == 3 {
			return stoppedBy(sqlRules, "SQLi_QUERYARGUMENTS", request{path: "/api/books/search", query: fmt.Sprintf("q=1'+and+%d=%d--", i, i), agent: ordinaryAgents[1], address: "77.1.1.1"})
		}
		return nikto(i)
	}},
	{Targeted, "one in twenty behind a botnet, at four places", func(r *rand.Rand, i int) request {
		if i%20 == 3 {
			return stoppedBy(sqlRules, "SQLi_QUERYARGUMENTS", request{path: pick(r, "/api/books", "/api/orders", "/ranking", "/help"), query: fmt.Sprintf("id=1'+and+%d=%d--", i, i), agent: ordinaryAgents[1], address: "77.1.1.1"})
		}
		return botnet(r)
	}},
	{Targeted, "orders behind a botnet", func(r *rand.Rand, i int) request {
		if i%10 == 3 {
			q := orders(r, i)
			q.rule, q.action, q.ruleType = "block-order-walk", "BLOCK", "REGULAR"
			return q
		}
		return botnet(r)
	}},
	{Targeted, "operators of a document store, with a session", func(r *rand.Rand, i int) request {
		return stoppedBy(sqlRules, "SQLi_QUERYARGUMENTS", person(r, "GET", "/api/members", fmt.Sprintf("role[$gte]=a&sort=%d", i)))
	}},
	{Targeted, "commands at one page, with a session", func(r *rand.Rand, i int) request {
		return stoppedBy("AWS#AWSManagedRulesUnixRuleSet", "UNIXShellCommandsVariables_QUERYARGUMENTS", person(r, "GET", "/admin-tools/ping", "cmd="+pick(r, "cat+/flag", "ls+-la+/home", "tar+-cf+/tmp/a+/home", "ps+aux", "net+user")))
	}},
	{Targeted, "inner addresses, with a session", func(r *rand.Rand, i int) request {
		return stoppedBy(coreRules, "GenericRFI_QUERYARGUMENTS", person(r, "GET", "/api/preview", "url=http://"+pick(r, "172.17.0.1:2375/containers/json", "kubernetes.default.svc/api", "vault.service.consul/v1", "jenkins.internal/")))
	}},
	{Targeted, "all over one's own application, with a session", func(r *rand.Rand, i int) request {
		q := person(r, "GET", fmt.Sprintf("/api/%s/%s", pick(r, "reviews", "shops", "authors", "address", "cart", "orders"), pick(r, "list", "detail", "edit")), "id="+pick(r, "%3Bid", "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "..%2f..%2fetc%2fpasswd", "1'+or+1=1--"))
		q.address = "203.0.113.9"
		return stoppedBy(coreRules, pick(r, "GenericLFI_QUERYARGUMENTS", "CrossSiteScripting_QUERYARGUMENTS"), q)
	}},
}
