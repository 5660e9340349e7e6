package waf

import "strings"

// Facet is one thing that requests are broken down by.
type Facet string

// The facets of a drill-down.
const (
	ByAddress Facet = "address"
	ByRule    Facet = "rule"
	ByPath    Facet = "path"
	ByCountry Facet = "country"
	ByAgent   Facet = "agent"
	ByHost    Facet = "host"
	ByMethod  Facet = "method"
	ByTime    Facet = "time"
)

// Facets lists all of them in the order in which people ask.
var Facets = []Facet{ByAddress, ByRule, ByPath, ByCountry, ByAgent, ByTime, ByHost, ByMethod}

var facetWords = map[string]Facet{
	"ip": ByAddress, "address": ByAddress, "addresses": ByAddress, "アドレス": ByAddress,
	"rule": ByRule, "rules": ByRule, "ルール": ByRule,
	"path": ByPath, "paths": ByPath, "uri": ByPath, "url": ByPath, "パス": ByPath,
	"country": ByCountry, "countries": ByCountry, "国": ByCountry,
	"agent": ByAgent, "ua": ByAgent, "user-agent": ByAgent, "エージェント": ByAgent,
	"host": ByHost, "hosts": ByHost, "ホスト": ByHost,
	"method": ByMethod, "メソッド": ByMethod,
	"time": ByTime, "時間": ByTime, "時刻": ByTime,
}

// ParseFacet understands the word that a person types for a facet, in English
// or Japanese.
func ParseFacet(word string) (Facet, bool) {
	f, ok := facetWords[strings.ToLower(strings.TrimSpace(word))]
	return f, ok
}

// Of gives the list for a facet; nil for one that has none here.
func (b *Breakdown) Of(by Facet) *Counts {
	switch by {
	case ByAddress:
		return &b.Addresses
	case ByRule:
		return &b.Rules
	case ByPath:
		return &b.Paths
	case ByCountry:
		return &b.Countries
	case ByAgent:
		return &b.Agents
	case ByHost:
		return &b.Hosts
	case ByMethod:
		return &b.Methods
	}
	return nil
}
