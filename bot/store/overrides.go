package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"toban/bot/outbox"
	"toban/rotation"
)

const (
	selectOverride = `SELECT id, rotation, start_at, end_at, person, replaces, created_by, created_at, relieved, cancelled_by, cancelled_at, planned_end_at FROM overrides`
	overrideByID   = selectOverride + ` WHERE id = $1`
	// Few are ahead at a time, and people ask seldom: no index of its own.
	overridesFor = selectOverride + ` WHERE end_at > $1 AND cancelled_at = 0 AND (person = $2 OR created_by = $2) ORDER BY seq`
	saveOverride = `INSERT INTO overrides (seq, id, rotation, start_at, end_at, person, replaces, created_by, created_at, relieved, cancelled_by, cancelled_at, planned_end_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (id) DO UPDATE SET end_at = excluded.end_at, cancelled_by = excluded.cancelled_by,
		cancelled_at = excluded.cancelled_at, planned_end_at = excluded.planned_end_at WHERE overrides.cancelled_at = 0`
)

func (t *tx) overrides(text string, args ...any) (found []rotation.SavedOverride, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var o rotation.SavedOverride
		var start, end, created, cancelled, planned int64
		var relieved string
		if err := rows.Scan(&o.ID, &o.Rotation, &start, &end, &o.User, &o.Replaces, &o.By, &created, &relieved, &o.CancelledBy, &cancelled, &planned); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(relieved), &o.Relieved); err != nil {
			return fmt.Errorf("override %s: %w", o.ID, err)
		}
		o.Start, o.End, o.CreatedAt, o.CancelledAt, o.PlannedEnd = instant(start), instant(end), instant(created), instant(cancelled), instant(planned)
		found = append(found, o)
		return nil
	}, text, args...)
	return found, err
}

func (t *tx) Override(id string) (rotation.SavedOverride, error) {
	found, err := t.overrides(overrideByID, id)
	if err == nil && len(found) == 0 {
		err = rotation.ErrNotFound
	}
	if err != nil {
		return rotation.SavedOverride{}, err
	}
	return found[0], nil
}

func (t *tx) OverridesOf(person rotation.PersonID, at time.Time) ([]rotation.SavedOverride, error) {
	return t.overrides(overridesFor, micros(at), string(person))
}

func (t *tx) SaveOverride(o rotation.SavedOverride) error {
	relieved, err := json.Marshal(append([]rotation.PersonID{}, o.Relieved...))
	if err != nil {
		return err
	}
	_, err = t.exec(saveOverride, t.db.nextSeq(), o.ID, o.Rotation, micros(o.Start), micros(o.End), string(o.User), string(o.Replaces),
		string(o.By), micros(o.CreatedAt), string(relieved), string(o.CancelledBy), micros(o.CancelledAt), micros(o.PlannedEnd))
	if err != nil {
		return err
	}
	return t.show(o.ID, t.messagesOfOverride(o)...)
}

// messagesOfOverride are the copies that follow an override: for whoever is put
// on call, those who are relieved, and the rotation's channel. An edit wakes
// nobody, so all of them but who cancelled it are told anew that it is.
func (t *tx) messagesOfOverride(o rotation.SavedOverride) (copies []message) {
	to := []string{string(o.User)}
	for _, p := range o.Relieved {
		to = append(to, string(p))
	}
	if channel := t.db.channels.Load().Rotation(o.Rotation); channel != "" {
		to = append(to, channel)
	}
	for _, who := range to {
		copies = append(copies, message{kind: string(outbox.Override), subject: o.ID, to: who, urgency: noting})
		if o.Cancelled() && who != string(o.CancelledBy) {
			copies = append(copies, message{kind: string(outbox.OverrideCancelled), subject: o.ID, to: who, urgency: noting})
		}
	}
	return copies
}
