package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"toban/fixtures/slack"
)

// reads reports whether a text reads like a pattern: its parts between "…"
// stand in it in this order. Blanks and line ends are all the same, and the
// stars of bold type are left out.
func reads(text, pattern string) bool {
	text = bare(text)
	for part := range strings.SplitSeq(pattern, "…") {
		_, rest, found := strings.Cut(text, bare(part))
		if !found {
			return false
		}
		text = rest
	}
	return true
}

func bare(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "*", "")), " ")
}

func matching(all []surface, pattern string) int {
	n := 0
	for _, s := range all {
		if reads(s.text, pattern) {
			n++
		}
	}
	return n
}

// shows waits for a message that reads like pattern; given a number, for
// exactly so many once all is quiet.
func (w *storyWorld) shows(all func() []surface, often, pattern string) error {
	if often == "" {
		if w.until(func() bool { return matching(all(), pattern) > 0 }) != nil {
			return errors.New("no message reads so. " + shown(all()))
		}
		return nil
	}
	want := times(often, 1)
	err := w.until(func() bool { return matching(all(), pattern) >= want })
	w.quiet()
	if got := matching(all(), pattern); err != nil || got != want {
		return fmt.Errorf("%d messages read so. %s", got, shown(all()))
	}
	return nil
}

func (w *storyWorld) lacks(all func() []surface, pattern string) error {
	w.quiet()
	if matching(all(), pattern) > 0 {
		return errors.New(shown(all()))
	}
	return nil
}

// public is what everybody in a channel sees.
func (w *storyWorld) public(channel string) func() []surface {
	return func() (all []surface) {
		for _, m := range w.Messages(channel) {
			if !m.Ephemeral {
				all = append(all, surface{m, m.Plain() + "\n" + m.Text(), m.Blocks})
			}
		}
		return all
	}
}

func (w *storyWorld) direct(who string) func() []surface {
	return func() []surface { return w.surfaces(who, "in DM") }
}

func (w *storyWorld) home(who string) func() []surface {
	return func() []surface { return w.surfaces(who, "at Home") }
}

func (w *storyWorld) channelShows(m []string) error { return w.shows(w.public(m[0]), m[1], m[2]) }
func (w *storyWorld) channelLacks(m []string) error { return w.lacks(w.public(m[0]), m[1]) }
func (w *storyWorld) dmShows(m []string) error      { return w.shows(w.direct(m[0]), m[1], m[2]) }
func (w *storyWorld) dmLacks(m []string) error      { return w.lacks(w.direct(m[0]), m[1]) }
func (w *storyWorld) homeShows(m []string) error    { return w.shows(w.home(m[0]), "", m[1]) }
func (w *storyWorld) homeLacks(m []string) error    { return w.lacks(w.home(m[0]), m[1]) }
func (w *storyWorld) hasNoDM(m []string) error      { return w.lacks(w.direct(m[0]), "") }

// alone are the messages that only one person was shown.
func (w *storyWorld) alone(who string) []slack.Message {
	all := w.DM(who)
	for _, c := range w.Channels() {
		all = append(all, w.As(who).Messages(c.ID)...)
	}
	return slices.DeleteFunc(all, func(m slack.Message) bool { return !m.Ephemeral })
}

// fresh is what only one person was shown since they last did something.
func (w *storyWorld) fresh(who string) func() []surface {
	return func() (all []surface) {
		for _, m := range w.alone(who) {
			if !w.seen[who][m.Channel+m.TS+m.Plain()] {
				all = append(all, surface{m, m.Plain() + "\n" + m.Text(), m.Blocks})
			}
		}
		return all
	}
}

func (w *storyWorld) readsAlone(m []string) error   { return w.shows(w.fresh(m[0]), "", m[1]) }
func (w *storyWorld) readsNothing(m []string) error { return w.lacks(w.fresh(m[0]), "") }

func (w *storyWorld) seesForm(m []string) error {
	return w.shows(func() (all []surface) {
		if v := w.As(m[0]).View(); v != nil {
			all = append(all, surface{*v, v.Text(), v.Blocks})
		}
		return all
	}, "", m[1])
}

func (w *storyWorld) formComplains(m []string) error {
	err := w.complaint
	w.complaint = nil
	if err == nil || !reads(err.Error(), m[1]) {
		return fmt.Errorf("the form says: %v", err)
	}
	return nil
}

func (w *storyWorld) pins(m []string) error {
	return w.shows(func() (all []surface) {
		c := w.Channel(m[0])
		if c == nil {
			return nil
		}
		for _, s := range w.public(m[0])() {
			if slices.Contains(c.Pins, s.Surface.(slack.Message).TS) {
				all = append(all, s)
			}
		}
		return all
	}, "", m[1])
}

func (w *storyWorld) hasTopic(m []string) error {
	topic := ""
	if w.until(func() bool {
		if c := w.Channel(m[0]); c != nil {
			topic = c.Topic
		}
		return reads(topic, m[1])
	}) != nil {
		return fmt.Errorf("its topic is %q", topic)
	}
	return nil
}

func (w *storyWorld) in(who, channel string) bool {
	c := w.Channel(channel)
	return c != nil && slices.Contains(c.Members, w.User(who).ID)
}

func (w *storyWorld) isIn(m []string) error {
	if w.until(func() bool { return w.in(m[0], m[1]) }) != nil {
		var names []string
		for _, c := range w.Channels() {
			names = append(names, "#"+c.Name)
		}
		return fmt.Errorf("no; the channels are %s", strings.Join(names, " "))
	}
	return nil
}

func (w *storyWorld) isNotIn(m []string) error {
	w.quiet()
	if w.in(m[0], m[1]) {
		return errors.New("yes")
	}
	return nil
}

func (w *storyWorld) noChannel(m []string) error {
	w.quiet()
	for _, c := range w.Channels() {
		if strings.HasPrefix("#"+c.Name, m[0]) {
			return fmt.Errorf("there is #%s", c.Name)
		}
	}
	return nil
}
