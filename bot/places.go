package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"toban/bot/config"
	"toban/bot/outbox"
	"toban/bot/web"
)

// instead names the places that show what Slack refuses elsewhere, the best
// first: the fallback channel, the channel of all alerts, and the people of the
// first rotation.
func instead(cfg config.Config) [][]string {
	ranks := [][]string{{cfg.Channels.Fallback}, {cfg.Channels.Alerts}}
	if len(cfg.Rotations) == 0 {
		return ranks
	}
	var people []string
	for _, who := range cfg.Rotations[0].Members {
		people = append(people, string(who))
	}
	return append(ranks, people)
}

// placesWell says which places Slack refuses, and what becomes of what belongs
// there. Only when nobody at all can be shown something the bot is not well.
func (b *bot) placesWell(ctx context.Context) error {
	closed, err := b.db.Closed(ctx)
	if err != nil || len(closed) == 0 {
		return err
	}
	var said []string
	for _, c := range closed {
		said = append(said, describe(c))
	}
	text := strings.Join(said, "; ")
	if n, err := b.db.Unseen(ctx); err != nil {
		return err
	} else if n > 0 {
		return fmt.Errorf("%s; %d messages are shown nowhere: set channels.fallback to a channel that Toban is in", text, n)
	}
	return web.Remark(text)
}

func describe(c outbox.Closed) string {
	text := fmt.Sprintf("Slack refuses %s since %s (%s)", c.Place, c.Since.UTC().Format(time.RFC3339), c.Why)
	if c.Owed > 0 {
		text += fmt.Sprintf("; %d messages are shown elsewhere and kept until it is back", c.Owed)
	}
	return text
}

// namesWell says which names of the config are not known yet, or not any more.
func (b *bot) namesWell(ctx context.Context) error {
	if said := b.names.well(ctx); said != "" {
		return web.Remark(said)
	}
	return nil
}

// incidentsWell says what Slack refuses open incidents: a channel, its topic,
// invitations or the pin. It is tried again, and people were told where to work.
func (b *bot) incidentsWell(ctx context.Context) error {
	open, err := b.rooms.List(ctx, false)
	if err != nil {
		return err
	}
	var said []string
	for _, in := range open {
		for _, t := range in.Troubles() {
			said = append(said, fmt.Sprintf("incident %d: %s fails (%s)", in.Number, t.Step, t.Why))
		}
	}
	if len(said) == 0 {
		return nil
	}
	return web.Remark(strings.Join(said, "; ") + "; it is tried again until the incident is over")
}
