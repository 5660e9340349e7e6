package scan

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// asff reads a finding in the AWS Security Finding Format, schema 2018-10-08.
func asff(o object, around envelope, arrived time.Time) *Finding {
	f := &Finding{
		ID: o.text("Id"), Product: o.text("ProductName"), ProductARN: o.text("ProductArn"),
		Account: first(o.text("AwsAccountId"), around.account), Region: first(o.text("Region"), around.region),
		Title: o.text("Title"), Text: o.text("Description"),
		Archived:  strings.EqualFold(o.text("RecordState"), "ARCHIVED"),
		FirstAt:   firstTime(o.time("FirstObservedAt"), o.time("CreatedAt"), around.at, arrived),
		UpdatedAt: firstTime(o.time("UpdatedAt"), o.time("ProcessedAt"), o.time("LastObservedAt"), around.at, arrived),
	}
	if f.Product == "" {
		f.Product = productOf(f.ProductARN)
	}
	compliance := o.object("Compliance")
	f.Compliance = word(compliance.text("Status"), map[string]Compliance{
		"PASSED": Passed, "WARNING": Warning, "FAILED": Failed, "NOT_AVAILABLE": NotAvailable,
	})
	f.Workflow = word(first(o.object("Workflow").text("Status"), o.text("WorkflowState")), map[string]Workflow{
		"NEW": New, "NOTIFIED": Notified, "SUPPRESSED": Suppressed, "RESOLVED": Resolved, "ASSIGNED": Notified, "IN_PROGRESS": Notified, "DEFERRED": Suppressed,
	})
	if f.Workflow == "" {
		f.Workflow = New
	}
	f.Control = first(compliance.text("SecurityControlId"), o.object("ProductFields").text("ControlId"), controlOf(o.text("GeneratorId")))
	for _, s := range compliance.list("AssociatedStandards") {
		if standard, ok := s.(map[string]any); ok {
			f.Standards = append(f.Standards, object(standard).text("StandardsId"))
		}
	}
	f.Severity = asffSeverity(o.object("Severity"), f.Compliance)
	f.Resources = asffResources(o)
	advice := o.object("Remediation").object("Recommendation")
	f.Advice, f.AdviceURL = advice.text("Text"), advice.text("Url")
	return f.named()
}

// asffSeverity reads the label, else the normalized score by AWS's table. A
// check that could not be made keeps its control's label, though its product
// calls it informational: that is what counts then.
func asffSeverity(s object, compliance Compliance) Severity {
	if compliance == NotAvailable && strings.EqualFold(s.text("Original"), "INFORMATIONAL") {
		return Informational
	}
	if label := severityOf(s.text("Label")); label != "" {
		return label
	}
	switch n := s.number("Normalized"); {
	case n >= 90:
		return Critical
	case n >= 70:
		return High
	case n >= 40:
		return Medium
	case n >= 1:
		return Low
	case n == 0:
		return Informational
	}
	return Medium // not told: neither hidden nor shouted
}

func severityOf(text string) Severity {
	return word(text, map[string]Severity{
		"INFORMATIONAL": Informational, "LOW": Low, "MEDIUM": Medium, "HIGH": High, "CRITICAL": Critical, "FATAL": Critical,
	})
}

// asffResources reads the list, or what Datadog's Forwarder makes of it: an
// object with one resource a type.
func asffResources(o object) (all []Resource) {
	read := func(kind string, v any) {
		if r, ok := v.(map[string]any); ok {
			all = append(all, resource(first(object(r).text("Type"), kind), object(r)))
		}
	}
	switch v, _ := o.get("Resources"); v := v.(type) {
	case []any:
		for _, r := range v[:min(len(v), 100)] {
			read("", r)
		}
	case map[string]any:
		kinds := slices.Sorted(maps.Keys(v)) // the first one is in the finding's identity
		for _, kind := range kinds[:min(len(kinds), 100)] {
			read(kind, v[kind])
		}
	}
	return all
}

func resource(kind string, o object) Resource {
	r := Resource{Type: kind, ID: arnOf(kind, o.text("Id")), Region: o.text("Region"), Tags: map[string]string{}}
	for name, value := range o.object("Tags") {
		r.tag(name, asText(value))
	}
	return r
}

const maxTags = 50

func (r *Resource) tag(name, value string) {
	if len(r.Tags) < maxTags {
		r.Tags[cut(name, 128)] = cut(value, 256)
	}
}

// arnOf gives a bucket that is only named the ARN by which others know it.
func arnOf(kind, id string) string {
	if id != "" && !strings.ContainsAny(id, ":/") && (kind == "AwsS3Bucket" || kind == "AWS::S3::Bucket") {
		return cut("arn:aws:s3:::"+id, maxText)
	}
	return id
}

// controlOf finds "S3.8" at the end of a generator such as
// security-control/S3.8 or …/v/1.0.0/S3.8.
func controlOf(generator string) string {
	return generator[strings.LastIndexByte(generator, '/')+1:]
}

// productOf finds "guardduty" in arn:aws:securityhub:…:product/aws/guardduty.
func productOf(arn string) string {
	return arn[strings.LastIndexByte(arn, '/')+1:]
}

// named gives a finding the identity under which it is one finding, and texts
// where there are none.
//
// Security Hub reports a failed control once for each standard that has it,
// each time under another id. To a team that is one thing: this control fails
// for this resource. Other products' ids are their own.
func (f *Finding) named() *Finding {
	f.Native = cut(f.ID, 1000)
	isHub := strings.HasSuffix(f.ProductARN, "/aws/securityhub") // others may call themselves so
	if f.ProductARN == "" {
		isHub = strings.EqualFold(strings.ReplaceAll(f.Product, " ", ""), "securityhub")
	}
	if isHub && f.Control != "" && len(f.Resources) > 0 && f.Resources[0].ID != "" {
		f.ID = strings.Join([]string{"securityhub", f.Account, f.Region, f.Control, f.Resources[0].ID}, "/")
	}
	if f.Title == "" {
		f.Title = first(f.Control, f.ID, "a finding without a title")
	}
	if f.ID == "" {
		f.ID = envelope{}.identify([]any{f.Product, f.Account, f.Region, f.Control, f.Title, f.Resources}, f.UpdatedAt, f.UpdatedAt)
	}
	f.ID = cut(f.ID, 1000)
	return f
}

// Open reports whether the source wants something done.
func (f Finding) Open() bool {
	return !f.Archived && f.Compliance != Passed && f.Compliance != NotAvailable && f.Workflow != Resolved && f.Workflow != Suppressed
}

// word looks a source's word up, whatever its capitals; empty for one that is
// not known.
func word[T ~string](text string, known map[string]T) T {
	return known[strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(text), " ", "_"))]
}
