package waf

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var tenOClock = time.Date(2026, 12, 8, 10, 0, 0, 0, time.UTC)

// some is n stopped requests for paths in turn, one a second, as the window of
// an alert.
func some(t *testing.T, n int, paths ...string) Summary {
	t.Helper()
	var all []request
	for i := range n {
		all = append(all, request{
			method: "GET", path: paths[i%len(paths)], agent: firefox, address: fmt.Sprintf("198.51.%d.%d", i/250, i%250),
			group: "AWS#AWSManagedRulesCommonRuleSet", rule: "GenericRFI_QUERYARGUMENTS", action: "BLOCK", ruleType: "MANAGED_RULE_GROUP",
		})
	}
	s, err := Summarize(strings.NewReader(window(all)))
	if err != nil || s.Stopped.N != n {
		t.Fatalf("%d of %d, %v", s.Stopped.N, n, err)
	}
	return s
}

func TestTheLogSearchThatIsShownHoldsNoSecret(t *testing.T) {
	const asked = `source:waf @http.url_details.path:"/reset/hunterabcd" @http.url_details.queryString.token:hunter2 @usr.email:"ana@example.com"`
	r := NewReport(Facts{Query: asked, Read: some(t, 3, "/a")})
	if want := `source:waf @http.url_details.path:"/reset/***" @http.url_details.queryString.token:*** @usr.email:"***"`; r.Query != want {
		t.Errorf("%s\nwant %s", r.Query, want)
	}
	const plain = `(source:waf OR source:cdn) host:"shop.example.com" @webaclId:*shop* @network.client.ip:192.0.2.1 -@system.action:ALLOW`
	if r := NewReport(Facts{Query: plain, Read: some(t, 3, "/a")}); r.Query != plain {
		t.Errorf("of an ordinary search: %s", r.Query)
	}
}

func TestAReportOfAllThatWasRead(t *testing.T) {
	before := &Aggregate{Total: 4, Lists: map[Facet]Counts{ByPath: {Top: []Count{{"/a", 4}}, Distinct: 1}, ByRule: {Top: []Count{{"OWASP", 9}}, Distinct: 1}}}
	r := NewReport(Facts{Read: some(t, 30, "/a", "/b", "/c"), From: tenOClock, Until: tenOClock.Add(5 * time.Minute), Before: before})
	if r.Total != 30 || r.Read != 30 || len(r.Partial) != 0 || r.Verdict.Kind == "" {
		t.Errorf("%+v", r)
	}
	for _, by := range Facets {
		c, of := r.List(by)
		sum := uint64(0)
		for _, one := range c.Top {
			sum += one.N
		}
		if of != 30 || sum != 30 && by != ByAddress { // addresses are more than a list has
			t.Errorf("%s: %d in %+v of %d", by, sum, c, of)
		}
	}
	var changes []string
	for _, c := range r.Before.Changes {
		changes = append(changes, fmt.Sprintf("%s %s %d>%d %v", c.What, c.Key, c.Before, c.Today, c.New))
	}
	slices.Sort(changes)
	want := []string{"path /a 4>10 false", "path /b 0>10 true", "path /c 0>10 true", "rule OWASP 9>0 false", "rule groups-AWS#AWSManagedRulesCommonRuleSet 0>30 true"}
	if d := cmp.Diff(want, changes); d != "" || r.Before.Before != 4 || r.Before.Today != 30 {
		t.Errorf("%+v\n%s", r.Before, d)
	}
}

func TestAReportOfMoreThanWasRead(t *testing.T) {
	r := NewReport(Facts{
		Read: some(t, 20, "/a"), Total: 9000, Gaps: []Gap{{"country", "timeout"}},
		Lists:  map[Facet]Counts{ByPath: {Top: []Count{{"/a", 8000}, {"/b", 1000}}, Distinct: 2}},
		Before: &Aggregate{Total: 10, Lists: map[Facet]Counts{ByRule: {Top: []Count{{"x", 10}}}}},
	})
	paths, of := r.List(ByPath)
	if of != 9000 || paths.Top[1].N != 1000 {
		t.Errorf("%+v of %d", paths, of)
	}
	if rules, of := r.List(ByRule); of != 20 || rules.Top[0].N != 20 {
		t.Errorf("%+v of %d", rules, of)
	}
	if !slices.Contains(r.Partial, Gap{"country", "timeout"}) || !slices.Contains(r.Partial, Gap{"verdict", Sampled}) || slices.Contains(r.Partial, Gap{"path", Sampled}) {
		t.Errorf("%+v", r.Partial)
	}
	for _, c := range r.Before.Changes {
		if c.What == "rule" {
			t.Errorf("a list of a part is compared with one of a whole: %+v", c)
		}
	}
}

// hostile is a window that says as much as it can.
func hostile(text string, n int) string {
	long := strings.Repeat(text, 700/max(len(text), 1))
	var lines strings.Builder
	for i := range n {
		record, _ := json.Marshal(map[string]any{
			"timestamp": tenOClock.UnixMilli() + int64(i)*977, "action": "BLOCK", "terminatingRuleId": fmt.Sprint(i%40, long), "terminatingRuleType": long,
			"ruleGroupList":               []any{map[string]any{"ruleGroupId": fmt.Sprint("AWS#", i%30, long), "terminatingRule": map[string]any{"ruleId": fmt.Sprint(i%50, long), "action": "BLOCK"}}},
			"terminatingRuleMatchDetails": []any{map[string]any{"conditionType": long, "location": long, "matchedData": []any{long, long, long, long}}},
			"labels":                      []any{map[string]any{"name": fmt.Sprint(i, long)}, map[string]any{"name": long}},
			"httpRequest": map[string]any{
				"clientIp": fmt.Sprintf("2001:db8:%x::1", i), "country": long, "uri": fmt.Sprint("/", i, long), "args": long, "httpMethod": long,
				"headers": []any{header("Host", fmt.Sprint(i, long)), header("User-Agent", fmt.Sprint(i, long)), header("User-Agent", long)},
			},
		})
		lines.Write(record)
		lines.WriteByte('\n')
	}
	return lines.String()
}

func TestWhatIsSavedStaysSmall(t *testing.T) {
	for _, text := range []string{"a", "日本語", `"\`, "\x00\x01", "<!channel> ", "%2e%2e/", "\xff\xfe"} {
		tally := NewTally()
		if _, err := tally.Collect(strings.NewReader(hostile(text, 100))); err != nil {
			t.Fatal(err)
		}
		gaps := []Gap{{"samples", strings.Repeat("x", 200)}, {"day before", strings.Repeat("y", 200)}}
		f := Facts{Query: strings.Repeat("q", 300), Read: tally.Summary(), Total: 1 << 40, Gaps: gaps, Before: &Aggregate{Total: 1, Lists: map[Facet]Counts{
			ByRule: tally.Summary().Stopped.Rules, ByPath: some(t, 30, "/x").Stopped.Paths,
		}}}
		note := Tune("x", f.Read, 3)
		r := NewReport(f)
		r.Note = &note
		small := r.Trim()
		saved, err := json.Marshal(small)
		if err != nil || len(saved) > maxSaved {
			t.Errorf("%q: %d bytes, %v", text, len(saved), err)
		}
		var again Report
		if err := json.Unmarshal(saved, &again); err != nil || again.Total != r.Total || again.Summary.Stopped.N != 100 || again.Verdict.Kind != r.Verdict.Kind {
			t.Errorf("%q: read back %+v, %v", text, again.Verdict, err)
		}
	}
}

func FuzzReport(f *testing.F) {
	f.Add("a", 3, 10)
	f.Add("\xff<>&", 12, 0)
	f.Fuzz(func(t *testing.T, text string, n, total int) {
		tally := NewTally()
		if _, err := tally.Collect(strings.NewReader(hostile(text, min(max(n, 0), 60)))); err != nil {
			t.Fatal(err)
		}
		s := tally.Summary()
		note := Tune(text, s, total)
		r := NewReport(Facts{Query: text[:min(len(text), 300)], Read: s, Total: total})
		r.Note = &note
		saved, err := json.Marshal(r.Trim())
		if err != nil || len(saved) > maxSaved {
			t.Errorf("%d bytes, %v", len(saved), err)
		}
	})
}
