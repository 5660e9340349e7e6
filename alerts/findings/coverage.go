package findings

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"toban/alerts/scan"
)

// reread reads the scanner's document and announces what changed. One that
// cannot be read is announced once a day: it does not mean that nothing is
// protected, and what was read before still counts.
func (d *Desk) reread(ctx context.Context, at time.Time) error {
	p, readErr := ReadDocument(ctx, d.Settings.Document)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		before, _, err := tx.Protection()
		if err != nil {
			return err
		}
		b, err := d.bulletin(tx, Protection, d.team(""), at)
		if err != nil {
			return err
		}
		switch {
		case readErr != nil:
			return d.atFault(tx, b, scan.Change{What: "unreadable", After: readErr.Error()}, at)
		case before != nil && before.Lists && !p.Lists:
			return d.atFault(tx, b, scan.Change{What: "unlisted"}, at)
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

// atFault notes that the document, not the protection, is in trouble.
func (d *Desk) atFault(tx Tx, b Bulletin, why scan.Change, at time.Time) error {
	d.trouble(fmt.Errorf("the scanner's document is %s %s", why.What, why.After))
	if err := tx.SaveTick(faultTick, at); err != nil {
		return err
	}
	b.ID = strings.Replace(b.ID, "/-/", "/"+why.What+"/", 1)
	if _, err := tx.Bulletin(b.ID); !errors.Is(err, ErrNotFound) {
		return err // said today
	}
	b.Version, b.Changes, b.Total = 0, []scan.Change{why}, 1
	return tx.SaveBulletin(b)
}

// faultTick is when the document could not be read last.
const faultTick = "document/fault"

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

// documents fetches scanners' documents. Who asks by https is not led elsewhere
// by http, where anybody on the way could answer.
var documents = &http.Client{CheckRedirect: func(next *http.Request, before []*http.Request) error {
	if len(before) >= 5 {
		return errors.New("led on more than five times")
	}
	if before[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return fmt.Errorf("led from https to %s", next.URL.Scheme)
	}
	return nil
}}

func download(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("not an address: %w", withoutAddress(err))
	}
	resp, err := documents.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no answer from %s: %w", req.URL.Host, withoutAddress(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %s", resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxDocument))
}

// withoutAddress leaves out the address that failed: a signed one opens the
// document to whoever reads it.
func withoutAddress(err error) error {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err
	}
	return err
}

// Coverage is what the scanner covers, as far as it is known.
type Coverage struct {
	scan.Protection
	ReadAt   time.Time
	FailedAt time.Time // when the document could not be read, if that was later
	// Uncovered are those of the known buckets that nothing scans. Known are
	// Named ones, from the config, and Seen ones, which results or findings came
	// of: the document lists only what it protects.
	Uncovered   []string
	Named, Seen int
}

// Coverage returns what the scanner's document said when it was read last, and
// which buckets it leaves out. [ErrNotFound]: none is configured.
func (d *Desk) Coverage(ctx context.Context) (c Coverage, err error) {
	if d.Settings.Document == "" {
		return c, ErrNotFound
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		c = Coverage{}
		p, at, err := tx.Protection()
		if err != nil {
			return err
		}
		if p != nil {
			c.Protection, c.ReadAt = *p, at
		}
		if c.FailedAt, err = tx.Tick(faultTick); err != nil {
			return err
		}
		if !c.FailedAt.After(c.ReadAt) {
			c.FailedAt = time.Time{}
		}
		seen, err := tx.Buckets()
		if err != nil {
			return err
		}
		seen = slices.DeleteFunc(seen, func(name string) bool {
			isQuarantine := strings.HasPrefix(name, scan.QuarantinePrefix) || c.Quarantine.Bucket != "" && strings.HasPrefix(name, c.Quarantine.Bucket)
			return isQuarantine || name == scan.NoBucket
		})
		c.Named, c.Seen = len(d.Settings.Buckets), len(seen)
		c.Uncovered = c.Protection.Uncovered(append(slices.Clone(d.Settings.Buckets), seen...))
		return nil
	})
	return c, err
}
