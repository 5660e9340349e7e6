package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"toban/alerts"
	"toban/rotation"
)

// Lookup finds people and channels in Slack by how they are written: "@name",
// an e-mail or an id; "#name" or an id.
type Lookup struct {
	Person  func(written string) (rotation.PersonID, bool)
	Channel func(written string) (id string, ok bool)
	// Why says in a sentence what is wrong with one that is not found; empty:
	// there is nothing so called. nil: it is always that.
	Why func(written string) string
}

// Resolve returns c with Slack's ids in place of names, and what could not be
// found. That is not fatal: it stays as written, so that the turns of a rotation
// do not move because somebody left Slack, and a page that cannot be delivered
// goes on to the next step.
func (c Config) Resolve(look Lookup) (Config, []Finding) {
	s := &search{look: look, config: c}
	for _, ch := range []struct {
		field string
		name  *string
	}{
		{"channels.alerts", &c.Channels.Alerts},
		{"channels.incidents", &c.Channels.Incidents},
		{"channels.stakeholders", &c.Channels.Stakeholders},
		{"channels.support", &c.Channels.Support},
		{"channels.fallback", &c.Channels.Fallback},
	} {
		*ch.name = s.channel(*ch.name, ch.field)
	}
	c.Rotations = slices.Clone(c.Rotations)
	for i, r := range c.Rotations {
		c.Rotations[i] = s.rotation(r, fmt.Sprintf("rotations[%d]", i))
	}
	c.Escalations = maps.Clone(c.Escalations)
	for _, name := range slices.Sorted(maps.Keys(c.Escalations)) {
		c.Escalations[name] = s.policy(c.Escalations[name])
	}
	c.Routing = slices.Clone(c.Routing)
	for i, r := range c.Routing {
		c.Routing[i].Channel = s.channel(r.Channel, fmt.Sprintf("routes[%d].channel", i))
	}
	c.Incidents.Invite = s.targets(c.Incidents.Invite, "incidents.invite")
	c.Teams = s.teams(c.Teams)
	return c, inOrder(s.findings)
}

type search struct {
	look     Lookup
	config   Config
	findings []Finding
}

func (s *search) missing(field, written, text string) {
	if s.look.Why != nil {
		text = cmp.Or(s.look.Why(written), text)
	}
	s.findings = append(s.findings, Finding{s.config.File, lineOf(s.config.lines, field), field, text})
}

func (s *search) channel(name, field string) string {
	if name == "" {
		return ""
	}
	id, ok := s.look.Channel(name)
	if !ok {
		s.missing(field, name, fmt.Sprintf("found %q, which is no channel that the bot can see, expected a public channel or one that it was invited to", name))
		return name
	}
	return id
}

func (s *search) person(name rotation.PersonID, field string) rotation.PersonID {
	if name == rotation.Nobody {
		return name
	}
	id, ok := s.look.Person(string(name))
	if !ok {
		s.missing(field, string(name), fmt.Sprintf("found %q, who is not in Slack, expected somebody who is", name))
		return name
	}
	return id
}

func (s *search) people(names []rotation.PersonID, field string) []rotation.PersonID {
	ids := slices.Clone(names)
	for i, name := range names {
		ids[i] = s.person(name, fmt.Sprintf("%s[%d]", field, i))
	}
	return ids
}

func (s *search) rotation(r Rotation, field string) Rotation {
	r.Channel = s.channel(r.Channel, field+".channel")
	r.Members = s.people(r.Members, field+".members")
	r.Edits = slices.Clone(r.Edits)
	for i, e := range r.Edits {
		r.Edits[i].Members = s.people(e.Members, fmt.Sprintf("%s.edits[%d].members", field, i))
	}
	r.Swaps = slices.Clone(r.Swaps)
	for i, swap := range r.Swaps {
		r.Swaps[i].A.User = s.person(swap.A.User, fmt.Sprintf("%s.swaps[%d].a.user", field, i))
		r.Swaps[i].B.User = s.person(swap.B.User, fmt.Sprintf("%s.swaps[%d].b.user", field, i))
	}
	r.Overrides = slices.Clone(r.Overrides)
	for i, o := range r.Overrides {
		r.Overrides[i].User = s.person(o.User, fmt.Sprintf("%s.overrides[%d].user", field, i))
		r.Overrides[i].Replaces = s.person(o.Replaces, fmt.Sprintf("%s.overrides[%d].replaces", field, i))
	}
	return r
}

func (s *search) policy(p alerts.Policy) alerts.Policy {
	field := s.config.policyFields[p.Name]
	p.Steps = slices.Clone(p.Steps)
	for i, step := range p.Steps {
		p.Steps[i].Notify = s.targets(step.Notify, fmt.Sprintf("%s.steps[%d].notify", field, i))
	}
	return p
}

func (s *search) targets(targets []alerts.Target, field string) []alerts.Target {
	targets = slices.Clone(targets)
	for i, to := range targets {
		at := fmt.Sprintf("%s[%d]", field, i)
		targets[i].Person = s.person(to.Person, at)
		targets[i].Channel = s.channel(to.Channel, at)
	}
	return targets
}
