package alerts

import (
	"context"
	"testing"
	"time"
)

// TestAnAnswerIsVouchedFor has somebody answer a page of whom Slack does not say
// who they are, and tells later that they may, or that they may not.
func TestAnAnswerIsVouchedFor(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		why      string
		press    func(*Pager, context.Context, Press) (Case, Answer, error)
		between  func(*Pager, context.Context, Press) (Case, Answer, error) // by somebody else, who may
		theirs   bool
		want     PageState
		notified int
	}{
		{"acknowledged, and may", (*Pager).Acknowledge, nil, true, PageAcknowledged, 1},
		{"acknowledged, and may not", (*Pager).Acknowledge, nil, false, PageTriggered, 2},
		{"resolved, and may", (*Pager).Resolve, nil, true, PageClosed, 1},
		{"resolved, and may not", (*Pager).Resolve, nil, false, PageTriggered, 2},
		{"somebody took it since", (*Pager).Acknowledge, (*Pager).Take, false, PageAcknowledged, 1},
		{"somebody resolved it since", (*Pager).Acknowledge, (*Pager).Resolve, false, PageClosed, 1},
	} {
		m := newMemory()
		p := shop(m)
		p.Now = func() time.Time { return at }
		if err := p.receive(ctx, []Event{{ID: "1", Source: "datadog", Monitor: "1", Transition: Triggered, Title: "x", At: at}}); err != nil {
			t.Fatal(err)
		}
		page := m.order[0]
		if _, _, err := tt.press(p, ctx, Press{Page: page, By: "lena", At: at.Add(time.Minute), Unverified: true}); err != nil {
			t.Fatal(err)
		}
		if tt.between != nil {
			if _, _, err := tt.between(p, ctx, Press{Page: page, By: "bo", At: at.Add(2 * time.Minute)}); err != nil {
				t.Fatal(err)
			}
		}
		claims, err := p.Claims(ctx)
		if err != nil || len(claims) != 1 || claims[0] != (Claim{page, "lena"}) {
			t.Fatalf("%s: %v, %v", tt.why, claims, err)
		}
		if err := p.Vouch(ctx, claims[0], tt.theirs, at.Add(3*time.Minute)); err != nil {
			t.Fatal(err)
		}
		lines := len(m.pages[page].Log)
		if err := p.Vouch(ctx, claims[0], tt.theirs, at.Add(3*time.Minute)); err != nil || len(m.pages[page].Log) != lines {
			t.Errorf("%s: told by two replicas: %v, %d lines more", tt.why, err, len(m.pages[page].Log)-lines)
		}
		got := m.pages[page]
		firing := m.alerts[got.AlertID].State == Firing
		if got.State != tt.want || len(got.Notified) != tt.notified || got.Unverified() || firing != got.Open() {
			t.Errorf("%s: %+v, alert firing: %t", tt.why, got, firing)
		}
	}
}

// TestNothingIsTakenBackOfWhatFiredAnew: the alert was resolved by somebody who
// might not, and has a newer page by now.
func TestNothingIsTakenBackOfWhatFiredAnew(t *testing.T) {
	ctx, at := t.Context(), time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	m := newMemory()
	p := shop(m)
	p.Now = func() time.Time { return at }
	fire := func(id string) {
		if err := p.receive(ctx, []Event{{ID: id, Source: "datadog", Monitor: "1", Transition: Triggered, Title: "x", At: at}}); err != nil {
			t.Fatal(err)
		}
	}
	fire("1")
	if _, _, err := p.Resolve(ctx, Press{Page: m.order[0], By: "lena", At: at, Unverified: true}); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Hour)
	fire("2")
	if err := p.Vouch(ctx, Claim{m.order[0], "lena"}, false, at); err != nil || len(m.order) != 2 || m.pages[m.order[0]].Open() {
		t.Errorf("%v, %d pages, the first is %s", err, len(m.order), m.pages[m.order[0]].State)
	}
}
