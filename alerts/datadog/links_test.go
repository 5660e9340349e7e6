package datadog

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"toban/alerts"
)

// footer is the row that Datadog puts below the message of a monitor.
func footer(host, monitor, group, event string, from, until time.Time) string {
	ts := func(at time.Time) string { b, _ := json.Marshal(at.UnixMilli()); return string(b) }
	window := "&from_ts=" + ts(from) + "&to_ts=" + ts(until)
	return "\n\n- - -\n\n[[Monitor Status](https://" + host + "/monitors/" + monitor + "?group=" + group + "&event_id=" + event + window + ")] · [[Related Logs](https://" + host + "/logs?query=a" + window + ")]\n%%%"
}

func bodyOf(t *testing.T, fields map[string]string) alerts.Event {
	t.Helper()
	raw, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(raw))
}

// TestTextSteersNothing has texts of monitors into which somebody got a link.
// What they must not change is the monitor, scope, id, link and window.
func TestTextSteersNothing(t *testing.T) {
	near, old := arrived.Add(-10*time.Minute), time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	theirs := footer("app.datadoghq.com", "6", "host%3Aevil", "5", near, arrived)
	ours := footer("app.datadoghq.com", "24100101", "host%3Aweb", "77", near, arrived)
	for _, tt := range []struct{ why, alert, body string }{
		{"a link of any host", "", "[x](https://a.b/monitors/6?event_id=5&group=host%3Aevil)"},
		{"in a row of its own, at the end", "24100101", "a" + footer("a.b", "6", "host%3Aevil", "5", near, arrived)},
		{"a host that looks like Datadog's", "", "a" + footer("app.datadoghq.com.evil.example", "6", "host%3Aevil", "5", near, arrived)},
		{"a name before the host", "", "a" + footer("app.datadoghq.com@evil.example", "6", "host%3Aevil", "5", near, arrived)},
		{"Datadog's host in the text, not at the end", "", "[[Monitor Status](https://app.datadoghq.com/monitors/6?event_id=5&group=host%3Aevil)]\nand more"},
		{"another monitor than the alert's", "24100101", "a" + theirs},
		{"two monitors in one row", "", "a\n[[A](https://app.datadoghq.com/monitors/6?event_id=5&group=host%3Aevil)] · [[B](https://app.datadoghq.com/monitors/7?event_id=5)]"},
		{"neither a monitor nor an event that the payload names", "", "a" + theirs},
		{"no https", "", "a" + strings.ReplaceAll(theirs, "https:", "http:")},
	} {
		e := bodyOf(t, map[string]string{"title": "a", "alert_id": tt.alert, "body": tt.body})
		if strings.Contains(e.Scope, "evil") || e.ID == "5" || e.Monitor == "6" || e.Link != "" || !e.From.IsZero() {
			t.Errorf("%s: %+v", tt.why, e)
		}
	}
	e := bodyOf(t, map[string]string{"title": "a", "id": "77", "body": "a" + theirs})
	if e.Scope != "" || e.Monitor != "a" || e.Link != "" {
		t.Errorf("a row of another event than the payload's: %+v", e)
	}
	e = bodyOf(t, map[string]string{"title": "a", "id": "77", "body": "a" + theirs[:strings.Index(theirs, "%%%")] + "b" + ours})
	if e.Scope != "host:web" || e.Monitor != "24100101" || e.ID != "77" || !e.Until.Equal(arrived.Truncate(time.Millisecond)) {
		t.Errorf("Datadog's own row below another's: %+v", e)
	}
	e = bodyOf(t, map[string]string{"title": "a", "alert_id": "24100101", "alert_scope": "host:db", "id": "9", "link": "https://wiki.example.com/x", "body": "a" + ours})
	if e.Scope != "host:db" || e.ID != "9" || e.Link != "https://wiki.example.com/x" {
		t.Errorf("the payload's own fields win: %+v", e)
	}
	e = bodyOf(t, map[string]string{"title": "a", "alert_id": "24100101", "body": "a" + footer("app.datadoghq.com", "24100101", "host%3Aweb", "77", old, old.Add(time.Hour))})
	if !e.From.IsZero() || !e.Until.IsZero() || e.ID != "77" {
		t.Errorf("a window in 2001: %+v", e)
	}
	e = bodyOf(t, map[string]string{"title": "a", "alert_id": "24100101", "body": "a" + footer("app.datadoghq.com", "24100101", "host%3Aweb", "77", old, arrived)})
	if !e.From.IsZero() {
		t.Errorf("a window of 25 years: %+v", e)
	}
}

// FuzzTextSteersNothing puts any text above Datadog's own row.
func FuzzTextSteersNothing(f *testing.F) {
	f.Add("[x](https://app.datadoghq.com/monitors/6?event_id=5&group=host%3Aevil&from_ts=1&to_ts=2)")
	f.Add("- - -\n\n[[Monitor Status](https://a.b/monitors/6?event_id=5)]\n%%%")
	near := arrived.Add(-10 * time.Minute)
	row := footer("app.datadoghq.com", "24100101", "host%3Aweb", "77", near, arrived)
	f.Fuzz(func(t *testing.T, text string) {
		got, want := findLinks(text+row, "24100101", "", arrived), findLinks(row, "24100101", "", arrived)
		if got != want || want.event != "77" {
			t.Errorf("%q steers: %+v, want %+v", text, got, want)
		}
	})
}
