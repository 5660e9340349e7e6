package config

import (
	"maps"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"toban/alerts"
)

// WAF says where the logs of the web application firewall are in Datadog.
type WAF struct {
	Query   string   // finds them, whatever was done with the request
	Indexes []string // empty: all
	// Match holds the tags of alerts that are about blocked requests.
	Match alerts.Match
	// Wait is how long the first sight of such an alert may wait for what was
	// blocked, when nobody is paged.
	Wait time.Duration
	// Facets are Datadog's names of what is counted, by ours (see [WAFFacets]).
	Facets  map[string]string
	PerHour int // log queries; Datadog allows an organisation 300
}

// WAFFacets are the names in waf.facets, with Datadog's names for them where
// the config gives none: those of its AWS WAF pipeline.
var WAFFacets = map[string]string{
	"address": "@network.client.ip", "path": "@http.url_details.path", "rule": "@terminatingRuleId",
	"country": "@network.client.geoip.country.iso_code", "agent": "@http.useragent", "host": "@http.url_details.host",
	"method": "@http.method", "action": "@system.action",
}

func defaultWAF() WAF {
	return WAF{Query: "source:waf", Match: alerts.Match{"source": alerts.Exactly("waf")}, Wait: 5 * time.Second, Facets: maps.Clone(WAFFacets), PerHour: 300}
}

func (r *reader) waf(c *Config) take {
	return func(n *yaml.Node, path string) {
		r.object(n, path, map[string]take{
			"query":   r.text(&c.WAF.Query, checkSearch),
			"indexes": r.texts(&c.WAF.Indexes, "names of log indexes", checkFilled),
			"match":   func(n *yaml.Node, path string) { c.WAF.Match = r.match(n, path) },
			"wait":    r.duration(&c.WAF.Wait, 0, 30*time.Second),
			"facets": func(n *yaml.Node, path string) {
				known := map[string]take{}
				for name := range WAFFacets {
					known[name] = func(n *yaml.Node, path string) {
						var facet string
						r.text(&facet, checkFacet)(n, path)
						if facet != "" {
							c.WAF.Facets[name] = facet
						}
					}
				}
				r.object(n, path, known)
			},
			"queries_per_hour": r.whole(&c.WAF.PerHour, 1, 100_000),
		})
	}
}

func (r *reader) deploys(c *Config) take {
	return func(n *yaml.Node, path string) {
		r.object(n, path, map[string]take{"query": r.text(&c.Deploys, checkSearch)})
	}
}

func checkSearch(s string) string {
	if s == "" || strings.ContainsAny(s, "\n\r") {
		return "a search as Datadog's search bar takes it, such as source:waf"
	}
	return ""
}

func checkFacet(s string) string {
	if facet.MatchString(s) {
		return ""
	}
	return "a facet as Datadog names it, such as @network.client.ip"
}

var facet = regexp.MustCompile(`^@?[A-Za-z0-9_][A-Za-z0-9_.:-]{0,200}$`)
