package store

import (
	"context"
	"database/sql"

	"toban/rotation"
)

// Audit records who did what.
func (t *tx) Audit(a rotation.Audit) error {
	_, err := t.exec(`INSERT INTO audit (seq, at, who, did, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.db.nextSeq(), micros(a.At), string(a.Who), a.Did, a.Subject, a.Detail)
	return err
}

const (
	auditColumns = `SELECT at, who, did, subject, detail FROM audit`
	auditOf      = auditColumns + ` WHERE subject = $1 ORDER BY seq`
	auditLatest  = auditColumns + ` ORDER BY seq DESC LIMIT $1`
)

// AuditOf returns what was done to a subject, oldest first.
func (db *DB) AuditOf(ctx context.Context, subject string) ([]rotation.Audit, error) {
	return db.audit(ctx, auditOf, subject)
}

// AuditLatest returns what was done last, newest first.
func (db *DB) AuditLatest(ctx context.Context, limit int) ([]rotation.Audit, error) {
	return db.audit(ctx, auditLatest, limit)
}

func (db *DB) audit(ctx context.Context, text string, arg any) (found []rotation.Audit, err error) {
	err = db.view(ctx, func(t *tx) error {
		found = nil
		return t.each(func(rows *sql.Rows) error {
			var a rotation.Audit
			var at int64
			err := rows.Scan(&at, &a.Who, &a.Did, &a.Subject, &a.Detail)
			a.At = instant(at)
			found = append(found, a)
			return err
		}, text, arg)
	})
	return found, err
}
