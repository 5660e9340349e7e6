package findings

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"toban/alerts/scan"
)

const (
	// overlap is how far back a source is asked again: logs arrive late.
	overlap = 15 * time.Minute
	// firstLook is how far back a new source is asked, longestGap how far back
	// one is after the bot was down: Datadog keeps logs no longer, unless paid.
	firstLook, longestGap = 24 * time.Hour, 15 * 24 * time.Hour
	// atOnce is how many items one transaction saves.
	atOnce = 500
)

// read asks the sources and reads the scanner's document again, when it is
// time. One that fails is asked again at its next turn and holds up nothing
// else; its position is saved, so what comes meanwhile is not missed.
func (d *Desk) read(ctx context.Context, at time.Time) (next time.Time, err error) {
	if len(d.Sources) == 0 && d.Settings.Document == "" || d.Settings.Every <= 0 {
		return time.Time{}, nil
	}
	turns := map[string]func() error{}
	for name, source := range d.Sources {
		turns["source/"+name] = func() error { return d.catchUp(ctx, "source/"+name, source, at) }
	}
	if d.Settings.Document != "" {
		turns["document"] = func() error { return d.reread(ctx, at) }
	}
	for _, name := range slices.Sorted(maps.Keys(turns)) {
		mine, due, err := d.turn(ctx, name, at)
		if err != nil {
			return time.Time{}, err
		}
		next = soonest(next, due)
		if !mine {
			continue
		}
		if err := turns[name](); ctx.Err() != nil {
			return time.Time{}, ctx.Err()
		} else if err != nil {
			d.trouble(fmt.Errorf("read %s (again at %s): %w", name, due.UTC().Format(time.RFC3339), err))
			if source, is := strings.CutPrefix(name, "source/"); is {
				if err := d.deaf(ctx, source, err, at); err != nil {
					return time.Time{}, err
				}
			}
		}
	}
	return next, nil
}

// deaf tells people that a source could not be asked for an hour, once a day:
// without its findings all looks well.
func (d *Desk) deaf(ctx context.Context, source string, why error, at time.Time) error {
	return d.Store.Update(ctx, func(tx Tx) error {
		position, err := tx.Tick("source/" + source)
		if err != nil || at.Sub(position) < time.Hour {
			return err
		}
		b, err := d.bulletin(tx, Notices, d.team(""), at)
		if err != nil || len(b.Notices) == maxNotices || slices.ContainsFunc(b.Notices, func(n Notice) bool { return n.Source == source }) {
			return err
		}
		b.At = at
		b.Total++
		b.Notices = append(b.Notices, Notice{Source: source, Text: why.Error(), Times: 1})
		return tx.SaveBulletin(b)
	})
}

// turn claims a turn if its time has come: of several replicas one has it.
func (d *Desk) turn(ctx context.Context, name string, at time.Time) (mine bool, due time.Time, err error) {
	err = d.Store.Update(ctx, func(tx Tx) error {
		last, err := tx.Tick("turn/" + name)
		if err != nil {
			return err
		}
		if mine, due = last.IsZero() || !last.Add(d.Settings.Every).After(at), last.Add(d.Settings.Every); !mine {
			return nil
		}
		due = at.Add(d.Settings.Every)
		return tx.SaveTick("turn/"+name, at)
	})
	return mine, due, err
}

// catchUp takes in what a source has found since its saved position, oldest
// first and in stretches that one answer holds. The position follows each.
func (d *Desk) catchUp(ctx context.Context, name string, ask Source, at time.Time) error {
	var last time.Time
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		last, err = tx.Tick(name)
		return err
	})
	if err != nil {
		return err
	}
	since := last.Add(-overlap)
	if last.IsZero() {
		since = at.Add(-firstLook)
	} else if at.Sub(since) > longestGap {
		since = at.Add(-longestGap)
	}
	for since.Before(at) {
		until := at
		bodies, more, err := ask(ctx, since, until)
		for err == nil && more && until.Sub(since) > time.Second {
			until = since.Add(until.Sub(since) / 2)
			bodies, more, err = ask(ctx, since, until)
		}
		if err != nil {
			return errors.Join(err, d.takeIn(ctx, bodies, at)) // asked again from here, but what is known is known
		}
		if more {
			d.trouble(fmt.Errorf("%s: more than one answer holds in the second from %s: some are not seen", name, since.UTC().Format(time.RFC3339)))
		}
		if err := d.takeIn(ctx, bodies, at); err != nil {
			return err
		}
		if err := d.Store.Update(ctx, func(tx Tx) error { return tx.SaveTick(name, until) }); err != nil {
			return err
		}
		since = until
	}
	return nil
}

// takeIn saves what is in bodies and was not taken in before: those of the
// overlap come twice.
func (d *Desk) takeIn(ctx context.Context, bodies [][]byte, at time.Time) error {
	var items []scan.Item
	said := map[scan.Item]string{} // names what a body says: the same one says the same
	for _, body := range bodies {
		found, err := scan.Decode(body, "", at)
		if err != nil {
			d.trouble(fmt.Errorf("a log that is no finding: %w", err))
			continue
		}
		sum := sha256.Sum256(body)
		for n, item := range found {
			said[item] = fmt.Sprintf("said:%x/%d", sum[:16], n)
			items = append(items, item)
		}
	}
	for part := range slices.Chunk(items, atOnce) {
		err := d.take(ctx, part, func(tx Tx, i scan.Item) (bool, error) {
			fresh, err := tx.Fresh([]string{said[i]}, at)
			return len(fresh) > 0, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
