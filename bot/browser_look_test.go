package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// On a telephone everything is within reach and nothing runs off the side.
func walkPhone(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.b.open(t, d.url+"/?as="+ana+"&channel="+checkoutChannel, 390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)
	p.ready()
	p.fits("the channel")
	p.click("[data-testid=lab-toggle]")
	p.fits("the panel")
	p.fires(latency, "service:checkout,env:prod", "Triggered")
	p.keys(kb.Escape)
	p.sees("[data-kind=alert] " + ackButton)
	p.fits("an alert")
	p.click("[data-kind=alert] " + snoozeMenu)
	p.fits("a menu")
	p.keys(kb.Escape)
	p.click(`[data-kind=alert] [data-action-id="page.declare.open"]`)
	p.sees("dialog[data-view]")
	p.fits("a form")
	p.click("[data-testid=modal-close]")
	p.seesNo("dialog")
	p.click("[data-kind=alert] .byline") // a tap shows what else can be done with it
	p.click("[data-kind=alert] [data-testid=reply-in-thread]")
	p.sees("[data-testid=close-thread]")
	p.fits("a thread")
	p.click("[data-testid=close-thread]")
	p.click("[data-testid=menu]")
	p.sees("[data-testid=person-switcher]")
	p.fits("the drawer")
	p.click("[data-channel]", "alerts")
	p.sees("[data-testid=channel-name]", "alerts")
	p.wait("the drawer is closed", `!document.body.classList.contains('drawer-open')`)
	p.says("/oncall help")
	p.sees("[data-ephemeral]")
	p.fits("help")
	p.click("[data-testid=quick-switcher]")
	p.sees("[data-testid=switcher-input]")
	p.fits("the switcher")
	p.keys(kb.Escape)
	p.seesNo("dialog")
	p.click("[data-testid=menu]")
	p.click("[data-testid=app-home]")
	p.sees("[data-testid=home] h3")
	p.fits("Home")
	p.click("[data-lang=ja]")
	p.fits("Home with the page in Japanese")
}

// fits says that nothing visible is wider than its place.
func (p *tab) fits(what string) {
	p.t.Helper()
	wide := ask[string](p, `[document.documentElement, ...document.querySelectorAll('body, .topbar, .sidebar, main, main > *, .messages, aside, aside > *, dialog, .dialog-body, .popup')]
		.filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.scrollWidth > e.clientWidth + (getComputedStyle(e).overflowX === 'visible' ? 1 : 0))
		.map((e) => e.tagName + '.' + e.className + ' ' + e.scrollWidth + '>' + e.clientWidth).join(', ')`)
	if wide != "" {
		p.t.Errorf("%s runs off the side: %s", what, wide)
	}
}

// Both themes are readable, and the choice is kept.
func walkThemes(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, checkoutChannel)
	p.fires(latency, "service:checkout,env:prod", "Triggered")
	p.sees("[data-kind=alert] " + ackButton)
	p.says("/oncall")
	p.sees("[data-ephemeral]")
	p.readable("light, as the system says")
	p.prefers("dark")
	p.wait("the page follows the system", isDark)
	p.readable("dark, as the system says")
	p.click("[data-testid=theme]")
	p.wait("light is chosen", `!(`+isDark+`)`)
	p.readable("light, as chosen")
	p.click("[data-testid=theme]")
	p.wait("dark is chosen", isDark)
	p.says("/incident declare")
	p.sees("dialog[data-view]")
	p.readable("a form in the dark")
	p.keys(kb.Escape)
	p.seesNo("dialog")
	p.prefers("light")
	p.do(chromedp.Reload())
	p.ready()
	p.wait("the choice is kept", isDark)
	p.click("[data-testid=app-home]")
	p.sees("[data-testid=home] h3")
	p.readable("Home in the dark")
}

const isDark = `getComputedStyle(document.querySelector('main')).backgroundColor === 'rgb(26, 28, 34)'`

// readable says that all text stands out from what is behind it, by WCAG's
// measure: 4.5 to 1, or 3 to 1 for large letters.
func (p *tab) readable(what string) {
	p.t.Helper()
	p.wait("nothing is disabled or passing", `!shown('[data-testid=toast]') && !shown('[aria-busy]')`)
	faint := ask[[]string](p, `(() => {
		const paint = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
		const over = (colours) => {
			paint.fillStyle = '#fff';
			paint.fillRect(0, 0, 1, 1);
			for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); }
			const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const faint = new Set();
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			const e = texts.currentNode.parentElement;
			if (!texts.currentNode.data.trim() || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || e.closest('[aria-hidden=true], .sr-only, :disabled, noscript, .skip')) continue;
			const behind = [];
			for (let at = e; at; at = at.parentElement) behind.unshift(getComputedStyle(at).backgroundColor);
			const style = getComputedStyle(e);
			const [a, b] = [over(behind), over([...behind, style.color])].sort((x, y) => y - x);
			const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700;
			const ratio = (a + 0.05) / (b + 0.05);
			if (ratio < (large ? 3 : 4.5)) faint.add(e.className + ' "' + texts.currentNode.data.slice(0, 30) + '" ' + ratio.toFixed(2));
		}
		return [...faint];
	})()`)
	if len(faint) > 0 {
		p.t.Errorf("%s: hard to read: %s", what, strings.Join(faint, "; "))
	}
}

// No mouse: places, forms and pages by the keyboard.
func walkKeyboard(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	p.wait("the keyboard is in the message box", `document.activeElement === shown('[data-testid=composer]')`)
	p.keys("k", chromedp.ModifierCtrl)
	p.sees("[data-testid=switcher-input]")
	p.keys("incid")
	p.sees("dialog .marked", "incidents")
	p.keys(kb.Enter)
	p.sees("[data-testid=channel-name]", "incidents")
	p.keys("k", chromedp.ModifierCtrl)
	p.sees("[data-testid=switcher-input]")
	p.keys(kb.Escape)
	p.seesNo("dialog")
	p.wait("the keyboard is back where it was", `document.activeElement === shown('[data-testid=composer]')`)

	p.says("/incident declare")
	p.sees("dialog[data-view] h2", "Declare incident")
	p.wait("the form has the keyboard", `document.activeElement.matches('dialog input')`)
	for _, turn := range []chromedp.Modifier{chromedp.ModifierNone, chromedp.ModifierShift} {
		for range 12 {
			p.keys(kb.Tab, turn)
			if at := ask[string](p, `document.activeElement.closest('dialog, body').tagName + ' ' + document.activeElement.tagName`); !strings.HasPrefix(at, "DIALOG") && at != "BODY BODY" {
				t.Errorf("Tab leaves the form for %s", at)
			}
		}
	}
	p.tabsTo(`[data-action-id=title]`)
	p.types("Search is slow")
	p.keys(kb.Enter, chromedp.ModifierCtrl)
	p.seesNo("dialog")
	p.sees("[data-kind=digest]", "Search is slow")

	p.keys("k", chromedp.ModifierCtrl)
	p.keys("alerts")
	p.sees("dialog .marked", "alerts")
	p.keys(kb.Enter)
	p.sees("[data-testid=channel-name]", "alerts")
	p.tabsTo(`[data-testid=datadog-fire]` + group(batch, ""))
	p.keys(kb.Enter)
	p.sees("[data-kind=alert] " + ackButton)
	p.tabsTo("[data-kind=alert] " + snoozeMenu)
	p.keys(kb.Enter)
	p.sees(".popup [role=option]")
	p.keys(kb.ArrowDown)
	p.keys(kb.Escape)
	p.seesNo(".popup")
	p.wait("the keyboard is back on the menu", `document.activeElement.matches('`+snoozeMenu+`')`)
	p.tabsTo("[data-kind=alert] " + ackButton)
	p.keys(kb.Enter)
	p.sees("[data-kind=alert] h3", "Acknowledged")
	p.wait("the keyboard stays with the message", `document.activeElement.closest('[data-kind=alert]')`)
}

// tabsTo presses Tab until it gets to something.
func (p *tab) tabsTo(selector string) {
	p.t.Helper()
	for range 120 {
		if ask[bool](p, `document.activeElement.matches('`+selector+`')`) {
			return
		}
		p.keys(kb.Tab)
	}
	p.t.Fatalf("Tab never gets to %s", selector)
}
