package scan

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// quoted writes text as JSON.
func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// bus puts a detail into EventBridge's envelope.
func bus(kind, detail string) string {
	return `{"version":"0","id":"e-9","detail-type":` + quoted(kind) + `,"source":"aws.x","account":"123456789012","time":"2026-11-23T02:00:00Z","region":"ap-northeast-1","resources":[],"detail":` + detail + `}`
}

// Each product's own form, and the kind of EventBridge event that carries it.
var forms = []struct {
	name, body, kind, wrap string
	says                   string
}{
	{"Security Hub, a control", hubFinding, "Security Hub Findings - Imported", `{"findings":[%s]}`, "securityhub/123456789012/ap-northeast-1/S3.8/arn:aws:s3:::orders-export high open"},
	{"Security Hub, sent by a person", hubFinding, "Security Hub Findings - Custom Action", `{"actionName":"to-toban","actionDescription":"d","findings":[%s]}`, "securityhub/123456789012/ap-northeast-1/S3.8/arn:aws:s3:::orders-export high open"},
	{
		"a consolidated control", strings.NewReplacer(`"cis/v/1.4.0/2.1"`, `"security-control/S3.8"`, `cis/v/1.4.0/2.1/finding/1`, `security-control/S3.8/finding/9`, `"ProductFields"`, `"x"`).Replace(hubFinding),
		"Security Hub Findings - Imported", `{"findings":[%s]}`, "securityhub/123456789012/ap-northeast-1/S3.8/arn:aws:s3:::orders-export high open",
	},
	{
		"another product that calls itself Security Hub: its generator finds many things", `{"SchemaVersion":"2018-10-08","Id":"acme/1","ProductArn":"arn:aws:securityhub:r:1:product/1/default","ProductName":"Security Hub","GeneratorId":"acme-vuln","AwsAccountId":"1","Title":"t","Severity":{"Label":"LOW"},"Resources":[{"Type":"AwsEc2Instance","Id":"i-1"}]}`,
		"Security Hub Findings - Imported", `{"findings":[%s]}`, "acme/1 low open",
	},
	{
		"GuardDuty by way of Security Hub", `{"SchemaVersion":"2018-10-08","Id":"arn:aws:guardduty:r:1:detector/d/finding/f","ProductArn":"arn:aws:securityhub:r::product/aws/guardduty","ProductName":"GuardDuty","AwsAccountId":"123456789012","Title":"Object read by a Tor exit","Severity":{"Product":8,"Label":"HIGH","Normalized":80},"Resources":[{"Type":"AwsS3Bucket","Id":"arn:aws:s3:::uploads"}],"Workflow":{"Status":"NEW"},"RecordState":"ACTIVE"}`,
		"Security Hub Findings - Imported", `{"findings":[%s]}`, "arn:aws:guardduty:r:1:detector/d/finding/f high open",
	},
	{
		"OCSF, a control", `{"activity_name":"Create","class_uid":2003,"cloud":{"account":{"uid":"123456789012"},"region":"ap-northeast-1"},"compliance":{"control":"S3.8","standards":["standards/fsbp"],"status":"Fail","status_id":3},"finding_info":{"uid":"arn:aws:securityhub:r:1:security-control/S3.8/finding/f","title":"t","modified_time":1764000000000},"metadata":{"product":{"name":"Security Hub","uid":"arn:aws:securityhub:r::productv2/aws/securityhub"}},"resources":[{"type":"AWS::S3::Bucket","uid":"orders-export","region":"ap-northeast-1","tags":[{"name":"team","value":"payments"}]}],"severity":"High","severity_id":4,"status":"New"}`,
		"Findings Imported V2", `{"findings":[%s]}`, "securityhub/123456789012/ap-northeast-1/S3.8/arn:aws:s3:::orders-export high open",
	},
	{
		"OCSF, a vulnerability", `{"class_uid":2002,"cloud":{"account":{"uid":"123456789012"},"region":"r"},"finding_info":{"uid":"arn:aws:inspector2:r:1:finding/f","title":"CVE-2025-1 - python","desc":"d"},"metadata":{"product":{"name":"Inspector"}},"resources":[{"type":"AWS::EC2::Instance","uid":"i-1","uid_alt":"arn:aws:ec2:r:1:instance/i-1"}],"severity_id":"5","status":"New","vulnerabilities":[{"cve":{"uid":"CVE-2025-1"}}]}`,
		"Findings Imported V2", `{"findings":[%s]}`, "arn:aws:inspector2:r:1:finding/f critical open",
	},
	{
		"OCSF, a detection that was closed", `{"activity_id":3,"activity_name":"Close","class_uid":2004,"cloud":{"account":{"uid":"123456789012"}},"finding_info":{"uid":"arn:aws:guardduty:f","title":"t"},"metadata":{"product":{"name":"GuardDuty"}},"severity":"High","status":"New"}`,
		"Findings Imported V2", `{"findings":[%s]}`, "arn:aws:guardduty:f high closed",
	},
	{
		"OCSF, put aside there", `{"class_uid":2004,"finding_info":{"uid":"u","title":"t"},"severity_id":3,"status_id":3}`,
		"Findings Imported V2", `{"findings":[%s]}`, "u medium closed",
	},
	{
		"GuardDuty itself", `{"schemaVersion":"2.0","accountId":"123456789012","region":"r","id":"g-1","type":"Discovery:S3/AnomalousBehavior","severity":5,"title":"Odd","service":{"archived":false},"resource":{"resourceType":"S3Bucket","s3BucketDetails":[{"arn":"arn:aws:s3:::uploads","name":"uploads"}]}}`,
		"GuardDuty Finding", `%s`, "g-1 medium open",
	},
	{
		"GuardDuty's scan, all that may be null being null", `{"schemaVersion":"1.0","scanStatus":"COMPLETED","resourceType":"S3_OBJECT","s3ObjectDetails":{"bucketName":"uploads","objectKey":"a/b%20c+d.pdf","eTag":null,"versionId":null,"s3Throttled":true},"scanResultDetails":{"scanResultStatus":"NO_THREATS_FOUND","threats":null,"statusReasons":null}}`,
		"GuardDuty Malware Protection Object Scan Result", `%s`, "uploads a/b%20c+d.pdf clean",
	},
	{"Antivirus for Amazon S3", `{"scanResult":"Suspicious","bucket":"uploads","key":"日本 語.zip","dateScanned":"2026-11-23T01:00:00Z"}`, "Scan Result", `%s`, "uploads 日本 語.zip suspicious"},
	{"in quarantine", `{"scanResult":"Infected","bucket":"cloudstoragesecquarantine-1-ap","key":"uploads/2026/x/y.zip"}`, "Scan Result", `%s`, "uploads 2026/x/y.zip infected quarantined"},
	{"a bucket of ours that is only named so", `{"scanResult":"Infected","bucket":"team-quarantine-docs","key":"2026/x.zip"}`, "Scan Result", `%s`, "team-quarantine-docs 2026/x.zip infected"},
}

func spoken(i Item) string {
	switch {
	case i.Finding != nil:
		open := "closed"
		if i.Finding.Open() {
			open = "open"
		}
		return fmt.Sprintf("%s %s %s", i.Finding.ID, i.Finding.Severity, open)
	case i.Result != nil:
		return strings.TrimSpace(fmt.Sprintf("%s %s %s %s", i.Result.Bucket, i.Result.Key, i.Result.Verdict, i.Result.Action))
	}
	return "notice " + i.Other.Title
}

func TestEveryFormInEveryEnvelope(t *testing.T) {
	for _, form := range forms {
		event := bus(form.kind, fmt.Sprintf(form.wrap, form.body))
		bodies := map[string]string{
			"on the event bus": event, "by SNS": sns(event, `{}`), "by SNS, sent on by a Lambda function": `{"Records":[{"EventSource":"aws:sns","Sns":` + sns(event, `{}`) + `}]}`,
			"as Datadog's log": `{"service":"x","timestamp":"1764000000000",` + event[1:],
		}
		if form.kind != "GuardDuty Finding" { // bare, nothing says what that is
			bodies["bare"], bodies["by SNS without EventBridge"], bodies["a list"] = form.body, sns(form.body, `{}`), "["+form.body+"]"
			bodies["by a Lambda function, the message alone"] = `{"Records":[{"Sns":{"Message":` + quoted(form.body) + `}}]}`
		}
		for how, body := range bodies {
			items, err := Decode([]byte(body), "", now)
			if err != nil || len(items) != 1 {
				t.Errorf("%s %s: %d items, %v", form.name, how, len(items), err)
				continue
			}
			if got := spoken(items[0]); got != form.says {
				t.Errorf("%s %s:\n got %s\nwant %s", form.name, how, got, form.says)
			}
		}
	}
}

// The same control is the same finding in ASFF and OCSF, whose ids differ.
func TestOldAndNewSecurityHubMeanTheSame(t *testing.T) {
	if old, new := decode(t, forms[0].body)[0].Finding, decode(t, forms[5].body)[0].Finding; old.ID != new.ID || new.Resources[0].Tags["team"] != "payments" || old.Native == new.Native {
		t.Errorf("%s and %s", old.ID, new.ID)
	}
}

func TestWhatIsSentAgainHasTheSameID(t *testing.T) {
	id := func(body string, at time.Time) string {
		items, err := Decode([]byte(body), "", at)
		if err != nil {
			t.Fatal(err)
		}
		return items[0].Result.ID
	}
	dated := `{"scanResult":"Infected","bucket":"b","key":"k","dateScanned":"2026-11-23T01:00:00Z"}`
	bare := `{"scanResult":"Infected","bucket":"b","key":"k"}`
	day := 24 * time.Hour
	for _, tt := range []struct {
		why, a, b string
		after     time.Duration
		same      bool
	}{
		{"a scan with its date", dated, dated, day, true},
		{"by SNS", sns(bare, `{}`), sns(bare, `{}`), day, true},
		{"without a date, at once", bare, bare, time.Minute, true},
		{"without a date, a day later: it may have been uploaded again", bare, bare, day, false},
		{"another key", dated, strings.Replace(dated, `"k"`, `"l"`, 1), 0, false},
	} {
		if same := id(tt.a, now) == id(tt.b, now.Add(tt.after)); same != tt.same {
			t.Errorf("%s: the same %v, want %v", tt.why, same, tt.same)
		}
	}
	two := decode(t, sns(`{"results":[`+bare+`,{"scanResult":"Clean","bucket":"b","key":"other"}]}`, `{}`))
	if len(two) != 2 || two[0].Result.ID == two[1].Result.ID {
		t.Errorf("two in one envelope: %+v", two)
	}
}

// A message may say less than the attributes of its envelope, or another thing:
// the worse word counts.
func TestTheWorseWordCounts(t *testing.T) {
	says := func(body, attr string) Verdict {
		return decode(t, sns(`{"scanResult":"`+body+`","bucket":"b","key":"k"}`, `{"scanResult":{"Type":"String","Value":"`+attr+`"}}`))[0].Result.Verdict
	}
	for _, tt := range []struct {
		body, attr string
		want       Verdict
	}{{"Clean", "Infected", Infected}, {"Infected", "Clean", Infected}, {"Clean", "Clean", Clean}, {"Clean", "Sparkling", Errored}} {
		if got := says(tt.body, tt.attr); got != tt.want {
			t.Errorf("%s with the attribute %s is %s", tt.body, tt.attr, got)
		}
	}
}

func TestNoticesSayWhatTheyAreAbout(t *testing.T) {
	for _, tt := range []struct{ why, body, title, text, bucket, key string }{
		{
			"a plan that fails", bus("GuardDuty Malware Protection Resource Status Error", `{"schemaVersion":"1.0","s3BucketDetails":{"bucketName":"uploads"},"resourceStatus":"ERROR","statusReasons":[{"code":"EVENTBRIDGE_MANAGED_EVENTS_DELIVERY_DISABLED"}]}`),
			"GuardDuty Malware Protection Resource Status Error", "ERROR, EVENTBRIDGE_MANAGED_EVENTS_DELIVERY_DISABLED", "uploads", "",
		},
		{
			"a tag that could not be set", bus("GuardDuty Malware Protection Post Scan Action Failed", `{"schemaVersion":"1.0","s3ObjectDetails":{"bucketName":"uploads","objectKey":"a.pdf"},"postScanActions":[{"actionType":"TAGGING","failureReason":"ACCESS_DENIED"}]}`),
			"GuardDuty Malware Protection Post Scan Action Failed", "TAGGING, ACCESS_DENIED", "uploads", "a.pdf",
		},
		{
			"an insight", bus("Security Hub Insight Results", `{"actionName":"a","insightName":"Keys of people who left","insightResults":[{"AKIA1":5},{"AKIA2":6}]}`),
			"Security Hub Insight Results", "Keys of people who left, AKIA1: 5, AKIA2: 6", "", "",
		},
		{
			"a public bucket", sns(`{"message":"Bucket b is public now","bucket":"b"}`, `{"notificationType":{"Type":"String","Value":"bucketPublic"},"bucket":{"Type":"String","Value":"b"}}`),
			"bucketPublic", "Bucket b is public now", "b", "",
		},
		{"protection that was switched off", sns(`{"bucket":"b"}`, `{"notificationType":{"Type":"String","Value":"protectionOff"}}`), "protectionOff", `{"bucket":"b"}`, "b", ""},
	} {
		o := decode(t, tt.body)[0].Other
		if o == nil || o.Title != tt.title || o.Text != tt.text || o.Bucket != tt.bucket || o.Key != tt.key {
			t.Errorf("%s: %+v", tt.why, o)
		}
	}
}

func TestWhatIsTooLongIsCut(t *testing.T) {
	long := quoted(strings.Repeat("é", 5000))
	for _, body := range []string{
		`{"scanStatus":` + long + `,"s3ObjectDetails":{"bucketName":` + long + `,"objectKey":` + long + `},"scanResultDetails":{"scanResultStatus":` + long + `,"statusReasons":[` + long + `],"threats":[{"name":` + long + `}]}}`,
		`{"scanResult":` + long + `,"bucket":` + long + `,"key":` + long + `,"virusName":` + long + `}`,
		strings.ReplaceAll(strings.NewReplacer(`"arn:aws:s3:::orders-export"`, long, `"payments"`, long, `"It is open."`, long).Replace(hubFinding), `"S3.8"`, long),
		bus(strings.Repeat("é", 5000), `{"message":`+long+`}`),
	} {
		for _, i := range decode(t, body) {
			bounded(t, i)
		}
	}
}

// Datadog's Forwarder makes an object of the resources, which has no order: the
// finding is the same one however often it is read.
func TestForwardedResourcesGiveOneIdentity(t *testing.T) {
	body := `{"detail":{"finding":{"SchemaVersion":"2018-10-08","Id":"arn:x","ProductArn":"arn:aws:securityhub:r::product/aws/securityhub","AwsAccountId":"1","Region":"r",
		"GeneratorId":"security-control/EC2.8","Title":"t","Compliance":{"Status":"FAILED"},"Resources":{"AwsEc2Volume":{"Id":"v-1"},"AwsEc2Instance":{"Id":"i-1"},"Other":{"Id":"o"}}}}}`
	for range 60 {
		if got := decode(t, body)[0].Finding.ID; got != "securityhub/1/r/EC2.8/i-1" {
			t.Fatal(got)
		}
	}
}
