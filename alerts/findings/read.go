package findings

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"toban/alerts/scan"
)

// overlap is how far back a source is asked again: logs arrive late.
const overlap = 3 * time.Minute

// read asks the sources and reads the scanner's document again, when it is
// time. One process does so at a time; the position is saved, so what comes
// while the bot is down is not missed.
func (d *Desk) read(ctx context.Context, at time.Time) (next time.Time, err error) {
	if len(d.Sources) == 0 && d.Settings.Document == "" || d.Settings.Every <= 0 {
		return time.Time{}, nil
	}
	d.polling.Lock()
	defer d.polling.Unlock()
	for _, name := range slices.Sorted(maps.Keys(d.Sources)) {
		due, err := d.turn(ctx, "source/"+name, at, func(last time.Time) error { return d.fetch(ctx, d.Sources[name], last, at) })
		if err != nil {
			return time.Time{}, fmt.Errorf("ask %s for findings: %w", name, err)
		}
		next = soonest(next, due)
	}
	if d.Settings.Document != "" {
		due, err := d.turn(ctx, "document", at, func(time.Time) error { return d.reread(ctx, at) })
		if err != nil {
			return time.Time{}, err
		}
		next = soonest(next, due)
	}
	return next, nil
}

// turn runs do if its time has come, and notes that it ran.
func (d *Desk) turn(ctx context.Context, name string, at time.Time, do func(last time.Time) error) (next time.Time, err error) {
	var last time.Time
	err = d.Store.View(ctx, func(tx Tx) error {
		last, err = tx.Tick(name)
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	if due := last.Add(d.Settings.Every); !last.IsZero() && due.After(at) {
		return due, nil
	}
	if err := do(last); err != nil {
		return time.Time{}, err
	}
	err = d.Store.Update(ctx, func(tx Tx) error { return tx.SaveTick(name, at) })
	return at.Add(d.Settings.Every), err
}

// fetch takes in what a source has found since it was asked last.
func (d *Desk) fetch(ctx context.Context, s Source, last, at time.Time) error {
	since := last.Add(-overlap)
	if last.IsZero() || at.Sub(last) > 24*time.Hour {
		since = at.Add(-24 * time.Hour)
	}
	bodies, err := s.Fetch(ctx, since, at)
	if err != nil {
		return err
	}
	var items []scan.Item
	for _, body := range bodies {
		found, err := scan.Decode(body, at)
		if err != nil {
			d.trouble(fmt.Errorf("a log that is no finding: %w", err))
			continue
		}
		items = append(items, found...)
	}
	if len(items) == 0 {
		return nil
	}
	return d.receive(ctx, items, func(tx Tx, at time.Time) ([]scan.Item, error) { return fresh(tx, items, at) })
}

// fresh leaves out what a source told in the same words before: the overlap is
// counted once. It is noted as told in the change that saves it. Results are
// counted once wherever they come from.
func fresh(tx Tx, items []scan.Item, at time.Time) (left []scan.Item, err error) {
	var ids []string
	told := make([]string, len(items))
	for i, item := range items {
		switch {
		case item.Result != nil:
			continue
		case item.Finding != nil:
			told[i] = fmt.Sprint("finding:", item.Finding.ID, item.Finding.UpdatedAt.UnixMilli(), item.Finding.Open())
		default:
			told[i] = "other:" + item.Other.ID
		}
		ids = append(ids, told[i])
	}
	news, err := tx.Fresh(ids, at)
	for i, item := range items {
		if item.Result != nil || news[told[i]] {
			delete(news, told[i])
			left = append(left, item)
		}
	}
	return left, err
}

// reread reads the scanner's document and announces what changed. One that
// cannot be read is announced once a day: it does not mean that nothing is
// protected.
func (d *Desk) reread(ctx context.Context, at time.Time) error {
	p, readErr := ReadDocument(ctx, d.Settings.Document)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		b, err := d.bulletin(tx, Protection, d.team(""), at)
		if err != nil {
			return err
		}
		if readErr != nil {
			d.trouble(fmt.Errorf("the scanner's document: %w", readErr))
			b.ID = strings.Replace(b.ID, "/-/", "/unreadable/", 1)
			if _, err := tx.Bulletin(b.ID); err == nil {
				return nil
			}
			b.Version, b.Changes, b.Total = 0, []scan.Change{{What: "unreadable", After: readErr.Error()}}, 1
			return tx.SaveBulletin(b)
		}
		before, _, err := tx.Protection()
		if err != nil {
			return err
		}
		if before != nil {
			if changes := scan.Diff(*before, p); len(changes) > 0 {
				b.ID = fmt.Sprintf("%s/%d", Protection, at.UnixMilli())
				b.Version, b.Changes, b.Total, b.At = 0, changes, len(changes), at
				if err := tx.SaveBulletin(b); err != nil {
					return err
				}
			}
		}
		return tx.SaveProtection(p, at)
	})
}

const maxDocument = 4 << 20

// ReadDocument reads a scanner's configuration from a file or an address.
func ReadDocument(ctx context.Context, place string) (scan.Protection, error) {
	var raw []byte
	var err error
	if strings.Contains(place, "://") {
		raw, err = download(ctx, place)
	} else {
		raw, err = os.ReadFile(place)
	}
	if err != nil {
		return scan.Protection{}, err
	}
	return scan.ReadProtection(raw)
}

func download(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxDocument))
}

// Coverage returns what the scanner's document said when it was read last, and
// which buckets it leaves out: those that should be protected, and those that
// results or findings came of. [ErrNotFound]: it was never read.
func (d *Desk) Coverage(ctx context.Context) (p scan.Protection, uncovered []string, readAt time.Time, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		known, at, err := tx.Protection()
		if err != nil {
			return err
		}
		if known == nil {
			return ErrNotFound
		}
		seen, err := tx.Buckets()
		if err != nil {
			return err
		}
		p, readAt = *known, at
		seen = slices.DeleteFunc(seen, func(name string) bool { return strings.Contains(name, "quarantine") || name == "unknown-bucket" })
		uncovered = p.Uncovered(append(slices.Clone(d.Settings.Buckets), seen...))
		return nil
	})
	return p, uncovered, readAt, err
}
