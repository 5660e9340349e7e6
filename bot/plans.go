package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"toban/alerts"
	"toban/bot/config"
	"toban/bot/outbox"
	"toban/bot/store"
	"toban/rotation"
)

// ahead is how far the changes of shifts are told.
const ahead = 14 * 24 * time.Hour

// plans is what a start makes of the config that it sees and of those before.
type plans struct {
	at       time.Time
	first    bool                         // no earlier start kept anything
	before   map[string]rotation.Rotation // as they went on until now, by the name of now
	versions []store.ConfigVersion        // seen for the first time
	renamed  map[string]string            // old name to new
}

// continuePlans gives the rotations of cfg the member lists that earlier starts
// saw, so that a config that changed moves nobody who is on call now.
func continuePlans(ctx context.Context, cfg config.Config, db *store.DB, at time.Time) (config.Config, *plans, error) {
	seen, err := db.ConfigVersions(ctx)
	if err != nil {
		return cfg, nil, fmt.Errorf("config of the last start: %w", err)
	}
	p := &plans{at: at.UTC().Truncate(time.Microsecond), first: len(seen) == 0, before: map[string]rotation.Rotation{}, renamed: map[string]string{}}
	history, lastDoc := map[string][]rotation.Version{}, map[string]string{}
	for _, v := range seen {
		lastDoc[v.Kind+"/"+v.Name] = v.Doc
		if v.Kind != store.ConfigRotation {
			continue
		}
		if v.Doc == "" {
			delete(history, v.Name)
			continue
		}
		r, err := store.DecodeRotation(v.Name, v.Doc)
		if err != nil {
			return cfg, nil, fmt.Errorf("rotation %s of %s: %w", v.Name, v.At, err)
		}
		history[v.Name] = append(history[v.Name], rotation.Version{At: v.At, Rotation: r})
	}
	cfg.Rotations = slices.Clone(cfg.Rotations)
	for i, r := range cfg.Rotations {
		doc, err := store.EncodeRotation(r.Rotation)
		if err != nil {
			return cfg, nil, err
		}
		old, renamed := history[r.Name], false
		if len(old) == 0 && r.Was != "" && len(history[r.Was]) > 0 {
			old, renamed = history[r.Was], true
			delete(history, r.Was)
		}
		if r.Was != "" {
			p.renamed[r.Was] = r.Name
		}
		delete(history, r.Name)
		if len(old) > 0 {
			p.before[r.Name] = rotation.Continue(old)
		}
		last := lastDoc[store.ConfigRotation+"/"+r.Name]
		if renamed {
			last = lastDoc[store.ConfigRotation+"/"+r.Was]
		}
		now := rotation.Version{At: p.at, Rotation: r.Rotation}
		if last != doc {
			old = append(old, now)
		}
		if last != doc || renamed {
			p.versions = append(p.versions, store.ConfigVersion{Kind: store.ConfigRotation, Name: r.Name, At: p.at, Doc: doc, Channel: r.Channel})
		}
		current := r.Rotation
		current.Members, current.Edits = rotation.Continue(old).Members, rotation.Continue(old).Edits
		cfg.Rotations[i].Rotation = current
	}
	for _, name := range slices.Sorted(maps.Keys(history)) {
		p.versions = append(p.versions, store.ConfigVersion{Kind: store.ConfigRotation, Name: name, At: p.at})
	}
	p.routing(cfg, lastDoc[store.ConfigRouting+"/"])
	return cfg, p, nil
}

// routing notes which routes and escalations changed, as lines.
func (p *plans) routing(cfg config.Config, before string) {
	lines := routingLines(cfg)
	doc := strings.Join(lines, "\n")
	if doc == before {
		return
	}
	news := &outbox.ConfigNews{}
	old := strings.Split(before, "\n")
	for _, line := range old {
		if line != "" && !slices.Contains(lines, line) {
			news.Lines = append(news.Lines, outbox.ConfigLine{Text: line})
		}
	}
	for _, line := range lines {
		if !slices.Contains(old, line) {
			news.Lines = append(news.Lines, outbox.ConfigLine{Added: true, Text: line})
		}
	}
	if len(news.Lines) == 0 { // only their order changed, and the first one wins
		for i, line := range lines {
			news.Lines = append(news.Lines, outbox.ConfigLine{Added: true, Text: fmt.Sprintf("%d. %s", i+1, line)})
		}
	}
	if p.first {
		news = nil
	}
	p.versions = append(p.versions, store.ConfigVersion{Kind: store.ConfigRouting, At: p.at, Doc: doc, News: news})
}

func routingLines(cfg config.Config) (lines []string) {
	for _, r := range cfg.Routing {
		line := "route"
		for _, name := range slices.Sorted(maps.Keys(r.Match)) {
			line += " " + name + ":" + r.Match[name].String()
		}
		for _, priority := range r.Priority {
			line += " " + string(priority)
		}
		for _, level := range r.Level {
			line += " " + string(level)
		}
		lines = append(lines, line+" → "+strings.TrimSpace(r.Escalation+" "+r.Channel))
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Escalations)) {
		policy := cfg.Escalations[name]
		line := "escalation " + name + ":"
		for i, s := range policy.Steps {
			if i > 0 {
				line += " →"
			}
			for _, to := range s.Notify {
				line += " " + targetText(to)
			}
			line += " " + s.Wait.String()
		}
		lines = append(lines, fmt.Sprintf("%s, repeat %d", line, policy.Repeat))
	}
	return lines
}

func targetText(to alerts.Target) string {
	switch {
	case to.Rotation != "":
		return "rotation:" + to.Rotation
	case to.Channel != "":
		return "channel:" + to.Channel
	}
	return string(to.Person)
}

// tell keeps what this start saw first, and has people told what it changes:
// once, for the next start finds it kept. cfg has Slack's ids.
func (p *plans) tell(ctx context.Context, b *bot, cfg config.Config) error {
	ids, err := b.db.Names(ctx)
	if err != nil {
		return err
	}
	channels := map[string]string{}
	for _, r := range cfg.Rotations {
		channels[r.Name] = r.Channel
	}
	for i, v := range p.versions {
		if v.Kind == store.ConfigRotation && !p.first {
			if v.News, err = p.shifts(ctx, b, v, ids); err != nil {
				return err
			}
		}
		if v.Channel = channels[v.Name]; v.Channel == "" {
			v.Channel = cfg.Channels.Alerts
		}
		if v.News != nil {
			b.log.Info("the config changed", "what", v.Kind, "name", v.Name, "was", v.News.Was, "gone", v.News.Gone,
				"unused", v.News.Unused, "shifts", len(v.News.Shifts), "lines", v.News.Lines)
		}
		p.versions[i] = v
	}
	if err := b.db.SaveConfig(ctx, p.versions, p.renamed); err != nil {
		return fmt.Errorf("keep the config that this start saw: %w", err)
	}
	return nil
}

// shifts compares who is on call in the next days with who would have been.
func (p *plans) shifts(ctx context.Context, b *bot, v store.ConfigVersion, ids map[string]string) (*outbox.ConfigNews, error) {
	news := &outbox.ConfigNews{Rotation: v.Name}
	before, known := p.before[v.Name]
	for old, name := range p.renamed {
		if name == v.Name && known && before.Name == old {
			news.Was = old
		}
	}
	switch {
	case v.Doc == "":
		news.Gone = true
		var err error
		news.Unused, err = b.db.Unused(ctx, v.Name, p.at)
		return news, err
	case !known:
		news.Added = true
		return news, nil
	}
	changes := before.Name
	old, err := rotation.New(withIDs(before, ids))
	if err != nil {
		return nil, fmt.Errorf("rotation %s of the last start: %w", v.Name, err)
	}
	var said rotation.Changes
	if err := b.db.Rotations().View(ctx, func(tx rotation.Reader) (err error) {
		said, err = tx.Changes(changes)
		return err
	}); err != nil {
		return nil, err
	}
	if old, err = old.With(said.Swaps, said.Overrides, said.Edits); err != nil {
		return nil, err
	}
	now, err := b.planner.Rotations[v.Name].With(said.Swaps, said.Overrides, said.Edits)
	if err != nil {
		return nil, err
	}
	for _, d := range rotation.Compare(old, now, p.at, p.at.Add(ahead)) {
		news.Shifts = append(news.Shifts, outbox.ShiftNews{Start: d.Start, End: d.End, Before: string(d.Before), Now: string(d.Now)})
	}
	if news.Was == "" && len(news.Shifts) == 0 {
		return nil, nil
	}
	return news, nil
}

// withIDs puts Slack's ids in place of the names that were looked up.
func withIDs(r rotation.Rotation, ids map[string]string) rotation.Rotation {
	replace := func(names []rotation.PersonID) []rotation.PersonID {
		names = slices.Clone(names)
		for i, name := range names {
			if id := ids[string(name)]; id != "" {
				names[i] = rotation.PersonID(id)
			}
		}
		return names
	}
	r.Members = replace(r.Members)
	r.Edits = slices.Clone(r.Edits)
	for i, e := range r.Edits {
		r.Edits[i].Members = replace(e.Members)
	}
	return r
}
