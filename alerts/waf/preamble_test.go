package waf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inAWSOrder writes a record as AWS does: fields in its order, without white
// space. Few of them differ from record to record, as in a log.
func inAWSOrder(r *rand.Rand) string {
	w := writer{r}
	word := func() string { return w.text(pickOne(r, drawnWords...)) }
	rule := pickOne(r,
		`"terminatingRuleId":"Default_Action","terminatingRuleType":"REGULAR","action":"ALLOW","terminatingRuleMatchDetails":[],"httpSourceName":"ALB","ruleGroupList":[]`,
		`"terminatingRuleId":"core","terminatingRuleType":"MANAGED_RULE_GROUP","action":"BLOCK","terminatingRuleMatchDetails":[],"httpSourceName":"ALB","ruleGroupList":[{"ruleGroupId":"AWS#Core","terminatingRule":{"ruleId":"NoUserAgent_HEADER","action":"BLOCK","ruleMatchDetails":null},"nonTerminatingMatchingRules":[{"ruleId":"counted","action":"COUNT"}],"excludedRules":null}]`,
		`"terminatingRuleId":"sqli","terminatingRuleType":"REGULAR","action":"BLOCK","terminatingRuleMatchDetails":[{"conditionType":"SQL_INJECTION","location":"QUERY_STRING","matchedData":["1","\"or","x"]}],"labels":[{"name":"early"}],"ruleGroupList":[]`,
		`"action":"CAPTCHA","terminatingRuleId":"caf\u00e9","rateBasedRuleList":[{"rateBasedRuleName":"limit"}]`,
		`"terminatingRuleId":"x","action":"BLOCK","ja3Fingerprint":"early","clientAsn":64500,"message":"{\"action\":\"COUNT\"}"`,
		`"terminatingRuleId":"y","action":"BLOCK","timestamp":1790000009000`,
		`"terminatingRuleId":"z","action":"BLOCK","more":{"httpRequest":{"uri":"/no"},"a":[]}`)
	var request strings.Builder
	list := func() string {
		var headers []string
		for range r.IntN(6) {
			headers = append(headers, fmt.Sprintf(`{"name":%s,"value":%s}`, w.text(pickOne(r, "Host", "user-agent", "Referer", "Cookie", "Accept", "authorization")), w.text(pickOne(r, "a.example", "https://a.example/", "", `q"uo`))))
		}
		return strings.Join(headers, ",")
	}
	fmt.Fprintf(&request, `"clientIp":"192.0.2.%d","country":%s,"headers":[%s]`, r.IntN(4), word(), list())
	for _, name := range []string{"uri", "args", "httpVersion", "httpMethod", "requestId", "fragment", "scheme", "host"} {
		if r.IntN(8) > 0 {
			fmt.Fprintf(&request, `,"%s":%s`, name, word())
		}
	}
	if r.IntN(3) == 0 {
		request.WriteString(`,"clientIp":"198.51.100.1","headers":[` + list() + `]`) // the last one counts
	}
	return fmt.Sprintf(`{"timestamp":%d,"formatVersion":1,"webaclId":"arn",%s,"httpRequest":{%s},"labels":[{"name":%s},{"name":"b"}],"ja3Fingerprint":"j3","ja4Fingerprint":%s}`,
		pickOne(r, 1790000000000, 1790000001000, 1790000002, 0), rule, request.String(), word(), word())
}

// read gives every record of a log, as words, and what was skipped.
func read(t testing.TB, log string, usual *preambles) ([]map[string]string, Skipped) {
	t.Helper()
	r := NewReader(strings.NewReader(log))
	r.dec.usual = usual
	var all []map[string]string
	for {
		if usual == nil {
			r.dec.before = [maxSeen]seen{}
		}
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, r.Skipped()
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, words(*rec))
	}
}

// sameAsAlone fails if a log is read otherwise than by somebody who has seen no
// record before.
func sameAsAlone(t testing.TB, log string) {
	t.Helper()
	want, wantSkipped := read(t, log, nil)
	got, skipped := read(t, log, &preambles{})
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("what was read before changes a record (-alone +got):\n%s\nin %s", d, log)
	}
	if d := cmp.Diff(wantSkipped, skipped); d != "" {
		t.Fatalf("skipped differs: %s\nin %s", d, log)
	}
}

func TestWhatWasReadBeforeChangesNothing(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		var log bytes.Buffer
		for range 12 {
			line := inAWSOrder(r)
			agrees(t, line)
			if r.IntN(4) == 0 {
				line = broken(r, line)
				agrees(t, line)
			}
			log.WriteString(line + "\n")
		}
		sameAsAlone(t, log.String())
	}
}

func TestAPreambleSeenTwiceIsKept(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 7))
	line := inAWSOrder(r)
	for !strings.Contains(line, "NoUserAgent_HEADER") {
		line = inAWSOrder(r)
	}
	var kept preambles
	read(t, strings.Repeat(line+"\n", 3), &kept)
	if kept.recent[0] == nil || string(kept.recent[0].rec.SubRule) != "NoUserAgent_HEADER" {
		t.Fatalf("kept %+v", kept.recent)
	}
}

func FuzzLog(f *testing.F) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 8))
		f.Add(inAWSOrder(r) + "\n" + inAWSOrder(r))
	}
	f.Fuzz(func(t *testing.T, log string) {
		sameAsAlone(t, strings.Repeat(log+"\n", 3))
	})
}

func TestASecondListOfHeadersLeavesTheFirstAlone(t *testing.T) {
	const agent = `{"action":"BLOCK","httpRequest":{"clientIp":"192.0.2.1","country":"JP","headers":[{"name":"User-Agent","value":"aaaaaaaaaaaa"}]`
	sameAsAlone(t, agent+"}}\n"+agent+`,"headers":[{"name":"Cookie","value":"bbbbbbbbbbbbbbbb"}]}}`)
}
