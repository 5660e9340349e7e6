package findings

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"toban/rotation"
)

// Due does what is due: it asks teams that have not reacted, ends suppressions, tells sources what people did, and reads
// what is to be read again. It returns when something falls due next.
func (d *Desk) Due(ctx context.Context, at time.Time) (next time.Time, err error) {
	if err := d.overdue(ctx, at); err != nil {
		return time.Time{}, err
	}
	weekly, err := d.weekly(ctx, at)
	if err != nil {
		return time.Time{}, err
	}
	read, err := d.read(ctx, at)
	if err != nil {
		return time.Time{}, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		next, err = tx.NextFindingDue()
		return err
	})
	return soonest(next, soonest(weekly, read)), err
}

func soonest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

const perTurn = 200

// overdue handles records whose instant has come.
func (d *Desk) overdue(ctx context.Context, at time.Time) error {
	var toTell []Record
	err := d.Store.Update(ctx, func(tx Tx) error {
		toTell = nil
		due, err := tx.DueFindings(at, perTurn)
		if err != nil {
			return err
		}
		asked := map[string][]Record{}
		for _, r := range due {
			if r.State == Suppressed && !r.Until.IsZero() && !r.Until.After(at) {
				d.reopen(&r, "expire", "", at)
				d.tell(&r, WriteBack{Deed: "reopen", At: at}, at)
				if err := tx.SaveFinding(r); err != nil {
					return err
				}
				continue
			}
			if !r.NudgeAt.IsZero() && !r.NudgeAt.After(at) {
				asked[r.Team] = append(asked[r.Team], r)
			}
			if !r.TellAt.IsZero() && !r.TellAt.After(at) {
				toTell = append(toTell, r)
			}
		}
		for _, team := range slices.Sorted(keys(asked)) {
			if err := d.nudge(ctx, tx, team, asked[team], at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range toTell {
		// A command that fails would fail, or hang, for the others too: they wait.
		if heard, err := d.tellSource(ctx, r.ID); err != nil || !heard {
			return err
		}
	}
	return nil
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// nudge asks a team once for all that it has not reacted to.
func (d *Desk) nudge(ctx context.Context, tx Tx, team string, records []Record, at time.Time) error {
	t := d.team(team)
	b, err := d.bulletin(tx, Nudge, t, at)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.State != Open {
			r.NudgeAt = time.Time{}
			if err := tx.SaveFinding(r); err != nil {
				return err
			}
			continue
		}
		r.Nudges++
		d.askAgain(&r, at)
		r.log(at, "nudge", "", "")
		if err := tx.SaveFinding(r); err != nil {
			return err
		}
		b.Total++
		if len(b.Records) < maxListed {
			b.Records = append(b.Records, r.ID)
		}
	}
	if b.Total == 0 {
		return nil
	}
	b.At = at
	b.Asked = d.onCall(ctx, t.Rotation, at)
	return tx.SaveBulletin(b)
}

func (d *Desk) onCall(ctx context.Context, name string, at time.Time) rotation.PersonID {
	if d.OnCall == nil || name == "" {
		return rotation.Nobody
	}
	who, err := d.OnCall(ctx, name, at)
	if err != nil {
		d.trouble(fmt.Errorf("who is on call for %s: %w", name, err))
	}
	return who
}

// askAgain sets when a finding's team is asked (again): not for what is listed
// once a week only, and always at ten on a working day.
func (d *Desk) askAgain(r *Record, at time.Time) {
	r.NudgeAt = time.Time{}
	if len(d.Settings.Nudge) == 0 || Rank(r.Finding.Severity) > Rank(d.Settings.Announce) {
		return
	}
	r.NudgeAt = atTen(at.Add(d.Settings.Nudge[min(r.Nudges, len(d.Settings.Nudge)-1)]), d.team(r.Team).zone())
}

// atTen is the first 10:00 on a working day at or after t, on a clock.
func atTen(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	for day := 0; ; day++ {
		ten := time.Date(local.Year(), local.Month(), local.Day()+day, 10, 0, 0, 0, zone)
		if !ten.Before(t) && ten.Weekday() != time.Saturday && ten.Weekday() != time.Sunday {
			return ten
		}
	}
}

// weekly makes each team's list when its week is over. A week that passed while
// the bot was down is made up once.
func (d *Desk) weekly(ctx context.Context, at time.Time) (next time.Time, err error) {
	if d.Settings.Weekly == "" {
		return time.Time{}, nil
	}
	schedule, err := cron.ParseStandard(d.Settings.Weekly)
	if err != nil {
		return time.Time{}, fmt.Errorf("findings.weekly: %w", err)
	}
	for _, t := range append(slices.Clone(d.Settings.Teams), Team{}) {
		t = d.team(t.Name)
		err := d.Store.Update(ctx, func(tx Tx) error {
			name := "weekly/" + t.Name
			last, err := tx.Tick(name)
			if err != nil {
				return err
			}
			if last.IsZero() { // the first start begins the first week
				next = soonest(next, nextTick(schedule, at, t.zone()))
				return tx.SaveTick(name, at)
			}
			if due := nextTick(schedule, last, t.zone()); due.After(at) {
				next = soonest(next, due)
				return nil
			}
			next = soonest(next, nextTick(schedule, at, t.zone()))
			if err := tx.SaveTick(name, at); err != nil {
				return err
			}
			return d.week(tx, t, at)
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	return next, nil
}

// nextTick asks cron on a clock that knows no summer time, for cron skips an
// hour that does not exist and doubles one that comes twice. What it says is
// then put on the real clock, so each week has its tick, once.
func nextTick(s cron.Schedule, after time.Time, zone *time.Location) time.Time {
	l := after.In(zone)
	wall := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC)
	n := s.Next(wall)
	if n.IsZero() {
		return n
	}
	return time.Date(n.Year(), n.Month(), n.Day(), n.Hour(), n.Minute(), n.Second(), 0, zone)
}

// week lists what a team has open, by severity and age. There is no score: it
// would tell teams apart and mend nothing.
func (d *Desk) week(tx Tx, t Team, at time.Time) error {
	q := Query{Team: teamName(t), States: []State{Open, Acknowledged}, Limit: maxListed}
	list, total, err := tx.Findings(q)
	if err != nil || total == 0 {
		return err
	}
	b, err := d.bulletin(tx, Weekly, t, at)
	if err != nil {
		return err
	}
	b.At, b.Total, b.Records = at, total, nil
	for _, r := range list {
		b.Records = append(b.Records, r.ID)
	}
	if b.Counts, err = tx.FindingCounts(q, at); err != nil {
		return err
	}
	return tx.SaveBulletin(b)
}

// NoTeam stands for findings that no team owns, in a [Query].
const NoTeam = "-"

func teamName(t Team) string { return cmp.Or(t.Name, NoTeam) }

// Age says how long a finding has been open.
type Age string

const (
	ThisWeek  Age = "week"
	ThisMonth Age = "month"
	Older     Age = "older"
)

// Week and Month are how old a finding is that is older than [ThisWeek] and
// [ThisMonth].
const (
	Week  = 7 * 24 * time.Hour
	Month = 30 * 24 * time.Hour
)
