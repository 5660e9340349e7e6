package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"toban/bot/msg"
)

// Somebody who has just opened the page follows its six steps.
func walkGuide(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.b.open(t, d.url, 1280, 860)
	p.ready()
	help := func(step string) {
		t.Helper()
		p.click(`[data-guide-step="` + step + `"] [data-testid=guide-help]`)
	}
	ticked := func(step string) { t.Helper(); p.sees(`[data-guide-step="` + step + `"].done`) }
	p.sees(`[data-guide-step="1"].current`)
	help("1")
	ticked("1")
	help("2")
	ticked("2")
	help("3")
	p.click("[data-kind=page] " + ackButton)
	ticked("3")
	help("4")
	p.sendsWritten()
	ticked("4")
	p.sees("[data-ephemeral]")
	help("5")
	p.sendsWritten()
	p.picks("mine", "")
	p.picks("theirs", "")
	p.click("[data-testid=modal-submit]")
	ticked("5")
	help("6")
	p.types("Checkout is down")
	p.sendsWritten()
	ticked("6")
	p.sees("[data-channel] .entry-name", "inc-")
	p.wait("the guide says that all is done", `document.querySelectorAll('.guide-step.done').length === 6`)
}

// sendsWritten sends what stands in the message box.
func (p *tab) sendsWritten() {
	p.t.Helper()
	p.wait("something is written", `document.activeElement === shown('[data-testid=composer]') && shown('[data-testid=composer]').value`)
	p.keys(kb.Escape)
	p.keys(kb.Enter)
	p.wait("the line is sent", `shown('[data-testid=composer]').value === ''`)
}

// Commands complete with the keyboard alone, and are never met with silence.
func walkCommands(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, "C0GENERL1")
	p.wait("the keyboard is in the message box", `document.activeElement === shown('[data-testid=composer]')`)
	p.keys("/on")
	p.sees("[data-testid=completion] .marked", "/oncall")
	p.keys(kb.Tab)
	p.sees(`[data-testid=completion] [data-completion=swap]`)
	p.keys("w")
	p.keys(kb.ArrowDown)
	p.keys(kb.ArrowUp)
	p.sees(`[data-testid=completion] .marked[data-completion=who]`)
	p.keys(kb.Enter)
	p.wait("the word is written", `shown('[data-testid=composer]').value === '/oncall who '`)
	p.keys(kb.Enter)
	p.sees("[data-ephemeral]", "On call now", "platform")
	p.says("/oncall swpa")
	p.sees("[data-ephemeral]", "Did you mean", "/oncall swap")
	p.says("/incident flurb")
	p.sees("[data-ephemeral]", "What /incident can do")
	p.says("/oncall page")
	p.sees("dialog[data-view] h2", "Page somebody")
	p.keys(kb.Escape)
	p.seesNo("dialog")

	japanese := msg.For(msg.Japanese)
	meis := d.as(t, mei, checkoutChannel)
	meis.click("[data-lang=ja]")
	meis.sees("[data-testid=composer]")
	meis.says("/oncall")
	meis.sees("[data-ephemeral]", japanese.Plain(msg.OncallTitleNow, nil), "checkout")
	meis.keys("/oncall ")
	meis.sees("[data-testid=completion] [data-completion=swap]", "交代")
	meis.says("/oncall 交替")
	meis.sees("[data-ephemeral]", "「交替」")
	meis.says("/incident 一覧")
	meis.sees("[data-ephemeral]", japanese.Plain(msg.IncidentListNone, nil))
}

// What a monitor says is shown and nothing more.
func walkHostile(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	const evil = `<script>alert(1)</script> <!channel> <@U0HANA001> *bold* _it_ <https://evil.example|click> &amp; 🔥 "><img src=x onerror=alert(2)>`
	d.delivers(t, map[string]string{
		"id": "1", "event_type": "query_alert_monitor", "alert_id": "666", "alert_cycle_key": "c1", "alert_transition": "Triggered", "alert_priority": "P1",
		"alert_title": evil + strings.Repeat(" long", 600), "title": "[P1] [Triggered] " + evil, "alert_scope": "host:" + evil,
		"body": "%%%\n" + evil + "\n[link](javascript:alert(3)) ![x](https://evil.example/x.png)\n```" + strings.Repeat("🔥", 3000) + "\n%%%",
		"link": "javascript:alert(4)", "snapshot": "https://evil.example/x.png", "tags": evil, "hostname": evil, "date": "1796173353000",
	})
	p := d.as(t, hana, alertsChannel)
	p.sees("[data-kind=alert] h3", "<script>alert(1)</script>", "<!channel>", "🔥")
	p.wait("the title of 3,000 characters is cut", `shown('[data-kind=alert] h3').innerText.length <= 160`)
	p.wait("it can be answered all the same", `shown('[data-kind=alert] `+ackButton+`')`)
	who := p.paged()
	p.wait("only whom we page is mentioned", `[...shown('[data-kind=alert]').querySelectorAll('.mention')].every((m) => m.dataset.mention && !m.innerText.includes('channel'))`)
	p.harmless()

	theirs := d.as(t, who, "")
	theirs.goes("app")
	theirs.sees("[data-kind=page] h3", "<script>alert(1)</script>")
	theirs.click("[data-testid=app-home]")
	theirs.sees("[data-testid=home]", "<!channel>")
	theirs.harmless()

	p.says("/oncall alerts")
	p.sees("[data-ephemeral]", "<script>alert(1)</script>")
	p.says("/oncall <script>alert(5)</script> <!channel>")
	p.sees("[data-ephemeral]", "<script>")
	p.says("/incident declare sev1 " + evil)
	p.sees("[data-channel] .entry-name", "inc-")
	p.goes("inc-")
	p.sees("[data-kind=incident] h3", "alert(1)", "*bold*")
	p.says("<!channel> <script>alert(6)</script> *bold* @channel")
	p.sees(".message", "alert(6)", "<!channel>")
	p.harmless()
}

// harmless says that nothing from outside became more than text.
func (p *tab) harmless() {
	p.t.Helper()
	p.wait("no script, no foreign picture, no address that runs", `
		!document.querySelector('main script, aside script, main img, main [onerror], main iframe') &&
		[...document.querySelectorAll('main a[href]')].every((a) => /^(https?:|mailto:|#|\/)/.test(a.getAttribute('href')))`)
}

// delivers posts a webhook body as Datadog does.
func (d *browserDemo) delivers(t *testing.T, body map[string]string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.hook, strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+demoToken)
	req.Header.Set("Content-Type", "application/json")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the webhook answers %s", resp.Status)
	}
}

// What the guide shows when its steps are done. The numbers in the channel, in
// the answer to a command, on Home and in the guide agree.
func walkAfterGuide(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	p.do(chromedp.Evaluate[chromedp.Void](`sessionStorage.setItem('toban.guide', '[1, 2, 3, 4, 5, 6]')`), chromedp.Reload())
	p.ready()
	p.sees("[data-testid=guide-you]", "You act as Ana")
	next := func(name string) { t.Helper(); p.click("[data-guide-next=" + name + "] button") }
	next("nextWaf")
	p.sees("[data-kind=alert]", "Blocked by the WAF")
	next("nextScan")
	p.sees("[data-channel].unread .entry-name", "checkout") // whose bucket it is
	p.goes("checkout")
	p.sees("[data-kind=alert]", "infected")
	p.goes("alerts")
	next("nextStorm")
	p.sees("[data-guide-next=nextStorm]", "40 alerts")
	p.wait("forty alerts, beside that of the WAF", `document.querySelectorAll('[data-kind=alert]').length - 1 + parseInt(shown('[data-kind=storm] h3')?.innerText ?? '0') === 40`)

	p.says("/oncall alerts")
	p.sees("[data-ephemeral]", "42 open alerts")
	paged := d.as(t, p.paged(), "")
	paged.goes("app")
	paged.click("[data-testid=app-home]")
	paged.wait("Home counts the same", `(() => {
		const page = /([0-9]+)\D*(pages are waiting for you|あなたの応答を待つ呼び出し)|あなたの応答を待つ呼び出し (\d+)/.exec(shown('[data-testid=home]').innerText);
		return page && Number(page[1] ?? page[3]) >= 41;
	})()`)
}

// What only one person saw is gone after a reload, as in Slack; the keyboard
// stays where it was after a choice in a menu.
func walkReload(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	p.says("/oncall")
	p.sees("[data-ephemeral]", "On call now")
	p.fires(batch, "", "Triggered")
	p.sees("[data-kind=alert] " + ackButton)
	p.do(chromedp.Reload())
	p.ready()
	p.sees("[data-kind=alert] " + ackButton)
	p.seesNo("[data-ephemeral]")

	p.click("[data-kind=alert] " + snoozeMenu)
	p.sees(".popup [role=option]")
	p.keys(kb.Enter)
	p.sees("[data-kind=alert] h3", "Snoozed")
	p.wait("the keyboard is on the menu", `document.activeElement.matches('[data-kind=alert] `+snoozeMenu+`')`)
}

// The page's switch changes what Toban says in channels too. What stands there
// follows with its next change.
func walkLanguage(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	p.fires(batch, "", "Triggered")
	p.sees("[data-kind=alert] "+ackButton, "Acknowledge")
	p.click("[data-lang=ja]")
	p.sees("[data-testid=guide-you]", "操作しています")
	p.fires(wafMonitor, "host:www.example.com", "Triggered")
	p.sees("[data-kind=alert] h3", "アラート")
	p.click("[data-kind=alert] "+ackButton, "Acknowledge")
	p.sees("[data-kind=alert] h3", "対応中: Nightly batch")
}
