package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"toban/bot/config"
	"toban/bot/slackapp"
	"toban/rotation"
)

// people are those whom the config wants on call, paged or in incidents from now
// on, by how it writes them, as far as their ids are known.
func (n *names) people() map[string]rotation.PersonID {
	ids, wanted := map[string]rotation.PersonID{}, serving(n.cfg, time.Now())
	n.cfg.Resolve(config.Lookup{Channel: n.id, Person: func(written string) (rotation.PersonID, bool) {
		id, ok := n.id(written)
		if ok && wanted[rotation.PersonID(written)] {
			ids[written] = rotation.PersonID(id)
		}
		return rotation.PersonID(id), ok
	}})
	return ids
}

// personIDs are the ids of [names.people].
func (n *names) personIDs() []rotation.PersonID {
	ids := slices.Sorted(maps.Values(n.people()))
	return slices.Compact(ids)
}

// unfit says why somebody can neither be on call nor answer a page; empty where
// they can, or Slack does not tell.
func unfit(p slackapp.Person, err error) string {
	if errors.Is(err, slackapp.ErrNobody) {
		return "nobody whom Slack shows in this workspace"
	}
	if err != nil {
		return ""
	}
	return map[slackapp.Standing]string{
		slackapp.Guest: "a guest", slackapp.Foreign: "of another workspace",
		slackapp.Robot: "a bot or an app", slackapp.Left: "deactivated",
	}[p.Standing]
}

// judge notes what Slack told of somebody whom the config names, and says it
// once where they can do nothing when they are paged.
func (n *names) judge(id rotation.PersonID, p slackapp.Person, err error) {
	why := unfit(p, err)
	if err != nil && why == "" {
		return // Slack did not tell: what was known stays
	}
	n.mu.Lock()
	was := n.unfit[id]
	n.unfit[id] = why
	n.mu.Unlock()
	if why != was && why != "" {
		n.log.Warn("somebody in the config cannot be on call or answer a page; take them out of it", "person", id, "is", why)
	}
}

// unfitPeople are sentences on those in the config who cannot be on call.
func (n *names) unfitPeople() (said []string) {
	ids := n.people()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, written := range slices.Sorted(maps.Keys(ids)) {
		if why := n.unfit[ids[written]]; why != "" {
			said = append(said, fmt.Sprintf("%s is %s and cannot be on call or answer a page", written, why))
		}
	}
	return said
}

// serving are the people who have to be there from now on. Members of a list
// that was replaced, and what is over, are not.
func serving(cfg config.Config, now time.Time) map[rotation.PersonID]bool {
	who := map[rotation.PersonID]bool{}
	add := func(people ...rotation.PersonID) {
		for _, p := range people {
			who[p] = true
		}
	}
	for _, r := range cfg.Rotations {
		if s, err := rotation.New(r.Rotation); err == nil {
			add(s.Members(now)...)
		}
		for _, e := range r.Edits {
			if e.At.After(now) {
				add(e.Members...)
			}
		}
		for _, s := range r.Swaps {
			if s.A.End.After(now) || s.B.End.After(now) {
				add(s.A.User, s.B.User)
			}
		}
		for _, o := range r.Overrides {
			if o.End.After(now) {
				add(o.User)
			}
		}
	}
	for _, policy := range cfg.Escalations {
		for _, step := range policy.Steps {
			for _, to := range step.Notify {
				add(to.Person)
			}
		}
	}
	for _, to := range cfg.Incidents.Invite {
		add(to.Person)
	}
	return who
}
