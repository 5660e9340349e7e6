package waf

import "toban/alerts/mask"

// group reads one entry of ruleGroupList. In the record as AWS writes it the
// entry is an element with a ruleGroupId; the Forwarder makes it a field named
// by that id. Groups that matched nothing are listed too: the one that ended
// the request is the one with a terminatingRule.
func (d *decoder) group(id []byte) {
	first := len(d.rec.Counted)
	var rule []byte
	d.object(func(key []byte) {
		switch string(key) {
		case "ruleGroupId":
			id = d.value()
		case "terminatingRule":
			for _, r := range d.rule(nil) {
				rule = r.Rule
			}
		case "nonTerminatingMatchingRules", "excludedRules":
			d.many(d.counted)
		default:
			d.skip()
		}
	})
	if rule != nil {
		d.rec.Group, d.rec.SubRule = id, rule
	}
	for i := range d.rec.Counted[first:] {
		d.rec.Counted[first+i].Group = id
	}
}

// counted reads one rule that matched without ending the request.
func (d *decoder) counted(id []byte) {
	d.rec.Counted = append(d.rec.Counted, d.rule(id)...)
}

// rule reads {ruleId, action, ruleMatchDetails}, or the same without ruleId when
// its field already gave the id. A terminatingRule that the Forwarder rewrote is
// one more object deep: {id: {action…}}. Such an object is a rule only if no
// ruleId stands beside it: it may be a field that we do not know.
func (d *decoder) rule(id []byte) []RuleRef {
	if d.peek() != '{' {
		d.skip()
		return nil
	}
	from := len(d.rules)
	var action []byte
	d.object(func(key []byte) {
		switch string(key) {
		case "ruleId":
			id = d.value()
		case "action", "exclusionType":
			action = d.value()
		case "ruleMatchDetails":
			d.matches()
		default:
			if id == nil && d.peek() == '{' {
				d.rule(key)
				return
			}
			d.skip()
		}
	})
	if id != nil {
		d.rules = append(d.rules[:from], RuleRef{Rule: id, Action: action})
	}
	return d.rules[from:]
}

func (d *decoder) matches() {
	d.list(func() {
		var m Match
		d.object(func(key []byte) {
			switch string(key) {
			case "conditionType":
				m.Condition = d.value()
			case "location":
				m.Location = d.value()
			case "matchedData":
				d.list(func() {
					m.Data = join(m.Data, d.value())
				})
			default:
				d.skip()
			}
		})
		d.rec.Matches = append(d.rec.Matches, m)
	})
}

// join keeps enough of the matched pieces to show what matched.
func join(data, part []byte) []byte {
	switch {
	case len(data) == 0:
		return part
	case len(data) > mask.MaxText:
		return data
	}
	return append(append(data[:len(data):len(data)], ' '), part...)
}

func (d *decoder) rate(name []byte) {
	d.object(func(key []byte) {
		if string(key) == "rateBasedRuleName" {
			name = d.value()
			return
		}
		d.skip()
	})
	if d.rec.RateRule == nil {
		d.rec.RateRule = name
	}
}

// label reads {name: "awswaf:…"}, or the bare name.
func (d *decoder) label([]byte) {
	if d.peek() == '"' {
		d.rec.Labels = append(d.rec.Labels, d.value())
		return
	}
	if from, name := d.i, []byte(nil); d.next(`{"name":`, &name) {
		if d.i < len(d.b) && d.b[d.i] == '}' {
			d.i++
			d.rec.Labels = append(d.rec.Labels, name)
			return
		}
		if d.err != nil || d.back(from) {
			return
		}
	}
	d.object(func(key []byte) {
		if string(key) == "name" {
			d.rec.Labels = append(d.rec.Labels, d.value())
			return
		}
		d.skip()
	})
}
