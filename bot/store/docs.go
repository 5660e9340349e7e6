package store

import (
	"encoding/json"
	"slices"
	"time"

	"toban/alerts"
	"toban/rotation"
)

// What has no column of its own is kept as JSON. The types below are the
// domain's with names for JSON: a field added there does not compile here
// until it has one. Fields that have a column are left out of the JSON.

type alertDoc struct {
	ID         string            `json:"-"`
	Key        string            `json:"-"`
	Cycle      string            `json:"cycle,omitempty"`
	State      alerts.AlertState `json:"state,omitempty"`
	Level      alerts.Level      `json:"level,omitempty"`
	Title      string            `json:"-"`
	Text       string            `json:"text,omitempty"`
	Priority   alerts.Priority   `json:"priority,omitempty"`
	Source     string            `json:"source,omitempty"`
	Monitor    string            `json:"monitor,omitempty"`
	Scope      string            `json:"scope,omitempty"`
	Type       string            `json:"type,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
	Host       string            `json:"host,omitempty"`
	Query      string            `json:"query,omitempty"`
	Link       string            `json:"link,omitempty"`
	Snapshot   string            `json:"snapshot,omitempty"`
	From       time.Time         `json:"from,omitzero"`
	Until      time.Time         `json:"until,omitzero"`
	Channel    string            `json:"channel,omitempty"`
	Route      string            `json:"route,omitempty"`
	OpenedAt   time.Time         `json:"opened_at,omitzero"`
	EventAt    time.Time         `json:"event_at,omitzero"`
	SaidAt     time.Time         `json:"said_at,omitzero"`
	ClosedAt   time.Time         `json:"closed_at,omitzero"`
	ClosedBy   rotation.PersonID `json:"closed_by,omitempty"`
	Deliveries int               `json:"deliveries,omitempty"`
	Flaps      int               `json:"flaps,omitempty"`
	Late       int               `json:"late,omitempty"`
	Begins     []time.Time       `json:"begins,omitempty"`
	WokenAt    time.Time         `json:"woken_at,omitzero"`
	WokenFor   alerts.Severity   `json:"-"`
	Snooze     alerts.Snooze     `json:"-"`
	LookAt     time.Time         `json:"-"`
	ShowAt     time.Time         `json:"-"`
	By         rotation.PersonID `json:"by,omitempty"`
	Version    int               `json:"-"`
}

type pageDoc struct {
	ID         string            `json:"-"`
	AlertID    string            `json:"-"`
	Policy     string            `json:"policy,omitempty"`
	Steps      []alerts.Step     `json:"-"`
	Repeat     int               `json:"repeat,omitempty"`
	State      alerts.PageState  `json:"state,omitempty"`
	Severity   alerts.Severity   `json:"-"`
	Covers     alerts.Severity   `json:"-"`
	Step       int               `json:"step,omitempty"`
	Round      int               `json:"round,omitempty"`
	NextStepAt time.Time         `json:"-"`
	SearchAt   time.Time         `json:"search_at,omitzero"`
	Notified   []alerts.Notice   `json:"-"`
	Calls      []alerts.Call     `json:"-"`
	Channels   []string          `json:"channels,omitempty"`
	OwnedBy    rotation.PersonID `json:"owned_by,omitempty"`
	AckedAt    time.Time         `json:"acked_at,omitzero"`
	ClosedBy   rotation.PersonID `json:"closed_by,omitempty"`
	ClosedAt   time.Time         `json:"closed_at,omitzero"`
	OpenedAt   time.Time         `json:"opened_at,omitzero"`
	WithAlert  bool              `json:"with_alert,omitempty"`
	IncidentID string            `json:"incident,omitempty"`
	Log        []alerts.Entry    `json:"-"`
	Version    int               `json:"-"`
}

type noticeDoc struct {
	Person rotation.PersonID `json:"who"`
	At     time.Time         `json:"at,omitzero"`
	Step   int               `json:"step,omitempty"`
	Failed string            `json:"failed,omitempty"`
}

type callDoc struct {
	Channel string    `json:"channel"`
	At      time.Time `json:"at,omitzero"`
	Step    int       `json:"step,omitempty"`
	Failed  string    `json:"failed,omitempty"`
}

type entryDoc struct {
	At      time.Time         `json:"at,omitzero"`
	Did     alerts.Deed       `json:"did"`
	Who     rotation.PersonID `json:"who,omitempty"`
	Detail  string            `json:"detail,omitempty"`
	Until   time.Time         `json:"until,omitzero"`
	Channel string            `json:"channel,omitempty"`

	Unverified bool `json:"unverified,omitempty"`
}

type severityDoc struct {
	Level    alerts.Level    `json:"level,omitempty"`
	Priority alerts.Priority `json:"priority,omitempty"`
}

type snoozeDoc struct {
	By    rotation.PersonID `json:"by,omitempty"`
	Until time.Time         `json:"until,omitzero"`
	For   severityDoc       `json:"for,omitzero"`
}

type stepDoc struct {
	Notify []targetDoc   `json:"notify"`
	Wait   time.Duration `json:"wait"` // nanoseconds
}

type targetDoc struct {
	Rotation string            `json:"rotation,omitempty"`
	Person   rotation.PersonID `json:"who,omitempty"`
	Channel  string            `json:"channel,omitempty"`
}

// savedAlert is an alert with its parts that have names of their own.
type savedAlert struct {
	alertDoc
	WokenFor severityDoc `json:"woken_for,omitzero"`
	Snooze   snoozeDoc   `json:"snooze,omitzero"`
}

// savedPage is a page with its parts that have names of their own.
type savedPage struct {
	pageDoc
	Steps    []stepDoc   `json:"steps,omitempty"`
	Severity severityDoc `json:"severity,omitzero"`
	Covers   severityDoc `json:"covers,omitzero"`
	Notified []noticeDoc `json:"notified,omitempty"`
	Calls    []callDoc   `json:"calls,omitempty"`
	Log      []entryDoc  `json:"log,omitempty"`
}

func encodeAlert(a alerts.Alert) (string, error) {
	round(&a.From, &a.Until, &a.OpenedAt, &a.EventAt, &a.ClosedAt, &a.SaidAt, &a.WokenAt, &a.Snooze.Until)
	a.Begins = slices.Clone(a.Begins)
	for i := range a.Begins {
		round(&a.Begins[i])
	}
	return encode(savedAlert{
		alertDoc: alertDoc(a), WokenFor: severityDoc(a.WokenFor),
		Snooze: snoozeDoc{By: a.Snooze.By, Until: a.Snooze.Until, For: severityDoc(a.Snooze.For)},
	})
}

func decodeAlert(doc []byte) (alerts.Alert, error) {
	var d savedAlert
	err := json.Unmarshal(doc, &d)
	a := alerts.Alert(d.alertDoc)
	a.WokenFor = alerts.Severity(d.WokenFor)
	a.Snooze = alerts.Snooze{By: d.Snooze.By, Until: d.Snooze.Until, For: alerts.Severity(d.Snooze.For)}
	return a, err
}

func encodePage(p alerts.Page) (string, error) {
	round(&p.AckedAt, &p.ClosedAt, &p.OpenedAt, &p.SearchAt)
	return encode(savedPage{
		pageDoc: pageDoc(p), Severity: severityDoc(p.Severity), Covers: severityDoc(p.Covers),
		Steps: each(p.Steps, func(s alerts.Step) stepDoc {
			return stepDoc{Wait: s.Wait, Notify: each(s.Notify, func(to alerts.Target) targetDoc { return targetDoc(to) })}
		}),
		Notified: each(p.Notified, func(n alerts.Notice) noticeDoc { round(&n.At); return noticeDoc(n) }),
		Calls:    each(p.Calls, func(c alerts.Call) callDoc { round(&c.At); return callDoc(c) }),
		Log:      each(p.Log, func(e alerts.Entry) entryDoc { round(&e.At, &e.Until); return entryDoc(e) }),
	})
}

func decodePage(doc []byte) (alerts.Page, error) {
	var d savedPage
	err := json.Unmarshal(doc, &d)
	p := alerts.Page(d.pageDoc)
	p.Severity, p.Covers = alerts.Severity(d.Severity), alerts.Severity(d.Covers)
	p.Steps = each(d.Steps, func(s stepDoc) alerts.Step {
		return alerts.Step{Wait: s.Wait, Notify: each(s.Notify, func(to targetDoc) alerts.Target { return alerts.Target(to) })}
	})
	p.Notified = each(d.Notified, func(n noticeDoc) alerts.Notice { return alerts.Notice(n) })
	p.Calls = each(d.Calls, func(c callDoc) alerts.Call { return alerts.Call(c) })
	p.Log = each(d.Log, func(e entryDoc) alerts.Entry { return alerts.Entry(e) })
	return p, err
}

// each converts a list; none stays none.
func each[A, B any](list []A, convert func(A) B) []B {
	if list == nil {
		return nil
	}
	converted := make([]B, len(list))
	for i, v := range list {
		converted[i] = convert(v)
	}
	return converted
}

func encode(v any) (string, error) {
	doc, err := json.Marshal(v)
	return string(doc), err
}
