package main

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The demo's page, used in a real browser as its people use it. Each journey
// has a demo of its own and one tab for each person; all share one browser.

func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	if *pictures {
		t.Run("pictures", func(t *testing.T) { takePictures(t, b) })
		return
	}
	t.Run("journeys", func(t *testing.T) {
		for _, j := range journeys {
			t.Run(j.tells, func(t *testing.T) {
				t.Parallel()
				j.walk(t, b)
			})
		}
	})
}

type journey struct {
	tells string
	walk  func(*testing.T, *browser)
}

var journeys = []journey{
	{"a newcomer follows the guide to its end", walkGuide},
	{"the guide goes on, and the numbers agree", walkAfterGuide},
	{"what one person saw is gone after a reload, and the keyboard stays", walkReload},
	{"another language is spoken in channels too", walkLanguage},
	{"a page is answered and every copy says so", walkPage},
	{"nobody answers and the page climbs", walkUnanswered},
	{"Datadog recovers and the alert closes", walkRecovery},
	{"forty alerts at once are one message", walkStorm},
	{"commands complete, help and speak Japanese", walkCommands},
	{"what the WAF blocked is read, broken down and corrected", walkBlocked},
	{"uploads, findings and protected buckets", walkFindings},
	{"two people swap shifts", walkSwap},
	{"an incident from declaration to end", walkIncident},
	{"Home shows what concerns me", walkHome},
	{"a telephone is wide enough", walkPhone},
	{"dark and light are readable", walkThemes},
	{"the keyboard is enough", walkKeyboard},
	{"hostile text stays text", walkHostile},
}

// browser is one process; its tabs share nothing with each other.
type browser struct{ ctx context.Context }

func startBrowser(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const missing = "browser tests left out: no chromium, chromium-browser or google-chrome here (Debian: apt-get install chromium)"
		if os.Getenv("TOBAN_TEST_ALL") == "1" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	for _, flag := range []string{"disable-gpu", "disable-quic", "disable-component-update"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("lang", "en-US"))
	all, cancelAll := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(all)
	t.Cleanup(func() {
		in, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		_ = chromedp.Cancel(in)
		cancelAll()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &browser{ctx}
}
