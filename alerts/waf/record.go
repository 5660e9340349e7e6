package waf

// Record is one request as the WAF logged it. Its bytes belong to the [Reader]
// and live until the next record is read.
type Record struct {
	At       int64 // Unix milliseconds, 0 if the record does not say
	Action   []byte
	RuleID   []byte // terminatingRuleId
	RuleType []byte // terminatingRuleType

	Group, SubRule []byte // of the rule group that ended the request, if one did
	RateRule       []byte // the first rate-based rule that acted on the request
	Counted        []RuleRef
	Labels         [][]byte
	Matches        []Match

	ClientIP, Country, ASN    []byte
	Method, Host, Path, Query []byte
	Agent, Referer            []byte
	JA4                       []byte // or JA3
	Headers                   Headers
	hostHeader                []byte
	seen                      bool // something that only a WAF record has was seen
}

// RuleRef names a rule that matched without ending the request.
type RuleRef struct{ Group, Rule, Action []byte }

// Match is what a rule says it matched.
type Match struct{ Condition, Location, Data []byte }

// Headers says which telling headers came with a request; their values are not
// kept.
type Headers uint8

// The headers that tell people from programs.
const (
	HasAgent Headers = 1 << iota
	HasCookie
	HasAuthorization
	HasLanguage
	HasSecFetch
)

func (r *Record) reset() {
	*r = Record{Counted: r.Counted[:0], Labels: r.Labels[:0], Matches: r.Matches[:0]}
}

// Passed reports that the request reached the application.
func (r *Record) Passed() bool { return string(r.Action) == "ALLOW" }
