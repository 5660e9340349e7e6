package datadog

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// A body of a mebibyte is read or refused, whatever is in it.
func TestHostileBodiesAreReadOrRefused(t *testing.T) {
	const size = 1 << 20
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for _, tt := range []struct {
		why, body, kind string
		taken           bool
	}{
		{"nothing", "", "", false},
		{"open brackets", fill("["), "", false},
		{"open objects", fill(`{"a":`), "", false},
		{"brackets that fit", `{"title":"t","x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}", "", true},
		{"deeper than JSON may be", `{"title":"t","x":` + strings.Repeat("[", size/2) + strings.Repeat("]", size/2) + "}", "", false},
		{"a huge number", `{"title":"t","alert_id":1` + strings.Repeat("0", size) + `}`, "", true},
		{"an exponent", `{"title":"t","date":1e999999999,"last_updated":-1e400}`, "", true},
		{"no UTF-8", "{\"title\":\"\xff\xfe\xc0\x80\"}", "", true},
		{"fields twice", `{"title":"a","title":"b"}`, "", true},
		{"a million tags", `{"title":"t","tags":"` + fill("a,") + `"}`, "", true},
		{"control characters", "{\"title\":\"" + fill("\x01\n") + "\"}", "", false},
		{"a form of percent signs", "title=" + fill("%25"), "application/x-www-form-urlencoded", true},
		{"a form of separators", "title=x" + fill("&"), "application/x-www-form-urlencoded", false},
		{"a form of names", "title=x" + fill("&a=1"), "application/x-www-form-urlencoded", false},
		{"a form that is none", "title=%zz", "application/x-www-form-urlencoded", false},
		{"JSON in a form in itself", "payload=" + fill(`{"a":`), "application/x-www-form-urlencoded", false},
		{"XML", "<a/>", "text/xml", false},
		{"null", "null", "", false},
	} {
		e, err := Decode([]byte(tt.body), tt.kind, time.Unix(1_790_000_000, 0))
		_, bad := errors.AsType[*BodyError](err)
		if (err == nil) != tt.taken || err != nil && !bad && !errors.Is(err, ErrContentType) {
			t.Errorf("%s: %.100q, %.200v", tt.why, e.Title, err)
		}
	}
}
