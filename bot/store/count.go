package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"toban/alerts"
)

// counted is what a message adds to the counts of its storm.
type counted struct {
	rank          int
	status, owner string
}

func countedOf(c alerts.Case) counted {
	return counted{c.Alert.Priority.Rank(), statusOf(c), ownerOf(c)}
}

// String is c as it is saved with its message; countMembers writes the same.
func (c counted) String() string { return fmt.Sprintf("%d %s %s", c.rank, c.status, c.owner) }

// parseCounted reports false for a message that adds nothing: another one of
// its alert does, or nobody counted it.
func parseCounted(saved string) (c counted, ok bool) {
	n, err := fmt.Sscanf(saved, "%d %s", &c.rank, &c.status)
	_, rest, _ := strings.Cut(saved, " ")
	_, c.owner, _ = strings.Cut(rest, " ")
	return c, err == nil && n == 2
}

// A storm's counts change behind its messages: whoever changes them holds the
// storm's own message, and so nobody else changes them meanwhile.
type (
	countKey struct{ storm, status, owner string }
	groupKey struct {
		storm, monitor string
		rank           int
	}
	groupRow struct {
		n              int
		titles         int
		title, example string
	}
	stormChanges struct {
		storms map[string]bool  // that are to be drawn again
		counts map[countKey]int // by how much they change
		groups []groupMove      // of alerts whose priority changed
		saved  map[string][]any // seqs of messages, by what they add now
	}
	groupMove struct {
		to, from groupKey
		row      groupRow
	}
)

func newStormChanges() *stormChanges {
	return &stormChanges{map[string]bool{}, map[countKey]int{}, nil, map[string][]any{}}
}

// add notes what becomes of the counts of m's storm when c is saved.
func (s *stormChanges) add(m existing, c alerts.Case) {
	was, ok := parseCounted(m.counted)
	is := countedOf(c)
	switch {
	case m.counted == "": // by a version that keeps no counts: they are counted again when it is drawn
		s.storms[m.storm] = true
		return
	case !ok || was == is:
		return
	}
	s.storms[m.storm] = true
	s.counts[countKey{m.storm, was.status, was.owner}]--
	s.counts[countKey{m.storm, is.status, is.owner}]++
	s.saved[is.String()] = append(s.saved[is.String()], m.seq)
	if was.rank != is.rank {
		monitor := monitorOf(c.Alert)
		s.groups = append(s.groups, groupMove{
			groupKey{m.storm, monitor, is.rank},
			groupKey{m.storm, monitor, was.rank},
			groupRow{1, 1, c.Alert.Title, c.Alert.ID},
		})
	}
}

// monitorOf is what storms count together.
func monitorOf(a alerts.Alert) string { return a.Source + ":" + a.Monitor }

const (
	outdateStorm = `UPDATE messages SET wanted = wanted + 1, accounted = accounted + 1,
		due_at = CASE WHEN stale = 1 THEN due_at ELSE 0 END,
		stale = CASE WHEN trouble = '' AND owed = 0 THEN 1 ELSE 0 END
		WHERE alert = 0 AND subject = $1 AND kind = 'storm'`
	setCounted = `UPDATE messages SET counted = $2 WHERE seq = $1`
)

var (
	addCounts = bulk{
		head: `INSERT INTO storm_counts (storm, status, owner, n) VALUES`,
		tail: `ON CONFLICT (storm, status, owner) DO UPDATE SET n = storm_counts.n + excluded.n`,
		cols: 4,
	}
	addGroups = bulk{
		head: `INSERT INTO storm_groups (storm, monitor, rank, n, title, titles, example) VALUES`,
		tail: `ON CONFLICT (storm, monitor, rank) DO UPDATE SET n = storm_groups.n + excluded.n,
			titles = CASE WHEN excluded.title <> '' AND excluded.title <> storm_groups.title THEN 2 WHEN excluded.titles > 1 THEN 2 ELSE storm_groups.titles END`,
		cols: 7,
	}
)

// count has the storms drawn again whose counts change, and changes them.
func (t *tx) count(s *stormChanges) error {
	for _, storm := range slices.Sorted(maps.Keys(s.storms)) {
		if _, err := t.exec(outdateStorm, storm); err != nil {
			return err
		}
	}
	for _, is := range slices.Sorted(maps.Keys(s.saved)) {
		for _, seq := range s.saved[is] {
			if _, err := t.exec(setCounted, seq, is); err != nil {
				return err
			}
		}
	}
	if err := t.addCounts(s.counts); err != nil {
		return err
	}
	rows := map[groupKey]groupRow{}
	places := groupPlaces{}
	for _, move := range s.groups {
		if err := places.read(t, move.to.storm); err != nil {
			return err
		}
		addGroup(rows, places.of(move.from), groupRow{n: -1, titles: 1})
		addGroup(rows, places.of(move.to), move.row)
	}
	return t.addGroups(rows)
}

func (t *tx) addCounts(counts map[countKey]int) error {
	var rows []any
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b countKey) int {
		return cmp.Or(cmp.Compare(a.storm, b.storm), cmp.Compare(a.status, b.status), cmp.Compare(a.owner, b.owner))
	}) {
		if counts[k] != 0 {
			rows = append(rows, k.storm, k.status, k.owner, counts[k])
		}
	}
	_, err := addCounts.exec(t, rows)
	return err
}

func (t *tx) addGroups(groups map[groupKey]groupRow) error {
	var rows []any
	for _, k := range slices.SortedFunc(maps.Keys(groups), func(a, b groupKey) int {
		return cmp.Or(cmp.Compare(a.storm, b.storm), cmp.Compare(a.monitor, b.monitor), cmp.Compare(a.rank, b.rank))
	}) {
		g := groups[k]
		rows = append(rows, k.storm, k.monitor, k.rank, g.n, g.title, g.titles, g.example)
	}
	_, err := addGroups.exec(t, rows)
	return err
}

// addGroup adds a row to what rows have of its group.
func addGroup(rows map[groupKey]groupRow, at groupKey, g groupRow) {
	there, ok := rows[at]
	if !ok || there.title == "" {
		there.title, there.example, there.titles = g.title, g.example, max(there.titles, g.titles)
	}
	if g.titles > 1 || g.title != "" && g.title != there.title {
		there.titles = 2
	}
	there.n += g.n
	rows[at] = there
}

// maxGroups is how many monitors of one priority have rows of their own in a
// storm. The rest share one, so that a storm costs no more the more monitors
// there are. Rows stay: what was counted in one of them is found there again.
const maxGroups = 100

// groupPlaces says in which rows of a storm the alerts of a monitor are.
type groupPlaces map[string]*struct {
	there map[groupKey]bool
	full  map[int]int // rows, by rank
}

const groupsThere = `SELECT monitor, rank FROM storm_groups WHERE storm = $1 AND monitor <> ''`

func (p groupPlaces) read(t *tx, storm string) error {
	if p[storm] != nil {
		return nil
	}
	p[storm] = &struct {
		there map[groupKey]bool
		full  map[int]int
	}{map[groupKey]bool{}, map[int]int{}}
	return t.each(func(rows *sql.Rows) error {
		k := groupKey{storm: storm}
		err := rows.Scan(&k.monitor, &k.rank)
		p.take(k)
		return err
	}, groupsThere, storm)
}

func (p groupPlaces) take(k groupKey) {
	p[k.storm].there[k] = true
	p[k.storm].full[k.rank]++
}

// of returns the row of a monitor, or the one that those without share.
func (p groupPlaces) of(k groupKey) groupKey {
	switch s := p[k.storm]; {
	case s.there[k]:
	case s.full[k.rank] < maxGroups:
		p.take(k)
	default:
		k.monitor = ""
	}
	return k
}

// "storm || ”" keeps a planner without statistics off the index by storms: it
// would read all members for each of them.
//
// What is folded is counted in statements after the one that locked it: they
// see what whoever held it before has changed.
const (
	ownerNow     = `CASE WHEN a.status = 'acknowledged' THEN a.owner ELSE '' END`
	countMembers = `UPDATE messages SET counted = CASE
			WHEN EXISTS (SELECT 1 FROM messages twin WHERE twin.alert = messages.alert AND twin.alert > 0 AND twin.storm || '' = $1 AND twin.fold_seq < messages.fold_seq) THEN '-'
			ELSE a.rank || ' ' || a.status || ' ' || ` + ownerNow + ` END
		FROM alerts a WHERE a.seq = messages.alert AND messages.storm = $1 AND messages.storm <> '' AND messages.fold_seq > $2`
	ofCounted   = ` FROM messages m JOIN alerts a ON a.seq = m.alert WHERE m.storm = $1 AND m.storm <> '' AND m.fold_seq > $2 AND m.counted <> '-'`
	countsOfNew = `SELECT a.status, ` + ownerNow + ` AS by, count(*)` + ofCounted + ` GROUP BY 1, 2`
	groupsOfNew = `SELECT a.monitor, a.rank, count(*) AS n, min(a.title), count(DISTINCT a.title), min(a.id)` + ofCounted + ` GROUP BY a.monitor, a.rank ORDER BY a.rank, n DESC, a.monitor`
)

// countFolded counts the members of a storm behind a place.
func (t *tx) countFolded(storm string, after int64) error {
	if _, err := t.exec(countMembers, storm, after); err != nil {
		return err
	}
	counts := map[countKey]int{}
	err := t.each(func(rows *sql.Rows) error {
		k, n := countKey{storm: storm}, 0
		err := rows.Scan(&k.status, &k.owner, &n)
		counts[k] = n
		return err
	}, countsOfNew, storm, after)
	if err != nil {
		return err
	}
	if err := t.addCounts(counts); err != nil {
		return err
	}
	places := groupPlaces{}
	if err := places.read(t, storm); err != nil {
		return err
	}
	groups := map[groupKey]groupRow{}
	err = t.each(func(rows *sql.Rows) error {
		k, g := groupKey{storm: storm}, groupRow{}
		err := rows.Scan(&k.monitor, &k.rank, &g.n, &g.title, &g.titles, &g.example)
		addGroup(groups, places.of(k), g)
		return err
	}, groupsOfNew, storm, after)
	if err != nil {
		return err
	}
	return t.addGroups(groups)
}

const (
	lockMembers = `SELECT count(*) FROM (SELECT seq FROM messages WHERE storm = $1 AND storm <> ''` + locked + `) AS members`
	lockStorm   = `SELECT seq FROM storms WHERE id = $1` + locked
	noteMissed  = `UPDATE storms SET missed =
		(SELECT COALESCE(sum(wanted - accounted), 0) FROM messages WHERE alert = 0 AND subject = $1 AND kind = 'storm') WHERE id = $1`
)

// recount counts all members of a storm. What is missed is noted first: what a
// version that keeps no counts changes meanwhile is counted again next time.
func (db *DB) recount(ctx context.Context, storm string) error {
	return db.updateRows(ctx, func(t *tx) error {
		var n int
		if _, err := t.one([]any{&n}, lockMembers, storm); err != nil {
			return err
		}
		if _, err := t.one([]any{&n}, lockStorm, storm); err != nil {
			return err
		}
		if _, err := t.existing(messagesOfSubject, []any{storm}); err != nil {
			return err
		}
		for _, text := range []string{noteMissed, `DELETE FROM storm_counts WHERE storm = $1`, `DELETE FROM storm_groups WHERE storm = $1`} {
			if _, err := t.exec(text, storm); err != nil {
				return err
			}
		}
		return t.countFolded(storm, 0)
	})
}
