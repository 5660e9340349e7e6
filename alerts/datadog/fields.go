package datadog

import "strings"

// field is one thing that a body may tell. Several names may mean the same.
type field int

const (
	noField field = iota
	eventID
	eventTitle
	alertTitle
	body
	plainBody
	eventType
	monitorID
	transition
	alertType
	status
	scope
	query
	alertPriority
	otherPriority
	cycleKey
	aggregKey
	tags
	host
	link
	snapshot
	date
	lastUpdated
	orgID
	fieldCount
)

// names says which field a name means, in lower case and without punctuation:
// "alert_id", "alertId", "ALERT_ID" and "alert":{"id":…} are all "alertid".
var names = map[string]field{
	"id": eventID, "eventid": eventID,
	"title": eventTitle, "eventtitle": eventTitle,
	"alerttitle": alertTitle, "monitorname": alertTitle,
	"body": body, "eventmsg": body, "eventmessage": body, "message": body,
	"textonlymsg": plainBody, "textmsg": plainBody,
	"eventtype": eventType,
	"alertid":   monitorID, "monitorid": monitorID,
	"alerttransition": transition, "transition": transition,
	"alerttype":   alertType,
	"alertstatus": status,
	"alertscope":  scope, "scope": scope, "scopes": scope,
	"alertquery": query, "query": query,
	"alertpriority": alertPriority, "monitorpriority": alertPriority,
	"severity": otherPriority, "priority": otherPriority,
	"alertcyclekey": cycleKey, "cyclekey": cycleKey,
	"aggregkey": aggregKey, "alertaggregkey": aggregKey,
	"tags":     tags,
	"hostname": host, "host": host,
	"link": link, "url": link,
	"snapshot": snapshot,
	"date":     date, "dateposix": date,
	"lastupdated": lastUpdated, "lastupdatedposix": lastUpdated,
	"orgid": orgID,
}

// wrappers are objects that only group the fields inside them.
var wrappers = map[string]bool{
	"metadata": true, "payload": true, "data": true, "details": true,
	"customdetails": true, "attributes": true, "datadog": true,
}

// fields is what a body told, by meaning.
type fields [fieldCount]string

// set keeps value unless it says nothing; the last one that says something wins.
func (f *fields) set(which field, value string) {
	if which != noField && !missing(value) {
		f[which] = value
	}
}

// first returns the first of the fields that the body told.
func (f *fields) first(which ...field) string {
	for _, w := range which {
		if f[w] != "" {
			return f[w]
		}
	}
	return ""
}

// missing reports whether a value says nothing. Datadog leaves a variable that
// it does not know unexpanded, and writes some absent ones as null.
func missing(value string) bool {
	value = strings.TrimSpace(value)
	return value == "" || value == "null" || value == "None" || unexpanded(value)
}

// unexpanded reports whether value is a bare template variable: $ALERT_ID, $TAGS[env].
func unexpanded(value string) bool {
	name, ok := strings.CutPrefix(value, "$")
	name, _, _ = strings.Cut(name, "[")
	if !ok || name == "" {
		return false
	}
	for _, c := range []byte(name) {
		if c != '_' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// appendName appends key to to as names spells it.
func appendName(to, key []byte) []byte {
	for _, c := range key {
		switch {
		case c >= 'A' && c <= 'Z':
			to = append(to, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			to = append(to, c)
		}
	}
	return to
}
