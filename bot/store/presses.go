package store

import (
	"database/sql"

	"toban/alerts"
	"toban/rotation"
)

const (
	stormSize   = `SELECT total FROM storms WHERE id = $1`
	foldedPlace = `SELECT m.fold_seq, a.id FROM messages m JOIN alerts a ON a.seq = m.alert JOIN pages p ON p.seq = a.page
		WHERE m.storm = $1 AND m.storm <> '' AND m.fold_seq > $2 AND m.fold_seq <= $3 AND a.status <> 'closed' ORDER BY m.fold_seq LIMIT $4`
	foldedCases = `SELECT ` + caseColumns + ` FROM messages m JOIN alerts a ON a.seq = m.alert JOIN pages p ON p.seq = a.page
		WHERE m.storm = $1 AND m.storm <> '' AND m.fold_seq > $2 AND m.fold_seq <= $3 AND a.status <> 'closed' ORDER BY m.fold_seq`
	leftPress = `SELECT seq, storm, did, who, unverified, at, done, up_to FROM storm_presses WHERE seq = (SELECT min(seq) FROM storm_presses)` + locked
	keepPress = `INSERT INTO storm_presses (seq, storm, did, who, unverified, at, done, up_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (seq) DO UPDATE SET done = excluded.done`
	forgetPress = `DELETE FROM storm_presses WHERE seq = $1`
)

func (t *tx) StormSize(storm string) (size int64, err error) {
	found, err := t.one([]any{&size}, stormSize, storm)
	if err == nil && !found {
		err = alerts.ErrNotFound
	}
	return size, err
}

// Folded returns each case once: two messages of the same alert may have gone
// into one storm.
func (t *tx) Folded(storm string, after, upTo int64, limit int) (cases []alerts.Case, last int64, err error) {
	n := 0
	err = t.each(func(rows *sql.Rows) error {
		var id string
		n++
		return rows.Scan(&last, &id)
	}, foldedPlace, storm, after, upTo, limit)
	if err != nil {
		return nil, 0, err
	}
	if n < limit {
		last = upTo
	}
	cases, err = t.cases(foldedCases, storm, after, last)
	return once(cases), last, err
}

func (t *tx) LeftPress() (*alerts.StormPress, error) {
	var p alerts.StormPress
	var who string
	var at int64
	found, err := t.one([]any{&p.ID, &p.Page, &p.Did, &who, &p.Unverified, &at, &p.Done, &p.UpTo}, leftPress)
	if err != nil || !found {
		return nil, err
	}
	p.By, p.At = rotation.PersonID(who), instant(at)
	return &p, nil
}

func (t *tx) KeepPress(p alerts.StormPress) error {
	t.woken = true
	if p.Done == p.UpTo {
		_, err := t.exec(forgetPress, p.ID)
		return err
	}
	if p.ID == 0 {
		p.ID = t.db.nextSeq()
	}
	_, err := t.exec(keepPress, p.ID, p.Page, string(p.Did), string(p.By), number(p.Unverified), micros(p.At), p.Done, p.UpTo)
	return err
}
