package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"toban/fixtures/slack"
)

// mark notes what a person was shown so far, so that "reads" finds what is new.
func (w *storyWorld) mark(who string) {
	w.seen[who] = map[string]bool{}
	for _, m := range w.alone(who) {
		w.seen[who][m.Channel+m.TS+m.Plain()] = true
	}
}

func (w *storyWorld) types(said []string) error {
	w.mark(said[0])
	if r := w.As(said[0]).Command(said[1], said[2]); r.Err != nil {
		return r.Err
	}
	return nil
}

func (w *storyWorld) writes(said []string) error {
	w.mark(said[0])
	channel := said[1]
	if channel == "DM" {
		channel = w.BotUser()
	}
	_, err := w.As(said[0]).Post(channel, said[2])
	return err
}

// joinsFromElsewhere is somebody of a workspace with which a channel is shared.
func (w *storyWorld) joinsFromElsewhere(said []string) error {
	w.AddUser(slack.User{Name: said[0], RealName: said[0], Team: "T0PARTNER"})
	return w.As(said[0]).Join(said[1])
}

// presses the button with a label, on the newest message that has it.
func (w *storyWorld) presses(said []string) error {
	w.mark(said[0])
	on, el, err := w.element(said[0], said[2], said[3], func(el slack.Block) bool {
		text := label(el, "text")
		return el["type"] == "button" && (text == said[1] || strings.Contains(said[1], "…") && reads(text, said[1]))
	})
	if err != nil {
		return err
	}
	value, _ := el["value"].(string)
	return w.As(said[0]).Press(on, el["action_id"].(string), value)
}

// chooses an entry of a menu.
func (w *storyWorld) chooses(said []string) error {
	w.mark(said[0])
	on, el, err := w.element(said[0], said[3], said[4], func(el slack.Block) bool {
		return el["type"] == "static_select" && label(el, "placeholder") == said[2] && optionCalled(el, said[1]) != ""
	})
	if err != nil {
		return err
	}
	return w.As(said[0]).Select(on, el["action_id"].(string), optionCalled(el, said[1]))
}

// element waits for something that can be pressed, on the newest message of a
// place that has it.
func (w *storyWorld) element(who, place, under string, fits func(slack.Block) bool) (on slack.Surface, el slack.Block, err error) {
	err = w.until(func() bool {
		for _, s := range w.surfaces(who, place) {
			for _, b := range s.blocks {
				for _, e := range elements(b) {
					if fits(e) && reads(s.text, under) {
						on, el = s.Surface, e
					}
				}
			}
		}
		return el != nil
	})
	if err != nil {
		err = errors.New("that cannot be pressed there. " + shown(w.surfaces(who, place)))
	}
	return on, el, err
}

// surface is a message or the Home tab as somebody reads it.
type surface struct {
	slack.Surface
	text   string
	blocks []slack.Block
}

func (w *storyWorld) surfaces(who, place string) (all []surface) {
	if place == "at Home" {
		if home := w.Home(who); home != nil {
			all = append(all, surface{*home, home.Text(), home.Blocks})
		}
		return all
	}
	messages := w.DM(who)
	if channel := strings.TrimPrefix(place, "in "); channel != "DM" {
		messages = w.As(who).Messages(channel)
	}
	for _, m := range messages {
		all = append(all, surface{m, m.Plain() + "\n" + m.Text(), m.Blocks})
	}
	return all
}

func shown(all []surface) string {
	var b strings.Builder
	b.WriteString("What is there:")
	for _, s := range all[max(0, len(all)-8):] {
		b.WriteString("\n\t--- " + strings.ReplaceAll(s.text, "\n", "\n\t    "))
	}
	if len(all) == 0 {
		b.WriteString(" nothing")
	}
	return b.String()
}

func label(el slack.Block, key string) string {
	t, _ := el[key].(map[string]any)
	s, _ := t["text"].(string)
	return s
}

func elements(b slack.Block) (all []slack.Block) {
	for _, key := range []string{"accessory", "element"} {
		if el, ok := b[key].(map[string]any); ok {
			all = append(all, el)
		}
	}
	return append(all, list(b["elements"])...)
}

// optionCalled is the value of a menu's entry by its label.
func optionCalled(el slack.Block, text string) string {
	for _, option := range list(el["options"]) {
		if reads(label(option, "text"), text) {
			value, _ := option["value"].(string)
			return value
		}
	}
	return ""
}

func choices(el slack.Block) (all []string) {
	for _, option := range list(el["options"]) {
		all = append(all, label(option, "text"))
	}
	return all
}

func list(v any) (all []slack.Block) {
	items, _ := v.([]any)
	for _, item := range items {
		if b, ok := item.(map[string]any); ok {
			all = append(all, b)
		}
	}
	return all
}

// fills sends the form in front of somebody, with fields by their labels.
func (w *storyWorld) fills(said []string) error {
	w.mark(said[0])
	if err := w.until(func() bool { return w.As(said[0]).View() != nil }); err != nil {
		return errors.New("no form is open")
	}
	v := *w.As(said[0]).View()
	values := map[string]any{}
	for field := range strings.SplitSeq(said[1], " | ") {
		name, text, _ := strings.Cut(field, " =")
		if err := w.enter(v, values, strings.TrimSpace(name), strings.TrimSpace(text)); err != nil {
			return err
		}
	}
	err := w.As(said[0]).Submit(v, values)
	if wrong, ok := errors.AsType[*slack.FormError](err); ok {
		w.complaint = wrong
		return nil
	}
	return err
}

func (w *storyWorld) enter(v slack.View, values map[string]any, name, text string) error {
	for _, b := range v.Blocks {
		if label(b, "label") != name {
			continue
		}
		el, _ := b["element"].(map[string]any)
		var given any = text
		switch el["type"] {
		case "static_select":
			if given = optionCalled(el, text); given == "" {
				return fmt.Errorf("%s has no entry %q, but %q", name, text, choices(el))
			}
		case "users_select":
			given = w.User(strings.TrimPrefix(text, "@")).ID
		case "datetimepicker":
			at, err := time.ParseInLocation("2006-01-02 15:04", text, time.FixedZone("Tokyo", 9*3600))
			if err != nil {
				return err
			}
			given = at
		}
		values[el["action_id"].(string)] = given
		return nil
	}
	return fmt.Errorf("the form has no field %q:\n%s", name, v.Text())
}
