package slackapp

import (
	"context"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/alerts/waf"
	"toban/rotation"
)

// Firewall is asked about blocked requests live; [enrich.Looker] asks Datadog.
// An answer may take many seconds.
type Firewall interface {
	Top(ctx context.Context, by waf.Facet, last time.Duration) (enrich.Answer, error)
	WouldBlock(ctx context.Context, rule string, last time.Duration) (enrich.Answer, error)
	Tune(ctx context.Context, rule string, last time.Duration) (waf.Note, enrich.Answer, error)
}

// Windows are the stretches of blocked requests that were looked up and saved,
// with the verdicts on them.
type Windows interface {
	// Correct notes a person's own verdict and returns who gave one before.
	Correct(ctx context.Context, alert string, kind waf.Kind, by rotation.PersonID, at time.Time) (before *alerts.Correction, err error)
	// Corrections counts them: by what the bot had said, and what people said.
	Corrections(ctx context.Context) (counts map[waf.Kind]map[waf.Kind]int, windows int, err error)
	// PastWindows returns the latest n, newest first.
	PastWindows(ctx context.Context, n int) ([]alerts.Case, error)
	// WantDetail has a window broken down in its alert's thread; false: that
	// alert has no message of its own.
	WantDetail(ctx context.Context, alert string, by waf.Facet) (wanted bool, err error)
}

// Findings is what people do about findings and read of scans.
type Findings interface {
	Acknowledge(ctx context.Context, id string, by rotation.PersonID, at time.Time) (findings.Record, findings.Answer, error)
	Assign(ctx context.Context, id string, by, to rotation.PersonID, at time.Time) (findings.Record, findings.Answer, error)
	Suppress(ctx context.Context, id string, by rotation.PersonID, reason string, until, at time.Time) (findings.Record, findings.Answer, error)
	Fixed(ctx context.Context, id string, by rotation.PersonID, at time.Time) (findings.Record, findings.Answer, error)
	List(ctx context.Context, q findings.Query) (list []findings.Record, total int, err error)
	Malware(ctx context.Context, q findings.ResultQuery) (latest []scan.Result, by map[scan.Verdict]int, err error)
	Coverage(ctx context.Context) (findings.Coverage, error)
}
