package waf

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object with its fields in order, also those that come twice.
type object []struct {
	name  string
	value any
}

// parse reads a text with encoding/json alone.
func parse(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	v, err := parseNext(dec)
	if err == nil {
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return nil, errors.New("more than one value")
		}
	}
	return v, err
}

func parseNext(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return token, err
	}
	o, list := object{}, []any{}
	for dec.More() {
		var name any
		if token == json.Delim('{') {
			if name, err = dec.Token(); err != nil {
				return nil, err
			}
		}
		v, err := parseNext(dec)
		if err != nil {
			return nil, err
		}
		if name == nil {
			list = append(list, v)
			continue
		}
		o = append(o, struct {
			name  string
			value any
		}{name.(string), v})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if token == json.Delim('{') {
		return o, nil
	}
	return list, nil
}

// plain is a record as it is read from parsed JSON, without any haste.
type plain struct {
	Record
	wraps int
	bad   bool // a text inside is no JSON: what becomes of that is our own affair
}

// scalar is a text, number or truth as bytes; nil for anything else.
func scalar(v any) []byte {
	switch v := v.(type) {
	case string:
		return []byte(v)
	case json.Number:
		return []byte(v)
	case bool:
		return fmt.Append(nil, v)
	}
	return nil
}

// each calls one with every element of a list, or field of an object.
func each(v any, one func(name []byte, v any)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			one(nil, e)
		}
	case object:
		for _, f := range v {
			one([]byte(f.name), f.value)
		}
	}
}

func fieldsOf(v any) object {
	o, _ := v.(object)
	return o
}

func (p *plain) top(v any) {
	for _, f := range fieldsOf(v) {
		switch f.name {
		case "timestamp":
			p.timestamp(string(scalar(f.value)))
		case "action":
			p.Action, p.seen = scalar(f.value), true
		case "terminatingRuleId":
			p.RuleID, p.seen = scalar(f.value), true
		case "terminatingRuleType":
			p.RuleType = scalar(f.value)
		case "terminatingRuleMatchDetails":
			p.matches(f.value)
		case "ruleGroupList":
			each(f.value, p.group)
		case "rateBasedRuleList":
			each(f.value, p.rate)
		case "nonTerminatingMatchingRules":
			each(f.value, p.count)
		case "httpRequest":
			p.seen = true
			p.request(f.value)
		case "labels":
			each(f.value, p.label)
		case "clientAsn":
			p.ASN = scalar(f.value)
		case "ja4Fingerprint":
			p.JA4 = scalar(f.value)
		case "ja3Fingerprint":
			if len(p.JA4) == 0 {
				p.JA4 = scalar(f.value)
			}
		case "message", "@message", "attributes":
			p.envelope(f.value)
		case "system", "network", "http":
			p.standard(f.value, 1)
		}
	}
}

func (p *plain) envelope(v any) {
	if p.wraps++; p.wraps > maxEnvelopes {
		return
	}
	if text, ok := v.(string); ok {
		at := strings.IndexByte(text, '{')
		if at < 0 {
			return
		}
		inside, err := parse(text[at:])
		if p.bad = p.bad || err != nil; p.bad {
			return
		}
		v = inside
	}
	p.top(v)
}

func (p *plain) standard(v any, depth int) {
	if depth > maxStandard {
		return
	}
	for _, f := range fieldsOf(v) {
		switch f.name {
		case "action":
			p.Action, p.seen = scalar(f.value), true
		case "ip":
			p.ClientIP, p.seen = scalar(f.value), true
		case "iso_code":
			p.Country = scalar(f.value)
		case "number":
			p.ASN = scalar(f.value)
		case "method":
			p.Method = scalar(f.value)
		case "path":
			p.Path, p.seen = scalar(f.value), true
		case "host":
			p.Host = scalar(f.value)
		case "useragent":
			if p.Agent = scalar(f.value); len(p.Agent) > 0 {
				p.Headers |= HasAgent
			}
		case "client", "geoip", "country", "as", "url_details":
			p.standard(f.value, depth+1)
		}
	}
}

// timestamp reads up to 14 digits as milliseconds, or as seconds while they are
// too few, and other numbers of about that size; a date only if there is nothing
// better.
func (p *plain) timestamp(s string) {
	n, err := strconv.ParseUint(s, 10, 64)
	f, float := strconv.ParseFloat(s, 64)
	date, day := time.Parse(time.RFC3339, s)
	switch {
	case err == nil && len(s) <= 14 && n < 1e11:
		p.At = int64(n) * 1000
	case err == nil && len(s) <= 14:
		p.At = int64(n)
	case float == nil && f > 0 && f < 1e14:
		p.At = int64(math.Floor(f))
	case day == nil && p.At == 0:
		p.At = date.UnixMilli()
	}
}

func (p *plain) request(v any) {
	for _, f := range fieldsOf(v) {
		switch f.name {
		case "clientIp":
			p.ClientIP = scalar(f.value)
		case "country":
			p.Country = scalar(f.value)
		case "headers":
			p.headers(f.value)
		case "uri":
			p.Path = scalar(f.value)
		case "args":
			p.Query = scalar(f.value)
		case "httpMethod":
			p.Method = scalar(f.value)
		case "host":
			p.Host = scalar(f.value)
		}
	}
}

func (p *plain) headers(v any) {
	if o, ok := v.(object); ok {
		for _, f := range o {
			p.header(f.name, scalar(f.value))
		}
		return
	}
	each(v, func(_ []byte, v any) {
		var name, value []byte
		for _, f := range fieldsOf(v) {
			switch f.name {
			case "name":
				name = scalar(f.value)
			case "value":
				value = scalar(f.value)
			}
		}
		p.header(string(name), value)
	})
}

func (p *plain) header(name string, value []byte) {
	switch name = strings.ToLower(name); {
	case name == "host":
		p.hostHeader = value
	case name == "cookie" && len(value) > 0:
		p.Headers |= HasCookie
	case name == "referer":
		p.Referer = value
	case name == "user-agent":
		p.Agent = value
		p.Headers |= HasAgent
	case name == "authorization" && len(value) > 0:
		p.Headers |= HasAuthorization
	case len(name) == len("sec-fetch-mode") && strings.HasPrefix(name, "sec-fetch-"):
		p.Headers |= HasSecFetch
	case name == "accept-language":
		p.Headers |= HasLanguage
	}
}

func (p *plain) group(id []byte, v any) {
	first := len(p.Counted)
	var rule []byte
	for _, f := range fieldsOf(v) {
		switch f.name {
		case "ruleGroupId":
			id = scalar(f.value)
		case "terminatingRule":
			p.rule(nil, f.value, func(name, _ []byte) { rule = name })
		case "nonTerminatingMatchingRules", "excludedRules":
			each(f.value, p.count)
		}
	}
	if rule != nil {
		p.Group, p.SubRule = id, rule
	}
	for i := range p.Counted[first:] {
		p.Counted[first+i].Group = id
	}
}

func (p *plain) count(id []byte, v any) {
	p.rule(id, v, func(name, action []byte) { p.Counted = append(p.Counted, RuleRef{Rule: name, Action: action}) })
}

func (p *plain) rule(id []byte, v any, found func(name, action []byte)) {
	o, ok := v.(object)
	if !ok {
		return
	}
	var action []byte
	var inside []RuleRef
	for _, f := range o {
		switch f.name {
		case "ruleId":
			id = scalar(f.value)
		case "action", "exclusionType":
			action = scalar(f.value)
		case "ruleMatchDetails":
			p.matches(f.value)
		default:
			if _, deeper := f.value.(object); deeper && id == nil {
				p.rule([]byte(f.name), f.value, func(name, action []byte) { inside = append(inside, RuleRef{nil, name, action}) })
			}
		}
	}
	if id != nil {
		found(id, action)
		return
	}
	for _, r := range inside {
		found(r.Rule, r.Action)
	}
}

func (p *plain) matches(v any) {
	list, _ := v.([]any)
	for _, e := range list {
		var m Match
		for _, f := range fieldsOf(e) {
			switch f.name {
			case "conditionType":
				m.Condition = scalar(f.value)
			case "location":
				m.Location = scalar(f.value)
			case "matchedData":
				data, _ := f.value.([]any)
				for _, d := range data {
					m.Data = join(m.Data, scalar(d))
				}
			}
		}
		p.Matches = append(p.Matches, m)
	}
}

func (p *plain) rate(name []byte, v any) {
	for _, f := range fieldsOf(v) {
		if f.name == "rateBasedRuleName" {
			name = scalar(f.value)
		}
	}
	if p.RateRule == nil {
		p.RateRule = name
	}
}

func (p *plain) label(_ []byte, v any) {
	if name, ok := v.(string); ok {
		p.Labels = append(p.Labels, []byte(name))
	}
	for _, f := range fieldsOf(v) {
		if f.name == "name" {
			p.Labels = append(p.Labels, scalar(f.value))
		}
	}
}
