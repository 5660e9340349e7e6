package store

import (
	"context"

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

const (
	waitingCases = `SELECT ` + caseColumns + ` FROM messages m JOIN alerts a ON a.seq = m.alert` + withPage + `
		WHERE m.kind = 'page' AND m.recipient = $1 AND m.waits = $2 AND m.waits <> 0 AND a.status IN ('firing', 'unanswered') ORDER BY m.rank, m.seq DESC LIMIT $3`
	countWaiting = `SELECT count(*) FROM messages WHERE kind = 'page' AND recipient = $1 AND waits = 1 AND waits <> 0`
	ownedCases   = `SELECT ` + caseColumns + ` FROM alerts a` + withPage + `
		WHERE a.status = 'acknowledged' AND a.owner = $1 AND a.owner <> '' ORDER BY a.rank, a.seq DESC LIMIT $2`
	countOwned = `SELECT count(*) FROM alerts WHERE status = 'acknowledged' AND owner = $1 AND owner <> ''`
)

// CasesOf returns the pages that wait for a person and those that they are on,
// at most limit of each, worst first and newest first.
func (db *DB) CasesOf(ctx context.Context, person rotation.PersonID, limit int) (of alerts.CasesOf, err error) {
	err = db.view(ctx, func(t *tx) error {
		of = alerts.CasesOf{}
		who := string(person)
		for _, written := range []int{-1, 1} { // by a version that does not say, and by ours
			found, err := t.cases(waitingCases, who, written, limit)
			if err != nil {
				return err
			}
			of.Waiting = append(of.Waiting, found...)
		}
		of.Waiting = once(of.Waiting)
		of.Waiting = of.Waiting[:min(len(of.Waiting), limit)]
		if of.Yours, err = t.cases(ownedCases, who, limit); err != nil {
			return err
		}
		if _, err := t.one([]any{&of.AllWaiting}, countWaiting, who); err != nil {
			return err
		}
		of.AllWaiting = max(of.AllWaiting, len(of.Waiting))
		_, err := t.one([]any{&of.AllYours}, countOwned, who)
		return err
	})
	return of, err
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

// stormMembers are named in the storm's thread.
const stormMembers = `SELECT ` + caseColumns + ` FROM messages m JOIN alerts a ON a.seq = m.alert` + withPage + `
	WHERE m.storm = $1 AND m.storm <> '' AND m.fold_seq > $2 AND m.fold_seq <= $3 ORDER BY m.fold_seq`

// StormNames returns the alerts that one part of a storm's thread names, in
// the order in which they were folded. Parts count from 0.
func (db *DB) StormNames(ctx context.Context, id string, part int) ([]alerts.Case, error) {
	from := part * outbox.NamesInPart
	return read(ctx, db, func(t *tx) ([]alerts.Case, error) {
		return t.cases(stormMembers, id, from, from+outbox.NamesInPart)
	})
}
