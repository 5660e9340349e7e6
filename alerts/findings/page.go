package findings

import (
	"context"
	"fmt"
	"strings"

	"toban/alerts"
	"toban/alerts/scan"
)

// page makes alerts of the results that are not alerts yet. The pager forgets
// repeats, so dying between the two saves does no harm.
func (d *Desk) page(ctx context.Context) error {
	for {
		var waiting []scan.Result
		err := d.Store.View(ctx, func(tx Tx) (err error) {
			waiting, err = tx.Unpaged(50)
			return err
		})
		if err != nil || len(waiting) == 0 {
			return err
		}
		for _, r := range waiting {
			if err := d.Pager.Receive(ctx, d.event(r)); err != nil {
				return fmt.Errorf("page for s3://%s/%s: %w", r.Bucket, r.Key, err)
			}
			if err := d.Store.Update(ctx, func(tx Tx) error { return tx.Paged(r.ID) }); err != nil {
				return err
			}
		}
	}
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
