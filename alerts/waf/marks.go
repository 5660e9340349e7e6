package waf

import (
	"bytes"
	"math/bits"
)

// marks counts the rule and labels of a request and says what they tell.
func (t *table) marks(r *Record) (rule *entry, m mark) {
	t.key = ruleKey(t.key[:0], r.RuleID, r.SubRule)
	rule, isNew := t.rules.add(hash(t.key), t.key, func() string { return ruleName(r.RuleID, r.SubRule) })
	if isNew {
		rule.mark = knownRule(r)
	}
	m = rule.mark
	for _, label := range r.Labels {
		m |= t.labels.see(label, func(e *entry) { e.mark = knownLabel(string(label)) }).mark
	}
	for _, match := range r.Matches {
		m |= conditionMark(match.Condition)
	}
	if string(r.RuleType) == "RATE_BASED" || len(r.RateRule) > 0 && bytes.Equal(r.RateRule, r.RuleID) {
		m |= rateLimit
	}
	return rule, m
}

// between stands between a rule and its sub-rule.
const between = " › "

func ruleKey(to, rule, sub []byte) []byte {
	to = append(to, rule...)
	if len(sub) > 0 {
		to = append(append(to, between...), sub...)
	}
	return to
}

// pair mixes two hashes into that of the two things together.
func pair(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd6e8feb86659fd93)
	return hi ^ lo
}

// ruleName says which rule ended a request, down to the managed sub-rule.
func ruleName(rule, sub []byte) string {
	name := named(rule)()
	if len(sub) > 0 {
		name += between + named(sub)()
	}
	return name
}

// knownRule says what a rule's names tell: the sub-rule's if it tells anything,
// else its group's, else its own.
func knownRule(r *Record) mark {
	var all mark
	for _, name := range [][]byte{r.SubRule, r.Group, r.RuleID} {
		m := ruleMark(string(name))
		all |= m &^ (lastFamily - 1)
		if m&(lastFamily-1) != 0 {
			return m | all
		}
	}
	return all
}

// knownLabel is the same for a label, whose last part is the rule.
func knownLabel(label string) mark {
	for i := len(label) - 1; i > 0; i-- {
		if label[i] != ':' {
			continue
		}
		if m := labelMark("awswaf:managed:aws:" + label[i+1:]); m&(lastFamily-1) != 0 && labelMark(label) != 0 {
			return m
		}
		break
	}
	return labelMark(label)
}

// beside adds what other rules saw in a request. The one that ended it may only
// have added up their scores, or have stumbled over its form first.
func (t *Tally) beside(r *Record, m mark) mark {
	var seen mark
	for _, c := range r.Counted {
		t.key = ruleKey(t.key[:0], c.Group, c.Rule)
		e, isNew := t.others.add(hash(t.key), nil, unnamed)
		if isNew {
			e.mark = knownRule(&Record{SubRule: c.Rule, Group: c.Group})
		}
		if e.mark&aimed != 0 {
			return m&^mistaken | e.mark
		}
		seen |= e.mark
	}
	if m&(lastFamily-1) != 0 {
		return m
	}
	return m | seen
}

// countedOnly counts the rules that would have stopped a request that passed.
func (t *Tally) countedOnly(r *Record) {
	var m mark
	for _, c := range r.Counted {
		t.key = ruleKey(t.key[:0], c.Group, c.Rule)
		e, isNew := t.counted.add(hash(t.key), t.key, func() string {
			if len(c.Group) == 0 {
				return named(c.Rule)()
			}
			return ruleName(c.Group, c.Rule)
		})
		if isNew {
			e.mark = knownRule(&Record{SubRule: c.Rule, Group: c.Group})
		}
		m |= e.mark
	}
	if len(r.Counted) > 0 {
		t.signals.PassedMatched++
	}
	if m&aimed != 0 {
		t.signals.PassedAimed++
	}
}
