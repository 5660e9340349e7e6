package enrich

import (
	"testing"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

var settings = Settings{
	Query: "source:waf", Match: alerts.Match{"source": alerts.Exactly("waf"), "env": alerts.Exactly("prod")}, Wait: 5 * time.Second, Facets: facetsOfTests, Action: "@system.action",
	Deploys: "tags:deployment",
}

func TestWhoIsLookedUpAndHowLongTheFirstSightWaits(t *testing.T) {
	withLogs := &Looker{Places: Places{Settings: settings, Logs: &dog{}, Owner: ownedByNobody}}
	alone := &Looker{Places: Places{Settings: Settings{Wait: 5 * time.Second}, Owner: ownedByNobody}}
	for _, tt := range []struct {
		why      string
		l        *Looker
		a        alerts.Alert
		look     bool
		after    time.Duration
		patience time.Duration
	}{
		{"blocked requests, by tags", withLogs, alerts.Alert{Tags: []string{"source:waf", "env:prod"}}, true, 0, 5 * time.Second},
		{"by tag and group", withLogs, alerts.Alert{Tags: []string{"source:waf"}, Scope: "env:prod,host:a"}, true, 0, 5 * time.Second},
		{"by its monitor's query", withLogs, alerts.Alert{Query: `logs("source:waf @system.action:BLOCK").index("*")`}, true, 0, 5 * time.Second},
		{"one tag is missing", withLogs, alerts.Alert{Tags: []string{"source:waf", "service:checkout"}}, true, afterStorm, 0},
		{"any other alert", withLogs, alerts.Alert{Tags: []string{"service:checkout"}}, true, afterStorm, 0},
		{"malware", alone, alerts.Alert{Source: "scan"}, true, 0, 5 * time.Second},
		{"sent by a person", withLogs, alerts.Alert{By: "U0ANA", Tags: []string{"source:waf", "env:prod"}}, false, 0, 0},
		{"nothing to ask and nothing kept", alone, alerts.Alert{Tags: []string{"source:waf"}}, false, 0, 0},
	} {
		look, after, patience := tt.l.Look(tt.a)
		if look != tt.look || look && (after != tt.after || patience != tt.patience) {
			t.Errorf("%s: %v %v %v", tt.why, look, after, patience)
		}
	}
}

func TestTheSearchOfAnAlert(t *testing.T) {
	for _, tt := range []struct{ kind, scope, query, host string }{
		{"log_alert", "host:www.example.com", "source:waf host:www.example.com", "www.example.com"},
		{"log_alert", "env:prod,host:www.example.com", "source:waf host:www.example.com", "www.example.com"}, // env is what every such alert has
		{"log_alert", `@http.host:a b"c\d`, `source:waf @http.host:"a b\"c\\d"`, `a b"c\d`},
		{"log_alert", "host:x) OR (source:secret", `source:waf host:"x) OR (source:secret"`, "x) OR (source:secret"},
		{"log_alert", "host:*", `source:waf host:"*"`, "*"},
		{"log_alert", "monitor:24,host:", "source:waf", ""},
		// A group's value may be what a client sent, commas and all.
		{"log_alert", "@http.useragent:Mozilla/5.0 (KHTML, like Gecko),host:a", `source:waf @http.useragent:"Mozilla/5.0 (KHTML, like Gecko)" host:a`, "a"},
		{"log_alert", "@http.useragent:Mozilla,x) OR (service:secret", `source:waf @http.useragent:"Mozilla,x) OR (service:secret"`, ""},
		{"log_alert", "host:a,-source:waf,* OR @usr.id:1", `source:waf host:"a,-source:waf,* OR @usr.id:1"`, "a,-source:waf,* OR @usr.id:1"},
		{"log_alert", "サービス:検索, host:a", `source:waf サービス:"検索" host:a`, "a"},
		{"log_alert", ",(x:y,host:a", "source:waf host:a", "a"},
		{"log_alert", "host:-a", `source:waf host:"-a"`, "-a"},
		{"log_alert", "host:NOT", `source:waf host:"NOT"`, "NOT"},
		{"log_alert", "host:a\nb", `source:waf host:"a b"`, "a\nb"},
		{"metric alert", `webacl:x) OR (source:secret OR "*`, "source:waf @webaclId:*x??OR??source?secret?OR???*", `x) OR (source:secret OR "*`},
		{"metric alert", "webacl:shop prod,host:ip-10-0-0-1", "source:waf @webaclId:*shop?prod*", "shop prod"},
		{"metric alert", "rule:AWS-AWSManagedRulesSQLiRuleSet", "source:waf @terminatingRuleId:AWS-AWSManagedRulesSQLiRuleSet", ""},
		{"metric alert", "", "source:waf", ""},
	} {
		query, host := settings.query(alerts.Alert{Type: tt.kind, Scope: tt.scope})
		if query != tt.query || host != tt.host {
			t.Errorf("%s {%s}: %q of %q, want %q of %q", tt.kind, tt.scope, query, host, tt.query, tt.host)
		}
	}
	either := settings
	either.Query, either.Deploys = "source:waf OR source:cloudflare", "tags:deployment OR source:argocd"
	if query, _ := either.query(alerts.Alert{Type: "log_alert", Scope: "host:a"}); query != "(source:waf OR source:cloudflare) host:a" {
		t.Errorf("what is added narrows all of a search: %s", query)
	}
	if settings.stopped("q") != "q -@system.action:ALLOW" || settings.passed("q") != "q @system.action:ALLOW" {
		t.Error(settings.stopped("q"), settings.passed("q"))
	}
}

func TestTheWindowOfAnAlert(t *testing.T) {
	at := time.Date(2026, 12, 8, 10, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		why                string
		from, until        time.Time
		wantFrom, wantTill time.Time
	}{
		{"what the monitor looked at", at.Add(-time.Hour), at, at.Add(-time.Hour), at},
		{"not told", time.Time{}, time.Time{}, at.Add(-5 * time.Minute), at},
		{"the wrong way round", at, at.Add(-time.Hour), at.Add(-5 * time.Minute), at},
		{"a month is no window to read", at.AddDate(0, -1, 0), at, at.Add(-5 * time.Minute), at},
	} {
		from, until := stretch(alerts.Alert{OpenedAt: at, From: tt.from, Until: tt.until})
		if !from.Equal(tt.wantFrom) || !until.Equal(tt.wantTill) {
			t.Errorf("%s: %v to %v", tt.why, from, until)
		}
	}
}

func TestOnlyAPublicHostIsLookedForInTheWAF(t *testing.T) {
	for scope, want := range map[string]string{
		"host:shop.example.com": "shop.example.com", "http.host:api.example.com,host:ip-10-0-0-1": "api.example.com",
		"host:ip-10-0-0-1.ec2.internal": "", "host:db-1": "", "host:10.0.0.1": "", "host:printer.local": "", "service:checkout": "", "": "",
	} {
		if got := host(alerts.Alert{Scope: scope}); got != want {
			t.Errorf("{%s}: %q, want %q", scope, got, want)
		}
	}
}

func TestEqualKeysCountTogetherOnceMasked(t *testing.T) {
	got := masked([]waf.Count{{Key: "/a?password=one", N: 3}, {Key: "/b", N: 2}, {Key: "/a?password=two", N: 1}})
	if len(got) != 2 || got[0].N != 4 || got[1].Key != "/b" {
		t.Errorf("%+v", got)
	}
}
