package view

import (
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/scan"
	"toban/bot/msg"
)

// known draws what was looked up about any alert, a line each.
func known(c alerts.Case, x Context, m msg.Catalog) []slack.Block {
	k := c.Context
	if k == nil {
		return nil
	}
	var lines []string
	for _, d := range k.Deploys {
		lines = append(lines, deploy(d, c.Alert.OpenedAt, m))
	}
	if b := k.Blocked; b != nil && b.N > 0 {
		key, args := msg.KnownBlocked, msg.Args{"Count": number(b.N), "Host": msg.Code(Cut(b.Host, 80)), "Before": number(b.Before)}
		if b.Before < 0 {
			key = msg.KnownBlockedOnly
		}
		lines = append(lines, m.Say(key, args))
	}
	if k.Scan == nil {
		lines = append(lines, scans(k.Scans, x, m)...)
	}
	lines = append(lines, openFindings(k, m)...)
	var missing []msg.Markup
	for _, gone := range k.Missing {
		if gone.Part != "waf" || k.WAF == nil {
			missing = append(missing, lacks(gone, x, m))
		}
	}
	if len(missing) > 0 {
		lines = append(lines, m.Say(msg.KnownMissing, msg.Args{"List": m.List(missing...)}))
	}
	return note(strings.Join(lines, "\n"))
}

func deploy(d alerts.Deploy, began time.Time, m msg.Catalog) string {
	what := Cut(d.Title, 120)
	if l := link(d.Link, what); l != "" {
		what = l
	} else {
		what = msg.Escape(what)
	}
	args := msg.Args{"What": msg.Markup(what), "Version": msg.Code(Cut(d.Version, 40)), "Before": m.Duration(began.Sub(d.At).Truncate(time.Minute))}
	if began.Sub(d.At) < time.Minute {
		return m.Say(msg.KnownDeployNow, args)
	}
	return m.Say(msg.KnownDeploy, args)
}

// scans sums up the malware scans of a bucket or account.
func scans(s alerts.Scans, x Context, m msg.Catalog) []string {
	if s.N == 0 {
		return nil
	}
	return summed(msg.KnownScans, s, x, m)
}

// scansBefore sums up the other scans of the bucket where something was found.
func scansBefore(s alerts.Scans, x Context, m msg.Catalog) []string {
	if s.N == 0 {
		return summed(msg.KnownScansNone, s, x, m)
	}
	return summed(msg.KnownScansBefore, s, x, m)
}

func summed(key msg.Key, s alerts.Scans, x Context, m msg.Catalog) []string {
	lines := []string{m.Say(key, msg.Args{"Of": msg.Code(Cut(s.Of, 100)), "List": verdictCounts(s.By, m), "Since": m.Moment(s.Since, x.zone())})}
	for _, r := range s.Latest[:min(2, len(s.Latest))] {
		lines = append(lines, "• "+scanLine(r, x, m))
	}
	return lines
}

// verdictCounts lists how many scans came to what, the worst first.
func verdictCounts(by map[scan.Verdict]int, m msg.Catalog) msg.Markup {
	var list []msg.Markup
	for _, v := range []scan.Verdict{scan.Infected, scan.Suspicious, scan.Unscannable, scan.Errored, scan.Allowed, scan.Clean} {
		if by[v] > 0 {
			list = append(list, msg.Markup(m.Say(msg.ScanCount, msg.Args{"Count": number(by[v]), "Verdict": m.Plain(scanVerdicts[v], nil)})))
		}
	}
	return m.List(list...)
}

var scanVerdicts = map[scan.Verdict]msg.Key{
	scan.Infected: msg.ScanVerdictInfected, scan.Suspicious: msg.ScanVerdictSuspicious, scan.Unscannable: msg.ScanVerdictUnscannable,
	scan.Errored: msg.ScanVerdictFailed, scan.Allowed: msg.ScanVerdictAllowed, scan.Clean: msg.ScanVerdictClean,
}

// scanLine is one result: what, where, when.
func scanLine(r scan.Result, x Context, m msg.Catalog) string {
	key, known := scanVerdicts[r.Verdict]
	if !known {
		key = msg.ScanVerdictFailed
	}
	text := m.Say(msg.ScanLine, msg.Args{
		"Verdict": m.Plain(key, nil), "Object": msg.Code(Cut(r.Bucket+"/"+r.Key, 120)), "At": m.Moment(r.At, x.zone()),
	})
	if len(r.Threats) > 0 {
		text += " – " + msg.Escape(Cut(strings.Join(r.Threats, ", "), 100))
	} else if r.Why != "" {
		text += " – " + msg.Escape(Cut(r.Why, 100))
	}
	return text
}

func openFindings(k *alerts.Context, m msg.Catalog) []string {
	if k.Open == 0 {
		return nil
	}
	lines := []string{m.Say(msg.KnownFindings, msg.Args{"N": k.Open})}
	for _, f := range k.Findings[:min(3, len(k.Findings))] {
		lines = append(lines, "• "+string(msg.Bold(m.Plain(severities[f.Severity], nil)))+"  "+msg.Escape(Cut(f.Title, 120)))
	}
	return lines
}

var severities = map[scan.Severity]msg.Key{
	scan.Critical: msg.ScanSeverityCritical, scan.High: msg.ScanSeverityHigh, scan.Medium: msg.ScanSeverityMedium,
	scan.Low: msg.ScanSeverityLow, scan.Informational: msg.ScanSeverityInformational,
}

// gaps are the words for why something could not be looked up. Datadog itself
// calls it a timeout when it counted only a part.
var gaps = map[string]msg.Key{
	"timeout": msg.WafGapTimeout, "slow": msg.WafGapSlow, "budget": msg.WafGapBudget, "refused": msg.WafGapRefused,
	"down": msg.WafGapDown,
}

// lacks says what could not be looked up, why, and when it is tried again.
func lacks(gone alerts.Missing, x Context, m msg.Catalog) msg.Markup {
	key, known := gaps[gone.Why]
	if !known {
		key = msg.WafGapOther
	}
	text := m.Say(key, msg.Args{"Part": partOf(gone.Part, m), "Why": Cut(gone.Why, 100)})
	if !gone.Again.IsZero() {
		text += " " + m.Say(msg.KnownAgain, msg.Args{"At": m.Clock(gone.Again, x.zone())})
	}
	return msg.Markup(text)
}

// stopped draws the object that a malware scan stopped, for an alert about it.
func stopped(c alerts.Case, x Context, m msg.Catalog) []slack.Block {
	if c.Context == nil || c.Context.Scan == nil {
		return nil
	}
	r := c.Context.Scan
	lines := []string{scanLine(*r, x, m)}
	switch {
	case c.Alert.State == alerts.AlertRecovered: // a clean scan came since: nothing is to be done
	case r.Action == scan.Quarantined:
		lines = append(lines, m.Say(msg.ScanDoneQuarantined, msg.Args{"Bucket": msg.Code(Cut(r.QuarantinedTo, 80))}))
	case r.Action == scan.Deleted:
		lines = append(lines, m.Say(msg.ScanDoneDeleted, nil))
	case r.Action == scan.Kept, r.Action == scan.Tagged:
		lines = append(lines, m.Say(msg.ScanDoneKept, nil))
	default:
		lines = append(lines, m.Say(msg.ScanDoneUnknown, nil))
	}
	if r.Uploader != "" {
		lines = append(lines, m.Say(msg.ScanUploader, msg.Args{"Who": msg.Code(Cut(r.Uploader, 100))}))
	}
	by := r.Scanner
	if r.Engine != "" {
		by += " (" + r.Engine + ")"
	}
	key := msg.ScanBy
	if r.Account == "" {
		key = msg.ScanByAlone
	}
	lines = append(lines, m.Say(key, msg.Args{"Scanner": Cut(by, 80), "Account": Cut(r.Account, 20)}))
	blocks := []slack.Block{section(strings.Join(lines, "\n"))}
	return append(blocks, note(strings.Join(scansBefore(c.Context.Scans, x, m), "\n"))...)
}
