package alerts

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"toban/rotation"
)

// act is one thing that the source, a person, Slack or the clock does.
type act struct {
	Kind       string
	Transition Transition
	Cycle      string
	Priority   Priority
	Behind     time.Duration // what the source's date lacks
	By         rotation.PersonID
	To         Target
	For        time.Duration // of a snooze or a wait
	Then       time.Duration // before the next act
}

func acts() *rapid.Generator[act] {
	seconds := func(most int) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.IntRange(0, most), func(n int) time.Duration { return time.Duration(n) * time.Second })
	}
	return rapid.Custom(func(r *rapid.T) act {
		return act{
			Kind:       rapid.SampledFrom([]string{"event", "event", "event", "wait", "acknowledge", "take", "snooze", "resolve", "escalate", "refuse", "declare"}).Draw(r, "kind"),
			Transition: rapid.SampledFrom([]Transition{Triggered, Warned, NoData, ReTriggered, ReWarned, Renotify, Recovered, Recovered, Muted}).Draw(r, "transition"),
			Cycle:      rapid.SampledFrom([]string{"", "c1", "c2", "c3"}).Draw(r, "cycle"),
			Priority:   rapid.SampledFrom([]Priority{"", "P1", "P3", "P5"}).Draw(r, "priority"),
			Behind:     seconds(8).Draw(r, "behind"),
			By:         rapid.SampledFrom([]rotation.PersonID{"ana", "bo"}).Draw(r, "by"),
			To:         rapid.SampledFrom([]Target{{Person: "ana"}, {Person: "bo"}, {Person: "hana"}, {Channel: "#platform"}}).Draw(r, "to"),
			For:        seconds(1200).Draw(r, "for"),
			Then:       seconds(5).Draw(r, "then"),
		}
	})
}

// Whatever happens in whatever order: while an alert fires that its route pages
// for, a timer is due, or a person has answered for what it is now, or it is said
// that nobody did. And no search goes on for ever.
func TestNobodyIsLeftInTheDark(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		story := rapid.SliceOfN(acts(), 1, 40).Draw(r, "story")
		var wrong error
		synctest.Test(t, func(t *testing.T) { wrong = plays(t, story) })
		if wrong != nil {
			r.Fatal(wrong)
		}
	})
}

func plays(t *testing.T, story []act) error {
	m := newMemory()
	p := shop(m)
	for i, a := range story {
		if err := a.happens(t, p, m, i); err != nil {
			return err
		}
		if wrong := unheard(m.latest()); wrong != "" && len(m.alerts) > 0 {
			return fmt.Errorf("act %d: %s: %+v", i, wrong, m.latest().Page)
		}
		time.Sleep(a.Then)
	}
	for range 50 {
		next, err := p.Due(t.Context(), time.Now())
		if err != nil || next.IsZero() {
			return err
		}
		time.Sleep(time.Until(next))
	}
	return fmt.Errorf("the search never ends: %+v", m.latest().Page)
}

func (a act) happens(t *testing.T, p *Pager, m *memory, i int) (err error) {
	c, at := m.latest(), time.Now()
	if c.Page == nil && a.Kind != "wait" {
		a.Kind = "event"
	}
	press := Press{By: a.By, At: at}
	if c.Page != nil {
		press.Page = c.Page.ID
	}
	switch a.Kind {
	case "event":
		err = p.receive(t.Context(), []Event{{
			ID: fmt.Sprint(i), Source: "datadog", Monitor: "1", Title: "x",
			Transition: a.Transition, Cycle: a.Cycle, Priority: a.Priority, At: at.Add(-a.Behind),
		}})
	case "wait":
		time.Sleep(a.For)
		_, err = p.Due(t.Context(), time.Now())
	case "acknowledge":
		_, _, err = p.Acknowledge(t.Context(), press)
	case "take":
		_, _, err = p.Take(t.Context(), press)
	case "snooze":
		_, _, err = p.Snooze(t.Context(), press, at.Add(10*a.For+time.Second))
	case "resolve":
		_, _, err = p.Resolve(t.Context(), press)
	case "escalate":
		_, _, err = p.Escalate(t.Context(), press)
	case "refuse":
		err = p.Undeliverable(t.Context(), press.Page, a.To, "is_archived", at)
	case "declare":
		err = p.change(t.Context(), "declare", func(tx Tx) (Case, error) {
			c, err := tx.ByPage(press.Page)
			return c.Declared("I1", press.By, at), err
		})
	}
	return err
}
