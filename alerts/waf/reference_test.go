package waf

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"toban/alerts/mask"
)

// plainSummary counts records in the most obvious way there is. It knows what
// each of them says and reads no JSON.
type plainSummary struct {
	lists                              map[string]map[string]uint64
	distinct                           map[string]int
	records, stopped, passed, timed    int
	first, last                        int64
	noQuery, noAgent, sessions, prints int
	passedMatched, alsoPassed          int
	ownReferers, browsers              int
}

func count(records []drawn) plainSummary {
	s := plainSummary{lists: map[string]map[string]uint64{}, distinct: map[string]int{}}
	seen := map[[2]string]bool{}
	put := func(list, raw, shown string) {
		if s.lists[list] == nil {
			s.lists[list] = map[string]uint64{}
		}
		s.lists[list][shown]++
		if !seen[[2]string{list, raw}] {
			seen[[2]string{list, raw}] = true
			s.distinct[list]++
		}
	}
	masked := func(list, raw string) { put(list, raw, maskedOr(raw)) }
	from := map[string]map[string]bool{"stopped": {}, "passed": {}}
	prints := map[string]bool{}
	for _, d := range records {
		s.records++
		if d.at > 0 && (s.first == 0 || d.at < s.first) {
			s.first = d.at
		}
		s.last = max(s.last, d.at)
		side := "stopped"
		if d.action == "ALLOW" {
			side = "passed"
			s.passed++
			for _, c := range d.counted {
				if c[0] == "" {
					put("counted", c[1], maskedOr(c[1]))
				} else {
					put("counted", c[0]+" › "+c[1], maskedOr(c[0])+" › "+maskedOr(c[1]))
				}
			}
			if len(d.counted) > 0 {
				s.passedMatched++
			}
		} else {
			s.stopped++
			s.note(d, prints)
		}
		masked("action", d.action)
		rule, shown := d.rule, maskedOr(d.rule)
		if d.group != "" {
			rule, shown = rule+" › "+d.sub, shown+" › "+maskedOr(d.sub)
		}
		put(side+" rule", rule, shown)
		masked(side+" address", d.address)
		put(side+" network", networks[d.address], networks[d.address])
		if d.asn != "" {
			masked(side+" asn", d.asn)
		}
		masked(side+" country", d.country)
		masked(side+" path", d.path)
		masked(side+" method", d.method)
		masked(side+" host", d.host)
		masked(side+" agent", d.agent)
		for _, l := range d.labels {
			masked(side+" label", l)
		}
		from[side][d.address] = true
	}
	for address := range from["stopped"] {
		if from["passed"][address] {
			s.alsoPassed++
		}
	}
	s.prints = len(prints)
	return s
}

// note counts what a stopped request shows.
func (s *plainSummary) note(d drawn, prints map[string]bool) {
	if d.at > 0 {
		s.timed++
	}
	if d.query == "" {
		s.noQuery++
	}
	if !d.hasAgent {
		s.noAgent++
	}
	if d.cookie || d.token {
		s.sessions++
	}
	if d.browser {
		s.browsers++
	}
	if d.print != "" {
		prints[d.print] = true
	}
	if u, err := url.Parse(d.referer); err == nil && u.Host != "" && strings.EqualFold(u.Host, d.host) {
		s.ownReferers++
	}
}

func maskedOr(s string) string {
	if s == "" {
		return "-"
	}
	return mask.Text(s)
}

// asPlain is what a summary says, in the form of the plain one. It fails if a
// list is in another order than by number and then by name.
func asPlain(t *rapid.T, s Summary) plainSummary {
	p := plainSummary{
		lists: map[string]map[string]uint64{}, distinct: map[string]int{}, records: s.Records, stopped: s.Stopped.N, passed: s.Passed.N,
		noQuery: s.Signals.NoQuery, noAgent: s.Signals.NoAgent, sessions: s.Signals.Sessions, prints: s.Signals.Prints,
		passedMatched: s.Signals.PassedMatched, alsoPassed: s.Signals.AlsoPassed, ownReferers: s.Signals.OwnReferers, browsers: s.Signals.Browsers,
	}
	if !s.From.IsZero() {
		p.first, p.last = s.From.UnixMilli(), s.Until.UnixMilli()
	}
	for _, b := range s.Times.Buckets {
		p.timed += b.N
	}
	put := func(name string, c Counts) {
		if len(c.Top) == 0 && c.Distinct == 0 {
			return
		}
		p.distinct[name] = c.Distinct
		p.lists[name] = map[string]uint64{}
		for i, one := range c.Top {
			p.lists[name][one.Key] = one.N
			if i > 0 && (c.Top[i-1].N < one.N || c.Top[i-1].N == one.N && c.Top[i-1].Key >= one.Key) {
				t.Fatalf("%s is not in order: %v", name, c.Top)
			}
		}
		if c.About || c.Lost > 0 || len(c.Sketch) > 0 {
			t.Fatalf("%s is only about right: %+v", name, c)
		}
	}
	put("action", s.Actions)
	put("counted", s.Counted)
	for side, b := range map[string]Breakdown{"stopped ": s.Stopped, "passed ": s.Passed} {
		put(side+"rule", b.Rules)
		put(side+"address", b.Addresses)
		put(side+"network", b.Networks)
		put(side+"asn", b.ASNs)
		put(side+"country", b.Countries)
		put(side+"path", b.Paths)
		put(side+"method", b.Methods)
		put(side+"host", b.Hosts)
		put(side+"agent", b.Agents)
		put(side+"label", b.Labels)
	}
	return p
}

// drawnStream is records in the order and the forms in which they stand in one
// text, with things between them that are no record.
type drawnStream struct {
	text    string
	records []drawn
	skipped int
}

func drawStream(r *rand.Rand, records int) (s drawnStream) {
	w := writer{r}
	var b strings.Builder
	b.WriteString(pickOne(r, "", "", "\ufeff", "[", "\n", "[\n  "))
	for range records {
		d := drawRecord(r)
		line := w.line(d)
		switch {
		case w.chance(12):
			b.WriteString(pickOne(r, "hello", `{"level":"info"}`, `{"action":"BLOCK"]`, `{action:"BLOCK"}`, "\x00\x01{", "null", `"x"`, "{}", `{"message":"plain words"}`) + "\n")
			s.skipped++
		case w.chance(12) && !strings.Contains(line, "\n"):
			b.WriteString(line[:1+r.IntN(len(line)-1)] + "\n")
			s.skipped++
		default:
			if text := b.String(); text == "" || text[len(text)-1] == '\n' {
				b.WriteString(pickOne(r, "", "", "", "2026-11-22T10:00:00.000Z "))
			}
			b.WriteString(line + pickOne(r, "\n", "\n", "\n", "\r\n", "\n\n", ",", "", " ", ",\n"))
			s.records = append(s.records, d)
		}
	}
	b.WriteString(pickOne(r, "", "", "]", "\n", "]\n"))
	s.text = b.String()
	return s
}

func TestSummaryEqualsThePlainOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		a, b := drawStream(r, rapid.IntRange(0, 30).Draw(t, "records")), drawStream(r, rapid.IntRange(0, 5).Draw(t, "more"))
		both := cmp.AllowUnexported(plainSummary{})
		var sums []Summary
		for _, s := range []drawnStream{a, b} {
			got, err := Summarize(iotest{strings.NewReader(s.text)})
			if err != nil {
				t.Fatal(err)
			}
			if got.Skipped.Lines != s.skipped {
				t.Fatalf("%d skipped, plainly %d: %+v in\n%q", got.Skipped.Lines, s.skipped, got.Skipped, s.text)
			}
			if d := cmp.Diff(count(s.records), asPlain(t, got), both); d != "" {
				t.Fatalf("differs from the plain one (-plain +got):\n%s\nin\n%s", d, s.text)
			}
			sums = append(sums, got)
		}
		merged, want := Merge(sums[0], sums[1]), count(slices.Concat(a.records, b.records))
		if merged.Records != want.records || merged.Stopped.N != want.stopped || merged.Passed.N != want.passed || merged.Skipped.Lines != a.skipped+b.skipped {
			t.Fatalf("merged: %d records, %d stopped, %d passed, %+v", merged.Records, merged.Stopped.N, merged.Passed.N, merged.Skipped)
		}
		if d := cmp.Diff(want.lists, listsOf(merged)); d != "" {
			t.Fatalf("merged differs from the plain one:\n%s", d)
		}
	})
}

// listsOf are all counts of a summary.
func listsOf(s Summary) map[string]map[string]uint64 {
	names := []string{"address", "network", "asn", "country", "rule", "", "path", "method", "host", "agent", "label"}
	lists := map[string]map[string]uint64{}
	for i, c := range s.lists() {
		name := ""
		switch {
		case i < 2:
			name = []string{"action", "counted"}[i]
		case names[(i-2)%len(names)] == "": // families are what the rules' names say
			continue
		default:
			name = []string{"stopped ", "passed "}[(i-2)/len(names)] + names[(i-2)%len(names)]
		}
		for _, one := range c.Top {
			if lists[name] == nil {
				lists[name] = map[string]uint64{}
			}
			lists[name][one.Key] = one.N
		}
	}
	return lists
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
