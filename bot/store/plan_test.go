package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"toban/alerts/findings"
	"toban/alerts/scan"
)

// Every query that runs while people wait finds its rows by an index, however
// many rows there are.
func TestHotQueriesUseAnIndex(t *testing.T) {
	db := place{url: "sqlite:" + t.TempDir() + "/toban.db"}.open(t)
	saveCases := newCase("1")
	save(t, db, saveCases)
	for name, text := range map[string]string{
		"case of an alert":      caseOfAlert,
		"results of an object":  resultsOf,
		"case of a page":        caseOfPage,
		"latest":                db.text(latest, 32),
		"due pages":             duePages,
		"next page":             nextPage,
		"folded cases":          foldedCases,
		"places of folded":      foldedPlace,
		"messages of an alert":  db.text(messagesOfAlert, 32),
		"messages of a subject": db.text(messagesOfSubject, 1),
		"outdate":               db.text(outdate, 1),
		"turns":                 turns,
		"messages":              db.text(messagesBySeq, 32),
		"waiting":               waitingFor,
		"next try":              nextLater,
		"unposted":              unposted,
		"to fold":               toFold,
		"fold":                  foldAll,
		"storm that grows":      growing,
		"storm message":         stormMessage,
		"count storm":           countStorm,
		"storm":                 stormByID,
		"storm counts":          stormCounts,
		"storm owners":          stormOwners,
		"storm groups":          stormGroups,
		"rows of groups":        groupsThere,
		"outdate a storm":       outdateStorm,
		"count what is folded":  countMembers,
		"counts of it":          countsOfNew,
		"groups of it":          groupsOfNew,
		"lock members":          lockMembers,
		"storm members":         stormMembers,
		"open cases":            openCases,
		"count open":            countOpen,
		"waiting cases":         waitingCases,
		"count waiting":         countWaiting,
		"owned cases":           ownedCases,
		"count owned":           countOwned,
		"card":                  cardOf,
		"incident":              incidentByID,
		"incident by channel":   incidentByChannel,
		"incident by page":      incidentByPage,
		"incidents":             incidentsAll,
		"open incidents":        incidentsOpen,
		"due incidents":         incidentsDue,
		"next incident":         nextIncident,
		"swap":                  swapByID,
		"due swaps":             swapsDue,
		"accepted swaps":        swapsAccepted,
		"next swap":             nextSwap,
		"overrides":             overridesOf,
		"override":              overrideByID,
		"audit of a subject":    auditOf,
		"latest audit":          auditLatest,
		"prune events":          pruneEvents,
		"prune keys":            pruneKeys,
		"asked lately":          askedLately,
		"forget asked":          forgetAsked,
	} {
		mustUseAnIndex(t, db, name, text)
	}
}

func mustUseAnIndex(t *testing.T, db *DB, name, text string) {
	t.Helper()
	for _, step := range queryPlan(t, db, text) {
		table, isScan := strings.CutPrefix(step, "SCAN ")
		switch {
		case !isScan, strings.Contains(step, " INDEX "):
		case strings.HasPrefix(table, "audit"): // newest first by its key, with a limit
		case table == "places" || table == "wanted" || table == "chosen" || table == "members" || table == "s" || table == "storm_presses" || table == "waiting" || table == "groups" || table == "CONSTANT ROW" || strings.HasSuffix(table, "VALUES CLAUSE"), strings.HasPrefix(table, "(subquery"):
			// rows that the query itself made
		default:
			t.Errorf("%s reads a whole table: %s", name, step)
		}
	}
}

// Queries that are put together from what is asked are taken from where they
// were prepared.
func TestQueriesOfContextUseAnIndex(t *testing.T) {
	db := place{url: "sqlite:" + t.TempDir() + "/toban.db"}.open(t)
	var texts []string
	err := db.view(context.Background(), func(tx *tx) error {
		f := findingTx{tx}
		for _, q := range []findings.Query{
			{},
			{Team: "a"},
			{Account: "1"},
			{AtLeast: scan.High},
			{Services: []string{"a", "b"}},
			{Team: "a", AtLeast: scan.High, States: []findings.State{findings.Open}},
			{States: []findings.State{findings.Open, findings.Acknowledged}, Services: []string{"a"}},
		} {
			if _, _, err := f.Findings(q); err != nil {
				return err
			}
		}
		for _, q := range []findings.ResultQuery{
			{}, {Since: at}, {Bucket: "b", Since: at}, {Account: "1", Since: at}, {Bucket: "b", Key: "k", Verdicts: []scan.Verdict{scan.Infected}}, {Verdicts: []scan.Verdict{scan.Suspicious}},
		} {
			if _, _, err := f.Results(q); err != nil {
				return err
			}
		}
		for _, read := range []func() error{
			func() error { _, err := f.DueFindings(at, 10); return err },
			func() error { _, err := f.NextFindingDue(); return err },
			func() error { _, err := f.Unpaged(10); return err },
			func() error { _, err := f.Buckets(); return err },
			func() error { _, err := f.Tick("x"); return err },
			func() error { _, err := f.Finding("x"); return ignoreNotFound(err) },
			func() error { _, err := f.BySource("x"); return ignoreNotFound(err) },
			func() error { _, err := f.Bulletin("x"); return ignoreNotFound(err) },
			func() error { _, err := tx.context("x"); return err },
		} {
			if err := read(); err != nil {
				return err
			}
		}
		texts = slices.Collect(maps.Keys(tx.stmts))
		return nil
	})
	if err != nil || len(texts) < 25 {
		t.Fatal(len(texts), err)
	}
	for _, text := range append(texts, foldedPaged, foldedRest, duePaged, dueRest, nextPaged, nextRest, corrections, countWAF, pastWindows, pruneCounts, pruneResults, pruneBulletins) {
		mustUseAnIndex(t, db, text, text)
	}
}

func ignoreNotFound(err error) error {
	if errors.Is(err, findings.ErrNotFound) {
		return nil
	}
	return err
}

func queryPlan(t *testing.T, db *DB, text string) (steps []string) {
	t.Helper()
	args := make([]any, 0, 64)
	for i := strings.Count(text, "$"); len(args) < i; {
		args = append(args, 1)
	}
	err := db.view(context.Background(), func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var id, parent, unused int
			var step string
			err := rows.Scan(&id, &parent, &unused, &step)
			steps = append(steps, step)
			return err
		}, "EXPLAIN QUERY PLAN "+text, args...)
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(steps) == 0 {
		t.Fatalf("no plan of %s", text)
	}
	return steps
}
