package waf

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"toban/alerts/mask"
)

// Note is what to consider about a rule that stops people by mistake. It is
// text for a person; the bot changes no WAF.
type Note struct {
	Rule   string  `json:"rule"` // as in a summary's list
	N      int     `json:"n"`    // requests that it stopped
	Of     int     `json:"of"`   // of all that were stopped
	Paths  []Count `json:"paths,omitempty"`
	Method string  `json:"method,omitempty"` // if all of them used one
	// Evidence are the numbers that speak for a mistake, Against those that
	// speak for an attack.
	Evidence []Reason `json:"evidence,omitempty"`
	Against  []Reason `json:"against,omitempty"`
	// Statement is the scope-down statement: the rule or rule group then looks
	// only at requests that do not fit the paths. Instead is the narrower way
	// for one rule of a managed group: count it, and block its label elsewhere.
	// Both are JSON as the WAF console's editor takes it; empty where Refused
	// says why none is proposed.
	Statement string  `json:"statement,omitempty"`
	Instead   string  `json:"instead,omitempty"`
	Refused   Refusal `json:"refused,omitempty"`
}

// Refusal is why no statement is proposed.
type Refusal string

const (
	AttackInSight Refusal = "attack"  // among the stopped requests
	MaybeAttack   Refusal = "maybe"   // nothing shows one, and nothing shows that these are people
	TooManyPaths  Refusal = "paths"   // they have nothing in common
	NothingSeen   Refusal = "nothing" // the rule stopped nothing
)

// Tune proposes what to consider about a rule. of must come from [StoppedBy] or
// [CountedBy] of that rule, so that its numbers are the rule's alone, and
// stopped is how many requests all rules stopped.
func Tune(rule string, of Summary, stopped int) Note {
	n := Note{Rule: rule, N: of.Stopped.N, Of: max(stopped, of.Stopped.N), Paths: of.Stopped.Paths.Top[:min(5, len(of.Stopped.Paths.Top))]}
	if n.N == 0 {
		n.Refused = NothingSeen
		return n
	}
	if len(of.Stopped.Rules.Top) > 0 {
		n.Rule = of.Stopped.Rules.Top[0].Key
	}
	if len(of.Stopped.Methods.Top) == 1 {
		n.Method = of.Stopped.Methods.Top[0].Key
	}
	f := look(of)
	n.Evidence = given(FalsePositive, f)
	n.Against = given(Targeted, f)
	if of.Signals.Attacks > 0 {
		n.Refused = AttackInSight
		return n
	}
	if why, may := mayBeAttack(of, f); may {
		n.Refused, n.Against = MaybeAttack, append(why, n.Against...)
		n.Against = n.Against[:min(len(n.Against), 3)]
		return n
	}
	match := matchPaths(of.Stopped.Paths, n.N)
	if match == nil {
		n.Refused = TooManyPaths
		return n
	}
	if n.Method != "" {
		match = all(match, matching("Method", n.Method, "EXACTLY"))
	}
	n.Statement = asJSON(not(match))
	if label := labelOf(n.Rule, of.Stopped.Labels); label != "" {
		n.Instead = asJSON(all(statement{"LabelMatchStatement": statement{"Scope": "LABEL", "Key": label}}, not(match)))
	}
	return n
}

// mayBeAttack reports that what a rule stopped must not be taken for mistakes,
// and why: an exception would let it in. That the same few people come again is
// no reason; that nearly all is one address's is.
func mayBeAttack(of Summary, f facts) (why []Reason, may bool) {
	why = slices.DeleteFunc(doubts(FalsePositive, f), func(r Reason) bool { return r.Name == "few addresses" })
	return why, len(why) > 0 || Judge(of).Kind == Targeted
}

// given is the evidence for one verdict that holds at all, strongest first.
func given(kind Kind, f facts) (out []Reason) {
	for _, row := range evidence {
		if row.speaks != kind {
			continue
		}
		if r, holds := row.reason(f); holds {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, strongest)
	return out[:min(len(out), 3)]
}

// statement is a piece of AWS WAF's rule language.
type statement map[string]any

func matching(field, text, how string) statement {
	return statement{"ByteMatchStatement": statement{
		"SearchString": text, "FieldToMatch": statement{field: statement{}}, "PositionalConstraint": how,
		"TextTransformations": []statement{{"Priority": 0, "Type": "NONE"}},
	}}
}

func not(s statement) statement {
	return statement{"NotStatement": statement{"Statement": s}}
}

func all(s ...statement) statement {
	return statement{"AndStatement": statement{"Statements": s}}
}

// matchPaths fits the paths that were stopped: by name where three are nearly
// all, else by what they begin with. nil: they have nothing in common.
func matchPaths(paths Counts, n int) statement {
	var named []statement
	covered := 0
	for _, p := range paths.Top[:min(3, len(paths.Top))] {
		if shown(p.Key) {
			named = append(named, matching("UriPath", p.Key, "EXACTLY"))
			covered += int(p.N)
		}
	}
	switch {
	case covered*10 < n*9:
	case len(named) == 1:
		return named[0]
	default:
		return statement{"OrStatement": statement{"Statements": named}}
	}
	common := ""
	for i, p := range paths.Top {
		dir := path.Dir(p.Key)
		if i == 0 {
			common = dir
		}
		for len(common) > 1 && dir != common && !strings.HasPrefix(dir, common+"/") {
			common = path.Dir(common)
		}
	}
	if paths.hidden() || len(common) < 2 || !shown(common) {
		return nil
	}
	return matching("UriPath", common+"/", "STARTS_WITH")
}

// shown reports that a text stands as it was sent: nothing was masked or cut.
func shown(s string) bool {
	return strings.HasPrefix(s, "/") && !strings.Contains(s, mask.Stars) && !strings.HasSuffix(s, "…")
}

// labelOf finds the label that a managed rule sets: AWS writes it like the rule,
// but for its capitals.
func labelOf(rule string, labels Counts) string {
	_, sub, ok := strings.Cut(rule, between)
	for _, l := range labels.Top {
		if ok && strings.EqualFold(l.Key[strings.LastIndexByte(l.Key, ':')+1:], sub) {
			return l.Key
		}
	}
	return ""
}

func asJSON(s statement) string {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return "" // maps of texts always marshal
	}
	return string(text)
}
