// Package scan answers one question: what did a security check or a virus scan
// find, whoever found it and in whatever form it arrived?
package scan

import "time"

// Item is one thing that arrived: exactly one field is set.
type Item struct {
	Finding *Finding
	Result  *Result
	Other   *Other
}

// Other is a notice that is neither, such as a protection plan that changed or
// a licence that ran out: shown as it is, nothing is decided from it.
type Other struct {
	ID, Source, Title, Text, Account string
	Bucket, Key                      string // that it is about; may be empty
	At                               time.Time
}

// Finding is what a check of a resource says: Security Hub's own controls and
// what GuardDuty, Inspector and others send through it.
type Finding struct {
	ID         string // the same each time, for whichever standard it is reported
	Native     string // under which the source knows this report of it
	Product    string // "Security Hub", "GuardDuty", "Inspector", …
	ProductARN string
	Account    string
	Region     string
	Control    string // "S3.8"; else the generator
	Title      string
	Text       string
	Severity   Severity
	Compliance Compliance
	Workflow   Workflow
	Archived   bool
	Resources  []Resource
	Standards  []string
	Advice     string // what to do about it
	AdviceURL  string
	FirstAt    time.Time
	UpdatedAt  time.Time
}

// Resource is a thing that a finding is about.
type Resource struct {
	Type   string // "AwsS3Bucket"
	ID     string // ARN or URL
	Region string
	Tags   map[string]string
}

// Severity is how bad a finding is.
type Severity string

const (
	Informational Severity = "informational"
	Low           Severity = "low"
	Medium        Severity = "medium"
	High          Severity = "high"
	Critical      Severity = "critical"
)

// Compliance is what a check says; empty where nothing is checked.
type Compliance string

const (
	Passed       Compliance = "passed"
	Warning      Compliance = "warning"
	Failed       Compliance = "failed"
	NotAvailable Compliance = "not_available"
)

// Workflow is what people say about a finding at its source.
type Workflow string

const (
	New        Workflow = "new"
	Notified   Workflow = "notified"
	Suppressed Workflow = "suppressed"
	Resolved   Workflow = "resolved"
)

// Result is what a malware scan of one object came to.
type Result struct {
	ID            string // of this delivery's content: the same when it is sent again
	Scanner       string // "GuardDuty", "Antivirus for Amazon S3"
	Engine        string // "ClamAV", "Sophos", …, where told
	Account       string
	Region        string
	Bucket, Key   string // of the object as it was uploaded, also after quarantine
	Version, ETag string
	Verdict       Verdict
	Threats       []string
	Why           string // of an unscannable or failed scan
	Action        Action
	QuarantinedTo string // bucket
	Uploader      string
	At            time.Time
}

// Verdict is what a scan says about an object. Only Clean is clean.
type Verdict string

const (
	Clean       Verdict = "clean"
	Infected    Verdict = "infected"
	Suspicious  Verdict = "suspicious"
	Unscannable Verdict = "unscannable"
	Errored     Verdict = "failed"  // the scan did not happen
	Allowed     Verdict = "allowed" // infected, and a person let it through
)

// Pages reports whether somebody must look now.
func (v Verdict) Pages() bool { return v == Infected || v == Suspicious }

// Action is what the scanner did with the object.
type Action string

const (
	Kept        Action = "kept" // told to be left where it is
	Tagged      Action = "tagged"
	Quarantined Action = "quarantined"
	Deleted     Action = "deleted"
	Unknown     Action = "" // the source does not say
)
