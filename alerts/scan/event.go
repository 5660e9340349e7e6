package scan

import (
	"strings"
	"time"
)

// datadogEvent reads an event of Datadog's event search that tells of a finding
// in words and tags alone, as its integrations write them. Who asks for such
// events has said by the search that they are findings.
func datadogEvent(o object, arrived time.Time) *Finding {
	outer := o.object("attributes")
	inner := outer.object("attributes")
	tags := map[string]string{}
	for _, v := range append(outer.list("tags"), inner.list("tags")...) {
		if name, value, ok := strings.Cut(asText(v), ":"); ok {
			tags[name] = cut(value, 256)
		}
	}
	f := &Finding{
		ID: first(inner.text("aggregation_key"), o.text("id")), Product: first(tags["source"], inner.text("source_type_name"), "Datadog"),
		Account: first(tags["aws_account"], tags["account"], tags["account_id"]), Region: first(tags["region"], tags["aws_region"]), Control: first(tags["control"], tags["rule"]),
		Title: inner.text("title"), Text: outer.text("message"), Severity: severityOf(tags["severity"]), Workflow: New,
		FirstAt: firstTime(outer.time("timestamp"), arrived), UpdatedAt: firstTime(outer.time("timestamp"), arrived),
	}
	if f.Severity == "" {
		f.Severity = word(inner.text("status"), map[string]Severity{"ERROR": High, "WARNING": Medium, "WARN": Medium, "INFO": Low, "SUCCESS": Informational})
	}
	if f.Severity == "" {
		f.Severity = Medium
	}
	if name := first(tags["bucket"], tags["bucketname"]); name != "" {
		f.Resources = append(f.Resources, Resource{Type: "AwsS3Bucket", ID: "arn:aws:s3:::" + name, Tags: tags})
	} else if name := first(tags["resource"], tags["resource_id"], tags["host"], tags["service"]); name != "" {
		f.Resources = append(f.Resources, Resource{ID: name, Tags: tags})
	}
	return f.named()
}
