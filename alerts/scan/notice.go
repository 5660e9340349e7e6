package scan

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// notice reads what is neither a finding nor a result: a protection plan whose
// state changed, a tag that could not be set, a bucket that became public, a
// licence that ends.
func notice(o object, around envelope, arrived time.Time) *Other {
	thing, kept := o.object("s3ObjectDetails"), o.object("s3BucketDetails")
	text := first(o.text("message"), o.text("description"), reasons(o))
	if text == "" {
		if raw, err := json.Marshal(o); err == nil {
			text = string(raw)
		}
	}
	return &Other{
		ID: around.identify(o, around.at, arrived), Source: around.attrs.text("notificationType"),
		Title: cut(first(o.text("subject"), around.attrs.text("notificationType"), "notice"), 200), Text: cut(text, maxText),
		Account: first(around.account, around.attrs.text("account"), o.text("account")),
		Bucket:  first(o.text("bucket"), around.attrs.text("bucket"), kept.text("bucketName"), thing.text("bucketName")),
		Key:     thing.text("objectKey"), At: firstTime(around.at, arrived),
	}
}

// reasons puts together what GuardDuty says of a plan's state or of a deed that
// failed, and what an insight of Security Hub counts.
func reasons(o object) string {
	said := []string{o.text("resourceStatus"), o.text("insightName")}
	for _, list := range []string{"statusReasons", "postScanActions"} {
		for _, v := range o.list(list) {
			said = append(said, asText(v))
			if why, ok := v.(map[string]any); ok {
				said = append(said, object(why).text("actionType"), object(why).text("code"), object(why).text("message"), object(why).text("failureReason"))
			}
		}
	}
	for _, v := range o.list("insightResults") {
		if counts, ok := v.(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(counts)) {
				said = append(said, name+": "+asText(counts[name]))
			}
		}
	}
	var words []string
	for _, s := range said {
		if s != "" {
			words = append(words, s)
		}
	}
	return strings.Join(words, ", ")
}
