package view

import (
	"encoding/json"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
)

// hostile is what an uploader, a bucket's name or another product could write.
const hostile = "<!channel> <@U0ANA> <https://evil.example|AWS> https://evil.example *`_ \u202e x"

// clickable is what Slack makes a mention or a link of.
var clickable = regexp.MustCompile(`<[@!#]?[^>]*>`)

func TestNothingOfAFindingOrAScanIsAMentionOrALink(t *testing.T) {
	f := scan.Finding{
		ID: hostile, Product: hostile, Account: hostile, Region: hostile, Control: hostile, Title: hostile, Text: hostile, Severity: scan.High,
		Advice: hostile, AdviceURL: "https://docs.aws.amazon.com.evil.example/" + hostile, Resources: []scan.Resource{{Type: hostile, ID: hostile}, {ID: hostile}},
	}
	r := findings.Record{
		ID: "F1", Finding: f, Team: hostile, Why: hostile, State: findings.Suppressed, By: "U0BO", Reason: hostile, Until: began, FirstAt: began, TellWhy: hostile, Times: 2,
	}
	open := r
	open.State, open.Log = findings.Open, []findings.Entry{{At: began, Did: "worse", Detail: hostile}}
	s := scan.Result{
		Scanner: hostile, Engine: hostile, Account: hostile, Bucket: hostile, Key: hostile, Verdict: scan.Infected, Threats: []string{hostile}, Why: hostile,
		Action: scan.Quarantined, QuarantinedTo: hostile, Uploader: hostile, At: began,
	}
	page := alerts.Case{
		Alert:   alerts.Alert{ID: "A1", Source: "scan", Title: "Malware: s3://" + hostile, Scope: "bucket:" + hostile + ",key:" + hostile, State: alerts.Firing, OpenedAt: began, Priority: "P1"},
		Context: &alerts.Context{At: began, Scan: &s, Scans: alerts.Scans{Of: "bucket:" + hostile, N: 1, By: map[scan.Verdict]int{scan.Infected: 1}, Latest: []scan.Result{s}, Since: began}},
	}
	c := findings.Coverage{
		ReadAt: began, FailedAt: began.Add(time.Hour), Uncovered: []string{hostile}, Named: 1,
		Protection: scan.Protection{
			Lists: true, Engine: hostile, MultiEngine: hostile, Quarantine: scan.Quarantine{Action: hostile, Bucket: hostile}, Unknown: []string{hostile},
			Buckets: []scan.Bucket{{Name: hostile, Event: true, Only: []string{hostile}, Skip: []string{hostile}}},
		},
	}
	for _, lang := range []string{msg.Japanese, msg.English} {
		m := msg.For(lang)
		drawings := map[string]func() (string, []slack.Block){
			"finding": func() (string, []slack.Block) { return Finding(r, inChannel, m) },
			"open":    func() (string, []slack.Block) { return Finding(open, inChannel, m) },
			"list":    func() (string, []slack.Block) { return FindingList([]findings.Record{open}, 1, "", inChannel, m) },
			"malware": func() (string, []slack.Block) {
				return Malware([]scan.Result{s}, map[scan.Verdict]int{scan.Infected: 1}, began, inChannel, m)
			},
			"coverage":  func() (string, []slack.Block) { return Coverage(c, inChannel, m) },
			"the alert": func() (string, []slack.Block) { return Alert(page, inChannel, m) },
		}
		for kind, b := range map[findings.BulletinKind]findings.Bulletin{
			findings.More: {}, findings.Nudge: {Asked: "U0BO"}, findings.Weekly: {Team: hostile, Counts: map[string]int{"high/week": 1}},
			findings.Notices:    {Notices: []findings.Notice{{Title: hostile, Text: hostile, Bucket: hostile, Key: hostile, Times: 2}}},
			findings.Protection: {Changes: []scan.Change{{What: "unprotected", Bucket: hostile, Before: hostile}, {What: "skip", Bucket: hostile, After: hostile}}},
		} {
			b.Kind, b.Total = kind, 1
			drawings[string(kind)] = func() (string, []slack.Block) { return Bulletin(b, []findings.Record{open}, inChannel, m) }
		}
		drawings["unreadable"] = func() (string, []slack.Block) {
			return Bulletin(findings.Bulletin{Kind: findings.Protection, Changes: []scan.Change{{What: "unreadable", After: hostile}}}, nil, inChannel, m)
		}
		for name, draw := range drawings {
			text, blocks := draw()
			for _, said := range append(mrkdwns(t, blocks), text) {
				for _, mark := range clickable.FindAllString(said, -1) {
					if !regexp.MustCompile(`^<(@U0BO|!date\^)`).MatchString(mark) {
						t.Errorf("%s: %s in %s", name, mark, said)
					}
				}
			}
		}
	}
}

// mrkdwns are all texts of blocks in which Slack reads marks. All of them tell
// it to make no links by itself.
func mrkdwns(t *testing.T, blocks []slack.Block) (texts []string) {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			if v["type"] == "mrkdwn" {
				texts = append(texts, fmt.Sprint(v["text"]))
				if v["verbatim"] != true {
					t.Errorf("links are made in %v", v["text"])
				}
			}
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(tree)
	return texts
}
