package waf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"go.uber.org/goleak"
)

const (
	blocked = `{"timestamp":1790000000000,"action":"BLOCK","terminatingRuleId":"r","httpRequest":{"clientIp":"192.0.2.1","uri":"/a"}}`
	pretty  = "{\n  \"action\": \"BLOCK\",\n  \"httpRequest\": {\n    \"clientIp\": \"192.0.2.1\",\n    \"headers\": [\n      {\"name\": \"Host\", \"value\": \"h\"}\n    ]\n  }\n}"
)

func TestWhateverComesIsReadOrCounted(t *testing.T) {
	long := strings.Repeat("x", maxRecord+10)
	for _, tt := range []struct {
		why, in string
		records int
		skipped string
	}{
		{"nothing", "", 0, "0"},
		{"white space alone", " \n\t\r\n", 0, "0"},
		{"one line", blocked + "\n", 1, "0"},
		{"no line end at the end", blocked + "\n" + blocked, 2, "0"},
		{"Windows line ends", blocked + "\r\n" + blocked + "\r\n", 2, "0"},
		{"an array", "[" + blocked + "," + blocked + "]", 2, "0"},
		{"an array over lines", "[\n  " + blocked + ",\n  " + blocked + "\n]\n", 2, "0"},
		{"written over lines", pretty + "\n" + pretty, 2, "0"},
		{"written over lines in an array", "[\n" + pretty + ",\n" + pretty + "\n]", 2, "0"},
		{"one after the other without line ends", blocked + blocked + blocked, 3, "0"},
		{"byte order mark", "\xef\xbb\xbf" + blocked, 1, "0"},
		{"byte order mark before an array over lines", "\xef\xbb\xbf[\n" + blocked + "]", 1, "0"},
		{"files with byte order marks, one after the other", "\xef\xbb\xbf" + blocked + "\n\xef\xbb\xbf" + blocked, 2, "0"},
		{"half a byte order mark", "\xef\xbb", 0, "1: text that is not a record in 1"},
		{"nothing but a byte order mark", "\xef\xbb\xbf", 0, "0"},
		{"the instant that CloudWatch puts before", "2026-11-22T10:00:00.000Z " + blocked, 1, "0"},
		{"cut in the middle, next line whole", blocked[:60] + "\n" + blocked, 1, "1: cut off before its end in 1"},
		{"cut inside a string", blocked[:50] + "\n" + blocked, 1, "1: cut off before its end in 1"},
		{"cut after a comma", blocked[:27] + "\n" + blocked, 1, "1: cut off before its end in 1"},
		{"cut at the end of the stream", blocked + "\n" + blocked[:80], 1, "1: cut off before its end in 2"},
		{"text between", blocked + "\nhello\n" + blocked, 2, "1: text that is not a record in 2"},
		{"text behind a record", blocked + " and so on\n" + blocked, 2, "1: text that is not a record in 1"},
		{"other JSON", `{"level":"info"}` + "\n" + blocked, 1, "1: not a WAF record in 1"},
		{"numbers, null", "1\nnull\n\"x\"\n" + blocked, 1, "3: text that is not a record in 1"},
		{"binary", "\x00\xff\xfe\x01{\x02\n" + blocked, 1, "1: text that is not a record in 1"},
		{"brackets that do not fit", `{"action":"BLOCK"]` + "\n" + blocked, 1, "1: not JSON in 1"},
		{"no quotes", `{action:"BLOCK"}` + "\n" + blocked, 1, "1: not JSON in 1"},
		{"a thousand levels", `{"action":"BLOCK","x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}\n" + blocked, 2, "0"},
		{"a million open brackets", `{"action":"BLOCK","x":` + strings.Repeat("[", 1000000) + "\n" + blocked, 1, "1: cut off before its end in 1"},
		{"levels in the record's own lists", `{"ruleGroupList":` + strings.Repeat(`[{"terminatingRule":`, 3000) + "\n" + blocked, 1, "1: cut off before its end in 1"},
		{"a path of a mebibyte", `{"action":"BLOCK","httpRequest":{"uri":"/` + long[:1<<20] + `"}}` + "\n" + blocked, 2, "0"},
		{"a record too long", `{"action":"BLOCK","x":"` + long + `"}` + "\n" + blocked, 1, "1: longer than 4 MiB in 1"},
		{"a record too long in an array", `[{"action":"BLOCK","x":{"y":"` + long + `}\"{"}},` + blocked + "]", 1, "1: longer than 4 MiB in 1"},
		{"a line of junk too long", long + long + "\n" + blocked, 1, "1: text that is not a record in 1"},
	} {
		s, err := Summarize(iotest{strings.NewReader(tt.in)})
		if err != nil {
			t.Errorf("%s: %v", tt.why, err)
		}
		got := fmt.Sprint(s.Skipped.Lines)
		for _, r := range s.Skipped.Reasons {
			got += fmt.Sprintf(": %s in %d", r.Why, r.First)
		}
		if s.Records != tt.records || got != tt.skipped {
			t.Errorf("%s: %d records, skipped %q; want %d, %q", tt.why, s.Records, got, tt.records, tt.skipped)
		}
	}
}

// iotest gives odd small pieces.
type iotest struct{ io.Reader }

func (r iotest) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(len(p), 4093)]) }

// one reads the only record of a text.
func one(t *testing.T, in string) Record {
	t.Helper()
	r := NewReader(strings.NewReader(in))
	rec, err := r.Next()
	if err != nil {
		t.Fatalf("%v, skipped %+v in %s", err, r.Skipped(), in)
	}
	return *rec
}

func TestBothShapesSayTheSame(t *testing.T) {
	raw := `{"timestamp":"1790000000000","webaclId":"a","terminatingRuleId":"AWS-Common","terminatingRuleType":"MANAGED_RULE_GROUP","action":"BLOCK",
"terminatingRuleMatchDetails":[{"conditionType":"SQL_INJECTION","sensitivityLevel":"LOW","location":"ALL_QUERY_ARGS","matchedData":["1","or","1"]}],
"ruleGroupList":[{"ruleGroupId":"AWS#None","terminatingRule":null,"nonTerminatingMatchingRules":[],"excludedRules":null},
{"terminatingRule":{"ruleId":"SizeRestrictions_BODY","action":"BLOCK","ruleMatchDetails":null},"nonTerminatingMatchingRules":[{"ruleId":"NoUserAgent_HEADER","action":"COUNT"}],"excludedRules":[{"exclusionType":"EXCLUDED_AS_COUNT","ruleId":"old"}],"ruleGroupId":"AWS#Common"}],
"rateBasedRuleList":[{"rateBasedRuleId":"x","rateBasedRuleName":"limit","limitKey":"IP","maxRateAllowed":"100","evaluationWindowSec":"300"}],
"nonTerminatingMatchingRules":[{"ruleId":"watch","action":"COUNT","ruleMatchDetails":[]}],
"httpRequest":{"clientIp":"2001:db8::1","country":"NL","headers":[{"name":"HOST","value":"a.example"},{"name":"Host","value":"b.example"},{"name":"user-agent","value":"x\u002f1 \ud83d\ude00"},{"name":"Cookie","value":"REDACTED"}],"uri":"/a\/b","args":"REDACTED","httpMethod":"POST"},
"labels":[{"name":"awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}],"clientAsn":64500,"ja3Fingerprint":"3","ja4Fingerprint":"4","newField":{"a":[1,{"b":"]"}]}}`
	rewritten := `{"ddsource":"waf","message":{"timestamp":1790000000000,"webaclId":"a","terminatingRuleId":"AWS-Common","terminatingRuleType":"MANAGED_RULE_GROUP","action":"BLOCK",
"terminatingRuleMatchDetails":[{"conditionType":"SQL_INJECTION","sensitivityLevel":"LOW","location":"ALL_QUERY_ARGS","matchedData":["1","or","1"]}],
"ruleGroupList":{"AWS#None":{"nonTerminatingMatchingRules":{}},
"AWS#Common":{"terminatingRule":{"SizeRestrictions_BODY":{"action":"BLOCK","ruleMatchDetails":null}},"nonTerminatingMatchingRules":{"NoUserAgent_HEADER":{"action":"COUNT"}},"excludedRules":{"old":{"exclusionType":"EXCLUDED_AS_COUNT"}}}},
"rateBasedRuleList":{"limit":{"rateBasedRuleId":"x","limitKey":"IP"}},
"nonTerminatingMatchingRules":{"watch":{"action":"COUNT","ruleMatchDetails":[]}},
"httpRequest":{"clientIp":"2001:db8::1","country":"NL","headers":{"HOST":"a.example","Host":"b.example","user-agent":"x/1 😀","Cookie":"REDACTED"},"uri":"/a/b","args":"REDACTED","httpMethod":"POST"},
"labels":[{"name":"awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}],"clientAsn":"64500","ja3Fingerprint":"3","ja4Fingerprint":"4"}}`
	oneLine := func(s string) string { return strings.ReplaceAll(s, "\n", "") }
	want := words(one(t, oneLine(raw)))
	for why, in := range map[string]string{
		"rewritten":            oneLine(rewritten),
		"as a Datadog log":     `{"id":"L","type":"log","attributes":{"service":"waf","attributes":` + oneLine(raw) + `,"timestamp":"2026-09-21T14:13:20Z"}}`,
		"as a string":          fmt.Sprintf(`{"id":"1","message":%q}`, oneLine(strings.NewReplacer(`\u002f`, "/", `\ud83d\ude00`, "😀", `\/`, "/").Replace(raw))),
		"over lines, indented": strings.ReplaceAll(raw, "\n", "\n "),
	} {
		if d := cmp.Diff(want, words(one(t, in))); d != "" {
			t.Errorf("%s differs from the raw record:\n%s", why, d)
		}
	}
	if want["group"] != "AWS#Common" || want["sub"] != "SizeRestrictions_BODY" || want["host"] != "b.example" || want["agent"] != "x/1 😀" || want["path"] != "/a/b" {
		t.Errorf("raw record was read as %v", want)
	}
}

// words are the fields of a record as text.
func words(r Record) map[string]string {
	w := map[string]string{
		"at": fmt.Sprint(r.At), "action": string(r.Action), "rule": string(r.RuleID), "type": string(r.RuleType), "group": string(r.Group),
		"sub": string(r.SubRule), "rate": string(r.RateRule), "ip": string(r.ClientIP), "country": string(r.Country), "asn": string(r.ASN),
		"method": string(r.Method), "host": string(r.Host), "path": string(r.Path), "query": string(r.Query), "agent": string(r.Agent), "referer": string(r.Referer),
		"ja4": string(r.JA4), "headers": fmt.Sprint(r.Headers), "labels": fmt.Sprintf("%s", r.Labels),
	}
	for _, c := range r.Counted {
		w["counted"] += fmt.Sprintf("%s/%s/%s ", c.Group, c.Rule, c.Action)
	}
	for _, m := range r.Matches {
		w["matches"] += fmt.Sprintf("%s %s %s", m.Condition, m.Location, m.Data)
	}
	return w
}

func TestHeadersWithEscapedNamesAreRead(t *testing.T) {
	got := words(one(t, `{"action":"BLOCK","httpRequest":{"headers":[{"name":"\u0048ost","value":"h"},{"name":"User\u002dAgent","value":"u"},{"name":"\u0043ookie","value":"c"}]}}`))
	if got["host"] != "h" || got["agent"] != "u" || got["headers"] != fmt.Sprint(HasAgent|HasCookie) {
		t.Errorf("%v", got)
	}
}

func TestLinesThatBeginRecordsWithoutEndCostNoMoreThanOthers(t *testing.T) {
	const line = ` {"labels":[` + "\n"
	r := NewReader(io.MultiReader(&again{text: line, left: int64(1<<20*len(line)) / 4}, strings.NewReader("\n"+blocked)))
	rec, err := r.Next()
	if err != nil || string(rec.RuleID) != "r" || r.Skipped().Lines != 1<<18 {
		t.Errorf("%v, %+v", err, r.Skipped())
	}
	if most := (maxWaste + 3) * r.Read(); r.wasted > most+maxRecord {
		t.Errorf("looked at %d bytes to read %d", r.wasted, r.Read())
	}
}

func TestLevelsInDatadogsAttributesCostNoStack(t *testing.T) {
	in := `{"action":"BLOCK","http":` + strings.Repeat(`{"as":`, 400_000) + "1" + strings.Repeat("}", 400_000) + "}"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := words(one(t, in)); got["action"] != "BLOCK" {
		t.Error(got)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.StackSys) - int64(before.StackSys); grown > 4<<20 {
		t.Errorf("the stack grew by %d MiB", grown>>20)
	}
}

func TestAFieldWeDoNotKnowIsNoRule(t *testing.T) {
	got := words(one(t, `{"action":"ALLOW","ruleGroupList":[{"terminatingRule":{"new":{"a":{}},"ruleId":"r"},"nonTerminatingMatchingRules":[{"challenge":{"x":1},"action":"COUNT","ruleId":"c"}],"ruleGroupId":"G"}]}`))
	if got["sub"] != "r" || got["counted"] != "G/c/COUNT " {
		t.Errorf("%v", got)
	}
}

func TestDatadogsStandardAttributesFillIn(t *testing.T) {
	got := words(one(t, `{"attributes":{"attributes":{"system":{"action":"BLOCK"},"network":{"client":{"ip":"192.0.2.1","geoip":{"country":{"iso_code":"JP"},"as":{"number":64500}}}},"http":{"method":"GET","useragent":"u","url_details":{"path":"/p","host":"h"}}}}}`))
	for key, want := range map[string]string{"action": "BLOCK", "ip": "192.0.2.1", "country": "JP", "asn": "64500", "method": "GET", "agent": "u", "path": "/p", "host": "h"} {
		if got[key] != want {
			t.Errorf("%s = %q, want %q", key, got[key], want)
		}
	}
}

func TestGzipIsKnownByItsContent(t *testing.T) {
	var zipped bytes.Buffer
	for range 2 { // S3 objects are often several gzip members
		w := gzip.NewWriter(&zipped)
		fmt.Fprintln(w, blocked)
		w.Close()
	}
	whole := zipped.Bytes()
	if s, err := Summarize(bytes.NewReader(whole)); err != nil || s.Records != 2 {
		t.Errorf("gzip: %d records, %v", s.Records, err)
	}
	s, err := Summarize(bytes.NewReader(whole[:len(whole)-6]))
	if err == nil || s.Records != 2 {
		t.Errorf("cut gzip: %d records, error %v; want what can be read, and an error", s.Records, err)
	}
}

func TestAFailingStreamStillCounts(t *testing.T) {
	broken := errors.New("disk gone")
	s, err := Summarize(io.MultiReader(strings.NewReader(blocked+"\n"), failing{broken}))
	if !errors.Is(err, broken) || s.Records != 1 {
		t.Errorf("%d records, error %v", s.Records, err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestALineOf100MBIsSteppedOver(t *testing.T) {
	in := io.MultiReader(strings.NewReader(`{"action":"BLOCK","x":"`), &again{text: "0123456789abcdef", left: 100 << 20}, strings.NewReader("\"}\n"+blocked))
	s, err := Summarize(in)
	if err != nil || s.Records != 1 || s.Skipped.Lines != 1 {
		t.Errorf("%d records, %+v, %v", s.Records, s.Skipped, err)
	}
}

func FuzzReader(f *testing.F) {
	for _, in := range []string{blocked, pretty, "[" + blocked + "]", blocked[:40], `{"message":"{\"action\":1}"}`, `{"labels":["a",{"name":2}],"action":null}`, `{"ruleGroupList":{"a":{"terminatingRule":{"b":{}}}},"action":"x"}`} {
		f.Add([]byte(in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := Summarize(bytes.NewReader(in))
		if err != nil && !bytes.HasPrefix(in, []byte{0x1f, 0x8b}) {
			t.Fatal(err)
		}
		if s.Records == 0 && s.Skipped.Lines == 0 && len(bytes.Trim(bytes.ReplaceAll(in, []byte(byteOrderMark), nil), " \t\r\n[],")) > 0 && err == nil {
			t.Fatalf("silence about %q", in)
		}
		Judge(s)
		if again, _ := Summarize(iotest{bytes.NewReader(in)}); again.Records != s.Records || again.Skipped.Lines != s.Skipped.Lines {
			t.Fatalf("read in pieces %q gives %d and %d, at once %d and %d", in, again.Records, again.Skipped.Lines, s.Records, s.Skipped.Lines)
		}
	})
}

func TestAReaderOfGzipLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	io.Copy(w, &again{text: blocked + "\n", left: 8 << 20})
	w.Close()
	r := NewReader(&zipped)
	defer r.Close()
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsPackedOtherwiseIsNamed(t *testing.T) {
	for _, tt := range []struct{ why, start, want string }{
		{"zstd", "\x28\xb5\x2f\xfd....", "zstd"},
		{"zip", "PK\x03\x04....", "zip"},
		{"bzip2", "BZh91AY&SY", "bzip2"},
		{"xz", "\xfd7zXZ\x00", "xz"},
		{"UTF-16", "\xff\xfe{\x00", "UTF-16"},
		{"UTF-16, the other way round", "\xfe\xff\x00{", "UTF-16"},
		{"the start of gzip alone", "\x1f\x8b", "gzip"},
		{"a header of gzip with nothing behind it", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "read records"},
	} {
		if s, err := Summarize(strings.NewReader(tt.start)); err == nil || !strings.Contains(err.Error(), tt.want) || s.Records > 0 {
			t.Errorf("%s: %d records, %v", tt.why, s.Records, err)
		}
	}
}
