package findings

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"toban/alerts"
	"toban/alerts/scan"
)

// perRound is how many results become alerts together.
const perRound = 100

// PageDue makes alerts of the results that are not alerts yet, beside all else
// that falls due, so that nothing slow holds up a page. The pager forgets
// repeats, so dying between the two saves does no harm. What the pager does not
// take waits, and holds up later results of its object alone.
func (d *Desk) PageDue(ctx context.Context, _ time.Time) (next time.Time, err error) {
	for ctx.Err() == nil {
		var waiting []scan.Result
		err := d.Store.View(ctx, func(tx Tx) (err error) {
			waiting, err = tx.Unpaged(perRound)
			return err
		})
		if err != nil || len(waiting) == 0 {
			return time.Time{}, err
		}
		paged, failure := d.report(ctx, waiting)
		if len(paged) == 0 {
			return time.Time{}, failure
		}
		err = d.Store.Update(ctx, func(tx Tx) error {
			for _, r := range paged {
				if err := tx.Paged(r.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, ctx.Err()
}

// report hands results to the pager, which saves together what waits at once:
// those of one object in their order, those of different objects side by side.
// It returns those that the pager took, and why it did not take another.
func (d *Desk) report(ctx context.Context, results []scan.Result) (paged []scan.Result, failure error) {
	type object struct{ bucket, key string }
	objects := map[object][]scan.Result{}
	for _, r := range results {
		o := object{r.Bucket, r.Key}
		objects[o] = append(objects[o], r)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, scans := range objects {
		all.Go(func() {
			n, err := d.reportInOrder(ctx, scans)
			mu.Lock()
			defer mu.Unlock()
			paged = append(paged, scans[:n]...)
			failure = cmp.Or(failure, err)
		})
	}
	all.Wait()
	return paged, failure
}

// reportInOrder returns how many of an object's results the pager took.
func (d *Desk) reportInOrder(ctx context.Context, scans []scan.Result) (n int, err error) {
	for n, r := range scans {
		if err := d.Pager.Receive(ctx, d.event(r)); err != nil {
			return n, fmt.Errorf("page for s3://%s/%s: %w", r.Bucket, r.Key, err)
		}
	}
	return len(scans), nil
}

// event tells the pager of a result. All scans of one object are one alert,
// which a clean scan ends.
func (d *Desk) event(r scan.Result) alerts.Event {
	team, _ := d.ownerOf(nil, []string{r.Bucket}, r.Account)
	e := alerts.Event{
		ID: r.ID, Source: "scan", Org: r.Account, Monitor: "malware", Transition: alerts.Triggered, Priority: "P1",
		Scope: "bucket:" + r.Bucket + ",key:" + strings.NewReplacer(",", "%2C", "\x1f", "%1F").Replace(r.Key),
		Title: fmt.Sprintf("Malware: s3://%s/%s", r.Bucket, r.Key), Type: "malware_scan", At: r.At,
		Tags: []string{"source:scan", "bucket:" + r.Bucket, "key:" + r.Key, "verdict:" + string(r.Verdict)},
	}
	if r.Account != "" {
		e.Tags = append(e.Tags, "account:"+r.Account)
	}
	if team.Name != "" {
		e.Tags = append(e.Tags, "team:"+team.Name)
		for _, service := range team.Tags["service"] {
			if !strings.Contains(service, "*") {
				e.Tags = append(e.Tags, "service:"+service)
			}
		}
	}
	switch r.Verdict {
	case scan.Suspicious:
		e.Priority = "P2"
	case scan.Clean:
		e.Transition = alerts.Recovered
	}
	return e
}
