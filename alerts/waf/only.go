package waf

import "bytes"

// StoppedBy is a tally of what one rule stopped, and of what passed. rule is
// written as in a summary's list, or is the sub-rule alone.
func StoppedBy(rule string) *Tally {
	t := NewTally()
	t.only = func(r *Record) (counts, stopped bool) {
		if r.Passed() {
			return true, false
		}
		return isRule(rule, r.RuleID, r.SubRule), true
	}
	return t
}

// CountedBy is a tally of what a rule in count mode would have stopped: those
// requests stand as stopped by it, all others that passed as passed. What other
// rules did stop is left out.
func CountedBy(rule string) *Tally {
	t := NewTally()
	t.only = func(r *Record) (counts, stopped bool) {
		if !r.Passed() {
			return false, false
		}
		for _, c := range r.Counted {
			if isRule(rule, c.Group, c.Rule) {
				r.RuleID, r.SubRule = c.Group, c.Rule
				if len(c.Group) == 0 {
					r.RuleID, r.SubRule = c.Rule, nil
				}
				return true, true
			}
		}
		return true, false
	}
	return t
}

// isRule compares a rule's name as people write it with those in a record: the
// group and its sub-rule, or either of them.
func isRule(name string, group, rule []byte) bool {
	return bytes.EqualFold([]byte(name), rule) || len(rule) == 0 && bytes.EqualFold([]byte(name), group) ||
		bytes.EqualFold([]byte(name), []byte(ruleName(group, rule)))
}
