package findings

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"toban/alerts"
	"toban/alerts/scan"
	"toban/rotation"
)

// Settings are what the team decided about findings.
type Settings struct {
	Teams    []Team
	Default  string          // channel of what no team owns
	Zone     *time.Location  // of what no team owns
	Announce scan.Severity   // from which on a finding has a message of its own
	PerDay   int             // of these, so many a team and day; the rest are in one message
	Nudge    []time.Duration // between askings; the last one again and again
	Weekly   string          // cron expression on the team's clock; empty: no weekly list
	Hook     []string        // command that is told what people did; empty: none
	Document string          // file or address of the scanner's configuration; empty: none
	Buckets  []string        // that should be protected
	Every    time.Duration   // how often sources and the document are read
}

// Pager takes what must be looked at now.
type Pager interface {
	Receive(context.Context, alerts.Event) error
}

// Source is asked for findings, besides those that are sent: it returns bodies
// as [scan.Decode] takes them, of [since, until), and whether there are more
// than one answer holds. With an error it may still return some.
type Source func(ctx context.Context, since, until time.Time) (bodies [][]byte, more bool, err error)

// Desk keeps findings and hands them to those who own them. Its methods may be
// called from any goroutine and on any replica.
type Desk struct {
	Store    Store
	Pager    Pager
	Settings Settings
	Sources  map[string]Source // by name
	// OnCall tells whom a nudge asks; nil: nobody in particular.
	OnCall func(ctx context.Context, rotation string, at time.Time) (rotation.PersonID, error)
	// Run executes the hook; nil: as a process.
	Run func(ctx context.Context, command []string, input []byte) error
	// Trouble is told of what went wrong but stopped nothing, for the log.
	Trouble func(error)
}

// Receive saves what arrived and returns when that is on disk. Sending it again
// does no harm. [Desk.PageDue], woken by the save, makes an alert of an infected
// object.
func (d *Desk) Receive(ctx context.Context, items []scan.Item) error {
	return d.take(ctx, items, func(Tx, scan.Item) (bool, error) { return true, nil })
}

// take saves those items that are wanted. What decides that is saved with them:
// an item counts as known only once it is on disk.
func (d *Desk) take(ctx context.Context, items []scan.Item, wanted func(Tx, scan.Item) (bool, error)) error {
	at := time.Now()
	err := d.Store.Update(ctx, func(tx Tx) error {
		for _, i := range items {
			if wants, err := wanted(tx, i); err != nil {
				return err
			} else if !wants {
				continue
			}
			var err error
			switch {
			case i.Finding != nil:
				err = d.finding(tx, *i.Finding, at)
			case i.Result != nil:
				err = d.result(tx, *i.Result)
			case i.Other != nil:
				err = d.notice(tx, *i.Other, at)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save %d findings: %w", len(items), err)
	}
	return nil
}

// finding opens, updates, closes or reopens a record.
func (d *Desk) finding(tx Tx, f scan.Finding, at time.Time) error {
	r, err := tx.BySource(f.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		if !f.Open() || f.Severity == scan.Informational {
			return nil // what is fine, and was never wrong here, is nobody's work
		}
		return d.open(tx, f, at)
	case err != nil:
		return err
	}
	before := r
	r.LastAt = at
	r.Times++
	if !r.hears(f, at) {
		return d.announceIf(r.Announced, tx, &r, at)
	}
	open := r.worst(at)
	worse := open != "" && Rank(open) < Rank(r.Finding.Severity)
	switch {
	case f.Open():
		r.Finding, r.Finding.Severity = f, open
	case open == "": // it keeps its severity: what passes is called informational
		severity := r.Finding.Severity
		r.Finding, r.Finding.Severity = f, severity
	}
	switch {
	case open == "" && r.State != Resolved:
		r.State, r.By, r.Until, r.NudgeAt = Resolved, "", time.Time{}, time.Time{}
		r.log(at, "resolve", "", "")
	case f.Open() && r.State.Done():
		d.reopen(&r, "reopen", "", at)
	case worse && !r.State.Waits():
		d.reopen(&r, "worse", string(open), at)
	}
	return d.announceIf(before.State != r.State || worse || r.Announced, tx, &r, at)
}

// announceIf shows a record where there is something to show of it; else it is
// only counted.
func (d *Desk) announceIf(shows bool, tx Tx, r *Record, at time.Time) error {
	if !shows {
		return tx.SaveFinding(*r)
	}
	return d.announce(tx, r, at)
}

func (d *Desk) open(tx Tx, f scan.Finding, at time.Time) error {
	team, why := d.owner(f)
	r := Record{
		ID: "F" + rand.Text(), Finding: f, Team: team.Name, Why: why, Channel: team.Channel, State: Open,
		FirstAt: at, LastAt: at, Times: 1,
	}
	r.hears(f, at)
	r.log(at, "open", "", "")
	d.askAgain(&r, at)
	return d.announce(tx, &r, at)
}

// reopen puts a record back on its team's list.
func (d *Desk) reopen(r *Record, did, detail string, at time.Time) {
	r.State, r.Until, r.Reason, r.Nudges = Open, time.Time{}, "", 0
	r.log(at, did, "", detail)
	d.askAgain(r, at)
}

// announce saves r with a message of its own if it is grave enough and its team
// did not get too many today; else it is counted in the day's bulletin.
func (d *Desk) announce(tx Tx, r *Record, at time.Time) error {
	if r.Announced || r.State != Open {
		return tx.SaveFinding(*r)
	}
	team := d.team(r.Team)
	b, err := d.bulletin(tx, More, team, at)
	if err != nil {
		return err
	}
	if Rank(r.Finding.Severity) <= Rank(d.Settings.Announce) && b.Counts["announced"] < d.Settings.PerDay {
		r.Announced = true
		b.Counts["announced"]++
	} else if !slices.Contains(b.Records, r.ID) {
		b.Total++
		b.Counts[string(r.Finding.Severity)]++
		if len(b.Records) < maxListed {
			b.Records = append(b.Records, r.ID)
		}
	}
	if err := tx.SaveFinding(*r); err != nil {
		return err
	}
	return tx.SaveBulletin(b)
}

// maxListed is how many findings a bulletin names.
const maxListed = 50

// bulletin is the one of a kind, team and day, as far as there is one.
func (d *Desk) bulletin(tx Tx, kind BulletinKind, team Team, at time.Time) (Bulletin, error) {
	name := team.Name
	if name == "" {
		name = "-"
	}
	id := fmt.Sprintf("%s/%s/%s", kind, name, at.In(team.zone()).Format(time.DateOnly))
	b, err := tx.Bulletin(id)
	if errors.Is(err, ErrNotFound) {
		b, err = Bulletin{ID: id, Kind: kind, Team: team.Name, Channel: team.Channel, At: at}, nil
	}
	if b.Counts == nil {
		b.Counts = map[string]int{}
	}
	return b, err
}

// List returns what fits q, worst first.
func (d *Desk) List(ctx context.Context, q Query) (list []Record, total int, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		list, total, err = tx.Findings(q)
		return err
	})
	return list, total, err
}

// Malware returns scan results that were not clean, latest first, and counts of
// all.
func (d *Desk) Malware(ctx context.Context, q ResultQuery) (latest []scan.Result, by map[scan.Verdict]int, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		latest, by, err = tx.Results(q)
		return err
	})
	return latest, by, err
}

// Rank orders severities from 0, worst first.
func Rank(s scan.Severity) int {
	if i := slices.Index(severities, s); i >= 0 {
		return i
	}
	return 2
}

var severities = []scan.Severity{scan.Critical, scan.High, scan.Medium, scan.Low, scan.Informational}

// SeverityOfRank undoes [Rank].
func SeverityOfRank(rank int) scan.Severity { return severities[min(max(rank, 0), len(severities)-1)] }

func (r *Record) log(at time.Time, did string, who rotation.PersonID, detail string) {
	r.Log = append(slices.Clip(r.Log), Entry{At: at, Did: did, Who: who, Detail: detail})
	if over := len(r.Log) - maxLog; over > 0 {
		r.Log = slices.Delete(r.Log, 1, 1+over)
	}
}

const maxLog = 50

func (d *Desk) trouble(err error) {
	if d.Trouble != nil && err != nil {
		d.Trouble(err)
	}
}
