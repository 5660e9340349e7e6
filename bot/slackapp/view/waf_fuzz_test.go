package view

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"toban/alerts"
	"toban/alerts/enrich"
	"toban/alerts/scan"
	"toban/alerts/waf"
	"toban/bot/msg"
)

// hostileContext is a case about which whoever sent the requests wrote everything.
func hostileContext(text string, n int) alerts.Case {
	list := waf.Counts{Distinct: n, About: n%2 == 0}
	var samples []waf.Sample
	var changes []waf.Change
	var reasons []waf.Reason
	var gaps []waf.Gap
	for i := range n {
		list.Top = append(list.Top, waf.Count{Key: text, N: uint64(n - i)})
		samples = append(samples, waf.Sample{
			Method: text, Path: text, Query: text, Agent: text, WasAttack: i%2 == 1, Matches: []waf.SampleMatch{{Location: text, Data: text}},
		})
		changes = append(changes, waf.Change{What: text, Key: text, Today: uint64(i), New: i%2 == 0})
		reasons, gaps = append(reasons, waf.Reason{Name: text, Says: text, N: i, Of: n}), append(gaps, waf.Gap{Part: text, Why: text})
	}
	all := waf.Breakdown{
		N: n, Addresses: list, Networks: list, Countries: list, Hosts: list, Methods: list, Paths: list, Agents: list, Rules: list,
	}
	c := checkout()
	c.Alert.Title, c.Alert.Scope = text, text
	c.Context = &alerts.Context{
		At: began, Correction: &alerts.Correction{Kind: waf.Kind(text), By: ana, At: began},
		WAF: &waf.Report{
			Query: text, Host: text, From: began, Until: at(5), Total: n * 3, Read: n, Partial: gaps, Verdict: waf.Verdict{Kind: waf.Kind(text), Reasons: reasons},
			Summary: waf.Summary{Stopped: all, Samples: samples, Skipped: waf.Skipped{Lines: n, Reasons: []waf.SkipWhy{{Why: text, Lines: n}}}},
			Before:  &waf.Difference{Before: n, Changes: changes}, Note: &waf.Note{Rule: text, Paths: list.Top, Evidence: reasons, Against: reasons, Statement: text, Instead: text},
		},
		Blocked:  &alerts.Blocked{Host: text, N: n, Before: n - 1},
		Findings: []alerts.OpenFinding{{Title: text, Control: text, Resource: text, Severity: scan.Severity(text)}}, Open: n,
		Scans: alerts.Scans{Of: text, N: n, By: map[scan.Verdict]int{scan.Infected: n}, Latest: []scan.Result{{Bucket: text, Key: text, Threats: []string{text}}, {Why: text}}},
	}
	for i := range min(n, 4) {
		c.Context.Deploys = append(c.Context.Deploys, alerts.Deploy{At: began, Title: text, Version: text, Link: text})
		c.Context.Missing = append(c.Context.Missing, alerts.Missing{Part: text, Why: text, Again: at(i)})
	}
	if n%3 == 0 {
		c.Context.Correction = nil
	}
	return c
}

// Whatever clients sent, Slack accepts each drawing of it, it calls nobody, and
// nothing of it can be clicked.
func FuzzWhatClientsSent(f *testing.F) {
	f.Add("/.env", 3)
	f.Add("<!channel> https://evil.example evil.example <@U0ANA> *b* _i_ ~s~ `c` ```d```\n> q", 30)
	f.Add("<https://evil.example|click>", 1)
	f.Add(strings.Repeat("&<>`*長", 900), 40)
	f.Add("\x00\u202e\xff\r\n", 2)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, n int) {
		n = (n%50 + 50) % 50
		c := hostileContext(text, n)
		if strings.HasPrefix(strings.TrimSpace(text), "http") { // a deploy's own link may be followed
			for i := range c.Context.Deploys {
				c.Context.Deploys[i].Link = ""
			}
		}
		r := c.Context.WAF
		answer := enrich.Answer{
			By: waf.ByAgent, Rule: text, From: began, Until: at(60), Total: n, Of: n, List: r.Summary.Stopped.Agents, Summary: r.Summary, More: true, Partial: r.Partial,
		}
		overTime := answer
		overTime.By = waf.ByTime
		for _, lang := range []string{msg.Japanese, msg.English} {
			m := msg.For(lang)
			check := func(name string, d drawn) {
				raw, err := json.Marshal(d.view)
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range faults(raw) {
					t.Errorf("%s: %s", name, fault)
				}
				var v any
				_ = json.Unmarshal(raw, &v) // just written
				for _, link := range links(v) {
					t.Errorf("%s: something can be clicked: %.300s", name, link)
				}
				if strings.Contains(d.text, "<http") || strings.Contains(d.text, "<!channel") {
					t.Errorf("%s: the text acts: %.300q", name, d.text)
				}
			}
			c.Alert.Link, c.Alert.Snapshot, c.Alert.Text = "", "", ""
			check("alert", message(Alert(c, inChannel, m)))
			check("page", message(Page(c, reader(ana), m)))
			for _, by := range waf.Facets {
				check("by "+string(by), message(WAFDetail(c, by, inChannel, m)))
			}
			check("top", message(WAFTop(answer, inChannel, m)))
			check("top over time", message(WAFTop(overTime, inChannel, m)))
			check("counted", message(WAFWouldBlock(answer, m)))
			check("note", message(WAFNote(*r.Note, time.Hour, m)))
			check("form", drawn{"", TrainForm(Training{Alerts: []string{"A1"}}, c, inChannel, m)})
			check("result", drawn{"", TrainResult([]Trained{{c, waf.Kind(text)}, {c, waf.Scan}}, inChannel, m)})
		}
	})
}

// links returns the marked texts that can be clicked, and addresses of buttons.
func links(v any) (found []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = append(found, links(item)...)
		}
	case map[string]any:
		text, _ := v["text"].(string)
		if v["type"] == "mrkdwn" && (strings.Contains(text, "<http") || strings.Contains(text, "<mailto")) {
			found = append(found, text)
		}
		if address, ok := v["url"].(string); ok {
			found = append(found, address)
		}
		for _, item := range v {
			found = append(found, links(item)...)
		}
	}
	return found
}
