package store

import (
	"context"
	"slices"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/alerts/scan"
)

const (
	shownFindings = 5
	shownResults  = 5
	// maxTeamBuckets is how many buckets of a team are looked into.
	maxTeamBuckets = 100
)

const knowsAny = `SELECT CASE WHEN EXISTS (SELECT 1 FROM findings) OR EXISTS (SELECT 1 FROM results) OR EXISTS (SELECT 1 FROM scan_counts) THEN 1 ELSE 0 END`

// Knows reports whether a finding or a scan was ever saved.
func (s contextStore) Knows(ctx context.Context) (known bool, err error) {
	var n int
	err = s.view(ctx, func(t *tx) error {
		_, err := t.one([]any{&n}, knowsAny)
		return err
	})
	return n == 1, err
}

// Around returns what is saved about the things that an alert is about.
func (s contextStore) Around(ctx context.Context, a enrich.Around) (known enrich.Known, err error) {
	err = s.view(ctx, func(t *tx) error {
		known = enrich.Known{}
		names := a.Services
		if a.Bucket != "" {
			names = append(append([]string(nil), names...), a.Bucket)
		}
		q := findings.Query{States: []findings.State{findings.Open, findings.Acknowledged}, Limit: shownFindings, Services: names}
		if len(names) == 0 {
			q.Account = a.Account
		}
		f := findingTx{t}
		list, total, err := f.Findings(q)
		if err != nil {
			return err
		}
		known.Open = total
		for _, r := range list {
			known.Findings = append(known.Findings, openFinding(r))
		}
		scans, of, err := f.scansOf(a)
		if err != nil || of == "" {
			return err
		}
		known.Scans = alerts.Scans{Of: of, Since: a.Since}
		if known.Scans.Latest, known.Scans.By, err = f.Results(scans); err != nil {
			return err
		}
		for _, n := range known.Scans.By {
			known.Scans.N += n
		}
		if a.Key != "" {
			of, _, err := f.Results(findings.ResultQuery{Bucket: a.Bucket, Key: a.Key, Verdicts: []scan.Verdict{scan.Infected, scan.Suspicious}, Limit: 1})
			if err != nil {
				return err
			}
			if len(of) > 0 {
				known.Scan = &of[0]
				leaveOut(&known.Scans, of[0])
			}
		}
		return nil
	})
	return known, err
}

// scansOf chooses the scans that fit an alert best: those of its bucket, else of
// the buckets of the team that owns its tags, else of its account.
func (t findingTx) scansOf(a enrich.Around) (q findings.ResultQuery, of string, err error) {
	q = findings.ResultQuery{Since: a.Since, Limit: shownResults}
	if a.Bucket != "" {
		q.Bucket = a.Bucket
		return q, "bucket:" + a.Bucket, nil
	}
	if len(a.Buckets) > 0 {
		all, err := t.Buckets()
		if err != nil {
			return q, "", err
		}
		for _, name := range all {
			if slices.ContainsFunc(a.Buckets, func(owned string) bool { return findings.Fits(owned, name) }) && len(q.Buckets) < maxTeamBuckets {
				q.Buckets = append(q.Buckets, name)
			}
		}
		if len(q.Buckets) > 0 {
			return q, "team:" + a.Team, nil
		}
	}
	if a.Account != "" {
		q.Account = a.Account
		return q, "account:" + a.Account, nil
	}
	return q, "", nil
}

// leaveOut takes the scan that an alert is about out of the others.
func leaveOut(s *alerts.Scans, r scan.Result) {
	if r.At.Before(s.Since) {
		return
	}
	s.N--
	s.By[r.Verdict]--
	s.Latest = slices.DeleteFunc(s.Latest, func(other scan.Result) bool { return other.ID == r.ID })
}

func openFinding(r findings.Record) alerts.OpenFinding {
	o := alerts.OpenFinding{
		ID: r.ID, Title: r.Finding.Title, Control: r.Finding.Control, Severity: r.Finding.Severity, Team: r.Team, Owner: r.Owner, Since: r.FirstAt,
	}
	if len(r.Finding.Resources) > 0 {
		o.Resource = r.Finding.Resources[0].ID
	}
	return o
}
