package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/outbox"
	"toban/rotation"
)

// Incidents is where an [incident.Manager] saves.
func (db *DB) Incidents() incident.Store { return incidentStore{db} }

type incidentStore struct{ db *DB }

func (s incidentStore) Update(ctx context.Context, do func(incident.Tx) error) error {
	return s.db.update(ctx, func(t *tx) error { return do(incidentTx{t}) })
}

const (
	selectIncident    = `SELECT version, doc FROM incidents`
	incidentByID      = selectIncident + ` WHERE id = $1`
	incidentByChannel = selectIncident + ` WHERE channel = $1 AND channel <> '' ORDER BY number DESC LIMIT 1`
	incidentByPage    = selectIncident + ` WHERE page = $1 AND page <> '' ORDER BY number DESC LIMIT 1`
	incidentsAll      = selectIncident + ` ORDER BY number DESC LIMIT $1`
	incidentsOpen     = selectIncident + ` WHERE state = 'open' ORDER BY number DESC LIMIT $1`
	incidentsDue      = selectIncident + ` WHERE next_at > 0 AND next_at <= $1 ORDER BY next_at, number LIMIT $2`
	nextIncident      = `SELECT COALESCE(min(next_at), 0) FROM incidents WHERE next_at > 0`
)

func (t *tx) incidents(text string, args ...any) (found []incident.Incident, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var version int
		var doc sql.RawBytes
		var in incident.Incident
		if err := rows.Scan(&version, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &in); err != nil {
			return fmt.Errorf("incident: %w", err)
		}
		in.Version = version
		found = append(found, in)
		return nil
	}, text, args...)
	return found, err
}

func (t *tx) incident(text, arg string) (incident.Incident, error) {
	found, err := t.incidents(text, arg)
	if err == nil && len(found) == 0 {
		err = incident.ErrNotFound
	}
	if err != nil {
		return incident.Incident{}, err
	}
	return found[0], nil
}

func (t *tx) Incident(id string) (incident.Incident, error) { return t.incident(incidentByID, id) }

func (t *tx) ByChannel(channel string) (incident.Incident, error) {
	return t.incident(incidentByChannel, channel)
}

// incidentTx is a tx for incidents, where a page means the incident declared
// from it.
type incidentTx struct{ *tx }

func (t incidentTx) ByPage(page string) (incident.Incident, error) {
	return t.incident(incidentByPage, page)
}

func (t *tx) List(all bool, limit int) ([]incident.Incident, error) {
	if all {
		return t.incidents(incidentsAll, limit)
	}
	return t.incidents(incidentsOpen, limit)
}

func (t *tx) DueIncidents(at time.Time, limit int) ([]incident.Incident, error) {
	return t.incidents(incidentsDue, micros(at), limit)
}

func (t *tx) NextIncidentDue() (time.Time, error) { return t.instant(nextIncident) }

func (t *tx) NextNumber() (n int, err error) {
	_, err = t.one([]any{&n}, `SELECT COALESCE(max(number), 0) + 1 FROM incidents`)
	return n, err
}

var saveIncident = bulk{
	head: `INSERT INTO incidents (id, number, state, channel, page, next_at, version, doc) VALUES`,
	tail: `ON CONFLICT (id) DO UPDATE SET state = excluded.state, channel = excluded.channel, page = excluded.page,
		next_at = excluded.next_at, version = excluded.version, doc = excluded.doc
		WHERE incidents.version = excluded.version - 1`,
	cols: 8,
}

func (t *tx) SaveIncident(in incident.Incident) error {
	round(&in.DeclaredAt, &in.ResolvedAt, &in.NextAt)
	version := t.nextVersion(in.ID, in.Version)
	doc, err := encode(in)
	if err != nil {
		return err
	}
	var before string
	if _, err := t.one([]any{&before}, `SELECT channel FROM incidents WHERE id = $1`, in.ID); err != nil {
		return err
	}
	changed, err := saveIncident.exec(t, []any{in.ID, in.Number, string(in.State), in.Channel, in.PageID, micros(in.NextAt), version, doc})
	if err := t.expect(1, changed, err); err != nil {
		return err
	}
	if in.Channel != before {
		if err := t.leadTo(in); err != nil {
			return err
		}
	}
	return t.showIncident(in)
}

// leadTo draws the page again that an incident was declared from: now there is
// a channel that it can lead to.
func (t *tx) leadTo(in incident.Incident) error {
	if in.PageID == "" {
		return nil
	}
	c, err := t.ByPage(in.PageID)
	if errors.Is(err, alerts.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.woken = true
	return t.remindOf([]alerts.Case{c})
}

// showIncident marks the card, the digest, also for those who are told that
// there is no channel, and the updates. An update is said once and never
// changes.
func (t *tx) showIncident(in incident.Incident) error {
	if !in.Announced() {
		return t.show(in.ID)
	}
	var cards []message
	if in.Channel != "" {
		cards = append(cards, message{kind: string(outbox.Incident), subject: in.ID, to: in.Channel, urgency: noting})
	}
	if to := t.db.channels.Load().Incidents; to != "" {
		cards = append(cards, message{kind: string(outbox.Digest), subject: in.ID, to: to, urgency: noting})
	}
	for _, who := range in.Told {
		cards = append(cards, message{kind: string(outbox.Digest), subject: in.ID, to: string(who), urgency: noting})
	}
	if err := t.show(in.ID, cards...); err != nil || in.Channel == "" {
		return err
	}
	updates := make([]message, len(in.Updates))
	subjects := make([]any, len(in.Updates))
	for i, u := range in.Updates {
		updates[i] = message{kind: string(outbox.Update), subject: in.ID + "/" + u.ID, to: in.Channel, urgency: noting}
		subjects[i] = updates[i].subject
	}
	there, err := t.existing(messagesOfSubject, subjects)
	if err != nil {
		return err
	}
	return t.insertMessages(t.without(updates, there))
}

func (t *tx) LinkIncident(page, id string, by rotation.PersonID, at time.Time) error {
	c, err := t.ByPage(page)
	switch {
	case errors.Is(err, alerts.ErrNotFound):
		return incident.ErrNotFound
	case err != nil:
		return err
	}
	return t.Save([]alerts.Case{c.Declared(id, by, at)})
}

const cardOf = `SELECT channel, ts FROM messages WHERE alert = 0 AND subject = $1 AND kind = 'incident'`

func (t *tx) Card(id string) (channel, ts string, err error) {
	_, err = t.one([]any{&channel, &ts}, cardOf, id)
	return channel, ts, err
}
