package waf

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plainRecord is the record as encoding/json sees it.
type plainRecord struct {
	Timestamp json.Number `json:"timestamp"`
	Action    string      `json:"action"`
	Rule      string      `json:"terminatingRuleId"`
	Groups    []struct {
		Terminating *struct {
			ID string `json:"ruleId"`
		} `json:"terminatingRule"`
	} `json:"ruleGroupList"`
	Labels []struct {
		Name string `json:"name"`
	} `json:"labels"`
	Request struct {
		IP      string                         `json:"clientIp"`
		Country string                         `json:"country"`
		Headers []struct{ Name, Value string } `json:"headers"`
		URI     string                         `json:"uri"`
		Args    string                         `json:"args"`
		Method  string                         `json:"httpMethod"`
	} `json:"httpRequest"`
}

// plainSummary counts lines in the most obvious way there is.
func plainSummary(lines []string) (records, skipped int, lists map[string]map[string]uint64) {
	lists = map[string]map[string]uint64{}
	count := func(list, key string) {
		if lists[list] == nil {
			lists[list] = map[string]uint64{}
		}
		lists[list][Mask(cmpOr(key))]++
	}
	for _, line := range lines {
		var r plainRecord
		if json.Unmarshal([]byte(line), &r) != nil {
			skipped++
			continue
		}
		records++
		count("action", r.Action)
		side := "stopped "
		if r.Action == "ALLOW" {
			side = "passed "
		}
		rule := cmpOr(r.Rule)
		for _, g := range r.Groups {
			if g.Terminating != nil {
				rule = r.Rule + " › " + g.Terminating.ID
			}
		}
		host, agent := "", ""
		for _, h := range r.Request.Headers {
			switch strings.ToLower(h.Name) {
			case "host":
				host = h.Value
			case "user-agent":
				agent = h.Value
			}
		}
		count(side+"rule", rule)
		count(side+"address", r.Request.IP)
		count(side+"network", network(r.Request.IP))
		count(side+"country", r.Request.Country)
		count(side+"path", r.Request.URI)
		count(side+"method", r.Request.Method)
		count(side+"host", host)
		count(side+"agent", agent)
		for _, l := range r.Labels {
			count(side+"label", l.Name)
		}
	}
	return records, skipped, lists
}

func cmpOr(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func byName(s Summary) map[string]map[string]uint64 {
	lists := map[string]map[string]uint64{}
	put := func(name string, c Counts) {
		for _, t := range c.Top {
			if lists[name] == nil {
				lists[name] = map[string]uint64{}
			}
			lists[name][t.Key] = t.N
		}
	}
	put("action", s.Actions)
	for side, b := range map[string]Breakdown{"stopped ": s.Stopped, "passed ": s.Passed} {
		put(side+"rule", b.Rules)
		put(side+"address", b.Addresses)
		put(side+"network", b.Networks)
		put(side+"country", b.Countries)
		put(side+"path", b.Paths)
		put(side+"method", b.Methods)
		put(side+"host", b.Hosts)
		put(side+"agent", b.Agents)
		put(side+"label", b.Labels)
	}
	return lists
}

// drawLine draws a record, now and then broken.
func drawLine(t *rapid.T) string {
	word := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "/x", `q"uo\te`, "日本", "a<b>&c", "x\ty", "/a/b?c", "e@mail.example"}), rapid.StringN(0, 12, 40))
	q := request{
		method: rapid.SampledFrom([]string{"GET", "POST", "BREW"}).Draw(t, "method"), path: word.Draw(t, "path"), query: word.Draw(t, "query"),
		agent: word.Draw(t, "agent"), address: rapid.SampledFrom([]string{"192.0.2.1", "192.0.2.9", "198.51.100.7", "2001:db8::1", "2001:db8:0:9::", "nobody"}).Draw(t, "address"),
		rule: rapid.SampledFrom([]string{"r1", "r2", "Default_Action"}).Draw(t, "rule"), group: rapid.SampledFrom([]string{"", "AWS#G"}).Draw(t, "group"),
		action: rapid.SampledFrom([]string{"ALLOW", "BLOCK", "CAPTCHA", "NEW"}).Draw(t, "action"), cookie: rapid.Bool().Draw(t, "cookie"),
	}
	rec := q.record(rapid.Int64Range(0, 1e13).Draw(t, "at"))
	if rapid.Bool().Draw(t, "labels") {
		rec["labels"] = []any{map[string]any{"name": word.Draw(t, "label")}}
	}
	if rapid.Bool().Draw(t, "new field") {
		rec["x"+word.Draw(t, "field")] = []any{1.5, nil, true, map[string]any{"deep": word.Draw(t, "deep")}}
	}
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	if rapid.IntRange(0, 9).Draw(t, "cut") == 0 {
		data = data[:rapid.IntRange(1, len(data)-1).Draw(t, "cut at")]
	}
	return string(data)
}

func TestSummaryEqualsThePlainOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(drawLine), 1, 12).Draw(t, "lines")
		got, err := Summarize(strings.NewReader(strings.Join(lines, "\n")))
		if err != nil {
			t.Fatal(err)
		}
		records, skipped, lists := plainSummary(lines)
		if got.Records != records || got.Skipped.Lines != skipped {
			t.Fatalf("%d records, %d skipped; plainly %d, %d", got.Records, got.Skipped.Lines, records, skipped)
		}
		if d := cmp.Diff(lists, byName(got)); d != "" {
			t.Fatalf("differs from the plain one (-plain +got):\n%s", d)
		}
		at := rapid.IntRange(0, len(lines)).Draw(t, "split")
		a, _ := Summarize(strings.NewReader(strings.Join(lines[:at], "\n")))
		b, _ := Summarize(strings.NewReader(strings.Join(lines[at:], "\n")))
		if d := cmp.Diff(lists, byName(Merge(a, b))); d != "" {
			t.Fatalf("merged differs from the plain one:\n%s", d)
		}
	})
}

func TestTooManyThingsAreCountedAbout(t *testing.T) {
	c := newCounter(64 << 10)
	for i := range 20000 {
		for range 1 + i%2*3 {
			key := []byte(fmt.Sprint("rare ", i))
			c.add(hash(key), key, named(key))
		}
		c.see([]byte("loud"), nil)
	}
	got := c.counts()
	if !got.About || got.Distinct < 19000 || got.Distinct > 21000 {
		t.Errorf("about %v: %d distinct, want about 20001", got.About, got.Distinct)
	}
	if got.Top[0].Key != "loud" || got.Top[0].N > 20000 || got.Top[0].N+got.Lost < 20000 {
		t.Errorf("top = %+v (lost %d), want loud with 20000 within the bound", got.Top[0], got.Lost)
	}
	if c.bytes > 64<<10 {
		t.Errorf("%d bytes kept, budget is %d", c.bytes, 64<<10)
	}
	merged := mergeCounts(got, got)
	if !merged.About || merged.Distinct < 19000 || merged.Distinct > 21000 || merged.Top[0].N != 2*got.Top[0].N {
		t.Errorf("merged with itself: about %v, %d distinct, top %+v", merged.About, merged.Distinct, merged.Top[0])
	}
}

func TestDiffShowsWhatIsNewAndWhatMoved(t *testing.T) {
	day := func(keys map[string]uint64) Summary {
		var s Summary
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			s.Stopped.N += int(keys[key])
			s.Stopped.Paths.Top = append(s.Stopped.Paths.Top, Count{key, keys[key]})
		}
		return s
	}
	got := Diff(day(map[string]uint64{"/new": 30, "/same": 100, "/up": 90, "/rare": 1}), day(map[string]uint64{"/same": 98, "/up": 20, "/gone": 40}))
	want := Difference{Today: 221, Before: 158, Changes: []Change{
		{"path", "/up", 90, 20, false}, {"path", "/new", 30, 0, true}, {"path", "/gone", 0, 40, false},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
