package scan

import (
	"strings"
	"time"
)

// ocsf reads a finding of the Open Cybersecurity Schema Framework, as the newer
// Security Hub sends it: classes 2002 (vulnerability), 2003 (compliance) and
// 2004 (detection).
func ocsf(o object, around envelope, arrived time.Time) *Finding {
	info, meta, cloud, check := o.object("finding_info"), o.object("metadata"), o.object("cloud"), o.object("compliance")
	product := meta.object("product")
	f := &Finding{
		ID: info.text("uid"), Product: product.text("name"), ProductARN: product.text("uid"),
		Account: first(cloud.object("account").text("uid"), around.account), Region: first(cloud.text("region"), around.region),
		Control: check.text("control"), Title: info.text("title"), Text: info.text("desc"),
		Archived:  strings.EqualFold(o.text("activity_name"), "Close") || o.number("activity_id") == 3,
		FirstAt:   firstTime(info.time("first_seen_time_dt"), info.time("first_seen_time"), info.time("created_time_dt"), info.time("created_time"), o.time("time_dt"), o.time("time"), around.at, arrived),
		UpdatedAt: firstTime(info.time("modified_time_dt"), info.time("modified_time"), o.time("time_dt"), o.time("time"), around.at, arrived),
	}
	f.Severity = word(o.text("severity"), map[string]Severity{
		"INFORMATIONAL": Informational, "LOW": Low, "MEDIUM": Medium, "HIGH": High, "CRITICAL": Critical, "FATAL": Critical,
	})
	if f.Severity == "" {
		f.Severity = numbered(o.number("severity_id"), Informational, Low, Medium, High, Critical, Critical)
	}
	if f.Severity == "" {
		f.Severity = Medium
	}
	f.Compliance = word(check.text("status"), map[string]Compliance{
		"PASS": Passed, "PASSED": Passed, "WARNING": Warning, "FAIL": Failed, "FAILED": Failed, "UNKNOWN": NotAvailable, "NOT_AVAILABLE": NotAvailable,
	})
	if f.Compliance == "" {
		f.Compliance = numbered(check.number("status_id"), Passed, Warning, Failed)
	}
	f.Workflow = word(o.text("status"), map[string]Workflow{
		"NEW": New, "IN_PROGRESS": Notified, "SUPPRESSED": Suppressed, "RESOLVED": Resolved, "ARCHIVED": Resolved, "DELETED": Resolved,
	})
	if f.Workflow == "" {
		f.Workflow = numbered(o.number("status_id"), New, Notified, Suppressed, Resolved, Resolved, Resolved)
	}
	if f.Workflow == "" {
		f.Workflow = New
	}
	for _, s := range check.list("standards") {
		f.Standards = append(f.Standards, cut(asText(s), 200))
	}
	for _, v := range append(o.list("resources"), o.list("resource")...) {
		if r, ok := v.(map[string]any); ok {
			f.Resources = append(f.Resources, ocsfResource(object(r)))
		}
	}
	fix := o.object("remediation")
	f.Advice = fix.text("desc")
	if refs := fix.list("references"); len(refs) > 0 {
		f.AdviceURL = asText(refs[0])
	}
	return f.named()
}

// numbered is the meaning of a number, from 1 on, where the word is missing;
// empty for one that has none.
func numbered[T ~string](n float64, meanings ...T) T {
	if n >= 1 && n <= float64(len(meanings)) {
		return meanings[int(n)-1]
	}
	return ""
}

// ocsfResource reads a resource. Where it has an ARN besides an id of its own,
// as most have, the ARN is what ASFF calls it.
func ocsfResource(o object) Resource {
	id := first(o.text("uid"), o.text("uid_alt"), o.text("name"))
	if alt := o.text("uid_alt"); strings.HasPrefix(alt, "arn:") {
		id = alt
	}
	r := Resource{Type: o.text("type"), ID: arnOf(o.text("type"), id), Region: o.text("region"), Tags: map[string]string{}}
	for _, v := range o.list("tags") {
		if tag, ok := v.(map[string]any); ok {
			r.tag(object(tag).text("name"), object(tag).text("value"))
		}
	}
	for _, v := range o.list("labels") {
		if name, value, ok := strings.Cut(asText(v), ":"); ok {
			r.tag(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	return r
}
