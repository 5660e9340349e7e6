package slackapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

const (
	// shownFindings and shownResults are as many as fit into one answer.
	shownFindings, shownResults = 20, 15
	// malwareSince is how far back scans are counted.
	malwareSince = 30 * 24 * time.Hour
)

// severityWords are what people type for a severity.
var severityWords = map[string]scan.Severity{
	"critical": scan.Critical, "重大": scan.Critical, "緊急": scan.Critical, "クリティカル": scan.Critical,
	"high": scan.High, "高": scan.High, "高い": scan.High,
	"medium": scan.Medium, "中": scan.Medium,
	"low": scan.Low, "低": scan.Low, "低い": scan.Low,
	"info": scan.Informational, "informational": scan.Informational, "all": scan.Informational, "情報": scan.Informational, "すべて": scan.Informational, "全部": scan.Informational,
}

// scanFindings answers what is open, from a severity on: "[high]".
func (a *App) scanFindings(ctx context.Context, c *call) (reply, error) {
	q := findings.Query{States: []findings.State{findings.Open, findings.Acknowledged}, Limit: shownFindings}
	if word, given := c.next(); given {
		severity, known := severityWords[strings.ToLower(strings.TrimSuffix(word, "以上"))]
		if !known {
			return reply{}, refusal(c.say.Say(msg.ErrorSeverity, msg.Args{"Text": view.Cut(readable(word), 60)}))
		}
		q.AtLeast = severity
		c.at++
	}
	if err := c.done(); err != nil {
		return reply{}, err
	}
	if a.Findings == nil {
		return said(c.say.Say(msg.ErrorSetupFindings, nil)), nil
	}
	list, total, err := a.Findings.List(ctx, q)
	switch {
	case err != nil:
		return reply{}, err
	case total == 0 && !a.Settings.Findings:
		return said(c.say.Say(msg.ErrorSetupFindings, nil)), nil
	}
	return answered(view.FindingList(list, total, q.AtLeast, c.context(), c.say)), nil
}

// scanMalware answers which scans of the last weeks were not clean.
func (a *App) scanMalware(ctx context.Context, c *call) (reply, error) {
	if err := c.done(); err != nil {
		return reply{}, err
	}
	if a.Findings == nil {
		return said(c.say.Say(msg.ErrorSetupFindings, nil)), nil
	}
	since := c.now.Add(-malwareSince)
	latest, by, err := a.Findings.Malware(ctx, findings.ResultQuery{Since: since, Limit: shownResults, Verdicts: []scan.Verdict{scan.Infected, scan.Suspicious}})
	if err != nil {
		return reply{}, err
	}
	if len(by) == 0 && !a.Settings.Findings {
		return said(c.say.Say(msg.ErrorSetupFindings, nil)), nil
	}
	if left := shownResults - len(latest); left > 0 {
		others, _, err := a.Findings.Malware(ctx, findings.ResultQuery{Since: since, Limit: left, Verdicts: []scan.Verdict{scan.Unscannable, scan.Errored, scan.Allowed}})
		if err != nil {
			return reply{}, err
		}
		latest = append(latest, others...)
	}
	return answered(view.Malware(latest, by, since, c.context(), c.say)), nil
}

// scanConfig answers what the scanner protects and what it leaves out.
func (a *App) scanConfig(ctx context.Context, c *call) (reply, error) {
	if err := c.done(); err != nil {
		return reply{}, err
	}
	if a.Findings == nil {
		return said(c.say.Say(msg.ErrorSetupDocument, nil)), nil
	}
	known, err := a.Findings.Coverage(ctx)
	switch {
	case errors.Is(err, findings.ErrNotFound):
		return said(c.say.Say(msg.ErrorSetupDocument, nil)), nil
	case err != nil:
		return reply{}, err
	}
	return answered(view.Coverage(known, c.context(), c.say)), nil
}
