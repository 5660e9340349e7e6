package store

import (
	"encoding/json"
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
	ClosedAt   time.Time         `json:"closed_at,omitzero"`
	ClosedBy   rotation.PersonID `json:"closed_by,omitempty"`
	Deliveries int               `json:"deliveries,omitempty"`
	Flaps      int               `json:"flaps,omitempty"`
	Late       int               `json:"late,omitempty"`
	LookAt     time.Time         `json:"-"`
	ShowAt     time.Time         `json:"-"`
	By         rotation.PersonID `json:"by,omitempty"`
	Version    int               `json:"-"`
}

type pageDoc struct {
	ID         string            `json:"-"`
	AlertID    string            `json:"-"`
	Policy     string            `json:"policy,omitempty"`
	State      alerts.PageState  `json:"state,omitempty"`
	Step       int               `json:"step,omitempty"`
	Round      int               `json:"round,omitempty"`
	NextStepAt time.Time         `json:"-"`
	Notified   []alerts.Notice   `json:"-"`
	Channels   []string          `json:"channels,omitempty"`
	OwnedBy    rotation.PersonID `json:"owned_by,omitempty"`
	AckedAt    time.Time         `json:"acked_at,omitzero"`
	ClosedBy   rotation.PersonID `json:"closed_by,omitempty"`
	ClosedAt   time.Time         `json:"closed_at,omitzero"`
	OpenedAt   time.Time         `json:"opened_at,omitzero"`
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

type entryDoc struct {
	At     time.Time         `json:"at,omitzero"`
	Did    alerts.Deed       `json:"did"`
	Who    rotation.PersonID `json:"who,omitempty"`
	Detail string            `json:"detail,omitempty"`
	Until  time.Time         `json:"until,omitzero"`

	Unverified bool `json:"unverified,omitempty"`
}

// savedPage is a page with its lists, whose entries have names of their own.
type savedPage struct {
	pageDoc
	Notified []noticeDoc `json:"notified,omitempty"`
	Log      []entryDoc  `json:"log,omitempty"`
}

func encodeAlert(a alerts.Alert) (string, error) {
	round(&a.From, &a.Until, &a.OpenedAt, &a.EventAt, &a.ClosedAt)
	return encode(alertDoc(a))
}

func decodeAlert(doc []byte) (alerts.Alert, error) {
	var d alertDoc
	err := json.Unmarshal(doc, &d)
	return alerts.Alert(d), err
}

func encodePage(p alerts.Page) (string, error) {
	round(&p.AckedAt, &p.ClosedAt, &p.OpenedAt)
	d := savedPage{pageDoc: pageDoc(p), Notified: make([]noticeDoc, len(p.Notified)), Log: make([]entryDoc, len(p.Log))}
	for i, n := range p.Notified {
		round(&n.At)
		d.Notified[i] = noticeDoc(n)
	}
	for i, e := range p.Log {
		round(&e.At, &e.Until)
		d.Log[i] = entryDoc(e)
	}
	return encode(d)
}

func decodePage(doc []byte) (alerts.Page, error) {
	var d savedPage
	err := json.Unmarshal(doc, &d)
	p := alerts.Page(d.pageDoc)
	for _, n := range d.Notified {
		p.Notified = append(p.Notified, alerts.Notice(n))
	}
	for _, e := range d.Log {
		p.Log = append(p.Log, alerts.Entry(e))
	}
	return p, err
}

func encode(v any) (string, error) {
	doc, err := json.Marshal(v)
	return string(doc), err
}
