package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"toban/alerts/datadog/api"
	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/alerts/waf"
	"toban/bot/config"
	"toban/bot/store"
	"toban/rotation"
)

// lookUp makes what looks up what is known about alerts. Without Datadog's keys
// that is only what the bot has saved itself.
func (b *bot) lookUp(cfg config.Config, db *store.DB, client *api.Client) *enrich.Looker {
	facets := map[waf.Facet]string{}
	for name, facet := range cfg.WAF.Facets {
		if by, known := waf.ParseFacet(name); known {
			facets[by] = facet
		}
	}
	places := enrich.Places{
		Store: db.Contexts(), Holder: rand.Text(), Trouble: b.trouble,
		Settings: enrich.Settings{
			Query: cfg.WAF.Query, Indexes: cfg.WAF.Indexes, Match: cfg.WAF.Match, Wait: cfg.WAF.Wait, Facets: facets, Action: cfg.WAF.Facets["action"],
			Deploys: cfg.Deploys, PerHour: cfg.WAF.PerHour,
		},
	}
	if client == nil {
		b.log.Info("no Datadog keys: alerts are shown without what Datadog knows (DD_API_KEY, DD_APP_KEY)")
	} else {
		places.Logs = client
	}
	places.Owner = func(tag func(string) string) (string, []string) {
		team, _ := findings.ByTag(cfg.Teams, tag)
		return team.Name, team.Buckets
	}
	return enrich.New(places)
}

// announcedADay is how many findings a team sees one by one on a day.
const announcedADay = 10

// keepFindings makes what keeps findings and hands them to their owners.
func (b *bot) keepFindings(cfg config.Config, db *store.DB, client *api.Client, zone *time.Location) *findings.Desk {
	teams := cfg.Teams
	for i, t := range teams {
		teams[i].Zone = zone
		for _, r := range cfg.Rotations {
			if r.Name == t.Rotation {
				teams[i].Zone = r.Zone
			}
		}
	}
	desk := &findings.Desk{
		Store: db.Findings(), Pager: b.pager, Trouble: b.trouble, Sources: map[string]findings.Source{},
		OnCall: func(ctx context.Context, name string, at time.Time) (rotation.PersonID, error) {
			s, err := b.planner.Schedule(ctx, name)
			if err != nil {
				return rotation.Nobody, err
			}
			return s.OnCall(at), nil
		},
		Settings: findings.Settings{
			Teams: teams, Default: cfg.Channels.Alerts, Zone: zone, Announce: cfg.Findings.Announce, PerDay: announcedADay,
			Nudge: cfg.Findings.Nudge, Weekly: cfg.Findings.Weekly, Hook: cfg.Findings.Hook,
			Document: cfg.Scans.Document, Buckets: cfg.Scans.Buckets, Every: cfg.Scans.Every,
		},
	}
	if client != nil && cfg.Scans.Logs != "" {
		desk.Sources["logs"] = func(ctx context.Context, since, until time.Time) ([][]byte, bool, error) {
			if err := b.looker.Spend(ctx); err != nil {
				return nil, false, err
			}
			page, err := client.SearchLogs(ctx, enrich.LogQuery{Query: cfg.Scans.Logs, From: since, Until: until}, 1000)
			switch {
			case err == nil && strings.Contains(page.Partial, "timeout"):
				err = errors.New("only a part of an answer, for it took Datadog too long")
			case err == nil && page.Partial != "":
				b.trouble(fmt.Errorf("findings in Datadog's logs, some may be missing: %s", page.Partial))
			}
			return page.Logs, page.More, err
		}
	}
	if client != nil && cfg.Scans.Events != "" {
		desk.Sources["events"] = func(ctx context.Context, since, until time.Time) ([][]byte, bool, error) {
			if err := b.looker.Spend(ctx); err != nil {
				return nil, false, err
			}
			return client.Events(ctx, cfg.Scans.Events, since, until, 1000)
		}
	}
	return desk
}
