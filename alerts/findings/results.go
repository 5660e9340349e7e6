package findings

import (
	"slices"
	"time"

	"toban/alerts/scan"
	"toban/rotation"
)

// result saves a scan's result.
func (d *Desk) result(tx Tx, r scan.Result) error {
	p, _, err := tx.Protection()
	if err != nil {
		return err
	}
	if p != nil { // the quarantine may have a name of its own
		r = r.FromQuarantine(p.Quarantine.Bucket)
	}
	unpaged := r.Verdict.Pages()
	if r.Verdict == scan.Clean { // it ends an alert only where there is one
		threats, _, err := tx.Results(ResultQuery{Bucket: r.Bucket, Key: r.Key, Verdicts: []scan.Verdict{scan.Infected, scan.Suspicious}, Limit: 1})
		if err != nil {
			return err
		}
		unpaged = len(threats) > 0 && ends(r, threats[0])
	}
	return tx.AddResult(r, unpaged)
}

// ends reports whether a clean scan says that a threat is gone. Another version
// of the object does not: the infected one can still be fetched. Nor does a scan
// from before, or another scanner, which may know less.
func ends(clean, threat scan.Result) bool {
	return clean.Scanner == threat.Scanner && !clean.At.Before(threat.At) && (clean.Version == "" || threat.Version == "" || clean.Version == threat.Version)
}

// notice shows what is neither a finding nor a result to those whose bucket it
// is about: one message a team and day.
func (d *Desk) notice(tx Tx, o scan.Other, at time.Time) error {
	known := "scan notice:" + o.ID
	fresh, err := tx.Fresh([]string{known}, at)
	if err != nil || !fresh[known] {
		return err
	}
	if err := tx.Audit(rotation.Audit{At: at, Did: "scan.notice", Subject: o.Title, Detail: o.Text}); err != nil {
		return err
	}
	team, _ := d.ownerOf(nil, []string{o.Bucket}, o.Account)
	b, err := d.bulletin(tx, Notices, team, at)
	if err != nil {
		return err
	}
	b.At = at
	b.Total++
	said := Notice{Title: o.Title, Text: o.Text, Bucket: o.Bucket, Key: o.Key, Times: 1}
	same := slices.IndexFunc(b.Notices, func(n Notice) bool {
		return n.Title == said.Title && n.Text == said.Text && n.Bucket == said.Bucket && n.Key == said.Key
	})
	if same >= 0 {
		b.Notices[same].Times++
	} else if len(b.Notices) < maxNotices {
		b.Notices = append(b.Notices, said)
	}
	return tx.SaveBulletin(b)
}

// maxNotices is how many notices a bulletin shows.
const maxNotices = 20
