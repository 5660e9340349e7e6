package alerts

import (
	"slices"
	"time"

	"toban/rotation"
)

// toldAt is when p told somebody last; zero when it never did.
func (p Page) toldAt() time.Time {
	var told time.Time
	for _, n := range p.Notified {
		told = latest(told, n.At)
	}
	for _, c := range p.Calls {
		told = latest(told, c.At)
	}
	return told
}

// Called returns the people that the step told last waits for.
func (p Page) Called() []rotation.PersonID {
	var people []rotation.PersonID
	told := p.toldAt()
	for _, n := range p.Notified {
		if n.Failed == "" && n.At.Equal(told) {
			people = append(people, n.Person)
		}
	}
	return people
}

// CalledChannels returns the channels that the step told last waits for.
func (p Page) CalledChannels() []string {
	var channels []string
	told := p.toldAt()
	for _, c := range p.Calls {
		if c.Failed == "" && c.At.Equal(told) {
			channels = append(channels, c.Channel)
		}
	}
	return channels
}

// Reached reports whether anybody was told since the search began, as far as
// Slack has not refused.
func (p Page) Reached() bool { return p.reachedSince(p.SearchAt) }

func (p Page) reachedSince(from time.Time) bool {
	return slices.ContainsFunc(p.Notified, func(n Notice) bool { return n.Failed == "" && !n.At.Before(from) }) ||
		slices.ContainsFunc(p.Calls, func(c Call) bool { return c.Failed == "" && !c.At.Before(from) })
}

// calledWithAlert reports whether a step called a channel by the alert's first
// message.
func (p Page) calledWithAlert(channel string) bool {
	return p.WithAlert && slices.ContainsFunc(p.Calls, func(c Call) bool { return c.Channel == channel && c.At.Equal(p.OpenedAt) && c.Failed == "" })
}

// Undeliverable notes that a person or a channel could not be told. When the
// step told last reached nobody, the page is due at once. What was noted before
// changes nothing.
func (p Page) Undeliverable(to Target, why string, at time.Time) Page {
	p.Notified, p.Calls = slices.Clone(p.Notified), slices.Clone(p.Calls)
	news := false
	for i, n := range p.Notified {
		if to.Person != "" && n.Person == to.Person && n.Failed == "" {
			p.Notified[i].Failed, news = why, true
		}
	}
	for i, c := range p.Calls {
		if to.Channel != "" && c.Channel == to.Channel && c.Failed == "" {
			p.Calls[i].Failed, news = why, true
		}
	}
	if !news {
		return p
	}
	p.log(Entry{At: at, Did: DidFail, Who: to.Person, Channel: to.Channel, Detail: why})
	if p.State == PageTriggered && !p.reachedSince(p.toldAt()) {
		p.NextStepAt = at
	}
	return p
}
