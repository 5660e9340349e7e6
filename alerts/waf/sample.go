package waf

import (
	"math/bits"
	"slices"
	"time"

	"toban/alerts/mask"
)

// maxPerRule is how many samples of one rule are kept, so that a loud rule
// leaves room for the others.
const maxPerRule = 3

// sample keeps a request as an example.
func (t *Tally) sample(r *Record, m mark) {
	s := Sample{
		Action: named(r.Action)(), Rule: ruleName(r.RuleID, r.SubRule), Address: named(r.ClientIP)(), Country: named(r.Country)(),
		Method: named(r.Method)(), Host: named(r.Host)(), Path: named(r.Path)(), Query: mask.Query(string(r.Query)),
		Agent: mask.Text(string(r.Agent)), Families: familyNames(m), WasAttack: m&attack != 0,
	}
	if r.At != 0 {
		s.At = time.UnixMilli(r.At).UTC()
	}
	for _, label := range r.Labels[:min(len(r.Labels), 10)] {
		s.Labels = append(s.Labels, mask.Text(string(label)))
	}
	for _, match := range r.Matches[:min(len(r.Matches), 3)] {
		s.Matches = append(s.Matches, SampleMatch{
			mask.Text(string(match.Condition)), mask.Text(string(match.Location)), matchedData(match),
		})
	}
	t.samples = append(t.samples, s)
}

// matchedData shows nothing of a cookie or credential, whatever was matched in
// it: a piece of a secret has no shape to know it by.
func matchedData(m Match) string {
	if mask.SecretName(string(m.Location)) || string(m.Location) == "HEADER" || string(m.Location) == "ALL_COOKIES" {
		return mask.Stars
	}
	return mask.Text(string(m.Data))
}

func familyNames(m mark) (names []string) {
	for f := m & (lastFamily - 1); f != 0; f &= f - 1 {
		names = append(names, families[bits.TrailingZeros32(uint32(f))])
	}
	slices.Sort(names)
	return names
}
