package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"toban/bot/msg"
)

// picks chooses an option of a form's menu and returns its value.
func (p *tab) picks(field, option string) string {
	p.t.Helper()
	p.click(`dialog .picker-trigger[data-action-id="` + field + `"]`)
	p.sees("dialog [role=option]" + option)
	// The first one, as a person would take it: shown finds the last.
	value := ask[string](p, `document.querySelector('dialog [role=option]`+option+`').dataset.option`)
	p.click(`dialog [role=option][data-option="` + value + `"]`)
	p.seesNo(".popup [role=option]")
	return value
}

// A swap: asked for by form, accepted by button, seen in the schedule.
func walkSwap(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	anas := d.as(t, ana, platformChannel)
	bos := d.as(t, bo, "")
	bos.goes("app")

	anas.says("/oncall swap")
	anas.sees("dialog[data-view] h2", "Swap shifts")
	mine := anas.picks("mine", `[data-option$="/platform"]`)
	anas.picks("theirs", `[data-option$="/platform-secondary"]`)
	anas.click("[data-testid=modal-submit]")
	anas.sees(`[data-error=theirs]`, "same rotation")
	theirs := anas.picks("theirs", `[data-option$="/`+bo+`/platform"]`)
	anas.click("[data-testid=modal-submit]")
	anas.seesNo("dialog")
	anas.sees("[data-kind=swap_channel]")

	bos.sees(`[data-kind=swap] [data-action-id="swap.accept"]`)
	anas.goes("app")
	anas.sees(`[data-kind=swap_asker] [data-action-id="swap.withdraw"]`)
	bos.click(`[data-kind=swap] [data-action-id="swap.accept"]`)
	bos.sees("[data-kind=swap]", "Swapped.")
	anas.sees("[data-kind=swap_asker]", "Swapped.")
	anas.wait("nothing is left to withdraw", `!shown('[data-kind=swap_asker] [data-action-id]')`)

	for date, now := range map[string]string{mine: bo, theirs: ana} {
		day, _, _ := strings.Cut(date, "/")
		anas.says("/oncall why platform " + day)
		anas.wait("the plan of "+day+" names the other", `[...document.querySelectorAll('[data-ephemeral]')].at(-1)?.querySelector('[data-mention]')?.dataset.mention === '`+now+`'`)
		anas.sees("[data-ephemeral]", "by a swap")
	}
}

// An incident, from the button on a page to its end.
func walkIncident(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	hanas := d.as(t, hana, alertsChannel)
	hanas.fires(batch, "", "Triggered")
	who := hanas.paged()
	if who == ana { // somebody who reads English declares it
		who = bo
	}
	anas, watching := d.as(t, ana, alertsChannel), d.as(t, who, incidentsChannel)
	anas.click(`[data-kind=alert] [data-action-id="page.declare.open"]`)
	anas.sees("dialog[data-view] h2", "Declare incident")
	anas.wait("the form knows the alert's title", `shown('dialog [data-action-id=title]').value.includes('Nightly batch')`)
	anas.picks("severity", `[data-option=sev2]`)
	anas.click("[data-testid=modal-submit]")
	anas.seesNo("dialog")
	anas.sees("[data-channel] .entry-name", "inc-")
	anas.wait("the alert leads to the channel", `[...shown('[data-kind=alert]').querySelectorAll('a.mention')].some((a) => a.innerText.startsWith('#inc-'))`)
	watching.sees("[data-kind=digest]", "Nightly batch")

	anas.goes("inc-")
	anas.sees("[data-kind=incident].pinned h3", "Sev 2 incident #1")
	anas.sees(".pin-bar", "Nightly batch")
	anas.click(`[data-kind=incident] [data-action-id="incident.update.open"]`)
	anas.click("dialog [data-action-id=text]")
	anas.types("Restarted the batch host; watching the next run")
	anas.click("[data-testid=modal-submit]")
	anas.sees("[data-kind=update]", "Restarted the batch host")
	anas.sees("[data-kind=incident].pinned", "Latest update", "Restarted the batch host")
	watching.sees("[data-kind=digest]", "Restarted the batch host")

	anas.click(`[data-kind=incident] [data-action-id="incident.resolve"]`)
	anas.sees("dialog[data-confirm]", "Resolve this incident?")
	anas.keys(kb.Escape)
	anas.seesNo("dialog")
	anas.sees("[data-kind=incident].pinned", "Open since")
	anas.click(`[data-kind=incident] [data-action-id="incident.resolve"]`)
	anas.click("[data-testid=confirm]")
	anas.sees("[data-kind=incident].pinned h3", "Resolved")
	watching.sees("[data-kind=digest] h3", "Resolved")
	anas.wait("nothing is left to press", `!shown('[data-kind=incident] [data-action-id]')`)
}

// The Home tab shows what concerns its reader, and acts.
func walkHome(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	hanas := d.as(t, hana, alertsChannel)
	hanas.fires(batch, "", "Triggered")
	p := d.as(t, hanas.paged(), "")
	p.goes("app")
	p.sees("[data-kind=page]")
	p.click("[data-testid=app-home]")
	p.sees("[data-testid=home] " + ackButton)
	p.click("[data-testid=home] " + ackButton)
	p.wait("the Home tab follows", `!shown('[data-testid=home] `+ackButton+`') && shown('[data-testid=home] `+resolveButton+`')`)
	hanas.sees("[data-kind=alert] h3", "Acknowledged")
	p.click("[data-testid=home] " + resolveButton)
	p.wait("all quiet", `["`+msg.For(msg.English).Plain(msg.HomeQuiet, nil)+`", "`+msg.For(msg.Japanese).Plain(msg.HomeQuiet, nil)+`"].some((word) => shown('[data-testid=home]', word))`)
}
