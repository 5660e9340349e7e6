package waf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// drawn is a record by what it says, before anybody wrote it down. What is empty
// may be missing, null or an empty text in the record.
type drawn struct {
	at                                 int64 // milliseconds
	action, rule, ruleType, group, sub string
	address, country, asn, method      string
	host, path, query, agent, referer  string
	print                              string // TLS fingerprint
	hasAgent, cookie, token, browser   bool
	moved                              bool // to Datadog's standard attributes
	labels                             []string
	counted                            [][2]string // group ("" for none) and rule
}

// networks are the addresses we draw, with the network that each belongs to.
var networks = map[string]string{
	"192.0.2.1": "192.0.2.0/24", "192.0.2.200": "192.0.2.0/24", "198.51.100.7": "198.51.100.0/24", "::ffff:192.0.2.7": "192.0.2.0/24",
	"2001:db8::1": "2001:db8::/48", "2001:db8:0:9::": "2001:db8::/48", "2001:db8:9::1": "2001:db8:9::/48", "fe80::1%eth0": "fe80::/48",
	"nobody": "-", "192.0.2": "-", "": "-", "REDACTED": "-",
}

var drawnWords = []string{
	"", "a", "b", "/x", "/x/y", "/X", `q"uo\te`, "日本", "😀", "a<b>&c", "x\ty", "line\nend", "/a/b?c", "e@mail.example", "f@mail.example", "REDACTED", "-", "%2e%2e%2f", "\u2028",
	"\b\f", "\x00", "\x7f", "null", "0", strings.Repeat("long ", 300), strings.Repeat("0123456789abcdef", 3), "a › b", "{}[]:,\"", "\\", "\\\"", "\\u0041",
}

func pickOne[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func upToThree(r *rand.Rand, one func() string) (out []string) {
	for range r.IntN(4) {
		out = append(out, one())
	}
	return out
}

func drawRecord(r *rand.Rand) drawn {
	word := func() string {
		if r.IntN(6) == 0 {
			return pickOne(r, drawnWords...) + pickOne(r, drawnWords...)
		}
		return pickOne(r, drawnWords...)
	}
	d := drawn{
		action: pickOne(r, "ALLOW", "ALLOW", "BLOCK", "BLOCK", "CAPTCHA", "CHALLENGE", "COUNT", "NEW", "allow", ""), rule: pickOne(r, "r1", "r2", "Default_Action", word()), ruleType: pickOne(r, "REGULAR", "GROUP", ""),
		country: pickOne(r, "JP", "US", "us", "-", "", "Atlantis"), asn: pickOne(r, "64500", "0", "4294967295", ""), method: pickOne(r, "GET", "get", "BREW", ""),
		host: pickOne(r, "", "a.example", "A.example", "b.example:443"), path: word(), query: word(), agent: word(), referer: pickOne(r, "", "https://a.example/x", "https://other.example/", "a.example"),
		print: pickOne(r, "", "t13d1516h2_8daaf6152771", "e7d705a3286e19ea"), cookie: r.IntN(3) == 0, token: r.IntN(5) == 0, browser: r.IntN(3) == 0, labels: upToThree(r, word),
	}
	if r.IntN(5) > 0 {
		d.at = 100_000_000_000 + r.Int64N(4_000_000_000)*1000 // whole seconds: the shape may be seconds
	}
	d.address = pickOne(r, slices.Sorted(maps.Keys(networks))...)
	if r.IntN(2) == 0 {
		d.group, d.sub = pickOne(r, "AWS#G", "OWASP", "x"), pickOne(r, "s1", "s2", word()+"s")
	}
	for range r.IntN(4) {
		d.counted = append(d.counted, [2]string{pickOne(r, "", "AWS#G", "Other"), pickOne(r, "c1", "c2", word()+"c")})
	}
	d.moved = r.IntN(4) == 0
	d.hasAgent = d.agent != "" || !d.moved && r.IntN(2) == 0
	return d
}

// writer writes a drawn record as JSON in one of the shapes in which records
// come, with whatever JSON allows: any order and spacing, escapes, fields twice,
// fields we do not know.
type writer struct{ r *rand.Rand }

type field struct{ name, value string } // value is JSON

func (w writer) chance(n int) bool { return w.r.IntN(n) == 0 }

func (w writer) space() string {
	if w.chance(8) {
		return pickOne(w.r, " ", "\t", "  ", "\r", " \t ")
	}
	return ""
}

// text is s as a JSON string.
func (w writer) text(s string) string {
	often := pickOne(w.r, 1, 4, 1000, 1000) // one rune in so many is escaped without need
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range s {
		short := strings.IndexRune("\"\\/\b\f\n\r\t", c)
		switch {
		case short >= 0 && (c == '"' || c == '\\' || c == '/' && w.chance(often) || c < ' ' && w.chance(2)):
			b.WriteString(`\` + string(`"\/bfnrt`[short]))
		case c > 0xffff && w.chance(often):
			high, low := utf16.EncodeRune(c)
			fmt.Fprintf(&b, `\u%04x\u%04X`, high, low)
		case c < ' ', c <= 0xffff && w.chance(often):
			fmt.Fprintf(&b, pickOne(w.r, `\u%04x`, `\u%04X`), c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String() + `"`
}

// junk is a value that nobody needs.
func (w writer) junk() string {
	return pickOne(w.r, `null`, `true`, `-1.5e-7`, `0`, `""`, `[]`, `{}`, `[[{"action":"ALLOW"}],"]}"]`, `{"httpRequest":{"uri":"/junk"},"x":"\"}"}`, `"\\"`, `[1,2 , 3]`, w.text(pickOne(w.r, drawnWords...)))
}

// maybe is a field, or none if s is empty and it is the fields turn to be left out.
func (w writer) maybe(name, s string) []field {
	if s == "" && w.chance(2) {
		return nil
	}
	if s == "" && w.chance(2) {
		return []field{{name, "null"}}
	}
	return []field{{name, w.text(s)}}
}

// object writes fields in any order. Now and then one of them comes twice: the
// last one counts.
func (w writer) object(fields ...[]field) string {
	var all []field
	for _, f := range fields {
		all = append(all, f...)
	}
	w.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for w.chance(4) {
		at := w.r.IntN(len(all) + 1)
		all = append(all[:at:at], append([]field{{pickOne(w.r, "new", "Action", "uri2", "", "日本", "httprequest", "http-request"), w.junk()}}, all[at:]...)...)
	}
	if len(all) > 0 && w.chance(4) {
		i := w.r.IntN(len(all))
		if single[all[i].name] {
			at := w.r.IntN(i + 1)
			all = append(all[:at:at], append([]field{{all[i].name, w.text("decoy")}}, all[at:]...)...)
		}
	}
	return w.inOrder(all)
}

// single are the fields of which the last one counts; lists add up.
var single = map[string]bool{
	"action": true, "terminatingRuleId": true, "terminatingRuleType": true, "clientIp": true, "country": true, "uri": true, "args": true, "httpMethod": true, "clientAsn": true,
	"ja4Fingerprint": true, "ruleGroupId": true, "ruleId": true, "method": true, "ip": true, "iso_code": true, "path": true, "number": true,
}

func (w writer) inOrder(fields []field) string {
	var b strings.Builder
	b.WriteString("{" + w.space())
	for i, f := range fields {
		if i > 0 {
			b.WriteString("," + w.space())
		}
		b.WriteString(w.text(f.name) + w.space() + ":" + w.space() + f.value + w.space())
	}
	return b.String() + "}"
}

func (w writer) list(values ...string) string {
	var b strings.Builder
	b.WriteString("[" + w.space())
	for i, v := range values {
		if i > 0 {
			b.WriteString(w.space() + "," + w.space())
		}
		b.WriteString(v)
	}
	return b.String() + w.space() + "]"
}

// number is digits as a number or as a string.
func (w writer) number(s string) string {
	if s == "" {
		return "null"
	}
	if w.chance(3) {
		return w.text(s)
	}
	return s
}

// line writes d in any shape.
func (w writer) line(d drawn) string {
	record, standard := w.fields(d, w.chance(2))
	rec := w.object(record, standard)
	switch {
	case d.moved:
		log := []field{{"service", `"waf"`}, {"attributes", rec}, {"tags", `["a:b"]`}, {"status", `"info"`}}
		if d.at > 0 {
			log = append(log, field{"timestamp", `"2026-11-22T10:00:00.000Z"`})
		}
		rec = w.object([]field{{"attributes", w.object(log)}, {"id", `"AQAAA"`}, {"type", `"log"`}})
	case w.chance(6):
		rec = w.object([]field{{pickOne(w.r, "message", "@message"), rec}, {"ddsource", `"waf"`}})
	case w.chance(6):
		rec = w.object([]field{{pickOne(w.r, "message", "@message"), w.text(pickOne(w.r, "", "2026-11-22T10:00:00Z ") + rec)}, {"id", `"3"`}})
	}
	if w.chance(6) {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(rec), "", pickOne(w.r, " ", "\t", "    ")); err != nil {
			panic(fmt.Sprint(err, rec))
		}
		rec = b.String()
		if w.chance(3) {
			rec = strings.ReplaceAll(rec, "\n", "\r\n")
		}
	}
	return rec
}

// fields are those of the record, and where Datadog's pipeline moved some of
// them, its standard attributes.
func (w writer) fields(d drawn, rewritten bool) (record, standard []field) {
	labels, names, rules := []string{}, []string{}, []string{}
	for _, l := range d.labels {
		labels, names = append(labels, w.object([]field{{"name", w.text(l)}})), append(names, w.text(l))
	}
	for _, c := range d.counted {
		if c[0] == "" {
			rules = append(rules, c[1])
		}
	}
	record = slices.Concat(w.maybe("terminatingRuleId", d.rule), w.maybe("terminatingRuleType", d.ruleType), []field{
		{"labels", w.list(pickOne(w.r, labels, labels, names)...)},
		{"nonTerminatingMatchingRules", w.rules(rules, rewritten)},
		{"ruleGroupList", w.groups(d, rewritten)},
		{"webaclId", `"arn:aws:wafv2:x"`},
		{"formatVersion", "1"},
		{"rateBasedRuleList", w.junk()},
		{"responseCodeSent", w.junk()},
	})
	if d.at > 0 {
		record = append(record, field{"timestamp", w.instant(d)})
	}
	if d.print != "" {
		record = append(record, field{"ja4Fingerprint", w.text(d.print)})
		if w.chance(2) {
			record = append(record, field{"ja3Fingerprint", `"an older one"`})
		}
	}
	request := slices.Concat(w.maybe("args", d.query), []field{{"headers", w.headers(d, rewritten)}, {"requestId", w.junk()}, {"httpVersion", `"HTTP/2.0"`}})
	if d.moved {
		geo := w.object([]field{{"country", w.object([]field{{"iso_code", w.text(d.country)}})}, {"as", w.object([]field{{"number", w.number(d.asn)}})}})
		url := w.object(w.maybe("path", d.path), w.maybe("host", d.host))
		return append(record, field{"httpRequest", w.object(request)}), []field{
			{"system", w.object([]field{{"action", w.text(d.action)}})},
			{"network", w.object([]field{{"client", w.object([]field{{"ip", w.text(d.address)}, {"geoip", geo}})}})},
			{"http", w.object(w.maybe("useragent", d.agent), []field{{"method", w.text(d.method)}, {"url_details", url}})},
		}
	}
	request = slices.Concat(request, w.maybe("clientIp", d.address), w.maybe("country", d.country), w.maybe("uri", d.path), w.maybe("httpMethod", d.method))
	return slices.Concat(record, w.maybe("action", d.action), []field{{"httpRequest", w.object(request)}, {"clientAsn", w.number(d.asn)}}), nil
}

// instant is a time in one of the forms in which it comes.
func (w writer) instant(d drawn) string {
	switch n := w.r.IntN(7); {
	case n == 0:
		return fmt.Sprintf(`"%d"`, d.at)
	case n == 1:
		return fmt.Sprint(d.at) + pickOne(w.r, ".0", ".25", "e0")
	case n == 2:
		return fmt.Sprint(d.at / 1000)
	case n == 3 && !d.moved: // a log has an instant of its own in this form
		return time.UnixMilli(d.at).UTC().Format(`"` + time.RFC3339 + `"`)
	}
	return fmt.Sprint(d.at)
}

// headers writes the headers that d has, among others. Of a name that comes
// twice, in any case, the last one counts.
func (w writer) headers(d drawn, rewritten bool) string {
	fields := []field{{"Accept", `"*/*"`}, {"X-Forwarded-For", `"192.0.2.99"`}, {"nose", `"4567"`}, {"empty", `""`}}
	add := func(name, value string) {
		if w.chance(4) {
			fields = append(fields, field{w.cased(name), w.text("decoy")})
		}
		fields = append(fields, field{w.cased(name), w.text(value)})
	}
	if !d.moved && d.host != "" {
		add("host", d.host)
	}
	if !d.moved && d.hasAgent {
		add("user-agent", d.agent)
	}
	if d.referer != "" {
		add("referer", d.referer)
	}
	if d.cookie {
		fields = append(fields, field{w.cased("cookie"), `"sid=1"`})
	} else if w.chance(3) {
		fields = append(fields, field{w.cased("cookie"), `""`})
	}
	if d.token {
		fields = append(fields, field{w.cased("authorization"), `"REDACTED"`})
	}
	if d.browser {
		fields = append(fields, field{w.cased("accept-language"), `"ja"`}, field{w.cased("sec-fetch-mode"), `"cors"`})
	}
	for range w.r.IntN(3) { // others in between
		at := w.r.IntN(len(fields) + 1)
		fields = append(fields[:at:at], append([]field{{pickOne(w.r, "Hos", "Hostt", "cookiee", "XX-agent-X", ""), w.text(pickOne(w.r, drawnWords...))}}, fields[at:]...)...)
	}
	if rewritten {
		return w.inOrder(fields)
	}
	var items []string
	for _, f := range fields {
		switch {
		case w.chance(6): // not as AWS writes it
			items = append(items, w.inOrder([]field{{"value", f.value}, {"name", w.text(f.name)}}))
		case w.chance(6):
			items = append(items, w.inOrder([]field{{"name", w.text(f.name)}, {"value", f.value}, {"new", w.junk()}}))
		default:
			items = append(items, `{"name":`+w.text(f.name)+`,"value":`+f.value+`}`)
		}
	}
	return w.list(items...)
}

func (w writer) cased(name string) string {
	return pickOne(w.r, name, strings.ToUpper(name), strings.ToUpper(name[:1])+name[1:])
}

// groups writes the rule groups: the one that ended the request and those in
// which rules only counted.
func (w writer) groups(d drawn, rewritten bool) string {
	counted := map[string][]string{"AWS#None": nil}
	if d.group != "" {
		counted[d.group] = nil
	}
	for _, c := range d.counted {
		if c[0] != "" {
			counted[c[0]] = append(counted[c[0]], c[1])
		}
	}
	var items []string
	var fields []field
	for _, id := range slices.Sorted(maps.Keys(counted)) {
		f := []field{{pickOne(w.r, "nonTerminatingMatchingRules", "nonTerminatingMatchingRules", "excludedRules"), w.rules(counted[id], rewritten)}, {"customerConfig", w.junk()}}
		switch {
		case id == d.group && rewritten:
			f = append(f, field{"terminatingRule", w.inOrder([]field{{d.sub, w.object([]field{{"action", `"BLOCK"`}, {"ruleMatchDetails", "null"}})}})})
		case id == d.group:
			f = append(f, field{"terminatingRule", w.object([]field{{"ruleId", w.text(d.sub)}, {"action", `"BLOCK"`}, {"ruleMatchDetails", "null"}})})
		case w.chance(2):
			f = append(f, field{"terminatingRule", "null"})
		}
		fields = append(fields, field{id, w.object(f)})
		items = append(items, w.object(f, []field{{"ruleGroupId", w.text(id)}}))
	}
	w.r.Shuffle(len(items), func(i, j int) {
		items[i], items[j], fields[i], fields[j] = items[j], items[i], fields[j], fields[i]
	})
	if rewritten {
		return w.inOrder(fields)
	}
	return w.list(items...)
}

func (w writer) rules(names []string, rewritten bool) string {
	var items []string
	var fields []field
	for _, name := range names {
		items = append(items, w.object([]field{{"ruleId", w.text(name)}, {"action", `"COUNT"`}}))
		fields = append(fields, field{name, w.object([]field{{"action", `"COUNT"`}})})
	}
	if rewritten {
		return w.inOrder(fields)
	}
	return w.list(items...)
}
