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
)

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
		if a.Bucket == "" && a.Account == "" {
			return nil
		}
		scans := findings.ResultQuery{Bucket: a.Bucket, Since: a.Since, Limit: shownResults}
		known.Scans = alerts.Scans{Of: "bucket:" + a.Bucket, Since: a.Since}
		if a.Bucket == "" {
			scans.Account, known.Scans.Of = a.Account, "account:"+a.Account
		}
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
