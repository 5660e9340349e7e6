package waf

import (
	"bytes"
	"errors"
	"strconv"
	"time"
)

var errForeign = errors.New("not a WAF record")

// maxEnvelopes is how deep a record may be wrapped (a Datadog log holds
// attributes in attributes; a Forwarder event holds a message).
const maxEnvelopes = 4

// maxStandard is how deep Datadog's standard attributes lie in each other
// (network.client.geoip.country).
const maxStandard = 4

// decoder reads records; its buffers are used again for each.
type decoder struct {
	scan
	rec   Record
	wrap  int
	deep  int
	rules []RuleRef  // of the rule groups of the record
	usual *preambles // nil: every record is read from its start
	// before holds the headers of records before, by their place.
	before [maxSeen]seen
}

// decode reads the object at the start of b and says where it ends.
func (d *decoder) decode(b []byte) (end int, err error) {
	d.scan = scan{b: b, buf: d.buf[:0]}
	d.wrap, d.deep, d.rules = 0, 0, d.rules[:0]
	if d.usualStart() {
		d.fields(d.top)
	} else {
		d.rec.reset()
		d.object(d.top)
	}
	if d.err != nil {
		return 0, d.err
	}
	if !d.rec.seen {
		return d.i, errForeign
	}
	if len(d.rec.Host) == 0 {
		d.rec.Host = d.rec.hostHeader
	}
	return d.i, nil
}

// top reads a field of a record, or of what a record is wrapped in.
func (d *decoder) top(key []byte) {
	r := &d.rec
	switch string(key) {
	case "timestamp":
		d.timestamp()
	case "action":
		r.Action, r.seen = d.value(), true
	case "terminatingRuleId":
		r.RuleID, r.seen = d.value(), true
	case "terminatingRuleType":
		r.RuleType = d.value()
	case "terminatingRuleMatchDetails":
		d.matches()
	case "ruleGroupList":
		d.many(d.group)
	case "rateBasedRuleList":
		d.many(d.rate)
	case "nonTerminatingMatchingRules":
		d.many(d.counted)
	case "httpRequest":
		r.seen = true
		d.httpRequest()
	case "labels":
		d.many(d.label)
	case "clientAsn":
		r.ASN = d.value()
	case "ja4Fingerprint":
		r.JA4 = d.value()
	case "ja3Fingerprint":
		if v := d.value(); len(r.JA4) == 0 {
			r.JA4 = v
		}
	case "message", "@message", "attributes":
		d.envelope()
	case "system", "network", "http":
		d.object(d.standard)
	default:
		d.skip()
	}
}

// envelope reads the record inside a Datadog log or a Forwarder event: an
// object, or the same as a string.
func (d *decoder) envelope() {
	if d.wrap++; d.wrap > maxEnvelopes {
		d.skip()
		return
	}
	switch d.peek() {
	case '{':
		d.object(d.top)
	case '"':
		inner := d.plain(d.str())
		if at := bytes.IndexByte(inner, '{'); at < 0 || d.err != nil {
			return
		} else {
			inner = inner[at:]
		}
		outer := d.scan
		d.scan = scan{b: inner, buf: outer.buf}
		d.object(d.top)
		failed := d.err
		buf := d.buf
		d.scan = outer
		d.buf = buf
		if errors.Is(failed, errShort) && d.rec.seen {
			d.fail(errShort)
		}
	default:
		d.skip()
	}
}

// standard reads Datadog's standard attributes, to which its pipeline moves
// fields of the record.
func (d *decoder) standard(key []byte) {
	r := &d.rec
	switch string(key) {
	case "action":
		r.Action, r.seen = d.value(), true
	case "ip":
		r.ClientIP, r.seen = d.value(), true
	case "iso_code":
		r.Country = d.value()
	case "number":
		r.ASN = d.value()
	case "method":
		r.Method = d.value()
	case "path":
		r.Path, r.seen = d.value(), true
	case "host":
		r.Host = d.value()
	case "useragent":
		if r.Agent = d.value(); len(r.Agent) > 0 {
			r.Headers |= HasAgent
		}
	case "client", "geoip", "country", "as", "url_details":
		if d.deep++; d.deep < maxStandard {
			d.object(d.standard)
		} else {
			d.skip()
		}
		d.deep--
	default:
		d.skip()
	}
}

func (d *decoder) timestamp() {
	v := d.value()
	if n, ok := digits(v); ok {
		d.rec.At = milliseconds(n)
	} else if f, err := strconv.ParseFloat(string(v), 64); err == nil && f > 0 && f < 1e14 {
		d.rec.At = int64(f)
	} else if at, err := time.Parse(time.RFC3339, string(v)); err == nil && d.rec.At == 0 {
		d.rec.At = at.UnixMilli()
	}
}

// milliseconds takes small numbers for seconds.
func milliseconds(n int64) int64 {
	if n < 1e11 {
		return n * 1000
	}
	return n
}

// digits reads a number of up to 14 digits (the year 5138 in milliseconds).
func digits(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 14 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
