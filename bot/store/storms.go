package store

import (
	"context"
	"database/sql"

	"toban/alerts"
	"toban/bot/outbox"
)

const (
	stormByID = `SELECT recipient, opened_at, last_at, missed,
		(SELECT COALESCE(sum(wanted - accounted), 0) FROM messages WHERE alert = 0 AND subject = $1 AND kind = 'storm')
		FROM storms WHERE id = $1`
	stormCounts = `SELECT COALESCE(sum(CASE WHEN status IN ('firing', 'unanswered') THEN n END), 0),
		COALESCE(sum(CASE WHEN status = 'unanswered' THEN n END), 0), COALESCE(sum(CASE WHEN status = 'acknowledged' THEN n END), 0),
		COALESCE(sum(n), 0) FROM storm_counts WHERE storm = $1`
	stormOwners = `SELECT owner, n, count(*) OVER () FROM storm_counts
		WHERE storm = $1 AND status = 'acknowledged' AND owner <> '' AND n > 0 ORDER BY n DESC, owner LIMIT 4`
	stormGroups = `SELECT min(title) AS title, CASE WHEN count(DISTINCT title) > 1 THEN 2 ELSE max(titles) END, sum(n) AS members, min(rank) AS worst, min(example)
		FROM storm_groups WHERE storm = $1 AND monitor <> '' AND n > 0 GROUP BY monitor ORDER BY worst, members DESC, title LIMIT 8`
)

// Storm returns the counts and the top groups of a storm. They are kept as they
// change. Where a version of the bot that keeps none changed something since,
// all are counted again first.
func (db *DB) Storm(ctx context.Context, id string) (outbox.StormState, error) {
	s, whole, err := db.storm(ctx, id)
	if err == nil && !whole {
		if err = db.recount(ctx, id); err == nil {
			s, _, err = db.storm(ctx, id)
		}
	}
	return s, err
}

// storm reads the counts and reports whether all changes are in them.
func (db *DB) storm(ctx context.Context, id string) (s outbox.StormState, whole bool, err error) {
	err = db.view(ctx, func(t *tx) error {
		s = outbox.StormState{ID: id}
		var opened, last, noted, missed int64
		found, err := t.one([]any{&s.To, &opened, &last, &noted, &missed}, stormByID, id)
		switch {
		case err != nil:
			return err
		case !found:
			return alerts.ErrNotFound
		}
		s.OpenedAt, s.LastAt, whole = instant(opened), instant(last), noted == missed
		if _, err := t.one([]any{&s.Firing, &s.Unanswered, &s.Acknowledged, &s.Total}, stormCounts, id); err != nil {
			return err
		}
		s.Closed = s.Total - s.Firing - s.Acknowledged
		if err := t.stormOwners(&s); err != nil {
			return err
		}
		return t.stormGroups(&s)
	})
	return s, whole, err
}

func (t *tx) stormOwners(s *outbox.StormState) error {
	people := 0
	err := t.each(func(rows *sql.Rows) error {
		var o outbox.Owner
		err := rows.Scan(&o.Person, &o.Count, &people)
		s.Owners = append(s.Owners, o)
		return err
	}, stormOwners, s.ID)
	s.MoreOwners = people - len(s.Owners)
	return err
}

func (t *tx) stormGroups(s *outbox.StormState) error {
	return t.each(func(rows *sql.Rows) error {
		var g outbox.Group
		var rank int
		err := rows.Scan(&g.Title, &g.Titles, &g.Count, &rank, &g.Example)
		g.Worst = string(alerts.PriorityOfRank(rank))
		s.Groups = append(s.Groups, g)
		return err
	}, stormGroups, s.ID)
}
