package view

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// faults says what Slack would refuse in blocks or a view, by its documented
// limits. An empty list is a message that Slack takes.
func faults(raw []byte) (found []string) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return []string{err.Error()}
	}
	c := &checker{actions: map[string]bool{}, blocks: map[string]bool{}}
	most := 50
	if form, ok := v.(map[string]any); ok {
		most = 100
		if form["type"] == "modal" {
			c.text("title", form["title"], 24, true)
			c.text("submit", form["submit"], 24, strings.Contains(string(raw), `"type":"input"`))
			c.text("close", form["close"], 24, false)
		}
		c.length("private_metadata", form["private_metadata"], 3000)
		c.length("callback_id", form["callback_id"], 255)
		v = form["blocks"]
	}
	list, _ := v.([]any)
	if len(list) == 0 || len(list) > most {
		c.fault("%d blocks", len(list))
	}
	for i, b := range list {
		c.block(i, b.(map[string]any))
	}
	return c.found
}

type checker struct {
	at              string
	found           []string
	actions, blocks map[string]bool
}

func (c *checker) fault(format string, args ...any) {
	c.found = append(c.found, c.at+": "+fmt.Sprintf(format, args...))
}

func (c *checker) length(name string, v any, most int) {
	if s, _ := v.(string); utf8.RuneCountInString(s) > most {
		c.fault("%s has %d characters, at most %d", name, utf8.RuneCountInString(s), most)
	}
}

func (c *checker) text(name string, v any, most int, required bool) {
	t, ok := v.(map[string]any)
	if !ok {
		if required {
			c.fault("%s is missing", name)
		}
		return
	}
	s, _ := t["text"].(string)
	if strings.TrimSpace(s) == "" {
		c.fault("%s is empty", name)
	}
	if t["type"] == "mrkdwn" && t["verbatim"] != true {
		c.fault("%s would make links by itself", name)
	}
	c.length(name, s, most)
	if t["type"] == "mrkdwn" {
		for rest := s; ; {
			_, after, found := strings.Cut(rest, "<")
			if !found {
				break
			}
			if inside, _, closed := strings.Cut(after, ">"); !closed || strings.Contains(inside, "<") || strings.Contains(inside, "\n") {
				c.fault("%s has a torn <…>: %.60q", name, after)
			} else if strings.HasPrefix(inside, "!") && !strings.HasPrefix(inside, "!date^") {
				c.fault("%s calls everybody: <%s>", name, inside)
			}
			rest = after
		}
	}
}

func (c *checker) block(i int, b map[string]any) {
	kind, _ := b["type"].(string)
	c.at = fmt.Sprintf("block %d (%s)", i, kind)
	if id, _ := b["block_id"].(string); id != "" {
		if c.length("block_id", id, 255); c.blocks[id] {
			c.fault("block_id %q twice", id)
		}
		c.blocks[id] = true
	}
	c.actions = map[string]bool{}
	switch kind {
	case "header":
		c.text("text", b["text"], 150, true)
	case "section":
		c.text("text", b["text"], 3000, true)
		if a, ok := b["accessory"].(map[string]any); ok {
			c.element(a)
		}
	case "context":
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > 10 {
			c.fault("%d elements", len(elements))
		}
		for _, e := range elements {
			c.text("element", e, 2000, true)
		}
	case "actions":
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > 25 {
			c.fault("%d elements", len(elements))
		}
		for _, e := range elements {
			c.element(e.(map[string]any))
		}
	case "input":
		c.text("label", b["label"], 2000, true)
		c.text("hint", b["hint"], 2000, false)
		c.element(b["element"].(map[string]any))
	case "divider":
	default:
		c.fault("a block of a kind that we do not draw")
	}
}

func (c *checker) element(e map[string]any) {
	id, _ := e["action_id"].(string)
	if c.length("action_id", id, 255); id == "" || c.actions[id] {
		c.fault("action_id %q is empty or comes twice", id)
	}
	c.actions[id] = true
	c.text("placeholder", e["placeholder"], 150, false)
	c.length("initial_value", e["initial_value"], 3000)
	if confirm, ok := e["confirm"].(map[string]any); ok {
		c.text("confirm title", confirm["title"], 100, true)
		c.text("confirm text", confirm["text"], 300, true)
		c.text("confirm yes", confirm["confirm"], 30, true)
		c.text("confirm no", confirm["deny"], 30, true)
	}
	switch e["type"] {
	case "button":
		c.text("button", e["text"], 75, true)
		c.length("value", e["value"], 2000)
		c.length("url", e["url"], 3000)
		if address, ok := e["url"].(string); ok {
			if u, err := url.Parse(address); err != nil || u.Host == "" {
				c.fault("url %q", address)
			}
		}
	case "static_select":
		options, _ := e["options"].([]any)
		if len(options) == 0 || len(options) > 100 {
			c.fault("%d options", len(options))
		}
		seen := map[string]bool{}
		for _, o := range options {
			o := o.(map[string]any)
			c.text("option", o["text"], 75, true)
			value, _ := o["value"].(string)
			if c.length("option value", value, 150); value == "" || seen[value] {
				c.fault("option value %q is empty or comes twice", value)
			}
			seen[value] = true
		}
	case "plain_text_input", "users_select", "datetimepicker", "datepicker", "timepicker":
	default:
		c.fault("an element of a kind that we do not draw: %v", e["type"])
	}
}
