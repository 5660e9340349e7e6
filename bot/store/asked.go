package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	askedLately = `SELECT minute, n FROM asked WHERE minute > $1 ORDER BY minute`
	askOnce     = `INSERT INTO asked (minute, n) VALUES ($1, 1) ON CONFLICT (minute) DO UPDATE SET n = asked.n + 1`
	forgetAsked = `DELETE FROM asked WHERE minute <= $1`
)

// Spend notes a question to Datadog at an instant, unless as many as may were
// noted in the hour before; then it returns when the next one has room. It
// counts by the minute, and a minute counts until all of it is an hour ago.
func (s contextStore) Spend(ctx context.Context, at time.Time, may int) (free time.Time, err error) {
	const counts = time.Hour + time.Minute
	past := micros(at.Add(-counts))
	err = s.updateRows(ctx, func(t *tx) error {
		free = time.Time{}
		if err := t.lockKeys([]string{"asked"}); err != nil {
			return err
		}
		type asked struct {
			minute int64
			n      int
		}
		var lately []asked
		over := 1 - may
		err := t.each(func(rows *sql.Rows) error {
			var a asked
			err := rows.Scan(&a.minute, &a.n)
			lately, over = append(lately, a), over+a.n
			return err
		}, askedLately, past)
		if err != nil {
			return err
		}
		if over > 0 {
			for _, a := range lately { // the oldest go first
				if free = instant(a.minute).Add(counts); a.n >= over {
					break
				}
				over -= a.n
			}
			return nil
		}
		if _, err := t.exec(forgetAsked, past); err != nil {
			return err
		}
		_, err = t.exec(askOnce, micros(at.Truncate(time.Minute)))
		return err
	})
	return free, err
}
