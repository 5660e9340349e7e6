package scan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// BodyError says what is wrong with a body and, if known, where.
type BodyError struct {
	What string
	At   int64 // byte, from zero
}

func (e *BodyError) Error() string { return fmt.Sprintf("%s (at byte %d)", e.What, e.At) }

const (
	maxItems = 1000 // of one body
	maxDepth = 12   // envelopes inside envelopes
)

// Decode reads what a body holds, in any of the forms that we know: findings of
// Security Hub in ASFF or OCSF, GuardDuty's malware scans of S3 objects and
// results of Antivirus for Amazon S3, bare, in EventBridge or SNS envelopes, as
// Datadog's Forwarder writes them, one or several, in lists or one a line. The
// forms are those of AWS's documentation and of the products' samples.
//
// What is none of these is an error only if nothing else was in the body. id
// names the delivery where its sender does, the same when it is sent again;
// arrived is taken for the time of what tells none.
func Decode(body []byte, id string, arrived time.Time) ([]Item, error) {
	items, _, err := Open(body, id, arrived)
	return items, err
}

// Open is [Decode] and also gives every SNS envelope that it opened, for whoever
// checks their signatures.
func Open(body []byte, id string, arrived time.Time) ([]Item, []Notification, error) {
	d := decoder{arrived: arrived.UTC()}
	values := json.NewDecoder(bytes.NewReader(body))
	values.UseNumber()
	for {
		var v any
		err := values.Decode(&v)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, &BodyError{"this is not JSON: " + err.Error(), values.InputOffset()}
		}
		if err := d.read(v, envelope{id: id}, 0); err != nil {
			return nil, nil, err
		}
	}
	if len(d.items) == 0 {
		return nil, nil, &BodyError{What: "no finding and no scan result in here: expected Security Hub (ASFF or OCSF), GuardDuty or Antivirus for Amazon S3, bare or in an EventBridge or SNS envelope"}
	}
	return d.items, d.notifications, nil
}

type decoder struct {
	arrived       time.Time
	items         []Item
	notifications []Notification
}

// Notification is an SNS envelope with the fields that its signature covers.
// Source: docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
type Notification struct {
	MessageID, TopicArn, Subject, Message, Timestamp string
	SignatureVersion, Signature, SigningCertURL      string
}

// envelope is what was learned around a finding or result.
type envelope struct {
	id      string // the same when it is sent again
	account string
	region  string
	at      time.Time
	attrs   object // SNS message attributes
}

// read finds out what v is.
func (d *decoder) read(v any, around envelope, depth int) error {
	if depth > maxDepth {
		return &BodyError{What: "too many envelopes inside each other"}
	}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			if err := d.read(one, around, depth+1); err != nil {
				return err
			}
		}
	case map[string]any:
		return d.object(object(v), around, depth)
	}
	return nil
}

func (d *decoder) object(o object, around envelope, depth int) error {
	switch {
	case o.text("Type") == "Notification" && o.has("Message"):
		return d.notification(o, around, depth)
	case o.object("Sns").has("Message"): // as a Lambda function gets it
		return d.notification(o.object("Sns"), around, depth)
	case o.has("detail-type") && o.has("detail"):
		return d.event(o, around, depth)
	case o.has("scanResultDetails"):
		return d.add(Item{Result: guardDuty(o, around, d.arrived)})
	case o.has("scanResult"), o.has("result") && (o.has("detectedInfections") || o.has("bucket") && o.has("key")),
		around.attrs.has("scanResult") && o.has("bucket"):
		return d.add(Item{Result: antivirus(o, around, d.arrived)})
	case o.has("class_uid"), o.has("finding_info"):
		return d.add(Item{Finding: ocsf(o, around, d.arrived)})
	case o.has("SchemaVersion") && o.has("Id"), o.has("ProductArn") && o.has("Id"):
		return d.add(Item{Finding: asff(o, around, d.arrived)})
	}
	// Forwarders and batches: what we look for is further inside.
	for _, inner := range []string{"findings", "finding", "detail", "attributes", "Records", "results"} {
		if next, ok := o.get(inner); ok {
			before := len(d.items)
			if err := d.read(next, around, depth+1); err != nil {
				return err
			}
			if len(d.items) > before {
				return nil
			}
		}
	}
	switch {
	case o.text("type") == "event" && o.has("attributes"):
		return d.add(Item{Finding: datadogEvent(o, d.arrived)})
	case around.attrs != nil:
		return d.add(Item{Other: notice(o, around, d.arrived)})
	}
	return nil
}

func (d *decoder) add(i Item) error {
	if len(d.items) == maxItems {
		return &BodyError{What: fmt.Sprintf("more than %d findings in one body", maxItems)}
	}
	if i.Result != nil { // several in one envelope have its id in common
		for _, other := range d.items {
			if r := other.Result; r != nil && r.ID == i.Result.ID && (r.Bucket != i.Result.Bucket || r.Key != i.Result.Key || r.Version != i.Result.Version) {
				i.Result.ID = cut(i.Result.ID, 200) + "/" + i.Result.digest()
				break
			}
		}
	}
	d.items = append(d.items, i)
	return nil
}

// notification opens an SNS envelope.
func (d *decoder) notification(o object, around envelope, depth int) error {
	d.notifications = append(d.notifications, Notification{
		MessageID: o.exact("MessageId"), TopicArn: o.exact("TopicArn"), Subject: o.exact("Subject"), Message: o.exact("Message"), Timestamp: o.exact("Timestamp"),
		SignatureVersion: o.exact("SignatureVersion"), Signature: o.exact("Signature"), SigningCertURL: o.exact("SigningCertURL"),
	})
	around.id = first(around.id, o.text("MessageId"))
	around.at = firstTime(around.at, o.time("Timestamp"))
	around.attrs = object{}
	for name, a := range o.object("MessageAttributes") {
		if attr, ok := a.(map[string]any); ok {
			around.attrs[name] = object(attr).text("Value")
		}
	}
	var inner any
	values := json.NewDecoder(strings.NewReader(o.exact("Message")))
	values.UseNumber()
	if err := values.Decode(&inner); err != nil {
		text := object{"message": o.text("Message"), "subject": o.text("Subject")}
		return d.add(Item{Other: notice(text, around, d.arrived)})
	}
	return d.read(inner, around, depth+1)
}

// event opens an EventBridge envelope.
func (d *decoder) event(o object, around envelope, depth int) error {
	around.id = first(o.text("id"), around.id)
	around.account = first(o.text("account"), around.account)
	around.region = first(o.text("region"), around.region)
	around.at = firstTime(o.time("time"), around.at)
	detail := o.object("detail")
	before := len(d.items)
	switch kind := o.text("detail-type"); kind {
	case "GuardDuty Malware Protection Object Scan Result":
		return d.add(Item{Result: guardDuty(detail, around, d.arrived)})
	case "GuardDuty Finding":
		return d.add(Item{Finding: guardDutyFinding(detail, around, d.arrived)})
	default:
		if err := d.read(map[string]any(detail), around, depth+1); err != nil || len(d.items) > before {
			return err
		}
		other := notice(detail, around, d.arrived)
		other.Source, other.Title = o.text("source"), first(cut(kind, 200), other.Title)
		return d.add(Item{Other: other})
	}
}
