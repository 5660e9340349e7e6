package main

import (
	"testing"
)

// happens has one thing happen in the embedded AWS.
func (p *tab) happens(event string) {
	p.t.Helper()
	p.click(`[data-testid=aws-do][data-event="` + event + `"]`)
}

// What the WAF blocked follows the page by edit; people break it down in the
// thread, ask what to do about the rule, and correct the verdict.
func walkBlocked(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	anas, bos := d.as(t, ana, alertsChannel), d.as(t, bo, alertsChannel)
	anas.fires(wafMonitor, "host:shop.example.com", "Triggered")
	anas.sees("[data-kind=alert]", "likely false positive", "SizeRestrictions_BODY", "/reviews/new", "The same time yesterday")
	anas.wait("what was blocked is one message with the page", `document.querySelectorAll('[data-kind=alert]').length === 1`)

	anas.click(`[data-kind=alert] [data-action-id="waf.drill"]`)
	anas.click(`[role=option][data-option^="path/"]`)
	anas.click("[data-kind=alert] .thread-link")
	anas.sees("#thread [data-kind=waf_detail]", "(1 path)", "/reviews/new")

	bos.click(`[data-kind=alert] [data-action-id="waf.tune"]`)
	bos.sees("[data-ephemeral]", "Tuning note", `"SearchString": "/reviews/new"`, "Toban does not change the WAF")
	bos.click(`[data-kind=alert] [data-action-id="waf.correct"]`)
	bos.click(`[role=option][data-option^="scan/"]`)
	anas.sees("[data-kind=alert]", "indiscriminate scan, says", "Toban had said: likely false positive")

	bos.says("/waf top country 1h")
	bos.sees("[data-ephemeral]", "1 country", "JP")
	bos.says("/waf train")
	bos.sees("dialog[data-view] h2", "Train: 1 of 1")
}

// An infected upload pages; a finding goes to its owners, who accept it for a
// while; a bucket that nobody scans any more is announced.
func walkFindings(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	anas, bos := d.as(t, ana, checkoutChannel), d.as(t, bo, alertsChannel)
	anas.happens("infected upload")
	anas.sees("[data-kind=alert]", "Malware", "uploads-prod", "Win.Trojan.Emotet", "Assume that it is still there")
	anas.happens("infected and quarantined")
	anas.sees("[data-kind=alert]", "photo, 1.jpg", "It was moved to quarantine", "Uploaded by")
	anas.happens("cannot be scanned")
	anas.wait("what cannot be scanned pages nobody", `document.querySelectorAll('[data-kind=alert]').length === 2`)
	anas.happens("clean scan")
	anas.sees("[data-kind=alert] h3", "Recovered", "invoice, final.pdf")

	anas.happens("public bucket")
	anas.sees("[data-kind=finding]", "HIGH finding: S3.8", "Nobody has taken this yet", "for checkout (tag team:payments)")
	anas.happens("public bucket")
	anas.sees("[data-kind=finding]", "seen 2 times")
	anas.wait("the same again is the same message", `document.querySelectorAll('[data-kind=finding]').length === 1`)
	anas.click(`[data-kind=finding] [data-action-id="finding.suppress.open"]`)
	anas.sees("dialog[data-view]", "Accept")
	anas.click("dialog textarea")
	anas.types("the partner reads it until January")
	anas.click("[data-testid=modal-submit]")
	anas.seesNo("dialog")
	anas.sees("[data-kind=finding]", "Accepted by", "the partner reads it until January")
	anas.happens("all fixed")
	anas.sees("[data-kind=finding]", "no longer finds it")

	anas.happens("plan fails")
	anas.sees("[data-kind=scan_notices]", "What the scanners report (", "uploads-prod is NOT being scanned", "GuardDuty lacks a permission")
	bos.happens("protection off")
	bos.sees("[data-kind=protection]", "uploads-staging is no longer protected")
	bos.says("/scan config")
	bos.sees("[data-ephemeral]", "Not covered", "uploads-staging", "orders-export", "Buckets that Toban knows: 3 from")
	bos.says("/scan malware")
	bos.sees("[data-ephemeral]", "could not be scanned", "archive.zip", "password protected")
}
