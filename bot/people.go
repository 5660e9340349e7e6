package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"toban/bot/config"
	"toban/bot/slackapp"
	"toban/rotation"
)

// people are those whom the config wants on call, paged or in incidents, by how
// it writes them, as far as their ids are known.
func (n *names) people() map[string]rotation.PersonID {
	ids := map[string]rotation.PersonID{}
	n.cfg.Resolve(config.Lookup{Channel: n.id, Person: func(written string) (rotation.PersonID, bool) {
		id, ok := n.id(written)
		if ok {
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

// checkPeople tells of people in the config who cannot be on call.
func (n *names) checkPeople(ctx context.Context) (found []finding) {
	ids := n.people()
	for _, written := range slices.Sorted(maps.Keys(ids)) {
		if why := unfit(n.dir.Person(ctx, ids[written])); why != "" {
			found = append(found, finding{bad, fmt.Sprintf("slack: %s (%s) is %s, and cannot be on call or answer a page; take them out of the config", written, ids[written], why)})
		}
	}
	return found
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
