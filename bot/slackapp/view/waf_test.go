package view

import (
	"os"
	"testing"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/scan"
	"toban/alerts/waf"
	"toban/bot/msg"
)

// attempt is an alert about the requests of the sample log.
func attempt(t *testing.T) alerts.Case {
	t.Helper()
	file, err := os.Open("../../../fixtures/data/waf/attempt.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, err := waf.Summarize(file)
	if err != nil {
		t.Fatal(err)
	}
	r := waf.NewReport(waf.Facts{
		Query: "source:waf host:www.example.com", Host: "www.example.com", From: began.Add(-5 * time.Minute), Until: began, Read: read,
		Before: &waf.Aggregate{Total: 4, Lists: map[waf.Facet]waf.Counts{waf.ByPath: {Top: []waf.Count{{Key: "/search", N: 4}}, Distinct: 1}}},
	}).Trim()
	c := checkout()
	c.Alert.Title, c.Alert.Tags = "WAF blocks many requests", []string{"source:waf"}
	c.Context = &alerts.Context{At: began, WAF: &r}
	return c
}

// sampled is the same where the window had more than was read.
func sampled(t *testing.T) alerts.Case {
	c := attempt(t)
	c.Context.WAF.Total = 48210
	c.Context.WAF.Partial = []waf.Gap{{Part: "rule", Why: waf.Sampled}, {Part: "agent", Why: waf.Sampled}, {Part: "total", Why: "timeout"}, {Part: "day before", Why: "budget"}}
	c.Context.WAF.Summary.Skipped = waf.Skipped{Lines: 3, Reasons: []waf.SkipWhy{{Why: "no <httpRequest>", Lines: 3, First: 7}}}
	c.Context.WAF.Before = nil
	return c
}

func TestWhatTheWAFBlocked(t *testing.T) {
	golden(t, "waf_alert", func(m msg.Catalog) drawn { return message(Alert(attempt(t), inChannel, m)) })
	golden(t, "waf_page", func(m msg.Catalog) drawn { return message(Page(attempt(t), reader(ana), m)) })
	golden(t, "waf_sampled", func(m msg.Catalog) drawn { return message(Alert(sampled(t), inChannel, m)) })
	corrected := attempt(t)
	corrected.Context.Correction = &alerts.Correction{Kind: waf.FalsePositive, By: ana, At: at(3)}
	golden(t, "waf_corrected", func(m msg.Catalog) drawn { return message(Alert(corrected, inChannel, m)) })
	mistaken := attempt(t)
	mistaken.Context.WAF.Verdict = waf.Verdict{Kind: waf.FalsePositive, Reasons: mistaken.Context.WAF.Verdict.Reasons}
	mistaken.Context.WAF.Note = &waf.Note{Rule: "x"}
	golden(t, "waf_false_positive", func(m msg.Catalog) drawn { return message(Alert(mistaken, inChannel, m)) })
	none := attempt(t)
	none.Context.WAF = &waf.Report{Query: "source:waf", From: began.Add(-5 * time.Minute), Until: began}
	golden(t, "waf_nothing", func(m msg.Catalog) drawn { return message(Alert(none, inChannel, m)) })
	for _, by := range []waf.Facet{waf.ByAddress, waf.ByTime} {
		golden(t, "waf_detail_"+string(by), func(m msg.Catalog) drawn { return message(WAFDetail(attempt(t), by, inChannel, m)) })
	}
}

func TestEveryReasonHasItsSentence(t *testing.T) {
	for _, name := range waf.ReasonNames() {
		if _, known := reasons[name]; !known {
			t.Errorf("no sentence for the reason %q", name)
		}
	}
	m := msg.For(msg.Japanese)
	if got := reason(waf.Reason{Name: "new", Says: "<!here> 3 of 4"}, m); got != "&lt;!here&gt; 3 of 4" {
		t.Errorf("a new reason reads %q", got)
	}
}

func TestWhatElseIsKnown(t *testing.T) {
	c := checkout()
	c.Context = &alerts.Context{
		At: began,
		Deploys: []alerts.Deploy{
			{At: began.Add(-12 * time.Minute), Title: "checkout <v42> & more", Version: "v42", Link: "https://app.datadoghq.com/event/1"},
			{At: began.Add(-20 * time.Second), Title: "flags", Version: "7"},
		},
		Blocked: &alerts.Blocked{Host: "www.example.com", N: 1204, Before: 3},
		Scans: alerts.Scans{
			Of: "bucket:uploads-prod", Since: began.Add(-30 * 24 * time.Hour), N: 124, By: map[scan.Verdict]int{scan.Clean: 122, scan.Infected: 1, scan.Unscannable: 1},
			Latest: []scan.Result{
				{Verdict: scan.Infected, Bucket: "uploads-prod", Key: "a/b <c>.zip", Threats: []string{"EICAR-Test-File"}, At: began.Add(-time.Hour)},
				{Verdict: scan.Unscannable, Bucket: "uploads-prod", Key: "secret.zip", Why: "password protected", At: began.Add(-2 * time.Hour)},
			},
		},
		Findings: []alerts.OpenFinding{{ID: "F1", Title: "S3.8 S3 buckets should block public access", Severity: scan.High}}, Open: 4,
		Missing: []alerts.Missing{{Part: "deploys", Why: "budget", Again: at(10)}, {Part: "blocked", Why: "no answer from <datadog>"}},
	}
	golden(t, "known", func(m msg.Catalog) drawn { return message(Alert(c, inChannel, m)) })

	for name, r := range map[string]scan.Result{
		"malware_quarantined": {
			Verdict: scan.Infected, Bucket: "uploads-prod", Key: "2026/invoice.pdf.exe", Threats: []string{"Win.Test.EICAR_HDB-1"}, Scanner: "Antivirus for Amazon S3", Engine: "ClamAV",
			Account: "123456789012", Action: scan.Quarantined, QuarantinedTo: "cloudstoragesecquarantine-x", Uploader: "alice <!channel>", At: began,
		},
		"malware_still_there": {Verdict: scan.Suspicious, Bucket: "uploads-prod", Key: "x", Scanner: "GuardDuty", Account: "123456789012", At: began},
	} {
		c := checkout()
		c.Alert.Title, c.Alert.Source = "s3://uploads-prod/"+r.Key, "scan"
		c.Context = &alerts.Context{Scan: &r, Scans: alerts.Scans{Of: "bucket:uploads-prod", Since: began.Add(-720 * time.Hour), N: 9, By: map[scan.Verdict]int{scan.Clean: 8, scan.Infected: 1}}}
		golden(t, name, func(m msg.Catalog) drawn { return message(Alert(c, inChannel, m)) })
	}
}

func TestAnswersAboutBlockedRequests(t *testing.T) {
	read := attempt(t).Context.WAF.Summary
	top := enrich.Answer{By: waf.ByPath, From: began.Add(-time.Hour), Until: began, Total: 48210, Of: 48210, List: waf.Counts{Distinct: 31, Top: []waf.Count{{Key: "/wp-login.php", N: 40000}, {Key: "/<x>`y`", N: 12}}}}
	golden(t, "waf_top", func(m msg.Catalog) drawn { return message(WAFTop(top, inChannel, m)) })
	top.By, top.Of, top.More, top.Partial = waf.ByRule, 1000, true, []waf.Gap{{Part: "samples", Why: "timeout"}}
	golden(t, "waf_top_sampled", func(m msg.Catalog) drawn { return message(WAFTop(top, inChannel, m)) })
	golden(t, "waf_top_none", func(m msg.Catalog) drawn {
		return message(WAFTop(enrich.Answer{From: began.Add(-time.Hour), Until: began}, inChannel, m))
	})
	counted := enrich.Answer{Rule: "SizeRestrictions_BODY", From: began.Add(-24 * time.Hour), Until: began, Total: 35, Of: 1000, Summary: read, More: true}
	golden(t, "waf_counted", func(m msg.Catalog) drawn { return message(WAFWouldBlock(counted, m)) })
	counted.Total = 0
	golden(t, "waf_counted_none", func(m msg.Catalog) drawn { return message(WAFWouldBlock(counted, m)) })
	note := waf.Note{
		Rule: "AWS-AWSManagedRulesCommonRuleSet › SizeRestrictions_BODY", N: 120, Of: 130, Paths: []waf.Count{{Key: "/reviews/new", N: 120}},
		Evidence: []waf.Reason{{Name: "sessions", N: 110, Of: 120}}, Against: []waf.Reason{{Name: "few", N: 9, Of: 120}},
		Statement: "{\n  \"NotStatement\": {}\n}", Instead: "{\n  \"AndStatement\": {}\n}",
	}
	golden(t, "waf_tune", func(m msg.Catalog) drawn { return message(WAFNote(note, time.Hour, m)) })
	for _, why := range []waf.Refusal{waf.AttackInSight, waf.MaybeAttack, waf.TooManyPaths, waf.NothingSeen} {
		note.Refused = why
		golden(t, "waf_tune_"+string(why), func(m msg.Catalog) drawn { return message(WAFNote(note, time.Hour, m)) })
	}
	golden(t, "waf_record", func(m msg.Catalog) drawn {
		return message(WAFRecord(map[waf.Kind]map[waf.Kind]int{waf.Unsure: {waf.Targeted: 3}, waf.Scan: {waf.Scan: 9}}, 40, m))
	})
	golden(t, "waf_record_none", func(m msg.Catalog) drawn { return message(WAFRecord(nil, 0, m)) })
}

func TestTraining(t *testing.T) {
	golden(t, "form_train", func(m msg.Catalog) drawn {
		return drawn{"", TrainForm(Training{Alerts: []string{"A1", "A2"}}, attempt(t), inChannel, m)}
	})
	judged := attempt(t)
	judged.Context.Correction = &alerts.Correction{Kind: waf.Scan, By: ana, At: at(3)}
	golden(t, "form_train_result", func(m msg.Catalog) drawn {
		return drawn{"", TrainResult([]Trained{{attempt(t), waf.Targeted}, {judged, waf.Flood}}, inChannel, m)}
	})
}
