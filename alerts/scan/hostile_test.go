package scan

import (
	"strings"
	"testing"
	"time"
)

// A body of a mebibyte is read or refused, whatever is in it.
func TestHostileBodiesAreReadOrRefused(t *testing.T) {
	const size = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for _, tt := range []struct {
		why, body string
		items     int // -1: refused
	}{
		{"nothing", "", -1},
		{"open brackets", fill("["), -1},
		{"open objects", fill(`{"a":`), -1},
		{"brackets that fit", strings.Repeat("[", size/2) + strings.Repeat("]", size/2), -1},
		{"nine thousand envelopes", strings.Repeat(`{"detail-type":"x","detail":`, 9000) + "{}" + strings.Repeat("}", 9000), -1},
		{"messages in messages, badly quoted", fill(`{"Type":"Notification","Message":"{\"Type\":`), -1},
		{"a huge number", `{"class_uid":1` + strings.Repeat("0", size) + `,"finding_info":{}}`, 1},
		{"an exponent", `{"SchemaVersion":"2018-10-08","Id":"x","ProductArn":"p","Severity":{"Normalized":1e999999999}}`, 1},
		{"no UTF-8", "{\"SchemaVersion\":\"\xff\xfe\",\"Id\":\"\xff\",\"Title\":\"\xc0\x80\"}", 1},
		{"fields twice", `{"SchemaVersion":"1","Id":"a","Id":"b","SchemaVersion":"2"}`, 1},
		{"a form", "payload=%7B%22Id%22%3A1%7D", -1},
		{"more findings than are taken", "[" + strings.Repeat(`{"SchemaVersion":"1","Id":"a"},`, 1001) + "{}]", -1},
		{"null", "null", -1},
	} {
		items, err := Decode([]byte(tt.body), "", time.Unix(0, 0))
		if tt.items < 0 && err == nil || tt.items >= 0 && (err != nil || len(items) != tt.items) {
			t.Errorf("%s: %d items, %.200v", tt.why, len(items), err)
		}
	}
}
