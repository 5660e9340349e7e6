package main

import (
	"testing"

	"toban/bot/msg"
)

const (
	ackButton     = `[data-action-id="page.acknowledge"]`
	resolveButton = `[data-action-id="page.resolve"]`
	snoozeMenu    = `[data-action-id="page.snooze"]`
	takeButton    = `[data-action-id="page.take"]`
)

// paged is the person whom the newest alert in the open channel calls.
func (p *tab) paged() string {
	p.t.Helper()
	p.sees("[data-kind=alert] [data-mention]")
	return ask[string](p, `shown('[data-kind=alert]').querySelector('[data-mention]').dataset.mention`)
}

// other is somebody of the platform team who is none of these.
func other(t *testing.T, not ...string) string {
	t.Helper()
candidates:
	for _, id := range []string{ana, bo, ken, yuki} {
		for _, n := range not {
			if n == id {
				continue candidates
			}
		}
		return id
	}
	t.Fatal("nobody is left")
	return ""
}

// isIn says that copies of a kind show a lead, in whichever of our languages
// their reader has.
func (p *tab) isIn(kind string, lead msg.Key) {
	p.t.Helper()
	p.wait(kind+" shows "+string(lead), `["`+msg.For(msg.English).Plain(lead, nil)+`", "`+msg.For(msg.Japanese).Plain(lead, nil)+
		`"].some((word) => shown('[data-kind=`+kind+`] h3', word))`)
}

// A page arrives in the channel and with the person on call while both are
// looked at, and every copy follows what one of them presses.
func walkPage(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	hanas := d.as(t, hana, alertsChannel)
	hanas.fires(batch, "", "Triggered")
	who := hanas.paged()
	theirs, second := d.as(t, who, ""), d.as(t, other(t, who), alertsChannel)
	theirs.goes("app")
	theirs.sees("[data-kind=page] " + ackButton)
	second.sees("[data-kind=alert] " + ackButton)

	hanas.fires(wafMonitor, "host:api.example.com", "Triggered")
	theirs.sees("[data-kind=page]", "WAF", "api.example.com")
	second.sees("[data-kind=alert]", "WAF", "api.example.com")
	theirs.sees("#live", "WAF") // what a screen reader is told

	theirs.click("[data-kind=page] " + ackButton)
	for _, copied := range []*tab{hanas, second} {
		copied.sees("[data-kind=alert] h3", "WAF", "Acknowledged")
		copied.sees(`[data-kind=alert] [data-mention="` + who + `"]`)
		copied.wait("nobody is asked to acknowledge it again", `!shown('[data-kind=alert]', 'WAF').querySelector('`+ackButton+`')`)
	}
	theirs.isIn("page", msg.PageLeadAcknowledged)

	theirs.goes("alerts")
	theirs.click("[data-kind=alert] " + takeButton)
	theirs.wait("a second press is explained to its presser alone", `shown('[data-ephemeral]')`)
	second.wait("and to nobody else", `!shown('[data-ephemeral]')`)

	second.click("[data-kind=alert] " + takeButton)
	hanas.wait("whoever takes over is named", `shown('[data-kind=alert]', 'WAF').querySelector('[data-mention="`+other(t, who)+`"]')`)

	second.click("[data-kind=alert] " + snoozeMenu)
	second.click(`[role=option][data-option^="1h0m0s/"]`)
	hanas.sees("[data-kind=alert] h3", "WAF", "Snoozed")
	second.sees("[data-kind=alert] h3", "WAF", "Snoozed")
	second.click("[data-kind=alert] " + ackButton)
	hanas.sees("[data-kind=alert] h3", "WAF", "Acknowledged")
	second.click("[data-kind=alert] " + resolveButton)
	hanas.sees("[data-kind=alert] h3", "WAF", "Resolved")
	hanas.wait("nothing is left to press but what is asked about the WAF",
		`[...shown('[data-kind=alert]', 'WAF').querySelectorAll('[data-action-id]')].every((a) => a.dataset.actionId.startsWith('waf.'))`)
}

// Recovery comes from Datadog; the panel shows what the webhook answered.
func walkRecovery(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, checkoutChannel)
	p.fires(latency, "service:checkout,env:prod", "Triggered")
	p.sees("[data-kind=alert] " + ackButton)
	p.fires(latency, "service:checkout,env:prod", "Recovered")
	p.sees("[data-kind=alert] h3", "Recovered", "Checkout p95 latency")
	p.wait("it is closed", `!shown('[data-kind=alert] [data-action-id]')`)
	p.wait("one message tells all of it", `document.querySelectorAll('[data-kind=alert]').length === 1`)
	p.wait("both deliveries are accepted", `document.querySelectorAll('[data-testid=deliveries] [data-status="200"]').length === 2`)
	p.wait("none is refused", `document.querySelectorAll('[data-testid=deliveries] > li').length === 2`)

	p.click("[data-testid=datadog-more]" + group(latency, "service:checkout,env:prod"))
	p.click(`[role=menuitem][data-extra=repeat]`)
	p.wait("the same webhook three times is accepted", `document.querySelectorAll('[data-testid=deliveries] [data-status="200"]').length === 5`)
	p.sees("[data-kind=alert] " + ackButton)
	p.sees("[data-kind=alert]", "came back once after closing")
	p.wait("and is the same alert again", `document.querySelectorAll('[data-kind=alert]').length === 1`)
}

// Nobody answers: the page climbs by itself and says so at the end.
func walkUnanswered(t *testing.T, b *browser) {
	d := startDemo(t, b, "100x")
	p := d.as(t, hana, alertsChannel)
	p.fires(batch, "", "Triggered")
	p.sees("[data-kind=alert] h3", "NOBODY ANSWERED")
	p.sees("[data-kind=unanswered]")
	p.sees("[data-kind=alert] h3", "NOBODY ANSWERED")
	p.wait("three people were paged", `new Set([...shown('[data-kind=alert]').querySelectorAll('[data-mention]')].map((m) => m.dataset.mention)).size >= 3`)
	p.goes("app")
	p.sees("[data-kind=page] " + ackButton)
	p.click("[data-kind=page] " + ackButton)
	p.goes("alerts")
	p.sees("[data-kind=alert] h3", "Acknowledged")
}

// Forty alerts at once become one message that can be answered with one press.
func walkStorm(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	storm(p)
	p.click("[data-kind=storm] [data-testid=open-thread]")
	p.wait("every alert is named once, in its own message or in the thread", everyHostNamed)
	p.click("[data-testid=close-thread]")
	p.click("[data-kind=storm] " + ackButton)
	p.sees("[data-kind=storm]", "0 waiting for an answer")
	p.wait("nothing is left to acknowledge in it", `!shown('[data-kind=storm] `+ackButton+`')`)
	p.click("[data-kind=storm] " + resolveButton)
	p.sees("dialog[data-confirm]", "Resolve all of them?")
	p.click("[data-testid=confirm]")
	p.sees("[data-kind=storm] h3", "all closed")
}

func storm(p *tab) {
	p.t.Helper()
	p.click("[data-testid=datadog-more]" + group(wafMonitor, "host:api.example.com"))
	p.click(`[role=menuitem][data-extra=storm]`)
	p.sees("[data-kind=storm] h3", "alerts at once")
	p.sees("[data-kind=storm] [data-testid=open-thread]")
}

const everyHostNamed = `(() => {
	const text = [...document.querySelectorAll('[data-kind=alert], [data-kind=storm_names]')].map((m) => m.innerText).join(' ');
	const named = text.match(/api\.example\.com-\d{4}/g) || [];
	return new Set(named).size === 40;
})()`
