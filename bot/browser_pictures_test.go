package main

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var pictures = flag.Bool("update", false, "take the pictures in docs/img again")

// takePictures takes the pictures that the documents show, of the real page:
//
//	go test ./bot -run TestBrowser/pictures -update
//
// They need fonts with Japanese and with emoji (Debian: fonts-noto-cjk and
// fonts-noto-color-emoji).
func takePictures(t *testing.T, b *browser) {
	for name, take := range map[string]func(*testing.T, *browser){
		"demo": takeDemo, "demo in Japanese": takeDemoJa, "incident": takeIncident, "swap": takeSwap,
		"storm": takeStorm, "waf": takeWAF, "findings": takeFindings, "home and dark": takeHomeAndDark, "phone": takePhone,
	} {
		t.Run(name, func(t *testing.T) { take(t, b) })
	}
}

// takes saves what the tab shows once it has come to rest.
func (p *tab) takes(name string) {
	p.t.Helper()
	p.wait("nothing passing is shown", `!shown('[data-testid=toast]') && !shown('[aria-busy]') && !shown('.completion')`)
	p.wait("all is read", `!shown('.entry.active .badge')`)
	p.do(chromedp.Evaluate[chromedp.Void](`document.fonts.ready`, chromedp.EvalAwaitPromise))
	full, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	small, err := fewerColours(full)
	if err != nil {
		p.t.Fatal(err)
	}
	if len(small) > 200<<10 {
		p.t.Errorf("%s has %d KB; the documents want at most 200", name, len(small)>>10)
	}
	path := filepath.Join("..", "docs", "img", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, small, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// fewerColours draws a picture again in 256 of its colours: text on flat ground
// looks the same and weighs a third.
func fewerColours(full []byte) ([]byte, error) {
	from, err := png.Decode(bytes.NewReader(full))
	if err != nil {
		return nil, err
	}
	often := map[color.Color]int{}
	for y := from.Bounds().Min.Y; y < from.Bounds().Max.Y; y++ {
		for x := from.Bounds().Min.X; x < from.Bounds().Max.X; x++ {
			often[from.At(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(often), func(a, b color.Color) int { return often[b] - often[a] })
	palette := color.Palette(all[:min(len(all), 100)])
	seen := map[[3]uint32]bool{}
	for _, c := range all { // then one of each shade, or letters would lose their rarer colours
		r, g, b, _ := c.RGBA()
		if shade := [3]uint32{r >> 12, g >> 12, b >> 12}; !seen[shade] && len(palette) < 256 {
			seen[shade] = true
			palette = append(palette, c)
		}
	}
	to := image.NewPaletted(from.Bounds(), palette)
	draw.Draw(to, to.Bounds(), from, from.Bounds().Min, draw.Src)
	var small bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, to)
	return small.Bytes(), err
}

// rests takes the keyboard and the guide to where a reader of the picture
// expects them.
func (p *tab) rests() {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur(); document.getElementById('lab').scrollTop = 0;`))
}

func takeDemo(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, checkoutChannel)
	p.fires(latency, "service:checkout,env:prod", "Triggered")
	p.sees("[data-kind=alert] " + ackButton)
	p.sees(`[data-guide-step="2"].current [data-testid=guide-help]`)
	p.rests()
	p.takes("demo.png")
}

// The person who is paged reads her copy in her own words, and the page's.
func takeDemoJa(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, hana, alertsChannel)
	p.click("[data-lang=ja]")
	p.says("/oncall 呼ぶ @mei 本番で決済が止まっています。手を貸してください")
	p.sees("[data-kind=alert]")
	p.click(`[data-guide-step="2"].current [data-testid=guide-help]`)
	p.at("Toban")
	p.sees("[data-kind=page] " + ackButton)
	p.rests()
	p.takes("demo.ja.png")
}

func takeIncident(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, bo, alertsChannel)
	p.fires(batch, "", "Triggered")
	p.click(`[data-kind=alert] [data-action-id="page.declare.open"]`)
	p.picks("severity", `[data-option=sev2]`)
	p.click("[data-testid=modal-submit]")
	p.goes("inc-")
	p.sees("[data-kind=incident].pinned")
	p.says("/incident update Restarted the batch host; watching the next run")
	p.sees("[data-kind=update]")
	p.sees("[data-kind=incident]", "Latest update")
	p.click("[data-testid=lab-toggle]")
	p.rests()
	p.takes("incident.png")
}

func takeSwap(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p, bos := d.as(t, ana, platformChannel), d.as(t, bo, platformChannel)
	bos.do(chromedp.EmulateViewport(1280, 560))
	p.says("/oncall swap")
	p.picks("mine", `[data-option$="/platform"]`)
	p.picks("theirs", `[data-option$="/`+bo+`/platform"]`)
	p.click("[data-testid=modal-submit]")
	bos.click("[data-testid=lab-toggle]")
	bos.goes("app")
	bos.sees(`[data-kind=swap] [data-action-id="swap.accept"]`)
	bos.rests()
	bos.takes("swap.png")
}

func takeStorm(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	storm(p)
	p.click("[data-testid=lab-toggle]")
	p.click("[data-kind=storm] [data-testid=open-thread]")
	p.sees("[data-testid=thread-messages] [data-kind=storm_names]")
	p.rests()
	p.takes("storm.png")
}

// A targeted attempt as the team sees it, and a mistake as the person who is
// paged does, in her language.
func takeWAF(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	p.do(chromedp.EmulateViewport(1280, 1080))
	p.fires(wafMonitor, "host:api.example.com", "Triggered")
	p.sees("[data-kind=alert]", "targeted attempt", "The same time yesterday")
	p.click("[data-testid=lab-toggle]")
	p.rests()
	p.takes("waf.png")

	p.says("/oncall override platform @yuki now +2h") // whose language is Japanese
	p.sees("[data-ephemeral]", "platform")
	paged := d.as(t, yuki, alertsChannel)
	paged.do(chromedp.EmulateViewport(1280, 1040))
	paged.fires(wafMonitor, "host:shop.example.com", "Triggered")
	paged.click("[data-lang=ja]")
	paged.click("[data-testid=lab-toggle]")
	paged.goes("app")
	paged.sees("[data-kind=page]", "SizeRestrictions_BODY")
	paged.rests()
	paged.takes("waf.ja.png")
}

func takeFindings(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, checkoutChannel)
	p.do(chromedp.EmulateViewport(1280, 980))
	p.happens("public bucket")
	p.sees("[data-kind=finding]", "Nobody has taken this yet")
	p.happens("infected and quarantined")
	p.sees("[data-kind=alert]", "It was moved to quarantine")
	p.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('aws').scrollIntoView()`))
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	p.takes("findings.png")
}

func takeHomeAndDark(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.as(t, ana, alertsChannel)
	d.as(t, hana, alertsChannel).says("/oncall page @Ana Checkout is down, please help")
	p.sees("[data-kind=alert]", "Checkout is down")
	p.fires(wafMonitor, "host:www.example.com", "Triggered")
	p.sees("[data-kind=alert]", "WAF")
	p.click("[data-testid=lab-toggle]")
	p.click("[data-kind=alert] " + ackButton)
	p.sees("[data-kind=alert] h3", "WAF", "Acknowledged")
	p.says("/incident declare sev3 Search is slow")
	p.sees("[data-ephemeral]", "#1")
	p.click("[data-testid=app-home]")
	p.sees("[data-testid=home] h3", "Open incidents")
	p.rests()
	p.takes("home.png")
	p.prefers("dark")
	p.click("[data-channel]", "alerts")
	p.sees("[data-kind=alert] h3", "WAF", "Acknowledged")
	p.rests()
	p.takes("dark.png")
}

func takePhone(t *testing.T, b *browser) {
	d := startDemo(t, b, "1x")
	p := d.b.open(t, d.url+"/?as="+ana+"&channel="+checkoutChannel, 390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch)
	p.click("[data-testid=lab-toggle]")
	p.fires(latency, "service:checkout,env:prod", "Triggered")
	p.keys(kb.Escape)
	p.sees("[data-kind=alert] " + ackButton)
	p.rests()
	p.takes("phone.png")
}
