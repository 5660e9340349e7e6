package slackapp

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/outbox"
	"toban/rotation"
)

const (
	freshEvery = time.Minute      // between two looks for profiles that grow old
	freshAfter = 30 * time.Minute // a profile older than this is read anew
	freshFor   = 24 * time.Hour   // as long as somebody has acted or was asked about
)

// standingOf says what Slack's profile makes of somebody in the workspace home.
// In an Enterprise Grid one person belongs to several workspaces; where the app
// is installed for the whole organization, home is the organization.
func standingOf(u slack.User, home string) Standing {
	of := append(slices.Clone(u.Enterprise.Teams), u.TeamID, u.Enterprise.EnterpriseID)
	switch {
	case u.Deleted:
		return Left
	case u.IsBot, u.IsAppUser, u.IsWorkflowBot, u.IsConnectorBot, u.ID == "USLACKBOT":
		return Robot
	case u.IsStranger, home != "" && u.TeamID != "" && !slices.Contains(of, home):
		return Foreign
	case home == "", u.TeamID == "" && !slices.Contains(of, home):
		return Unknown
	case u.IsRestricted, u.IsUltraRestricted:
		return Guest
	}
	return Member
}

// home is the id of the workspace that the bot token belongs to.
func (d *Directory) home(ctx context.Context) (string, error) {
	d.mu.Lock()
	team := d.team
	d.mu.Unlock()
	if team != "" {
		return team, nil
	}
	me, err := d.api.WhoAmI(ctx)
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.team, d.us = me.TeamID, me.UserID
	return d.team, nil
}

// isUs reports whether a person is the bot itself.
func (d *Directory) isUs(ctx context.Context, id string) bool {
	_, err := d.home(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	return err == nil && d.us == id
}

// use notes that somebody wants to know who id is, and returns what is known.
func (d *Directory) use(id rotation.PersonID) (known, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	k, ok := d.people[id]
	if ok {
		k.usedAt = time.Now()
		d.people[id] = k
	}
	return k, ok
}

// Learn takes a profile that Slack sent with an event. It is believed at once
// and asked for anew soon: events may come late, or in another order.
func (d *Directory) Learn(ctx context.Context, u slack.User) {
	d.keepEntries(ctx, entryOf(u))
	d.mu.Lock()
	defer d.mu.Unlock()
	id := rotation.PersonID(u.ID)
	k, ok := d.people[id]
	if !ok {
		return
	}
	p := personOf(u, d.team)
	if p.Locale == "" {
		p.Locale = k.person.Locale
	}
	d.people[id] = known{person: p, until: time.Now().Add(personFor - freshAfter), usedAt: k.usedAt}
}

// Run keeps the profiles of those who act fresh until ctx ends, so that a deed
// seldom waits for Slack; those of always, whom the config names, from the
// beginning. Each minute tell hears what is known of each of those.
func (d *Directory) Run(ctx context.Context, always func() []rotation.PersonID, tell func(rotation.PersonID, Person, error)) error {
	tick := time.NewTicker(freshEvery)
	defer tick.Stop()
	for {
		ids := always()
		unknown := slices.DeleteFunc(slices.Clone(ids), func(id rotation.PersonID) bool { _, ok := d.use(id); return ok })
		d.refresh(ctx, append(unknown, d.growingOld(time.Now())...))
		for _, id := range ids {
			if k, ok := d.use(id); ok {
				tell(id, k.person, k.err)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// refresh asks for profiles, one after the other and behind whoever waits for
// one. What it cannot learn now comes up again.
func (d *Directory) refresh(ctx context.Context, ids []rotation.PersonID) {
	for _, id := range ids {
		if ctx.Err() != nil {
			return
		}
		_, _ = d.ask(ctx, id, outbox.Telling)
	}
}

func (d *Directory) growingOld(now time.Time) (ids []rotation.PersonID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, k := range d.people {
		old := k.until.Add(freshAfter - personFor)
		if k.err != nil {
			old = k.until
		}
		if now.After(old) && now.Before(k.usedAt.Add(freshFor)) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
