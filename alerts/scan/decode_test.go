package scan

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

const hubFinding = `{"SchemaVersion":"2018-10-08","Id":"arn:aws:securityhub:ap-northeast-1:123456789012:subscription/cis/v/1.4.0/2.1/finding/1","ProductArn":"arn:aws:securityhub:ap-northeast-1::product/aws/securityhub","ProductName":"Security Hub","GeneratorId":"cis/v/1.4.0/2.1","AwsAccountId":"123456789012","Region":"ap-northeast-1","Title":"S3.8 S3 buckets should block public access","Description":"It is open.","CreatedAt":"2026-11-20T01:00:00.000Z","UpdatedAt":"2026-11-22T01:00:00.000Z","Severity":{"Label":"HIGH","Normalized":70,"Original":"HIGH"},"Compliance":{"Status":"FAILED","SecurityControlId":"S3.8","AssociatedStandards":[{"StandardsId":"standards/cis"}]},"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE","Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::orders-export","Region":"ap-northeast-1","Tags":{"team":"payments"}}],"Remediation":{"Recommendation":{"Text":"Block it.","Url":"https://docs.aws.amazon.com/x"}}}`

const guardDutyResult = `{"version":"0","id":"72c7d362-737a-6dce-fc78-9e27a0171419","detail-type":"GuardDuty Malware Protection Object Scan Result","source":"aws.guardduty","account":"123456789012","time":"2026-11-23T02:00:00Z","region":"ap-northeast-1","resources":["arn:aws:guardduty:x:1:malware-protection-plan/b"],"detail":{"schemaVersion":"1.0","scanStatus":"COMPLETED","resourceType":"S3_OBJECT","s3ObjectDetails":{"bucketName":"uploads-prod","objectKey":"2026/in voice+1 100%.pdf","eTag":"e","versionId":"v1","s3Throttled":false},"scanResultDetails":{"scanResultStatus":"THREATS_FOUND","threats":[{"name":"EICAR-Test-File"}]}}}`

// sns puts a message into its envelope.
func sns(message, attributes string) string {
	quoted, _ := json.Marshal(message)
	return `{"Type":"Notification","MessageId":"m-1","TopicArn":"arn:aws:sns:ap-northeast-1:123456789012:av","Message":` + string(quoted) + `,"Timestamp":"2026-11-23T02:30:00.000Z","MessageAttributes":` + attributes + `}`
}

func decode(t *testing.T, body string) []Item {
	t.Helper()
	items, err := Decode([]byte(body), "", now)
	if err != nil {
		t.Fatalf("%.200s: %v", body, err)
	}
	return items
}

func TestSecurityHubFindingInEveryEnvelope(t *testing.T) {
	want := decode(t, hubFinding)[0].Finding
	if want.ID != "securityhub/123456789012/ap-northeast-1/S3.8/arn:aws:s3:::orders-export" || want.Severity != High || !want.Open() ||
		want.Resources[0].Tags["team"] != "payments" || want.AdviceURL == "" || want.FirstAt.Day() != 20 {
		t.Fatalf("%+v", want)
	}
	bus := `{"version":"0","id":"e-1","detail-type":"Security Hub Findings - Imported","source":"aws.securityhub","account":"123456789012","time":"2026-11-23T02:00:00Z","region":"ap-northeast-1","detail":{"findings":[` + hubFinding + `]}}`
	forwarder := `{"detail-type":"Security Hub Findings - Imported","id":"e-1","detail":{"finding":` +
		strings.Replace(hubFinding, `[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::orders-export"`, `{"AwsS3Bucket":{"Id":"arn:aws:s3:::orders-export"`, 1)
	forwarder = strings.Replace(forwarder, `"Tags":{"team":"payments"}}]`, `"Tags":{"team":"payments"}}}`, 1) + `}}`
	for name, body := range map[string]string{
		"EventBridge": bus, "SNS around EventBridge": sns(bus, `{}`), "a list": "[" + hubFinding + "]", "a batch": `{"Findings":[` + hubFinding + `]}`,
		"SNS around what is longer than a text may be": sns(strings.Replace(bus, `"detail":{`, `"resources":["`+strings.Repeat("r", 3000)+`"],"detail":{`, 1), `{}`),
		"the Forwarder's form":                         forwarder, "a Datadog log": `{"id":"x","attributes":{"message":"m","attributes":` + forwarder + `}}`,
		"other capitals": strings.NewReplacer(`"Compliance"`, `"compliance"`, `"Severity"`, `"severity"`).Replace(hubFinding),
	} {
		got := decode(t, body)
		if len(got) != 1 || got[0].Finding == nil {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if d := cmp.Diff(want, got[0].Finding); d != "" {
			t.Errorf("%s differs: %s", name, d)
		}
	}
	if two := decode(t, hubFinding+"\n"+hubFinding); len(two) != 2 {
		t.Errorf("JSON lines: %d", len(two))
	}
}

func TestFindingsAreReadAsTheirSourcesMeanThem(t *testing.T) {
	for _, tt := range []struct {
		why, from, to string
		severity      Severity
		open          bool
	}{
		{"as it is", "", "", High, true},
		{"another standard, the same thing", `cis/v/1.4.0/2.1/finding/1`, `pci-dss/v/3.2.1/PCI.S3.1/finding/2`, High, true},
		{"passed", `"FAILED"`, `"PASSED"`, High, false},
		{"archived though it failed", `"ACTIVE"`, `"ARCHIVED"`, High, false},
		{"resolved there", `"NEW"`, `"RESOLVED"`, High, false},
		{"suppressed there", `"NEW"`, `"SUPPRESSED"`, High, false},
		{"not available, informational to its product", `"FAILED","SecurityControlId":"S3.8"`, `"NOT_AVAILABLE","SecurityControlId":"S3.8"`, High, false},
		{"no label, only a score", `"Label":"HIGH","Normalized":70`, `"Normalized":"95"`, Critical, true},
		{"an unknown label", `"Label":"HIGH","Normalized":70`, `"Label":"PURPLE"`, Medium, true},
	} {
		f := decode(t, strings.Replace(hubFinding, tt.from, tt.to, 1))[0].Finding
		if f.Severity != tt.severity || f.Open() != tt.open {
			t.Errorf("%s: %s, open %v", tt.why, f.Severity, f.Open())
		}
		if !strings.HasPrefix(f.ID, "securityhub/") {
			t.Errorf("%s: another identity %q", tt.why, f.ID)
		}
	}
	informational := strings.NewReplacer(`"FAILED"`, `"NOT_AVAILABLE"`, `"Original":"HIGH"`, `"Original":"INFORMATIONAL"`, `"Label":"HIGH"`, `"Label":"MEDIUM"`).Replace(hubFinding)
	if f := decode(t, informational)[0].Finding; f.Severity != Informational {
		t.Errorf("a check that could not be made is %s", f.Severity)
	}
	duty := decode(t, `{"SchemaVersion":"2018-10-08","Id":"arn:x","ProductArn":"arn:aws:securityhub:r::product/aws/guardduty","Title":"Odd","AwsAccountId":"1","Severity":{"Normalized":50}}`)[0].Finding
	if duty.Product != "guardduty" || duty.ID != "arn:x" || !duty.Open() || duty.Severity != Medium {
		t.Errorf("without compliance: %+v", duty)
	}
}

func TestOCSF(t *testing.T) {
	body := `{"detail-type":"Findings Imported V2","source":"aws.securityhub","id":"e-2","account":"123456789012","region":"ap-northeast-1","detail":{"findings":[{"class_uid":2003,"severity_id":5,"severity":"Critical","status":"New","metadata":{"product":{"name":"Security Hub","uid":"arn:aws:securityhub:p"}},"cloud":{"account":{"uid":"123456789012"},"region":"ap-northeast-1"},"compliance":{"control":"EC2.8","status":"Fail","standards":["standards/fsbp"]},"finding_info":{"uid":"u-1","title":"IMDSv2","desc":"d","created_time":1764000000000},"resources":[{"uid":"arn:aws:ec2:i-1","type":"AwsEc2Instance","tags":[{"name":"service","value":"cart"}]}],"remediation":{"desc":"do","references":["https://x"]},"unmapped":{"FindingProviderFields":{}}}]}}`
	f := decode(t, body)[0].Finding
	if f.Severity != Critical || f.Control != "EC2.8" || !f.Open() || f.Resources[0].Tags["service"] != "cart" || f.AdviceURL != "https://x" || f.FirstAt.Year() != 2025 {
		t.Errorf("%+v", f)
	}
	if f := decode(t, strings.Replace(body, `"status":"Fail"`, `"status":"Pass"`, 1))[0].Finding; f.Open() {
		t.Error("a check that passes is open")
	}
}

func TestGuardDutyScans(t *testing.T) {
	r := decode(t, guardDutyResult)[0].Result
	if r.Verdict != Infected || r.Bucket != "uploads-prod" || r.Key != "2026/in voice+1 100%.pdf" || r.Threats[0] != "EICAR-Test-File" || r.ID != "72c7d362-737a-6dce-fc78-9e27a0171419" {
		t.Errorf("%+v", r)
	}
	for _, tt := range []struct {
		status, result string
		want           Verdict
	}{
		{"COMPLETED", "NO_THREATS_FOUND", Clean},
		{"SKIPPED", "UNSUPPORTED", Unscannable},
		{"SKIPPED", "ACCESS_DENIED", Errored},
		{"FAILED", "FAILED", Errored},
		{"COMPLETED", "SOMETHING_NEW", Errored},
		{"SKIPPED", "NO_THREATS_FOUND", Errored},
		{"", "", Errored},
	} {
		body := strings.NewReplacer(`"COMPLETED"`, `"`+tt.status+`"`, `"THREATS_FOUND"`, `"`+tt.result+`"`, `[{"name":"EICAR-Test-File"}]`, "null").Replace(guardDutyResult)
		if r := decode(t, body)[0].Result; r.Verdict != tt.want || (r.Verdict == Errored || r.Verdict == Unscannable) && r.Why == "" {
			t.Errorf("%s %s: %s (%s), want %s", tt.status, tt.result, r.Verdict, r.Why, tt.want)
		}
	}
	plan := `{"detail-type":"GuardDuty Malware Protection Resource Status Active","id":"p","source":"aws.guardduty","account":"1","detail":{"s3BucketDetails":{"bucketName":"b"}}}`
	if o := decode(t, plan)[0].Other; o == nil || !strings.Contains(o.Title, "Resource Status") {
		t.Errorf("a plan's status: %+v", o)
	}
}

func TestAntivirusResults(t *testing.T) {
	attributes := `{"notificationType":{"Type":"String","Value":"scanResult"},"scanResult":{"Type":"String","Value":"Infected"},"bucket":{"Type":"String","Value":"uploads-prod"},"account":{"Type":"String","Value":"123456789012"}}`
	r := decode(t, sns(`{"scanResult":"Infected","bucket":"cloudstoragesecquarantine-abc-123456789012","key":"uploads-prod/2026/x.zip"}`, attributes))[0].Result
	if r.Verdict != Infected || r.Bucket != "uploads-prod" || r.Key != "2026/x.zip" || r.Action != Quarantined || r.QuarantinedTo != "cloudstoragesecquarantine-abc-123456789012" || r.Account != "123456789012" || r.ID != "m-1" {
		t.Errorf("%+v", r)
	}
	for said, want := range map[string]Verdict{
		"Clean": Clean, "Infected": Infected, "Suspicious": Suspicious, "Unscannable": Unscannable, "Error": Errored, "InfectedAllowed": Allowed, "Sparkling": Errored, "": Errored,
	} {
		r := decode(t, `{"scanResult":"`+said+`","bucket":"b","key":"k"}`)[0].Result
		// The whole list of fields is published nowhere, so the result may also be
		// said as the API says it, or by the topic's attribute alone.
		asAPI := decode(t, `{"result":"`+said+`","bucket":"b","key":"k"}`)
		byAttribute := decode(t, sns(`{"bucket":"b","key":"k"}`, `{"scanResult":{"Type":"String","Value":"`+said+`"}}`))
		if asAPI[0].Result == nil || byAttribute[0].Result == nil || asAPI[0].Result.Verdict != r.Verdict || byAttribute[0].Result.Verdict != r.Verdict {
			t.Errorf("%s: as in the API %+v, by attribute %+v", said, asAPI[0], byAttribute[0])
		}
		if r.Verdict != want {
			t.Errorf("%q is %s, want %s", said, r.Verdict, want)
		}
	}
	api := decode(t, `{"result":"Clean","detectedInfections":[{"file":"a","infection":"EICAR"}],"errorMessage":null,"dateScanned":"2026-11-23T01:00:00Z","referenceId":"r"}`)[0].Result
	if api.Verdict != Infected || api.Threats[0] != "EICAR" {
		t.Errorf("clean with an infection: %+v", api)
	}
	other := decode(t, sns("Your licence ends tomorrow", `{"notificationType":{"Type":"String","Value":"trialExpiration"}}`))[0].Other
	if other == nil || other.Title != "trialExpiration" || other.Text != "Your licence ends tomorrow" {
		t.Errorf("%+v", other)
	}
}

func TestWhatIsNothingOfTheKindIsRefusedWithItsPlace(t *testing.T) {
	for _, body := range []string{"", "nope", `{"a":1}`, `[]`, `{"Type":"Notification"`, "\xff\xfe", strings.Repeat("[", 100) + strings.Repeat("]", 100)} {
		_, err := Decode([]byte(body), "", now)
		if _, ok := errors.AsType[*BodyError](err); !ok {
			t.Errorf("%.20q: %v", body, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{hubFinding, guardDutyResult, sns(`{"scanResult":"Clean","bucket":"b","key":"k"}`, `{}`), `{"class_uid":"2003","finding_info":7,"resources":{"a":[]}}`, `{"detail-type":1,"detail":{"findings":{"Id":null,"ProductArn":[]}}}`} {
		f.Add([]byte(seed))
	}
	for _, form := range forms {
		event := bus(form.kind, fmt.Sprintf(form.wrap, form.body))
		f.Add([]byte(form.body))
		f.Add([]byte(event))
		f.Add([]byte(sns(event, `{"scanResult":{"Type":"String","Value":"Clean"}}`)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := Decode(body, "", now)
		if err == nil && len(items) == 0 {
			t.Error("neither items nor an error")
		}
		for _, i := range items {
			bounded(t, i)
			switch {
			case i.Finding != nil:
				if i.Finding.ID == "" || i.Finding.Title == "" || i.Finding.Severity == "" {
					t.Errorf("a finding without identity: %+v", i.Finding)
				}
			case i.Result != nil:
				if i.Result.ID == "" || i.Result.Verdict == "" || i.Result.Bucket == "" {
					t.Errorf("a result without identity: %+v", i.Result)
				}
				if i.Result.Verdict == Clean && !strings.Contains(strings.ToUpper(string(body)), "NO_THREATS_FOUND") && !strings.Contains(strings.ToUpper(string(body)), "CLEAN") && !strings.Contains(string(body), `\`) {
					t.Errorf("clean out of nothing: %s", body)
				}
			case i.Other == nil:
				t.Error("an item without anything in it")
			}
		}
	})
}

// bounded checks that nothing is kept that is larger than a message or a row
// should hold, whatever was sent.
func bounded(t *testing.T, i Item) {
	t.Helper()
	raw, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{}
	switch {
	case i.Finding != nil:
		f := i.Finding
		texts = append(texts, f.ID, f.Native, f.Product, f.ProductARN, f.Account, f.Region, f.Control, f.Title, f.Text, f.Advice, f.AdviceURL)
		texts = append(texts, f.Standards...)
		for _, r := range f.Resources {
			texts = append(texts, r.ID, r.Type, r.Region)
			if len(r.Tags) > maxTags {
				t.Errorf("%d tags", len(r.Tags))
			}
		}
		if len(f.Resources) > 200 || len(f.Standards) > 100 {
			t.Errorf("%d resources, %d standards", len(f.Resources), len(f.Standards))
		}
	case i.Result != nil:
		r := i.Result
		texts = append(append(texts, r.ID, r.Bucket, r.Key, r.Version, r.ETag, r.Why, r.Uploader, r.Engine, r.QuarantinedTo), r.Threats...)
		if len(r.Threats) > 500 {
			t.Errorf("%d threats", len(r.Threats))
		}
	case i.Other != nil:
		texts = append(texts, i.Other.ID, i.Other.Title, i.Other.Text, i.Other.Bucket, i.Other.Key, i.Other.Account)
	}
	for _, text := range texts {
		if utf8.RuneCountInString(text) > maxText || !utf8.ValidString(text) {
			t.Errorf("a text of %d characters, valid %v, ends %.50q, in %.300s", utf8.RuneCountInString(text), utf8.ValidString(text), text[max(0, len(text)-50):], raw)
		}
	}
}

func TestProtection(t *testing.T) {
	if raw, err := os.ReadFile("../../fixtures/data/findings/scanner.json"); err != nil {
		t.Fatal(err)
	} else if p, err := ReadProtection(raw); err != nil || len(p.Buckets) != 2 || p.Quarantine.Action != "Move" || len(p.Unknown) > 0 {
		t.Errorf("%+v, %v", p, err)
	}
	before, err := ReadProtection([]byte(`{"scanTaggingEnabled":true,"quarantine":{"action":"Move","moveBucketPrefix":"q"},"avEventProtectedBuckets":["uploads-prod","a"],"avScheduledBuckets":["a"],"skipList":{"a":{"paths":["tmp/"]}},"brandNew":1}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Protection{
		Quarantine: Quarantine{"Move", "q"}, Tagging: true, Lists: true, Unknown: []string{"brandNew"},
		Buckets: []Bucket{{Name: "a", Event: true, Schedule: true, Skip: []string{"tmp/"}}, {Name: "uploads-prod", Event: true}},
	}
	if d := cmp.Diff(want, before); d != "" {
		t.Error(d)
	}
	after := want
	after.Buckets = []Bucket{{Name: "a", Schedule: true}, {Name: "new", Event: true}}
	after.Quarantine.Action = "Keep"
	got := Diff(before, after)
	if d := cmp.Diff([]Change{
		{"unprotected", "uploads-prod", "event", ""}, {"quarantine", "", "Move q", "Keep q"}, {"skip", "a", "tmp/", ""}, {"mode", "a", "event, schedule", "schedule"}, {"protected", "new", "", "event"},
	}, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"orders", "x-*"}, before.Uncovered([]string{"uploads-*", "orders", "a", "x-*", "orders"})); d != "" {
		t.Error(d)
	}
	// As the product's Terraform module writes it at first: nothing is listed, so
	// nothing is known of what is protected.
	first, err := ReadProtection([]byte(`{"scanTaggingEnabled":true,"scanTagsExcluded":[],"objectTagKeys":{"result":"scan-result"},"quarantine":{"action":"Move","moveBucketPrefix":"q"},"scanList":{},"skipList":{}}`))
	if err != nil || first.Lists || len(first.Buckets) > 0 || len(first.Unknown) > 0 {
		t.Errorf("%+v, %v", first, err)
	}
	many, few := Protection{Lists: true}, Protection{Lists: true, Buckets: []Bucket{{Name: "a", Event: true}}}
	for _, name := range []string{"a", "b", "c", "d"} {
		many.Buckets = append(many.Buckets, Bucket{Name: name, Event: true})
	}
	if got := Diff(many, few); got[0] != (Change{"many", "", "4", "1"}) || len(got) != 4 {
		t.Errorf("most are gone: %v", got)
	}
	few.Buckets = many.Buckets[:2]
	if got := Diff(many, few); got[0].What != "unprotected" {
		t.Errorf("two are gone: %v", got)
	}
	for _, bad := range []string{"", "[]", "{}", `{"quarantine":{},"avEventProtectedBuckets":"all"}`, `{"quarantine":{},"skipList":[]}`} {
		if _, err := ReadProtection([]byte(bad)); err == nil {
			t.Errorf("%s is taken for a configuration", bad)
		}
	}
}

func FuzzProtection(f *testing.F) {
	f.Add([]byte(`{"quarantine":{"action":1},"avEventProtectedBuckets":[1,null,"a"],"scanList":{"a":{"b":[{}]}}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		p, err := ReadProtection(doc)
		if err == nil && len(Diff(p, p)) > 0 {
			t.Error("it differs from itself")
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(hubFinding)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := Decode(body, "", now); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAFindingThatDatadogTellsAsAnEvent(t *testing.T) {
	f := decode(t, `{"id":"AwAA","type":"event","attributes":{"message":"A bucket is public","tags":["source:amazon_security_hub","severity:high","aws_account:123456789012","bucketname:orders-export","team:payments"],"timestamp":"2026-11-23T01:00:00.000Z","attributes":{"title":"S3.8 failed","aggregation_key":"agg-1","status":"error"}}}`)[0].Finding
	if f.ID != "agg-1" || f.Severity != High || f.Account != "123456789012" || f.Resources[0].ID != "arn:aws:s3:::orders-export" || f.Resources[0].Tags["team"] != "payments" || !f.Open() {
		t.Errorf("%+v", f)
	}
}
