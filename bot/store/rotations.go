package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"toban/bot/outbox"
	"toban/rotation"
)

// Rotations is where a [rotation.Planner] saves.
func (db *DB) Rotations() rotation.Store { return rotationStore{db} }

type rotationStore struct{ db *DB }

func (s rotationStore) Update(ctx context.Context, do func(rotation.Tx) error) error {
	return s.db.update(ctx, func(t *tx) error { return do(t) })
}

func (s rotationStore) View(ctx context.Context, do func(rotation.Reader) error) error {
	return s.db.view(ctx, func(t *tx) error { return do(t) })
}

const (
	selectSwap    = `SELECT version, doc FROM swaps`
	swapByID      = selectSwap + ` WHERE id = $1`
	swapsDue      = selectSwap + ` WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at, seq LIMIT $2`
	swapsAccepted = selectSwap + ` WHERE state = 'accepted' AND rotation = $1 ORDER BY decided_at, seq`
	nextSwap      = `SELECT COALESCE(min(expires_at), 0) FROM swaps WHERE state = 'open'`
	overridesOf   = `SELECT id, start_at, end_at, person, replaces FROM overrides WHERE rotation = $1 ORDER BY seq`
)

func (t *tx) swaps(text string, args ...any) (found []rotation.SwapRequest, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var version int
		var doc sql.RawBytes
		var r rotation.SwapRequest
		if err := rows.Scan(&version, &doc); err != nil {
			return err
		}
		if err := json.Unmarshal(doc, &r); err != nil {
			return fmt.Errorf("swap request: %w", err)
		}
		r.Version = version
		found = append(found, r)
		return nil
	}, text, args...)
	return found, err
}

func (t *tx) Changes(name string) (c rotation.Changes, err error) {
	accepted, err := t.swaps(swapsAccepted, name)
	if err != nil {
		return c, err
	}
	for _, r := range accepted {
		c.Swaps = append(c.Swaps, r.Swap())
	}
	err = t.each(func(rows *sql.Rows) error {
		var o rotation.Override
		var start, end int64
		err := rows.Scan(&o.ID, &start, &end, &o.User, &o.Replaces)
		o.Start, o.End = instant(start), instant(end)
		c.Overrides = append(c.Overrides, o)
		return err
	}, overridesOf, name)
	return c, err
}

func (t *tx) SwapRequest(id string) (rotation.SwapRequest, error) {
	found, err := t.swaps(swapByID, id)
	if err == nil && len(found) == 0 {
		err = rotation.ErrNotFound
	}
	if err != nil {
		return rotation.SwapRequest{}, err
	}
	return found[0], nil
}

func (t *tx) DueSwapRequests(at time.Time, limit int) ([]rotation.SwapRequest, error) {
	return t.swaps(swapsDue, micros(at), limit)
}

func (t *tx) NextSwapDue() (time.Time, error) { return t.instant(nextSwap) }

var saveSwap = bulk{
	head: `INSERT INTO swaps (seq, id, rotation, state, expires_at, decided_at, version, doc) VALUES`,
	tail: `ON CONFLICT (id) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at,
		decided_at = excluded.decided_at, version = excluded.version, doc = excluded.doc
		WHERE swaps.version = excluded.version - 1`,
	cols: 8,
}

func (t *tx) SaveSwapRequest(r rotation.SwapRequest) error {
	round(&r.CreatedAt, &r.ExpiresAt, &r.DecidedAt, &r.Mine.Start, &r.Mine.End, &r.Theirs.Start, &r.Theirs.End)
	version := t.nextVersion(r.ID, r.Version)
	doc, err := encode(r)
	if err != nil {
		return err
	}
	changed, err := saveSwap.exec(t, []any{t.db.nextSeq(), r.ID, r.Rotation, string(r.State), micros(r.ExpiresAt), micros(r.DecidedAt), version, doc})
	if err := t.expect(1, changed, err); err != nil {
		return err
	}
	copies := []message{
		{kind: string(outbox.Swap), subject: r.ID, to: string(r.Other), urgency: noting},
		{kind: string(outbox.SwapAsker), subject: r.ID, to: string(r.Asker), urgency: noting},
	}
	if r.Channel != "" {
		copies = append(copies, message{kind: string(outbox.SwapChannel), subject: r.ID, to: r.Channel, urgency: noting})
	}
	return t.show(r.ID, copies...)
}
