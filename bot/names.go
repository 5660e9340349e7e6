package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"toban/bot/config"
	"toban/bot/directory"
	"toban/bot/slackapp"
	"toban/rotation"
)

const (
	nameLook  = 2 * time.Second  // how long a start waits for names that were never seen
	nameAgain = time.Minute      // between two looks for names that were not found
	nameCheck = 30 * time.Minute // between two looks whether channels were renamed
)

// names knows which ids the config's names stand for. What an earlier start
// learned is used at once; the rest is asked of Slack beside the work, in
// Slack's own tempo.
type names struct {
	cfg config.Config // as written
	dir *slackapp.Directory
	db  nameKeeper
	log *slog.Logger
	use func(config.Config) // told of the config once more names are known
	ask chan struct{}

	mu      sync.Mutex
	ids     map[string]string            // by name
	unclear map[string]string            // names that could not be resolved, and why
	changed map[string]string            // channels by the config's name, and what became of them
	unfit   map[rotation.PersonID]string // people of the config who cannot be on call, and why
	trouble error                        // why Slack could not be asked
}

// nameKeeper keeps what names stand for; the store does.
type nameKeeper interface {
	Names(ctx context.Context) (map[string]string, error)
	KeepNames(ctx context.Context, ids map[string]string) error
	// Move has what waits for one place wait for another.
	Move(ctx context.Context, from, to string) error
}

// newNames returns what earlier starts learned, and waits a moment for what
// none did.
func newNames(ctx context.Context, cfg config.Config, dir *slackapp.Directory, db nameKeeper, log *slog.Logger) (*names, error) {
	n := &names{
		cfg: cfg, dir: dir, db: db, log: log, use: func(config.Config) {}, ask: make(chan struct{}, 1),
		ids: map[string]string{}, unclear: map[string]string{}, changed: map[string]string{}, unfit: map[rotation.PersonID]string{},
	}
	kept, err := db.Names(ctx)
	if err != nil {
		return nil, fmt.Errorf("names of the last start: %w", err)
	}
	n.ids = kept
	if n.missing() > 0 {
		look, cancel := context.WithTimeout(ctx, nameLook)
		defer cancel()
		n.learn(look)
	}
	return n, nil
}

// resolved is the config with the ids that are known.
func (n *names) resolved() config.Config {
	cfg, findings := n.cfg.Resolve(n.lookup(func(string) {}))
	for _, f := range findings {
		n.log.Warn("config: " + f.String())
	}
	return cfg
}

// lookup answers from what is known; each is told every name it is asked for.
func (n *names) lookup(each func(name string)) config.Lookup {
	return config.Lookup{
		Person: func(name string) (rotation.PersonID, bool) {
			each(name)
			id, ok := n.id(name)
			return rotation.PersonID(id), ok
		},
		Channel: func(name string) (string, bool) {
			each("#" + strings.TrimPrefix(name, "#"))
			return n.id(name)
		},
		Why: n.why,
	}
}

// id is what a name stands for, as far as is known; an id stands for itself.
func (n *names) id(name string) (string, bool) {
	if slackapp.IsID(name) {
		return name, true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	id, ok := n.ids[name]
	return id, ok
}

func (n *names) why(name string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch why := n.unclear[name]; {
	case why != "":
		return why
	case n.trouble != nil:
		return fmt.Sprintf("found %q, which could not be asked of Slack (%v)", name, n.trouble)
	}
	return ""
}

// all are the names in the config that are no ids; channels begin with "#". The
// people come first: a channel can be written to by its name.
func (n *names) all() []string {
	seen := map[string]bool{}
	n.cfg.Resolve(n.lookup(func(name string) {
		if !slackapp.IsID(strings.TrimPrefix(name, "#")) {
			seen[name] = true
		}
	}))
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int {
		if isRoom := strings.HasPrefix(a, "#"); isRoom != strings.HasPrefix(b, "#") {
			if isRoom {
				return 1
			}
			return -1
		}
		return strings.Compare(a, b)
	})
}

// missing is how many names stand for nothing yet.
func (n *names) missing() (count int) {
	for _, name := range n.all() {
		if _, ok := n.id(name); !ok {
			count++
		}
	}
	return count
}

// run asks Slack until every name is known, and then now and then whether a
// channel goes by another one.
func (n *names) run(ctx context.Context) error {
	for {
		if n.learn(ctx) {
			n.use(n.resolved())
		}
		wait := nameCheck
		if n.missing() > 0 {
			wait = nameAgain
		}
		select {
		case <-ctx.Done():
			return nil
		case <-n.ask:
		case <-time.After(wait):
		}
	}
}

// Look has Slack asked again soon: something happened to a channel or person.
func (n *names) Look() {
	select {
	case n.ask <- struct{}{}:
	default:
	}
}

// learn asks Slack for each name what it stands for and reports whether
// something is new. One that cannot be asked does not hold up the others.
func (n *names) learn(ctx context.Context) (changed bool) {
	var trouble error
	for _, name := range n.all() {
		before, known := n.id(name)
		var id string
		var err error
		switch {
		case strings.HasPrefix(name, "#"):
			id, err = n.channel(ctx, name, before)
		case known:
			continue // an id stays a person's, whatever they are called
		default:
			id, err = n.person(ctx, name)
		}
		several, isSeveral := errors.AsType[*slackapp.AmbiguousError](err)
		switch {
		case ctx.Err() != nil:
			n.note(ctx.Err())
			return changed
		case isSeveral:
			n.note(nil, name, fmt.Sprintf("found %q, which %v, expected a name that only one person has, or the id", name, several))
		case errors.Is(err, slackapp.ErrNobody):
			n.note(nil, name, "")
		case err != nil:
			trouble = err
		case id != before:
			n.keep(ctx, name, before, id)
			changed = true
		}
	}
	n.note(trouble)
	return changed
}

func (n *names) person(ctx context.Context, name string) (string, error) {
	p, err := n.dir.FindPerson(ctx, name)
	return string(p.ID), err
}

// channel follows a channel by its id. The list of all is read only for a name
// that was never seen, or when the one it stood for goes by another.
func (n *names) channel(ctx context.Context, name, before string) (string, error) {
	if before == "" {
		return n.dir.FindChannel(ctx, name)
	}
	kept, err := n.dir.Channel(ctx, before)
	if err != nil && !errors.Is(err, slackapp.ErrNobody) {
		return before, err
	}
	if directory.Key(kept.Name) != directory.Key(name) || kept.Gone {
		if _, err := n.dir.FindChannel(ctx, name); err != nil && !errors.Is(err, slackapp.ErrNobody) {
			return before, err
		}
	}
	named, err := n.dir.Named(ctx, name)
	if err != nil {
		return before, err
	}
	if kept.ID == "" {
		kept = directory.Entry{ID: before, Gone: true}
	}
	e, _ := directory.Follow(name, kept, named)
	n.noteName(name, e)
	return e.ID, nil
}

// noteName notes what became of a channel of the config.
func (n *names) noteName(name string, e directory.Entry) {
	n.mu.Lock()
	defer n.mu.Unlock()
	said := ""
	switch {
	case e.Name == "":
		said = fmt.Sprintf("%s (%s) is not there any more, or Toban was removed from it", name, e.ID)
	case directory.Key(e.Name) != directory.Key(name):
		said = fmt.Sprintf("%s is called #%s now; it is followed, and %s should say so", name, e.Name, n.cfg.File)
	}
	if e.Name != "" && e.Gone {
		said = fmt.Sprintf("%s is archived", name)
	}
	if n.changed[name] != said && said != "" {
		n.log.Warn("a channel of the config changed: " + said)
	}
	n.changed[name] = said
}

// keep remembers what a name stands for, here and for the next start, and has
// what waits for what it stood for follow.
func (n *names) keep(ctx context.Context, name, before, id string) {
	if before != "" {
		n.log.Warn("a name of the config stands for another channel now", "name", name, "was", before, "now", id)
	}
	err := errors.Join(n.db.KeepNames(ctx, map[string]string{name: id}), n.db.Move(ctx, name, id), n.db.Move(ctx, before, id))
	if err != nil {
		n.log.Error("what a name stands for could not be kept; it is asked again at the next start", "name", name, "err", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ids[name] = id
	delete(n.unclear, name)
}

func (n *names) note(trouble error, unclear ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(unclear) == 2 {
		n.unclear[unclear[0]] = unclear[1]
		return
	}
	n.trouble = trouble
}

// aliases are the ids of the config's channels and people by name.
func (n *names) aliases() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.ids)
}

// well says which names stand for nothing yet, and what works all the same.
func (n *names) well() string {
	var said, lacking []string
	for _, name := range n.all() {
		if _, ok := n.id(name); !ok {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		text := fmt.Sprintf("%s not found in Slack yet; everybody else is paged, and these once they are found", strings.Join(lacking, ", "))
		if why := n.why(lacking[0]); why != "" {
			text += " (" + why + ")"
		}
		said = append(said, text)
	}
	said = append(said, n.unfitPeople()...)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(n.changed)) {
		if n.changed[name] != "" {
			said = append(said, n.changed[name])
		}
	}
	return strings.Join(said, "; ")
}
