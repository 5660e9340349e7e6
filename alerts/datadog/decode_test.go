package datadog

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"toban/alerts"
)

var update = flag.Bool("update", false, "rewrite the decoded events in testdata")

var arrived = time.Date(2026, 12, 2, 2, 10, 0, 0, time.UTC)

const jsonType = "application/json"

// TestBodies decodes every body in fixtures/data/datadog and compares the
// event with testdata, which is rewritten with -update and read in review.
func TestBodies(t *testing.T) {
	files, err := filepath.Glob("../../fixtures/data/datadog/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no bodies", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			got, err := Decode(sample(t, name), jsonType, arrived)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".json")
			if *update {
				text, _ := json.MarshalIndent(got, "", " ")
				if err := os.WriteFile(golden, append(text, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			var want alerts.Event
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("decoded event (-want +got):\n%s", diff)
			}
		})
	}
}

func sample(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../fixtures/data/datadog/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t *testing.T, body string) alerts.Event {
	t.Helper()
	e, err := Decode([]byte(body), jsonType, arrived)
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return e
}

func TestBothHalvesMeetInOneAlert(t *testing.T) {
	for _, tt := range []struct{ why, one, two string }{
		{"the contract's template", "triggered_multi", "recovered"},
		{"Datadog's default body, which names no monitor", "default_body", "default_body_recovered"},
		{"default body and template", "default_body", "log_alert_without_priority"},
	} {
		a, _ := Decode(sample(t, tt.one), jsonType, arrived)
		b, _ := Decode(sample(t, tt.two), jsonType, arrived)
		if a.Key() != b.Key() {
			t.Errorf("%s: keys %q and %q differ", tt.why, a.Key(), b.Key())
		}
	}
}

func TestTransition(t *testing.T) {
	for _, tt := range []struct {
		why, body string
		want      alerts.Transition
	}{
		{"the variable decides, whatever the title says", `{"title":"[Triggered] a","alert_transition":"Recovered"}`, alerts.Recovered},
		{"spelling does not matter", `{"title":"a","alert_transition":"re-no data"}`, alerts.ReNoData},
		{"a monitor's state", `{"title":"a","alert_transition":"OK"}`, alerts.Recovered},
		{"the type decides before the title", `{"title":"[Triggered] a","alert_type":"success"}`, alerts.Recovered},
		{"the title, when nothing else tells", `{"title":"[P1] [No Data on {host:x}] a","alert_type":"error"}`, alerts.NoData},
		{"unexpanded counts as missing", `{"title":"[Warn] a","alert_transition":"$ALERT_TRANSITION"}`, alerts.Warned},
		{"nothing tells: better one page too many", `{"title":"a"}`, alerts.Triggered},
		{"an author's bracket is no transition", `{"title":"[OK] a"}`, alerts.Triggered},
		{"an unknown word is kept", `{"title":"a","alert_transition":"Escalated"}`, "Escalated"},
	} {
		if got := decode(t, tt.body).Transition; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestTitle(t *testing.T) {
	for _, tt := range []struct {
		why, title, want string
		priority         alerts.Priority
	}{
		{"multi alert", "[Triggered on {service:x,env:y}] Name", "Name", ""},
		{"simple alert with priority", "[P2] [Warn] Name ", "Name", "P2"},
		{"test notification", "[TEST] [P1] [Re-Triggered on {a:b}] Name", "Name", "P1"},
		{"a scope with brackets", "[Triggered on {path:/a[1]/b}] Name", "Name", ""},
		{"the author's own brackets stay", "[Triggered] [prod] Name [x]", "[prod] Name [x]", ""},
		{"only one transition is Datadog's", "[Triggered] [Recovered] is my name", "[Recovered] is my name", ""},
		{"no end of the bracket", "[Triggered on {a:b} Name", "[Triggered on {a:b} Name", ""},
		{"nothing but a head", "[P2] [Triggered]", "Monitor 7", "P2"},
		{"line breaks", "a\\n\\tb", "a b", ""},
	} {
		e := decode(t, `{"alert_id":"7","title":"`+tt.title+`"}`)
		if e.Title != tt.want || e.Priority != tt.priority {
			t.Errorf("%s: %q %q, want %q %q", tt.why, e.Title, e.Priority, tt.want, tt.priority)
		}
	}
}

func TestText(t *testing.T) {
	for _, tt := range []struct{ why, body, want string }{
		{"markers", "%%%\na\n%%%", "a"},
		{"markers on the same line", "%%%a%%%", "a"},
		{"handles on a line of their own", "a\n\n@webhook-x @slack-y\n\nb", "a\n\nb"},
		{"a handle inside a sentence", "ask @jane.doe@example.com, please", "ask please"},
		{"a workflow with arguments", `run @workflow-Restart(service="x y") now`, "run now"},
		{"an address is no handle", "write to ops@example.com", "write to ops@example.com"},
		{"a facet of a log query", "`@http.status_code:500` and @duration:>5 and @code > 3", "`@http.status_code:500` and @duration:>5 and @code > 3"},
		{"graph and own links go, logs stay", "a\n[![Metric Graph](https://x/y)](https://x)\n- - -\n[[Monitor Status](https://x/monitors/1)] · [[Related Logs](https://x/logs)]", "a\n[Related Logs](https://x/logs)"},
		{"control characters", "a\x00b\x1b[0m", "ab[0m"},
		{"a lone @", "a @ b", "a @ b"},
	} {
		if got := cleanText(tt.body); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.want)
		}
	}
}

func TestInstant(t *testing.T) {
	at := time.Date(2026, 12, 2, 1, 2, 0, 0, time.UTC)
	for _, tt := range []struct {
		why, date string
		want      time.Time
	}{
		{"milliseconds", `"1796173320000"`, at},
		{"seconds", `1796173320`, at},
		{"RFC 3339", `"2026-12-02T10:02:00+09:00"`, at},
		{"missing: the arrival", `"$DATE"`, arrived},
		{"rubbish", `"yesterday"`, arrived},
		{"before Datadog was", `"5"`, arrived},
		{"far ahead would make all that follows stale", `"4796173320000"`, arrived},
	} {
		if got := decode(t, `{"title":"a","date":`+tt.date+`}`).At; !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.why, got, tt.want)
		}
	}
}

func TestMadeUpID(t *testing.T) {
	const dated, undated = `{"title":"a","alert_id":"7","date":"1796173320000"}`, `{"title":"a","alert_id":"7"}`
	id := func(body string, after time.Duration) string {
		e, err := Decode([]byte(body), jsonType, arrived.Add(after))
		if err != nil {
			t.Fatal(err)
		}
		return e.ID
	}
	for _, tt := range []struct {
		why      string
		one, two string
		same     bool
	}{
		{"a repeat next day", id(dated, 0), id(dated, 24*time.Hour), true},
		{"an undated repeat at once", id(undated, 0), id(undated, time.Minute), true},
		{"undated, an hour later: a new alert", id(undated, 0), id(undated, time.Hour), false},
		{"other words", id(dated, 0), id(strings.Replace(dated, `"a"`, `"b"`, 1), 0), false},
		{"the monitor's id given as the event's", id(`{"id":"7","title":"a","alert_id":"7","alert_transition":"Warn"}`, 0), id(`{"id":"7","title":"a","alert_id":"7","alert_transition":"Recovered"}`, 0), false},
	} {
		if (tt.one == tt.two) != tt.same || tt.one == "" {
			t.Errorf("%s: %s and %s, want same %v", tt.why, tt.one, tt.two, tt.same)
		}
	}
}

func TestHostileBodiesSurvive(t *testing.T) {
	huge := strings.Repeat("あ", 1<<18)
	for _, tt := range []struct {
		why, body string
		check     func(alerts.Event) bool
	}{
		{"a huge title is cut and marked", `{"title":"` + huge + `"}`, func(e alerts.Event) bool {
			return len(e.Title) <= maxTitle && strings.HasSuffix(e.Title, "…")
		}},
		{"a huge text", `{"title":"a","body":"` + huge + `"}`, func(e alerts.Event) bool { return len(e.Text) <= maxText }},
		{"huge scopes that differ at the end stay apart", `{"title":"a","scope":"x:` + huge + `1"}`, func(e alerts.Event) bool {
			other := decode(t, `{"title":"a","scope":"x:`+huge+`2"}`)
			return len(e.Scope) <= maxIdentity && e.Scope != other.Scope
		}},
		{"too many tags", `{"title":"a","tags":"` + manyTags() + `"}`, func(e alerts.Event) bool { return len(e.Tags) == maxTags }},
		{"duplicate keys: the last one counts", `{"title":"a","title":"b"}`, func(e alerts.Event) bool { return e.Title == "b" }},
		{"byte order mark", "\ufeff{\"title\":\"a\"}", func(e alerts.Event) bool { return e.Title == "a" }},
		{"invalid UTF-8", "{\"title\":\"a\xffb\"}", func(e alerts.Event) bool { return e.Title == "a\ufffdb" }},
		{"escaped NUL", `{"title":"a\u0000b","body":"c\u0000d"}`, func(e alerts.Event) bool { return e.Title == "a b" && e.Text == "cd" }},
		{"raw NUL", "{\"title\":\"a\x00b\"}", func(e alerts.Event) bool { return e.Title == "a b" }},
		{"every escape", `{"title":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","body":"\"\\\/ \b\f\n\tx\r"}`, func(e alerts.Event) bool {
			return e.Title == `"\/ é😀` && e.Text == "\"\\/\n\tx"
		}},
		{"half a surrogate", `{"title":"a\ud800b"}`, func(e alerts.Event) bool { return utf8.ValidString(e.Title) }},
		{"deep nesting", `{"x":` + strings.Repeat(`{"x":`, 500) + `1` + strings.Repeat("}", 500) + `,"title":"a"}`, func(e alerts.Event) bool { return e.Title == "a" }},
		{"another object's id is not the event's", `{"user":{"id":"1"},"id":"2","title":"a"}`, func(e alerts.Event) bool { return e.ID == "2" }},
		{"a link that runs code", `{"title":"a","link":"javascript:alert(1)"}`, func(e alerts.Event) bool { return e.Link == "" }},
		{"brackets inside strings", `{"x":["}",{"y":"]"}],"title":"{a}"}`, func(e alerts.Event) bool { return e.Title == "{a}" }},
	} {
		if e := decode(t, tt.body); !tt.check(e) {
			t.Errorf("%s: %.300q", tt.why, e)
		}
	}
}

func manyTags() string {
	var b strings.Builder
	for i := range 300 {
		b.WriteString(string(rune('a'+i%26)) + ":" + strings.Repeat("x", i) + ",")
	}
	return b.String()
}

func TestForms(t *testing.T) {
	for _, tt := range []struct{ why, body string }{
		{"plain fields", "title=a&alert_id=7&alert_transition=Warn&org=%7B%22id%22%3A%229%22%7D"},
		{"one field with the payload", "payload=" + `%7B%22title%22%3A%22a%22%2C%22alert_id%22%3A7%2C%22alert_transition%22%3A%22Warn%22%2C%22org_id%22%3A9%7D`},
		{"JSON that curl -d calls a form", `{"title":"a","alert_id":7,"alert_transition":"Warn","org_id":9}`},
	} {
		e, err := Decode([]byte(tt.body), "application/x-www-form-urlencoded; charset=utf-8", arrived)
		if err != nil || e.Title != "a" || e.Monitor != "7" || e.Org != "9" || e.Transition != alerts.Warned {
			t.Errorf("%s: %+v %v", tt.why, e, err)
		}
	}
}

func TestUnreadable(t *testing.T) {
	for _, tt := range []struct{ why, body, want string }{
		{"empty", "", "line 1, column 1: the body is empty"},
		{"cut off", `{"title":"a`, "line 1, column 11: unexpected end of JSON input"},
		{"the place is named", "{\n \"title\": \"日本\", x}", "line 2, column 17: invalid character 'x' looking for beginning of object key string"},
		{"two bodies", `{"title":"a"}{}`, "line 1, column 14: invalid character '{' after top-level value"},
		{"no object", `["a"]`, "line 1, column 1: expected a JSON object"},
		{"nothing in it", `{"hello":"world"}`, "the body names no title, text or monitor that could be shown to anybody"},
		{"nothing was filled in", Template(), "the body names no title, text or monitor that could be shown to anybody"},
	} {
		_, err := Decode([]byte(tt.body), jsonType, arrived)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.why, err, tt.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("../../fixtures/data/datadog/*.json")
	for _, file := range files {
		data, _ := os.ReadFile(file)
		f.Add(data, true)
	}
	f.Add([]byte("title=a&payload=%7B%7D"), false)
	f.Fuzz(func(t *testing.T, data []byte, isJSON bool) {
		kind := "application/x-www-form-urlencoded"
		if isJSON {
			kind = jsonType
		}
		e, err := Decode(data, kind, arrived)
		if err != nil {
			return
		}
		again, _ := Decode(data, kind, arrived)
		if !cmp.Equal(e, again) {
			t.Errorf("decoded differently the second time:\n%s", cmp.Diff(e, again))
		}
		if e.ID == "" || e.Monitor == "" || legible(e.Title) == "" || e.Transition == "" || e.At.IsZero() {
			t.Errorf("something that an event always has is empty: %+v", e)
		}
		for _, s := range slices.Concat([]string{e.ID, e.Org, e.Monitor, e.Scope, e.Cycle, string(e.Transition), e.Title, e.Text, e.Type, e.Host, e.Query, e.Link, e.Snapshot}, e.Tags) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > maxText {
				t.Errorf("not fit to be saved: %.200q", s)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data := sample(b, "log_alert_without_priority")
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Decode(data, jsonType, arrived); err != nil {
			b.Fatal(err)
		}
	}
}

// Renotify names no level. A warning that is repeated must not page as an alert.
func TestARenotifyHasTheLevelThatTheBodyTellsElsewhere(t *testing.T) {
	for _, tt := range []struct {
		title, alertType string
		want             alerts.Transition
	}{
		{"Disk", "warning", alerts.ReWarned},
		{"Disk", "error", alerts.Renotify}, // an alert, or no data
		{"Disk", "", alerts.Renotify},
		{"[P2] [Re-No Data] Disk", "error", alerts.ReNoData},
		{"[Renotify] Disk", "warning", alerts.ReWarned},
		{"[Recovered] Disk", "error", alerts.Renotify},
	} {
		body, err := json.Marshal(map[string]string{"title": tt.title, "alert_type": tt.alertType, "alert_transition": "Renotify", "alert_id": "1"})
		if err != nil {
			t.Fatal(err)
		}
		e, err := Decode(body, "application/json", arrived)
		if err != nil || e.Transition != tt.want {
			t.Errorf("%s, %s: %s, %v; want %s", tt.title, tt.alertType, e.Transition, err, tt.want)
		}
	}
}
