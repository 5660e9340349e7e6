package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
)

const (
	saveResult = `INSERT INTO results (seq, id, bucket, object, account, verdict, at, unpaged, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO NOTHING`
	countScan = `INSERT INTO scan_counts (bucket, account, day, verdict, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (bucket, account, day, verdict) DO UPDATE SET n = scan_counts.n + 1`
)

func (t findingTx) AddResult(r scan.Result, kept, unpaged bool) error {
	fresh, err := t.Fresh([]string{"scan result:" + r.ID}, t.at.Add(keepRepeats-keepEvents))
	if err != nil || !fresh["scan result:"+r.ID] {
		return err
	}
	if _, err := t.exec(countScan, r.Bucket, r.Account, micros(dayOf(r.At)), string(r.Verdict)); err != nil {
		return err
	}
	if !kept {
		return nil
	}
	round(&r.At)
	doc, err := encode(r)
	if err != nil {
		return err
	}
	waits := 0
	if unpaged {
		waits = 1
	}
	t.woken = true
	_, err = t.exec(saveResult, t.db.nextSeq(), r.ID, r.Bucket, r.Key, r.Account, string(r.Verdict), micros(r.At), waits, doc)
	return err
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

const unpagedResults = `SELECT doc FROM results WHERE unpaged = 1 ORDER BY seq LIMIT $1`

func (t findingTx) Unpaged(limit int) ([]scan.Result, error) { return t.results(unpagedResults, limit) }

func (t findingTx) Paged(id string) error {
	_, err := t.exec(`UPDATE results SET unpaged = 0 WHERE id = $1`, id)
	return err
}

// resultsOf finds the latest by the index of the object, then puts them in the
// order in which they came.
const resultsOf = `SELECT doc FROM results WHERE seq IN (SELECT seq FROM results WHERE bucket = $1 AND object = $2 ORDER BY at DESC, seq DESC LIMIT $3) ORDER BY seq`

func (t findingTx) ResultsOf(bucket, key string, limit int) ([]scan.Result, error) {
	return t.results(resultsOf, bucket, key, limit)
}

func (t *tx) results(text string, args ...any) (found []scan.Result, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var doc sql.RawBytes
		if err := rows.Scan(&doc); err != nil {
			return err
		}
		var r scan.Result
		if err := json.Unmarshal(doc, &r); err != nil {
			return fmt.Errorf("scan result: %w", err)
		}
		found = append(found, r)
		return nil
	}, text, args...)
	return found, err
}

func (t findingTx) Results(q findings.ResultQuery) (latest []scan.Result, by map[scan.Verdict]int, err error) {
	where, counted, args := []string{"verdict <> 'clean'"}, []string{"day >= $1"}, []any{micros(dayOf(q.Since))}
	if q.Since.IsZero() {
		args[0] = int64(0)
	}
	where = append(where, "at >= $1")
	for _, f := range []struct{ column, value string }{{"bucket", q.Bucket}, {"account", q.Account}} {
		if f.value != "" {
			args = append(args, f.value)
			equal := fmt.Sprintf("%s = $%d", f.column, len(args))
			where, counted = append(where, equal), append(counted, equal)
		}
	}
	if len(q.Buckets) > 0 {
		var anyOf []string
		for _, b := range q.Buckets {
			args = append(args, b)
			anyOf = append(anyOf, fmt.Sprintf("$%d", len(args)))
		}
		in := "bucket IN (" + strings.Join(anyOf, ", ") + ")"
		where, counted = append(where, in), append(counted, in)
	}
	by = map[scan.Verdict]int{}
	err = t.each(func(rows *sql.Rows) error {
		var v scan.Verdict
		var n int
		err := rows.Scan(&v, &n)
		by[v] = n
		return err
	}, `SELECT verdict, sum(n) FROM scan_counts WHERE `+strings.Join(counted, " AND ")+` GROUP BY verdict`, args...)
	if err != nil {
		return nil, nil, err
	}
	if q.Key != "" {
		args = append(args, q.Key)
		where = append(where, fmt.Sprintf("object = $%d", len(args)))
	}
	var anyOf []string
	for _, v := range q.Verdicts {
		args = append(args, string(v))
		anyOf = append(anyOf, fmt.Sprintf("$%d", len(args)))
	}
	if len(anyOf) > 0 {
		where = append(where, "verdict IN ("+strings.Join(anyOf, ", ")+")")
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	args = append(args, limit)
	latest, err = t.results(`SELECT doc FROM results WHERE `+strings.Join(where, " AND ")+fmt.Sprintf(` ORDER BY at DESC, seq DESC LIMIT $%d`, len(args)), args...)
	return latest, by, err
}

// allBuckets goes from each name to the next: there are few names in many rows.
const allBuckets = `WITH RECURSIVE places (bucket) AS (SELECT min(bucket) FROM scan_counts
	UNION ALL SELECT (SELECT min(bucket) FROM scan_counts WHERE bucket > places.bucket) FROM places WHERE bucket IS NOT NULL)
	SELECT bucket FROM places WHERE bucket IS NOT NULL UNION SELECT source FROM findings WHERE source LIKE 'securityhub/%:s3:::%' LIMIT 5000`

// Buckets reads findings' buckets out of the ids that Security Hub's controls
// have here: they end with what they are about.
func (t findingTx) Buckets() (names []string, err error) {
	err = t.each(func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		if _, arn, is := strings.Cut(name, ":s3:::"); is {
			name, _, _ = strings.Cut(arn, "/")
		}
		names = append(names, name)
		return err
	}, allBuckets)
	slices.Sort(names)
	return slices.Compact(names), err
}

func (t findingTx) Protection() (*scan.Protection, time.Time, error) {
	var at int64
	var doc []byte
	found, err := t.one([]any{&at, &doc}, `SELECT at, doc FROM protection WHERE id = 1`)
	if err != nil || !found {
		return nil, time.Time{}, err
	}
	var p scan.Protection
	err = json.Unmarshal(doc, &p)
	return &p, instant(at), err
}

func (t findingTx) SaveProtection(p scan.Protection, at time.Time) error {
	doc, err := encode(p)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO protection (id, at, doc) VALUES (1, $1, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at, doc = excluded.doc`, micros(at), doc)
	return err
}
