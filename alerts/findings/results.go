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
	kept, unpaged := true, r.Verdict.Pages()
	if r.Verdict == scan.Clean {
		if kept, unpaged, err = recovers(tx, r); err != nil {
			return err
		}
	}
	return tx.AddResult(r, kept, unpaged)
}

// maxResults is how many results of one object are looked at. Of one that has
// more nobody can say that all its threats are over: a person resolves its alert.
const maxResults = 1000

// recovers reports whether a clean scan ends a threat, which has to be
// remembered, and whether that was the object's last one, which ends its alert.
func recovers(tx Tx, clean scan.Result) (one, last bool, err error) {
	known, err := tx.ResultsOf(clean.Bucket, clean.Key, maxResults)
	if err != nil {
		return false, false, err
	}
	last = len(known) < maxResults
	for i, threat := range known {
		over := func(v scan.Verdict) bool { // by what came later
			return slices.ContainsFunc(known[i+1:], func(r scan.Result) bool { return r.Verdict == v && ends(r, threat) })
		}
		switch {
		case !threat.Verdict.Pages() || over(scan.Clean):
		case ends(clean, threat):
			one = true
		case !over(scan.Allowed):
			last = false
		}
	}
	return one, one && last, nil
}

// ends reports whether a later scan is about the same as a threat, so that the
// threat is over if that one is clean. Another version
// of the object does not: the infected one can still be fetched. Nor does a scan
// from before, or another scanner, which may know less.
func ends(later, threat scan.Result) bool {
	return later.Scanner == threat.Scanner && !later.At.Before(threat.At) && (later.Version == "" || threat.Version == "" || later.Version == threat.Version)
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
