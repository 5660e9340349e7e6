package store

import (
	"context"
	"database/sql"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/outbox"
	"toban/rotation"
)

// What views draw is read here, as it was committed last.

// CaseOfAlert returns an alert, its newest page and what is known about it.
func (db *DB) CaseOfAlert(ctx context.Context, id string) (alerts.Case, error) {
	return read(ctx, db, func(t *tx) (alerts.Case, error) { return t.withContext(t.ByAlert(id)) })
}

// withContext adds what is known about a case's alert.
func (t *tx) withContext(c alerts.Case, err error) (alerts.Case, error) {
	if err == nil {
		c.Context, err = t.context(c.Alert.ID)
	}
	return c, err
}

// CaseOfPage returns a page, its alert and what is known about that. The subject of a page's message does
// for its id.
func (db *DB) CaseOfPage(ctx context.Context, id string) (alerts.Case, error) {
	return read(ctx, db, func(t *tx) (alerts.Case, error) { return t.withContext(t.ByPage(pageOf(id))) })
}

const (
	openCases = `SELECT ` + caseColumns + ` FROM alerts a` + withPage + ` WHERE a.status <> 'closed' ORDER BY a.rank, a.seq DESC LIMIT $1`
	countOpen = `SELECT count(*) FROM alerts WHERE status <> 'closed'`
)

// OpenCases returns what is still wrong, worst first and newest first, and how
// much there is in all.
func (db *DB) OpenCases(ctx context.Context, limit int) (open []alerts.Case, total int, err error) {
	err = db.view(ctx, func(t *tx) error {
		open, err = t.cases(openCases, limit)
		if err == nil {
			_, err = t.one([]any{&total}, countOpen)
		}
		return err
	})
	return open, total, err
}

// SwapRequest returns a request, or [rotation.ErrNotFound].
func (db *DB) SwapRequest(ctx context.Context, id string) (rotation.SwapRequest, error) {
	return read(ctx, db, func(t *tx) (rotation.SwapRequest, error) { return t.SwapRequest(id) })
}

// Override returns an override, or [rotation.ErrNotFound].
func (db *DB) Override(ctx context.Context, id string) (rotation.SavedOverride, error) {
	return read(ctx, db, func(t *tx) (rotation.SavedOverride, error) { return t.Override(id) })
}

// Incident returns an incident, or [incident.ErrNotFound].
func (db *DB) Incident(ctx context.Context, id string) (incident.Incident, error) {
	return read(ctx, db, func(t *tx) (incident.Incident, error) { return t.Incident(id) })
}

// read returns one value of the committed state.
func read[T any](ctx context.Context, db *DB, ask func(*tx) (T, error)) (value T, err error) {
	err = db.view(ctx, func(t *tx) error {
		value, err = ask(t)
		return err
	})
	return value, err
}

const (
	stormByID = `SELECT recipient, opened_at, last_at, total FROM storms WHERE id = $1`
	// stormGroups reads each member once: the sums run over all groups, also
	// those beyond the limit.
	stormGroups = `
		SELECT title, titles, members, worst, example, sum(firing) OVER (), sum(acknowledged) OVER (), sum(members) OVER ()
		FROM (SELECT min(a.title) AS title, count(DISTINCT a.title) AS titles, count(DISTINCT a.id) AS members, min(a.rank) AS worst, min(a.id) AS example,
				count(DISTINCT CASE WHEN a.status = 'firing' THEN a.id END) AS firing,
				count(DISTINCT CASE WHEN a.status = 'acknowledged' THEN a.id END) AS acknowledged
			FROM messages m JOIN alerts a ON a.seq = m.alert
			WHERE m.storm = $1 AND m.storm <> '' GROUP BY a.monitor) AS groups
		ORDER BY worst, members DESC, title LIMIT 8`
	stormOwners = `
		SELECT owner, count(DISTINCT a.id) AS members, count(*) OVER ()
		FROM messages m JOIN alerts a ON a.seq = m.alert
		WHERE m.storm = $1 AND m.storm <> '' AND a.status = 'acknowledged' AND a.owner <> '' GROUP BY a.owner
		ORDER BY members DESC, owner LIMIT 4`
	stormMembers = `SELECT ` + caseColumns + ` FROM messages m JOIN alerts a ON a.seq = m.alert` + withPage + `
		WHERE m.storm = $1 AND m.storm <> '' AND m.fold_seq > $2 AND m.fold_seq <= $3 ORDER BY m.fold_seq`
)

// Storm returns the counts and the top groups of a storm.
func (db *DB) Storm(ctx context.Context, id string) (s outbox.StormState, err error) {
	err = db.view(ctx, func(t *tx) error {
		s = outbox.StormState{ID: id}
		var opened, last int64
		found, err := t.one([]any{&s.To, &opened, &last, &s.Total}, stormByID, id)
		switch {
		case err != nil:
			return err
		case !found:
			return alerts.ErrNotFound
		}
		s.OpenedAt, s.LastAt = instant(opened), instant(last)
		if err := t.stormOwners(&s); err != nil {
			return err
		}
		return t.each(func(rows *sql.Rows) error {
			var g outbox.Group
			var rank int
			err := rows.Scan(&g.Title, &g.Titles, &g.Count, &rank, &g.Example, &s.Firing, &s.Acknowledged, &s.Total)
			s.Closed = s.Total - s.Firing - s.Acknowledged
			g.Worst = string(alerts.PriorityOfRank(rank))
			s.Groups = append(s.Groups, g)
			return err
		}, stormGroups, id)
	})
	return s, err
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

// StormNames returns the alerts that one part of a storm's thread names, in
// the order in which they were folded. Parts count from 0.
func (db *DB) StormNames(ctx context.Context, id string, part int) ([]alerts.Case, error) {
	from := part * outbox.NamesInPart
	return read(ctx, db, func(t *tx) ([]alerts.Case, error) {
		return t.cases(stormMembers, id, from, from+outbox.NamesInPart)
	})
}
