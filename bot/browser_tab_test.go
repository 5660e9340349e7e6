package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is the page as one person has it open.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	closed   bool
	troubles []string // what a developer would see in red
}

// patience is how long a fact may take to appear in a page before it never
// will. It decides no test that passes.
const patience = 30 * time.Second

// shownScript finds, for the scripts below, the last visible element that a selector
// names and whose text has all words.
const shownScript = `window.shown = (selector, ...words) => [...document.querySelectorAll(selector)]
	.findLast((e) => e.checkVisibility() && words.every((word) => (e.innerText ?? e.textContent).includes(word)));`

// open shows a page in a new tab of the given size.
func (b *browser) open(t *testing.T, url string, width, height int64, more ...chromedp.EmulateViewportOption) *tab {
	t.Helper()
	p := &tab{t: t}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	p.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s shows:\n%s", url, p.text())
		}
		p.mu.Lock()
		p.closed = true
		troubles := p.troubles
		p.mu.Unlock()
		cancel()
		for _, trouble := range troubles {
			t.Errorf("%s: the browser complains: %s", url, trouble)
		}
	})
	p.do(chromedp.EmulateViewport(width, height, more...))
	inTab(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	inTab(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: shownScript})
	p.prefers("light")
	p.do(chromedp.Navigate(url))
	return p
}

// prefers is what the person's system says; motion would only make tests wait.
func (p *tab) prefers(scheme string) {
	p.t.Helper()
	inTab(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// hear collects what goes to the browser's console as an error: exceptions,
// refused resources, violations of the page's content security policy.
func (p *tab) hear(event any) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		trouble = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			trouble += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			trouble = fmt.Sprintf("console.%s", e.Type)
			for _, arg := range e.Args {
				trouble += " " + string(arg.Value) + arg.Description
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			trouble = strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if trouble != "" && !p.closed {
		p.troubles = append(p.troubles, trouble)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func inTab[P, R any](p *tab, command cdp.Command[P, R], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatal(err)
	}
}

// wait returns once a JavaScript expression is true of the page. chromedp's
// own Poll is of no use here: the page's policy forbids to build functions.
func (p *tab) wait(what, fact string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`new Promise((done, failed) => {
		let look = () => {
			try { if (!(`+fact+`)) return; done(); } catch (error) { failed(error); }
			observer.disconnect();
			clearInterval(timer);
			look = () => {};
		};
		const observer = new MutationObserver(() => look());
		observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
		const timer = setInterval(() => look(), 50); // what no mutation tells: focus, values, sizes
		look();
	})`, chromedp.EvalAwaitPromise))
	if errors.Is(err, context.DeadlineExceeded) {
		p.t.Fatalf("waiting in vain: %s\n%s", what, fact)
	}
	if err != nil {
		p.t.Fatalf("waiting: %s: %v", what, err)
	}
}

// ask reads a value out of the page.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func (p *tab) text() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text[:max(0, strings.Index(text, "Try it"))] + text[max(0, strings.LastIndex(text, "Webhooks sent")):]
}

// inPage is the call of shown in JavaScript.
func inPage(selector string, words []string) string {
	args, _ := json.Marshal(append([]string{selector}, words...))
	return "shown(" + strings.Trim(string(args), "[]") + ")"
}

// sees waits until something visible has all the words.
func (p *tab) sees(selector string, words ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("%s with %q", selector, words), inPage(selector, words))
}

// seesNo waits until nothing visible has all the words.
func (p *tab) seesNo(selector string, words ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("no %s with %q", selector, words), "!"+inPage(selector, words))
}

// click presses what a person could press: visible, enabled, not covered. It
// looks and presses at once, so that a message arriving in between moves
// nothing under the pointer.
func (p *tab) click(selector string, words ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("%s with %q can be pressed", selector, words), `(() => {
		const e = `+inPage(selector, words)+`;
		if (!e || e.disabled || e.getAttribute('aria-busy')) return false;
		e.scrollIntoView({ block: 'nearest', inline: 'nearest' });
		const at = e.getBoundingClientRect();
		const top = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
		if (!e.contains(top)) return false;
		(e.closest('[tabindex], button, a, input, textarea') ?? e).focus({ preventScroll: true });
		e.click();
		return true;
	})()`)
}

// keys presses keys on the keyboard, one after another. The text of a key goes
// down with it, as from a real keyboard, so that a page which handles the key
// can keep the letter out; chromedp.KeyEvent would send it apart.
func (p *tab) keys(keys string, with ...chromedp.Modifier) {
	p.t.Helper()
	for _, r := range keys {
		for _, e := range kb.Encode(r) {
			if e.Type == kb.KeyChar {
				continue
			}
			for _, m := range with {
				e.Modifiers |= int64(m)
			}
			if key := kb.Keys[r]; e.Type == kb.KeyDown && key != nil && key.Print && e.Modifiers&^int64(chromedp.ModifierShift) == 0 {
				e.Text, e.UnmodifiedText = key.Text, key.Unmodified
			}
			inTab(p, input.DispatchKeyEvent, *e)
		}
	}
}

// types enters text as an input method does, where the keyboard is.
func (p *tab) types(text string) {
	p.t.Helper()
	inTab(p, input.InsertText, input.InsertTextParams{Text: text})
}
