package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/outbox"
)

// Findings is where a [findings.Desk] saves.
func (db *DB) Findings() findings.Store { return findingStore{db} }

type findingStore struct{ db *DB }

func (s findingStore) Update(ctx context.Context, do func(findings.Tx) error) error {
	return s.db.update(ctx, func(t *tx) error { return do(findingTx{t}) })
}

func (s findingStore) View(ctx context.Context, do func(findings.Tx) error) error {
	return s.db.view(ctx, func(t *tx) error { return do(findingTx{t}) })
}

// findingTx is a tx for findings.
type findingTx struct{ *tx }

const (
	selectFinding   = `SELECT version, doc FROM findings`
	findingByID     = selectFinding + ` WHERE id = $1`
	findingBySource = selectFinding + ` WHERE source = $1`
	findingsDue     = selectFinding + ` WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at, seq LIMIT $2`
	namesOfFinding  = `SELECT seq, doc FROM findings WHERE id = $1`
	nextFinding     = `SELECT COALESCE(min(due_at), 0) FROM findings WHERE due_at > 0`
)

func (t *tx) findings(text string, args ...any) (found []findings.Record, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var version int
		var doc sql.RawBytes
		if err := rows.Scan(&version, &doc); err != nil {
			return err
		}
		var r findings.Record
		if err := json.Unmarshal(doc, &r); err != nil {
			return fmt.Errorf("finding: %w", err)
		}
		r.Version = version
		found = append(found, r)
		return nil
	}, text, args...)
	return found, err
}

func (t *tx) finding(text, arg string) (findings.Record, error) {
	found, err := t.findings(text, arg)
	if err == nil && len(found) == 0 {
		err = findings.ErrNotFound
	}
	if err != nil {
		return findings.Record{}, err
	}
	return found[0], nil
}

func (t findingTx) Finding(id string) (findings.Record, error) { return t.finding(findingByID, id) }

func (t findingTx) BySource(id string) (findings.Record, error) {
	return t.finding(findingBySource, id)
}

func (t findingTx) DueFindings(at time.Time, limit int) ([]findings.Record, error) {
	return t.findings(findingsDue, micros(at), limit)
}

func (t findingTx) NextFindingDue() (time.Time, error) { return t.instant(nextFinding) }

const saveFinding = `INSERT INTO findings (seq, id, source, team, state, rank, account, first_at, due_at, version, doc)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	ON CONFLICT (id) DO UPDATE SET team = excluded.team, state = excluded.state, rank = excluded.rank, account = excluded.account,
		due_at = excluded.due_at, version = excluded.version, doc = excluded.doc
	WHERE findings.version = excluded.version - 1`

func (t findingTx) SaveFinding(r findings.Record) error {
	for _, at := range []*time.Time{&r.Until, &r.FirstAt, &r.LastAt, &r.NudgeAt, &r.TellAt, &r.Finding.FirstAt, &r.Finding.UpdatedAt} {
		round(at)
	}
	version := t.nextVersion(r.ID, r.Version)
	doc, err := encode(r)
	if err != nil {
		return err
	}
	row, before, err := t.namesBefore(r.ID)
	if err != nil {
		return err
	}
	seq := t.db.nextSeq()
	if row == 0 {
		row = seq
	}
	changed, err := t.exec(saveFinding, seq, r.ID, r.Finding.ID, orNobody(r.Team), string(r.State), findings.Rank(r.Finding.Severity), r.Finding.Account,
		micros(r.FirstAt), micros(dueOf(r)), version, doc)
	if err := t.expect(1, changed, err); err != nil {
		return err
	}
	if err := t.rename(row, before, namesOf(r.Finding)); err != nil {
		return err
	}
	t.woken = true
	if !r.Announced {
		return nil
	}
	return t.show(r.ID, message{kind: string(outbox.Finding), subject: r.ID, to: r.Channel, urgency: noting})
}

// namesBefore returns the row of a finding, zero if there is none yet, and the
// names by which it is found until now.
func (t findingTx) namesBefore(id string) (seq int64, names []string, err error) {
	var doc []byte
	found, err := t.one([]any{&seq, &doc}, namesOfFinding, id)
	if err != nil || !found {
		return 0, nil, err
	}
	var r findings.Record
	if err := json.Unmarshal(doc, &r); err != nil {
		return 0, nil, fmt.Errorf("finding: %w", err)
	}
	return seq, namesOf(r.Finding), nil
}

// rename notes by which names a finding is found, where they are others than
// before: its resources and their tags change.
func (t findingTx) rename(seq int64, before, now []string) error {
	if slices.Equal(before, now) {
		return nil
	}
	for _, name := range before {
		if !slices.Contains(now, name) {
			if _, err := t.exec(`DELETE FROM finding_names WHERE name = $1 AND finding = $2`, name, seq); err != nil {
				return err
			}
		}
	}
	for _, name := range now {
		if _, err := t.exec(`INSERT INTO finding_names (name, finding) VALUES ($1, $2) ON CONFLICT (name, finding) DO NOTHING`, name, seq); err != nil {
			return err
		}
	}
	return nil
}

func orNobody(team string) string {
	if team == "" {
		return findings.NoTeam
	}
	return team
}

// dueOf is when something is to be done about a record next.
func dueOf(r findings.Record) time.Time {
	due := soonest(r.NudgeAt, r.TellAt)
	if r.State == findings.Suppressed {
		due = soonest(due, r.Until)
	}
	return due
}

// namesOf are the services, teams and buckets that a finding is about.
func namesOf(f scan.Finding) (names []string) {
	for _, r := range f.Resources {
		for _, tag := range []string{"service", "team"} {
			if value := r.Tags[tag]; value != "" {
				names = append(names, value)
			}
		}
		if _, bucket, ok := strings.Cut(r.ID, ":s3:::"); ok {
			bucket, _, _ = strings.Cut(bucket, "/")
			names = append(names, bucket)
		}
	}
	return names[:min(len(names), 50)]
}

const undone = `state <> 'fixed' AND state <> 'resolved'`

func (t findingTx) Findings(q findings.Query) (list []findings.Record, total int, err error) {
	where, args := chosen(q)
	if _, err := t.one([]any{&total}, `SELECT count(*) FROM findings WHERE `+where, args...); err != nil {
		return nil, 0, err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 100
	}
	args = append(args, limit)
	list, err = t.findings(selectFinding+` WHERE `+where+fmt.Sprintf(` ORDER BY rank, first_at, seq LIMIT $%d`, len(args)), args...)
	return list, total, err
}

func (t findingTx) FindingCounts(q findings.Query, at time.Time) (counts map[string]int, err error) {
	where, args := chosen(q)
	args = append(args, micros(at.Add(-findings.Week)), micros(at.Add(-findings.Month)))
	age := fmt.Sprintf(`CASE WHEN first_at > $%d THEN '%s' WHEN first_at > $%d THEN '%s' ELSE '%s' END`,
		len(args)-1, findings.ThisWeek, len(args), findings.ThisMonth, findings.Older)
	counts = map[string]int{}
	err = t.each(func(rows *sql.Rows) error {
		var rank, n int
		var age string
		err := rows.Scan(&rank, &age, &n)
		counts[string(findings.SeverityOfRank(rank))+"/"+age] = n
		return err
	}, `SELECT rank, `+age+`, count(*) FROM findings WHERE `+where+` GROUP BY 1, 2`, args...)
	return counts, err
}

// chosen is the condition of a query, with its arguments.
func chosen(q findings.Query) (where string, args []any) {
	conditions := []string{undone}
	anyOf := func(column string, values []string) string {
		var places []string
		for _, v := range values {
			args = append(args, v)
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		return column + " IN (" + strings.Join(places, ", ") + ")"
	}
	if q.Team != "" {
		conditions = append(conditions, anyOf("team", []string{q.Team}))
	}
	if q.AtLeast != "" {
		args = append(args, findings.Rank(q.AtLeast))
		conditions = append(conditions, fmt.Sprintf("rank <= $%d", len(args)))
	}
	if q.Account != "" {
		conditions = append(conditions, anyOf("account", []string{q.Account}))
	}
	if len(q.States) > 0 {
		var states []string
		for _, s := range q.States {
			states = append(states, string(s))
		}
		conditions = append(conditions, anyOf("state", states))
	}
	if len(q.Services) > 0 {
		conditions = append(conditions, "seq IN (SELECT finding FROM finding_names WHERE "+anyOf("name", q.Services)+")")
	}
	return strings.Join(conditions, " AND "), args
}

const (
	bulletinByID = `SELECT version, doc FROM bulletins WHERE id = $1`
	saveBulletin = `INSERT INTO bulletins (id, at, version, doc) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, version = excluded.version, doc = excluded.doc WHERE bulletins.version = excluded.version - 1`
)

func (t findingTx) Bulletin(id string) (b findings.Bulletin, err error) {
	var doc []byte
	var version int
	found, err := t.one([]any{&version, &doc}, bulletinByID, id)
	switch {
	case err != nil:
		return b, err
	case !found:
		return b, findings.ErrNotFound
	}
	err = json.Unmarshal(doc, &b)
	b.Version = version
	return b, err
}

func (t findingTx) SaveBulletin(b findings.Bulletin) error {
	round(&b.At)
	version := t.nextVersion(b.ID, b.Version)
	doc, err := encode(b)
	if err != nil {
		return err
	}
	changed, err := t.exec(saveBulletin, b.ID, micros(b.At), version, doc)
	if err := t.expect(1, changed, err); err != nil {
		return err
	}
	if b.Total == 0 || b.Channel == "" {
		return nil
	}
	return t.show(b.ID, message{kind: string(b.Kind), subject: b.ID, to: b.Channel, urgency: telling})
}

func (t findingTx) Tick(name string) (time.Time, error) {
	return t.instant(`SELECT COALESCE(max(at), 0) FROM ticks WHERE name = $1`, name)
}

func (t findingTx) SaveTick(name string, at time.Time) error {
	_, err := t.exec(`INSERT INTO ticks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at`, name, micros(at))
	return err
}

// Finding returns a finding, or [findings.ErrNotFound].
func (db *DB) Finding(ctx context.Context, id string) (findings.Record, error) {
	return read(ctx, db, func(t *tx) (findings.Record, error) { return findingTx{t}.Finding(id) })
}

// Bulletin returns a bulletin and the findings that it names, as they are now.
func (db *DB) Bulletin(ctx context.Context, id string) (b findings.Bulletin, named []findings.Record, err error) {
	err = db.view(ctx, func(t *tx) error {
		named = nil
		if b, err = (findingTx{t}).Bulletin(id); err != nil {
			return err
		}
		for _, finding := range b.Records {
			r, err := findingTx{t}.Finding(finding)
			if err != nil {
				return err
			}
			named = append(named, r)
		}
		return nil
	})
	return b, named, err
}
