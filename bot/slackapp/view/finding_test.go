package view

import (
	"testing"
	"time"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
)

// openBucket is a finding of the checkout team.
func openBucket() findings.Record {
	return findings.Record{
		ID: "F1", Team: "checkout", Why: "team:payments", Channel: "C0CHECKOUT", State: findings.Open, FirstAt: began.Add(-40 * 24 * time.Hour), LastAt: began, Times: 4, Announced: true,
		Finding: scan.Finding{
			ID: "x", Product: "Security Hub", Account: "123456789012", Region: "ap-northeast-1", Control: "S3.8", Severity: scan.High,
			Title: "S3.8 S3 general purpose buckets should block public access <!channel>", Text: "This control checks whether a bucket blocks public access. See https://evil.example",
			Advice: "Turn on Block Public Access.", AdviceURL: "https://docs.aws.amazon.com/console/securityhub/S3.8/remediation",
			Resources: []scan.Resource{{Type: "AwsS3Bucket", ID: "arn:aws:s3:::orders-export"}, {Type: "AwsS3Bucket", ID: "arn:aws:s3:::b"}},
		},
	}
}

func TestFindings(t *testing.T) {
	acknowledged, suppressed, fixed, resolved, asked, nobody := openBucket(), openBucket(), openBucket(), openBucket(), openBucket(), openBucket()
	acknowledged.State, acknowledged.Owner = findings.Acknowledged, ana
	suppressed.State, suppressed.By, suppressed.Reason, suppressed.Until = findings.Suppressed, bo, "It is <our> public download", at(60*24*30)
	fixed.State, fixed.By, fixed.TellWhy = findings.Fixed, ana, "exit status 1"
	resolved.State, resolved.Finding.Compliance = findings.Resolved, scan.Passed
	closed, putAside := resolved, resolved
	closed.Finding.Compliance, closed.Finding.Archived = scan.Failed, true
	putAside.Finding.Compliance, putAside.Finding.Workflow = scan.Failed, scan.Suppressed
	asked.Nudges, asked.Log = 2, []findings.Entry{{At: began, Did: "worse", Detail: "high"}}
	nobody.Team, nobody.Why, nobody.Finding.Resources, nobody.Finding.AdviceURL = "", "", nil, "https://evil.example/docs.aws.amazon.com"
	for name, r := range map[string]findings.Record{
		"open": openBucket(), "acknowledged": acknowledged, "suppressed": suppressed, "fixed": fixed, "resolved": resolved, "closed_there": closed, "suppressed_there": putAside, "asked": asked, "nobodys": nobody,
	} {
		golden(t, "finding_"+name, func(m msg.Catalog) drawn { return message(Finding(r, inChannel, m)) })
	}
	golden(t, "form_suppress", func(m msg.Catalog) drawn { return drawn{"", SuppressForm(openBucket(), at(60*24*30), m)} })
	golden(t, "finding_list", func(m msg.Catalog) drawn {
		return message(FindingList([]findings.Record{openBucket(), acknowledged}, 31, "", inChannel, m))
	})
	golden(t, "finding_list_high", func(m msg.Catalog) drawn {
		return message(FindingList([]findings.Record{openBucket()}, 1, scan.High, inChannel, m))
	})
	golden(t, "finding_list_none_high", func(m msg.Catalog) drawn { return message(FindingList(nil, 0, scan.High, inChannel, m)) })
	golden(t, "finding_list_none", func(m msg.Catalog) drawn { return message(FindingList(nil, 0, "", inChannel, m)) })
}

func TestBulletins(t *testing.T) {
	acknowledged := openBucket()
	acknowledged.State, acknowledged.Owner = findings.Acknowledged, ana
	both := []findings.Record{openBucket(), acknowledged}
	for name, b := range map[string]findings.Bulletin{
		"more":  {Kind: findings.More, Team: "checkout", Total: 37},
		"nudge": {Kind: findings.Nudge, Team: "checkout", Total: 2, Asked: bo},
		"week":  {Kind: findings.Weekly, Team: "checkout", Total: 41, Counts: map[string]int{"high/older": 1, "high/week": 2, "low/month": 38}},
		"protection": {Kind: findings.Protection, Total: 3, Changes: []scan.Change{
			{What: "unprotected", Bucket: "uploads-prod", Before: "event, schedule"}, {What: "quarantine", Before: "Move q", After: ""}, {What: "skip", Bucket: "a", Before: "", After: "tmp/"},
		}},
		"protection_many": {Kind: findings.Protection, Total: 4, Changes: []scan.Change{
			{What: "many", Before: "5", After: "2"}, {What: "unprotected", Bucket: "a", Before: "event"}, {What: "unprotected", Bucket: "b", Before: "event"}, {What: "unprotected", Bucket: "c", Before: "schedule"},
		}},
		"protection_unlisted": {Kind: findings.Protection, Total: 1, Changes: []scan.Change{{What: "unlisted"}}},
		"notices": {Kind: findings.Notices, Total: 5, Notices: []findings.Notice{
			{Title: "GuardDuty Malware Protection Resource Status Error", Text: "ERROR, EVENTBRIDGE_MANAGED_EVENTS_DELIVERY_DISABLED", Bucket: "uploads-prod", Times: 1},
			{Source: "logs", Text: "logs: 403 Forbidden", Times: 1},
			{Title: "bucketPublic <!here>", Text: "See https://evil.example `x`", Bucket: "b`<b>", Key: "k", Times: 3},
		}},
		"protection_unreadable": {Kind: findings.Protection, Total: 1, Changes: []scan.Change{{What: "unreadable", After: "open /etc/scanner.json: no such file"}}},
	} {
		b.At = began
		golden(t, "bulletin_"+name, func(m msg.Catalog) drawn { return message(Bulletin(b, both, inChannel, m)) })
	}
	golden(t, "bulletin_nudge_done", func(m msg.Catalog) drawn {
		return message(Bulletin(findings.Bulletin{Kind: findings.Nudge, Total: 1, At: began}, both[1:], inChannel, m))
	})
}

func TestScans(t *testing.T) {
	results := []scan.Result{
		{Verdict: scan.Infected, Bucket: "uploads-prod", Key: "a <b>.zip", Threats: []string{"EICAR"}, At: began},
		{Verdict: scan.Errored, Bucket: "orders", Key: "x", Why: "access denied", At: at(-60)},
	}
	golden(t, "malware", func(m msg.Catalog) drawn {
		return message(Malware(results, map[scan.Verdict]int{scan.Infected: 1, scan.Errored: 1, scan.Clean: 12000}, at(-30*24*60), inChannel, m))
	})
	golden(t, "malware_clean", func(m msg.Catalog) drawn {
		return message(Malware(nil, map[scan.Verdict]int{scan.Clean: 7}, at(-30*24*60), inChannel, m))
	})
	golden(t, "malware_none", func(m msg.Catalog) drawn { return message(Malware(nil, nil, at(-30*24*60), inChannel, m)) })
	p := scan.Protection{
		Engine: "ClamAV", Lists: true, Quarantine: scan.Quarantine{Action: "Move", Bucket: "cloudstoragesecquarantine-x"}, Unknown: []string{"brandNew"},
		Buckets: []scan.Bucket{{Name: "uploads-prod", Event: true, Schedule: true, Skip: []string{"thumbnails/"}}, {Name: "old", Only: []string{"in/"}}},
	}
	covers := func(change func(*findings.Coverage)) findings.Coverage {
		c := findings.Coverage{Protection: p, ReadAt: began, Uncovered: []string{"orders-export"}, Named: 3, Seen: 1}
		change(&c)
		return c
	}
	for name, c := range map[string]findings.Coverage{
		"":          covers(func(*findings.Coverage) {}),
		"_stale":    covers(func(c *findings.Coverage) { c.FailedAt = at(60) }),
		"_all":      {Protection: scan.Protection{Lists: true}, ReadAt: began, Seen: 1},
		"_nothing":  {Protection: scan.Protection{Lists: true}, ReadAt: began},
		"_unlisted": {Protection: scan.Protection{Quarantine: p.Quarantine}, ReadAt: began, Named: 2},
		"_never":    {FailedAt: began},
		"_unread":   {},
	} {
		golden(t, "coverage"+name, func(m msg.Catalog) drawn { return message(Coverage(c, inChannel, m)) })
	}
}
