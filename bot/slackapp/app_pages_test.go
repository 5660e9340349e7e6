package slackapp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"toban/alerts"
)

var errStoreDown = errors.New("disk I/O error at /var/lib/secret")

// pages is a Pager over a map, with the real rules of a page.
type pages struct {
	mu   sync.Mutex
	by   map[string]alerts.Case
	keys map[string]alerts.Case
	down error
}

func (s *pages) change(ctx context.Context, p alerts.Press, deed func(alerts.Page) (alerts.Page, alerts.Answer)) (alerts.Case, alerts.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return alerts.Case{}, "", s.down
	}
	c, ok := s.by[p.Page]
	if !ok {
		return c, "", fmt.Errorf("page %s: %w", p.Page, alerts.ErrNotFound)
	}
	page, answer := deed(*c.Page)
	c.Page = &page
	s.by[p.Page] = c
	return c, answer, nil
}

func (s *pages) Acknowledge(ctx context.Context, p alerts.Press) (alerts.Case, alerts.Answer, error) {
	return s.change(ctx, p, func(g alerts.Page) (alerts.Page, alerts.Answer) { return g.Acknowledge(p.By, p.At) })
}

func (s *pages) Resolve(ctx context.Context, p alerts.Press) (alerts.Case, alerts.Answer, error) {
	return s.change(ctx, p, func(g alerts.Page) (alerts.Page, alerts.Answer) { return g.Close(alerts.DidResolve, p.By, p.At) })
}

func (s *pages) Take(ctx context.Context, p alerts.Press) (alerts.Case, alerts.Answer, error) {
	return s.change(ctx, p, func(g alerts.Page) (alerts.Page, alerts.Answer) { return g.Take(p.By, p.At) })
}

func (s *pages) Escalate(ctx context.Context, p alerts.Press) (alerts.Case, alerts.Answer, error) {
	return s.change(ctx, p, func(g alerts.Page) (alerts.Page, alerts.Answer) {
		return g.Escalate(nil, p.By, p.At)
	})
}

func (s *pages) Snooze(ctx context.Context, p alerts.Press, until time.Time) (alerts.Case, alerts.Answer, error) {
	return s.change(ctx, p, func(g alerts.Page) (alerts.Page, alerts.Answer) { return g.Snooze(p.By, until, p.At) })
}

func (s *pages) PageByHand(_ context.Context, h alerts.ByHand, at time.Time) (alerts.Case, error) {
	if s.down != nil {
		return alerts.Case{}, s.down
	}
	if c, again := s.keys[h.Key]; again {
		return c, nil
	}
	who := h.Person
	if h.Rotation == "platform" {
		who = uAna
	}
	id := fmt.Sprintf("P%d", len(s.by)+1)
	c := alerts.Case{
		Alert: alerts.Alert{ID: "A" + id, Title: h.Text, By: h.By, Source: "manual", State: alerts.Firing, Channel: h.Channel},
		Page:  &alerts.Page{ID: id, AlertID: "A" + id, State: alerts.PageTriggered, OpenedAt: at, NextStepAt: at.Add(5 * time.Minute)},
	}
	if c.Alert.Channel == "" {
		c.Alert.Channel = cGeneral
	}
	if who != "" {
		c.Page.Notified = []alerts.Notice{{Person: who, At: at}}
		c.Page.Log = []alerts.Entry{{At: at, Did: alerts.DidPage, Who: who}}
	}
	s.by[id] = c
	if s.keys == nil {
		s.keys = map[string]alerts.Case{}
	}
	s.keys[h.Key] = c
	return c, nil
}
