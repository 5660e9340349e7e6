package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"toban/bot/config"
	"toban/bot/slackapp"
	"toban/bot/store"
	"toban/rotation"
)

// nameLook is how long a start waits for Slack to tell who and what the names
// in the config are.
const nameLook = 20 * time.Second

// resolve puts Slack's ids in place of the config's names. While Slack does
// not answer, the ids of the last start stand in, so that webhooks are taken
// and pages climb all the same.
func resolve(ctx context.Context, cfg config.Config, dir *slackapp.Directory, db *store.DB, log *slog.Logger) (config.Config, error) {
	kept, err := db.Names(ctx)
	if err != nil {
		return cfg, fmt.Errorf("names of the last start: %w", err)
	}
	look := &lookup{ctx: ctx, dir: dir, kept: kept, found: map[string]string{}}
	var cancel context.CancelFunc
	look.ctx, cancel = context.WithTimeout(ctx, nameLook)
	defer cancel()
	resolved, findings := cfg.Resolve(config.Lookup{Person: look.person, Channel: look.channel})
	if look.down != nil && len(findings) > 0 {
		return cfg, fmt.Errorf("who and what the names in %s are cannot be asked of Slack, and no earlier start learned it: %w", cfg.File, look.down)
	}
	if look.down != nil {
		log.Warn("slack does not answer; the people and channels of the last start are used", "err", look.down)
	}
	for _, f := range findings {
		log.Warn("config: " + f.String())
	}
	return resolved, db.KeepNames(ctx, look.found)
}

// lookup asks Slack for ids, and what was kept once Slack does not answer.
type lookup struct {
	ctx   context.Context
	dir   *slackapp.Directory
	kept  map[string]string
	found map[string]string
	down  error
}

func (l *lookup) person(name string) (rotation.PersonID, bool) {
	id, ok := l.id(name, func() (string, error) {
		p, err := l.dir.FindPerson(l.ctx, name)
		return string(p.ID), err
	})
	return rotation.PersonID(id), ok
}

func (l *lookup) channel(name string) (string, bool) {
	return l.id(name, func() (string, error) { return l.dir.FindChannel(l.ctx, name) })
}

func (l *lookup) id(name string, ask func() (string, error)) (string, bool) {
	if l.down == nil {
		id, err := ask()
		var several *slackapp.AmbiguousError
		switch {
		case err == nil:
			l.found[name] = id
			return id, true
		case errors.Is(err, slackapp.ErrNobody), errors.As(err, &several):
			return "", false
		}
		l.down = err
	}
	id, ok := l.kept[name]
	return id, ok
}
