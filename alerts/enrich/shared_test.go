package enrich

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

func TestAPageDoesNotInheritWhatAWarningCouldNotAfford(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total = records(1200, "/api/feed"), 48000
		for range 198 { // of the 200 that are for what pages nobody
			h.shelf.asked = append(h.shelf.asked, time.Now())
		}
		warning := wafAlert("W")
		h.shelf.due = []alerts.Case{{Alert: warning}}
		h.looks(t.Context())
		if c := h.shelf.saved["W"]; len(c.Missing) == 0 {
			t.Fatal("the warning could afford everything")
		}
		page := warning
		page.ID = "P"
		h.shelf.due = append(h.shelf.due, alerts.Case{Alert: page, Page: &alerts.Page{State: alerts.PageTriggered}})
		time.Sleep(5 * time.Second)
		h.looks(t.Context())
		if c := h.shelf.saved["P"]; len(c.Missing) > 0 {
			t.Errorf("the page lacks %+v, %+v", c.Missing, c.WAF.Partial)
		}
	})
}

func TestNobodyWaitsForAnAnswerLongerThanTheyWant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.takes = 8 * time.Second
		go func() { _, _ = h.Top(t.Context(), waf.ByPath, time.Hour) }()
		synctest.Wait()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.Top(ctx, waf.ByPath, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("waited %s", waited)
		}
		time.Sleep(time.Minute) // the first one ends
	})
}
