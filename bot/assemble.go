package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"toban/alerts"
	"toban/alerts/datadog"
	"toban/alerts/datadog/api"
	"toban/alerts/scan/hook"
	"toban/alerts/webhook"
	"toban/bot/config"
	"toban/bot/incident"
	"toban/bot/outbox"
	"toban/bot/reading"
	"toban/bot/slackapp"
	"toban/bot/store"
	"toban/bot/web"
	"toban/rotation"
)

// assemble joins the parts.
func assemble(ctx context.Context, cfg config.Config, w world, db *store.DB, log *slog.Logger) (*bot, error) {
	b := &bot{log: log, db: db, metrics: newMetrics()}
	slack := slackapp.NewAPI(slackapp.Access{
		BotToken: cfg.SlackBotToken.Reveal(), AppToken: cfg.SlackAppToken.Reveal(),
		URL: cfg.SlackAPIURL, Dial: w.Dial, Metrics: slackapp.NewMetrics(b.metrics.registry),
	}, slackapp.NewPacer())
	dir := slackapp.NewDirectoryIn(db, slack)
	b.closeAPI = func() { dir.Close(); slack.Close() }
	cfg, plans, err := continuePlans(ctx, cfg, db, time.Now())
	if err != nil {
		b.closeAPI()
		return nil, err
	}
	if b.names, err = newNames(ctx, cfg, dir, db, log); err != nil {
		b.closeAPI()
		return nil, err
	}
	cfg = b.names.resolved(ctx)
	b.names.use = b.use
	if err := b.plan(cfg); err != nil {
		return nil, err
	}
	client, err := api.New(api.Keys{API: cfg.DatadogAPIKey.Reveal(), App: cfg.DatadogAppKey.Reveal(), Site: cfg.DatadogSite, URL: cfg.DatadogAPIURL}, w.Datadog)
	if err != nil {
		return nil, err
	}
	b.looker = b.lookUp(cfg, db, client)
	b.pager.Look = b.looker.Look
	settings := slackapp.Settings{Language: cfg.Language, Policy: b.pager.Policy, Alerts: cfg.Channels.Alerts, Incidents: cfg.Channels.Incidents, Fallback: cfg.Channels.Fallback, ChannelID: b.names.channelID}
	settings.Findings = len(cfg.Teams) > 0 || len(cfg.Scans.Topics) > 0 || cfg.Scans.Logs != "" || cfg.Scans.Events != ""
	for _, r := range cfg.Rotations {
		settings.Rotations = append(settings.Rotations, slackapp.Rota{Name: r.Name, Channel: r.Channel})
		if settings.Zone == nil {
			settings.Zone = r.Zone
		}
	}
	db.SetChannels(b.channels(cfg))
	if err := plans.tell(ctx, b, cfg); err != nil {
		return nil, err
	}
	b.rooms = &incident.Manager{
		Store: db.Incidents(), Rooms: slackapp.NewRooms(slack), OnCall: b.invited,
		Leases: db, Holder: rand.Text(), Read: w.reader(),
		Config:  incident.Config{Prefix: cfg.Incidents.Prefix, Zone: settings.Zone},
		Trouble: b.trouble,
	}
	if err := b.rooms.Revive(ctx, db.Now()); err != nil {
		return nil, err
	}
	b.desk = b.keepFindings(cfg, db, client, settings.Zone)
	b.app = &slackapp.App{
		Now: db.Now, Pager: b.pager, Planner: b.planner, Incidents: b.rooms, Reader: db, Swaps: db,
		People: dir, Talk: slack, Settings: settings, Log: log,
		Findings: b.desk, Places: db,
	}
	if client != nil { // nobody else knows what a WAF blocked
		b.app.Firewall, b.app.Windows = b.looker, db
	}
	b.people = func(ctx context.Context) error { return dir.Run(ctx, b.names.personIDs, b.names.judge) }
	b.socket = slackapp.NewSocket(slack, b.app.Handle, log)
	wake, unsubscribe := db.Subscribe()
	b.unsubscribe = unsubscribe
	b.speaker = slackapp.NewSpeaker(slackapp.Speaking{
		API: slack, Outbox: b.metrics.watch(db), Leases: db, Wake: wake, Sweep: sweepOf(db), Render: b.app.Render, Refuse: b.refused,
		Channel: dir.KnownChannel, Log: log,
	})
	trusted := webhook.NewTokens(reveal(cfg.WebhookTokens))
	b.web = web.Routes{
		Trusted:  func(r *http.Request) bool { return trusted.Allow(r, true) },
		Datadog:  datadog.NewWebhook(b.pager, reveal(cfg.WebhookTokens), log, b.metrics.webhook),
		Findings: hook.New(b.desk, reveal(cfg.TokensOfFindings()), cfg.Scans.Topics, nil, log, b.metrics.webhook),
		Metrics:  b.metrics.handler(),
		Parts:    []web.Part{{Name: "store", Check: db.Ready}, {Name: "clock", Check: b.clockWell}, {Name: "slack socket", Check: b.socketWell, Note: b.socketNote}, {Name: "slack speaker", Check: b.speakerWell}, {Name: "slack names", Check: b.namesWell}, {Name: "slack channels", Check: b.placesWell}, {Name: "incidents", Check: b.incidentsWell}},
	}
	return b, nil
}

// reader has our own program read a title in a process of its own.
func (w world) reader() func(context.Context, string) ([]string, error) {
	if w.Read != nil {
		return w.Read
	}
	return func(ctx context.Context, title string) ([]string, error) {
		program, err := os.Executable()
		if err != nil {
			return nil, err
		}
		return reading.Child(ctx, program, title)
	}
}

// plan makes what knows who is on call, and what pages them.
func (b *bot) plan(cfg config.Config) error {
	schedules, err := schedulesOf(cfg)
	if err != nil {
		return err
	}
	b.invite.Store(&cfg)
	b.planner = &rotation.Planner{Rotations: schedules, Former: formerNames(cfg), Store: b.db.Rotations()}
	b.pager = alerts.NewPager(alerts.Pager{
		Now: b.db.Now, Store: b.db.Alerts(), Roster: b.planner, Routing: cfg.Routing, Policies: cfg.Escalations,
		Channel: cfg.Channels.Alerts, Trouble: b.trouble,
	})
	return nil
}

// use replaces the config of the running bot, in which more names are ids.
func (b *bot) use(cfg config.Config) {
	schedules, err := schedulesOf(cfg)
	if err != nil {
		b.trouble(err)
		return
	}
	b.invite.Store(&cfg)
	b.planner.Use(schedules)
	b.pager.Use(alerts.Plan{Routing: cfg.Routing, Policies: cfg.Escalations, Channel: cfg.Channels.Alerts})
	b.db.SetChannels(b.channels(cfg))
}

func schedulesOf(cfg config.Config) (map[string]*rotation.Schedule, error) {
	schedules := map[string]*rotation.Schedule{}
	for _, r := range cfg.Rotations {
		s, err := rotation.New(r.Rotation)
		if err != nil {
			return nil, fmt.Errorf("rotation %s: %w", r.Name, err)
		}
		schedules[r.Name] = s
	}
	return schedules, nil
}

func formerNames(cfg config.Config) map[string]string {
	names := map[string]string{}
	for _, r := range cfg.Rotations {
		if r.Was != "" {
			names[r.Was] = r.Name
		}
	}
	return names
}

// channels says where messages go that no saved value names.
func (b *bot) channels(cfg config.Config) store.Channels {
	of := map[string]string{}
	for _, r := range cfg.Rotations {
		of[r.Name] = r.Channel
	}
	return store.Channels{
		Incidents: cfg.Channels.Incidents, Rotation: func(name string) string { return of[name] },
		Alias: b.names.aliases(), Instead: instead(cfg),
	}
}

// invited names those who are brought into an incident beside its declarer.
func (b *bot) invited(ctx context.Context) (people []rotation.PersonID, err error) {
	cfg := b.invite.Load()
	targets := cfg.Incidents.Invite
	if len(targets) == 0 {
		for _, r := range cfg.Rotations {
			targets = append(targets, alerts.Target{Rotation: r.Name})
		}
	}
	for _, to := range targets {
		who := to.Person
		if to.Rotation != "" {
			s, err := b.planner.Schedule(ctx, to.Rotation)
			if err != nil {
				return nil, err
			}
			who = s.OnCall(time.Now())
		}
		if who != rotation.Nobody {
			people = append(people, who)
		}
	}
	return people, nil
}

// refused is told of messages that Slack will not show where they belong. They
// are shown elsewhere and kept; whoever should have been woken is skipped.
func (b *bot) refused(ctx context.Context, m outbox.Message, why string) error {
	var err error
	page, _, _ := strings.Cut(m.Subject, "/")
	switch {
	case m.Kind == outbox.Page && outbox.IsPerson(m.To):
		err = b.pager.Undeliverable(ctx, page, alerts.Target{Person: rotation.PersonID(m.To)}, why, b.db.Now())
	case m.Kind == outbox.Page:
		err = b.pager.Undeliverable(ctx, page, alerts.Target{Channel: m.To}, why, b.db.Now())
	case m.Kind == outbox.Alert:
		err = b.pager.Uncalled(ctx, m.Subject, m.To, why, b.db.Now())
	default:
		return nil
	}
	b.log.Warn("Slack does not show a message where it belongs; pages go on", "kind", m.Kind, "subject", m.Subject, "to", m.To, "why", why)
	if errors.Is(err, alerts.ErrNotFound) {
		return nil
	}
	return err
}

func (b *bot) trouble(err error) { b.log.Error("something went wrong; work goes on", "err", err) }

func (b *bot) socketWell(context.Context) error {
	s := b.socket.Status()
	if !s.Connected {
		return fmt.Errorf("not connected since %s: %s", s.Since.UTC().Format(time.RFC3339), s.Trouble)
	}
	if s.Alive == 1 {
		return web.Remark("on one connection; a second one is on its way, and until then the loss of one is felt")
	}
	return nil
}

// socketNote says on how many connections Slack is heard.
func (b *bot) socketNote() string { return fmt.Sprintf("%d connections", b.socket.Status().Alive) }

func (b *bot) speakerWell(context.Context) error {
	if s := b.speaker.Status(); s.Trouble != "" {
		return errors.New(s.Trouble)
	}
	return nil
}

// prune forgets once a day what nobody can repeat any more.
func (b *bot) prune(ctx context.Context, at time.Time) (time.Time, error) {
	if at.Before(b.pruneAt) {
		return b.pruneAt, nil
	}
	if err := b.db.Prune(ctx, at); err != nil {
		return time.Time{}, err
	}
	b.pruneAt = at.Add(24 * time.Hour)
	return b.pruneAt, nil
}

func reveal(secrets []config.Secret) []string {
	var values []string
	for _, s := range secrets {
		values = append(values, s.Reveal())
	}
	return values
}
