package enrich

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	"toban/alerts/waf"
)

func TestAskedByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.stopped, h.dog.total = records(30, "/api/feed"), 30
		top, err := h.Top(t.Context(), waf.ByPath, time.Hour)
		if err != nil || top.Of != 30 || len(top.List.Top) != 1 || top.List.Distinct != 77 || h.dog.questions() != 2 {
			t.Errorf("paths are counted in Datadog: %+v, %v, %v", top, err, h.dog.asked)
		}
		if _, err := h.Top(t.Context(), waf.ByPath, time.Hour); err != nil || h.dog.questions() != 2 {
			t.Errorf("asked again at once: %v, %v", err, h.dog.asked)
		}
		time.Sleep(keepFor + time.Second)
		if _, err := h.Top(t.Context(), waf.ByPath, time.Hour); err != nil || h.dog.questions() != 4 {
			t.Errorf("asked again later: %v, %v", err, h.dog.asked)
		}
		rules, err := h.Top(t.Context(), waf.ByRule, time.Hour)
		if err != nil || rules.Of != 30 || rules.List.Top[0].Key != "AWS-AWSManagedRulesCommonRuleSet › NoUserAgent_HEADER" || h.dog.questions("stopped") != 1 {
			t.Errorf("sub-rules are in the records alone: %+v, %v, %v", rules.List, err, h.dog.asked)
		}
		note, a, err := h.Tune(t.Context(), "NoUserAgent_HEADER", time.Hour)
		if err != nil || note.N != 30 || a.Total != 30 {
			t.Errorf("%+v, %v", note, err)
		}
	})
}

func TestWhatARuleInCountModeWouldHaveStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		for i := range 20 {
			counted := ""
			if i < 3 {
				counted = `{"ruleId":"NoUserAgent_HEADER","action":"COUNT"}`
			}
			h.dog.passed = append(h.dog.passed, fmt.Appendf(nil, `{"timestamp":%d,"action":"ALLOW","terminatingRuleId":"Default_Action","nonTerminatingMatchingRules":[%s],"httpRequest":{"clientIp":"203.0.113.%d","country":"JP","headers":[],"uri":"/feed","httpMethod":"GET"}}`, time.Now().UnixMilli(), counted, i))
		}
		a, err := h.WouldBlock(t.Context(), "nouseragent_header", 2*time.Hour)
		if err != nil || a.Total != 3 || a.Of != 20 || a.Summary.Stopped.Rules.Top[0].Key != "NoUserAgent_HEADER" {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestAskedByHandInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.Looker.meter.budget = 3
		if _, err := h.Top(t.Context(), waf.ByPath, time.Hour); err != nil {
			t.Fatal(err)
		}
		_, err := h.Top(t.Context(), waf.ByCountry, time.Hour)
		limit, ok := errors.AsType[RateLimit](err)
		if !ok || time.Until(limit.Again()) != time.Hour {
			t.Errorf("nothing is left but for pages: %v", err)
		}
		h.Logs = nil
		if _, err := h.Top(t.Context(), waf.ByAgent, time.Hour); !errors.Is(err, ErrNoKeys) {
			t.Errorf("without keys: %v", err)
		}
	})
}

func TestOtherAlertsHearOfTheWAFOnTheirHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.dog.total, h.dog.yesterday = 900, 12
		slow := alerts.Alert{ID: "A1", Scope: "host:shop.example.com", OpenedAt: time.Now()}
		inside := alerts.Alert{ID: "A2", Scope: "host:db-1", OpenedAt: time.Now()}
		h.shelf.due = []alerts.Case{{Alert: slow}, {Alert: inside}}
		h.looks(t.Context())
		if b := h.shelf.saved["A1"].Blocked; b == nil || b.N != 900 || b.Before != 12 || b.Host != "shop.example.com" {
			t.Errorf("%+v", b)
		}
		if b := h.shelf.saved["A2"].Blocked; b != nil || h.dog.questions() != 2 {
			t.Errorf("a machine inside: %+v, %v", b, h.dog.asked)
		}
		h.dog.total, h.dog.asked = 0, nil
		quiet := alerts.Alert{ID: "A3", Scope: "host:quiet.example.com", OpenedAt: time.Now()}
		h.shelf.due = append(h.shelf.due, alerts.Case{Alert: quiet})
		h.looks(t.Context())
		if b := h.shelf.saved["A3"].Blocked; b == nil || b.N != 0 || h.dog.questions() != 1 {
			t.Errorf("nothing was blocked there: %+v, %v", b, h.dog.asked)
		}
	})
}
