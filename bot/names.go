package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"toban/bot/config"
	"toban/bot/directory"
	"toban/bot/slackapp"
	"toban/rotation"
)

const (
	nameLook  = 2 * time.Second  // how long a start waits for names that were never seen
	nameAgain = time.Minute      // between two looks for names that were not found; then longer, as nameCheck
	nameCheck = 30 * time.Minute // between two looks whether channels were renamed
	nameCalm  = time.Second      // between two looks at what is kept
)

// names knows which ids the config's names stand for. What an earlier start
// learned is used at once; the rest is asked of Slack beside the work, in
// Slack's own tempo, and used as soon as the page that names it was read.
type names struct {
	cfg  config.Config // as written
	dir  *slackapp.Directory
	db   nameKeeper
	log  *slog.Logger
	use  func(config.Config) // told of the config once more names are known
	news chan struct{}

	mu      sync.Mutex
	ids     map[string]string            // by name
	unclear map[string]string            // names that could not be resolved, and why
	changed map[string]string            // by the config's name, what became of a channel or person
	found   atomic.Bool                  // an e-mail address is known since settle was last called
	unfit   map[rotation.PersonID]string // people of the config who cannot be on call, and why
	trouble map[string]error             // why Slack could not be asked: by name, or by the kind of list
}

// nameKeeper keeps what names stand for; the store does.
type nameKeeper interface {
	Names(ctx context.Context) (map[string]string, error)
	KeepNames(ctx context.Context, ids map[string]string) error
	// Move has what waits for one place wait for another.
	Move(ctx context.Context, from, to string) error
	// Leave has the open alerts that stand in a place shown elsewhere: nobody
	// reads it any more. It is to be called again whenever that is noticed.
	Leave(ctx context.Context, place, why string, at time.Time) (alerts int, err error)
}

// newNames returns what earlier starts learned, and waits a moment for what
// none did.
func newNames(ctx context.Context, cfg config.Config, dir *slackapp.Directory, db nameKeeper, log *slog.Logger) (*names, error) {
	n := &names{
		cfg: cfg, dir: dir, db: db, log: log, use: func(config.Config) {}, news: make(chan struct{}, 1),
		ids: map[string]string{}, unclear: map[string]string{}, changed: map[string]string{},
		unfit: map[rotation.PersonID]string{}, trouble: map[string]error{},
	}
	dir.OnKept(n.Look)
	kept, err := db.Names(ctx)
	if err != nil {
		return nil, fmt.Errorf("names of the last start: %w", err)
	}
	n.ids = kept
	n.settle(ctx)
	if n.missing() > 0 {
		look, cancel := context.WithTimeout(ctx, nameLook)
		defer cancel()
		n.find(look)
		n.settle(ctx)
		maps.DeleteFunc(n.trouble, func(_ string, err error) bool { return errors.Is(err, context.DeadlineExceeded) }) // it goes on
	}
	return n, nil
}

// resolved is the config with the ids that are known.
func (n *names) resolved(ctx context.Context) config.Config {
	look := n.lookup(func(string) {})
	look.Why = n.whyNow(ctx)
	cfg, findings := n.cfg.Resolve(look)
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
			name = "#" + strings.TrimPrefix(name, "#")
			each(name)
			return n.id(name)
		},
		Why: n.why,
	}
}

// id is what a name stands for, as far as is known; an id stands for itself.
func (n *names) id(name string) (string, bool) {
	if id := strings.TrimPrefix(name, "#"); slackapp.IsID(id) {
		return id, true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	id, ok := n.ids[name]
	return id, ok
}

// why says why a name stands for nothing; empty: nobody is so called.
func (n *names) why(name string) string {
	n.mu.Lock()
	why := n.unclear[name]
	n.mu.Unlock()
	if trouble := n.troubleOf(name); why == "" && trouble != nil {
		return fmt.Sprintf("found %q, which could not be asked of Slack (%v)", name, trouble)
	}
	return why
}

// whyNow is why, or says that Slack is still being asked.
func (n *names) whyNow(ctx context.Context) func(name string) string {
	return func(name string) string {
		why := n.why(name)
		if l, err := n.dir.Listing(ctx, kindOf(name)); why == "" && err == nil && !isMail(name) && !l.Whole() {
			return fmt.Sprintf("found %q, which is still looked for in Slack's list", name)
		}
		return why
	}
}

// troubleOf says why Slack could not be asked for a name.
func (n *names) troubleOf(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if isMail(name) {
		return n.trouble[name]
	}
	return cmp.Or(n.trouble[name], n.trouble[string(kindOf(name))])
}

// all are the names in the config that are no ids; channels begin with "#".
func (n *names) all() []string {
	seen := map[string]bool{}
	n.cfg.Resolve(n.lookup(func(name string) {
		if !slackapp.IsID(strings.TrimPrefix(name, "#")) {
			seen[name] = true
		}
	}))
	return slices.Sorted(maps.Keys(seen))
}

// lacking are those of all that stand for nothing yet.
func (n *names) lacking() []string {
	return slices.DeleteFunc(n.all(), func(name string) bool { _, ok := n.id(name); return ok })
}

// missing is how many names stand for nothing yet.
func (n *names) missing() int { return len(n.lacking()) }

func isChannel(name string) bool { return strings.HasPrefix(name, "#") }

func isMail(name string) bool { return strings.Contains(strings.TrimPrefix(name, "@"), "@") }

// kindOf is in which of Slack's lists a name is looked for.
func kindOf(name string) directory.Kind {
	if isChannel(name) {
		return directory.Channel
	}
	return directory.Person
}

// run has each name used once it is known, until ctx ends.
func (n *names) run(ctx context.Context) error {
	var asking sync.WaitGroup
	defer asking.Wait()
	asking.Go(func() { n.keepAsking(ctx) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.news:
			if n.settle(ctx) {
				n.use(n.resolved(ctx))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(nameCalm):
		}
	}
}

// keepAsking asks Slack until every name is known, and then now and then what
// became of the channels.
func (n *names) keepAsking(ctx context.Context) {
	for again := nameAgain; ; again = min(2*again, nameCheck) {
		n.follow(ctx)
		n.find(ctx)
		n.Look()
		if n.troubled() {
			again = nameAgain
		}
		wait := nameCheck
		if n.missing() > 0 {
			wait = again
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// troubled reports whether Slack could not be asked for something.
func (n *names) troubled() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.trouble) > 0
}

// Look has the names decided anew soon: something new is kept of a channel or
// person. Slack is not asked.
func (n *names) Look() {
	select {
	case n.news <- struct{}{}:
	default:
	}
}

// follow asks what became of the channels: one call each.
func (n *names) follow(ctx context.Context) {
	for _, name := range n.all() {
		id, known := n.id(name)
		if !known || !isChannel(name) || ctx.Err() != nil {
			continue
		}
		_, err := n.dir.Channel(ctx, id)
		if errors.Is(err, slackapp.ErrNobody) {
			err = nil
		}
		n.noteTrouble(name, err)
	}
}

// find asks Slack for the names that are not known: for an e-mail address in
// one call, for others by the list of all. None holds up another.
func (n *names) find(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	for _, kind := range []directory.Kind{directory.Person, directory.Channel} {
		if n.needsList(ctx, kind) {
			asking.Go(func() { n.noteTrouble(string(kind), n.dir.Fill(ctx, kind)) })
		}
	}
	for _, name := range n.lacking() {
		if !isMail(name) {
			continue
		}
		p, err := n.dir.FindPerson(ctx, name)
		switch {
		case err == nil:
			n.keep(ctx, name, "", string(p.ID))
			n.found.Store(true)
			n.Look()
		case errors.Is(err, slackapp.ErrNobody):
			err = nil
		}
		n.noteTrouble(name, err)
	}
}

// needsList reports whether a name may be found in the list of a kind: one that
// is not known, or that a channel was renamed from.
func (n *names) needsList(ctx context.Context, kind directory.Kind) bool {
	return slices.ContainsFunc(n.all(), func(name string) bool {
		id, known := n.id(name)
		if kindOf(name) != kind || isMail(name) || known && kind == directory.Person {
			return false
		}
		e, err := n.dir.Entry(ctx, id)
		return !known || err == nil && e.ID != "" && (e.Gone || directory.Key(e.Name) != directory.Key(name))
	})
}

// settle decides from what is kept which ids the names stand for, and reports
// whether that is new.
func (n *names) settle(ctx context.Context) (changed bool) {
	for _, name := range n.all() {
		before, _ := n.id(name)
		id, err := n.meaning(ctx, name, before)
		several, isSeveral := errors.AsType[*slackapp.AmbiguousError](err)
		switch {
		case isSeveral:
			n.noteUnclear(name, fmt.Sprintf("found %q, which %v, expected a name that only one person has, or the id", name, several))
		case errors.Is(err, slackapp.ErrNobody):
			n.noteUnclear(name, "")
		case err != nil:
			n.log.Warn("what is kept of people and channels cannot be read; it is read again soon", "name", name, "err", err)
		case id != before:
			n.keep(ctx, name, before, id)
			changed = true
		}
	}
	return changed || n.found.Swap(false)
}

// meaning is the id that a name stands for, by what is kept. A person stays who
// they are, whatever they are called; a channel is followed.
func (n *names) meaning(ctx context.Context, name, before string) (string, error) {
	switch {
	case before == "" && isChannel(name):
		return n.dir.KnownChannel(ctx, name)
	case before == "" && isMail(name):
		return "", slackapp.ErrNobody
	case before == "":
		return n.dir.KnownPerson(ctx, name)
	}
	kept, err := n.dir.Entry(ctx, before)
	if err != nil || kept.ID == "" {
		return before, err
	}
	if isChannel(name) {
		named, err := n.dir.Named(ctx, name)
		if err != nil {
			return before, err
		}
		kept, _ = directory.Follow(name, kept, named)
	}
	n.noteName(ctx, name, kept)
	return kept.ID, nil
}

// noteName notes what became of a channel or person of the config.
func (n *names) noteName(ctx context.Context, name string, e directory.Entry) {
	said := whatBecame(name, e, n.cfg.File)
	n.mu.Lock()
	isNew := n.changed[name] != said && said != ""
	n.changed[name] = said
	n.mu.Unlock()
	if !isNew {
		return
	}
	n.log.Warn("a name of the config changed: " + said)
	if !isChannel(name) || !e.Gone {
		return
	}
	if shown, err := n.db.Leave(ctx, e.ID, "is_archived", time.Now()); err != nil {
		n.log.Error("the open alerts of a channel that nobody reads could not be shown elsewhere; each is at its next change", "channel", name, "err", err)
	} else if shown > 0 {
		n.log.Warn("the open alerts of a channel that nobody reads are shown elsewhere", "channel", name, "alerts", shown)
	}
}

// whatBecame says what the config should take up; empty: all is as it says.
func whatBecame(name string, e directory.Entry, file string) string {
	renamed := !isMail(name) && !slices.Contains(e.Keys(), directory.Key(name))
	switch {
	case !isChannel(name) && renamed:
		return fmt.Sprintf("%s (%s) is called @%s now; they are followed, and %s should say so", name, e.ID, e.Name, file)
	case e.Lost:
		return fmt.Sprintf("%s (%s) is not there any more, or Toban was removed from it", name, e.ID)
	case e.Gone:
		return fmt.Sprintf("%s is archived", name)
	case renamed:
		return fmt.Sprintf("%s is called #%s now; it is followed, and %s should say so", name, e.Name, file)
	}
	return ""
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

func (n *names) noteUnclear(name, why string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unclear[name] = why
}

func (n *names) noteTrouble(what string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil {
		delete(n.trouble, what)
		return
	}
	n.trouble[what] = err
}

// aliases are the ids of the config's channels and people by name.
func (n *names) aliases() map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.ids)
}

// channelID is the id of a channel of the config, as far as is known.
func (n *names) channelID(name string) string {
	id, ok := n.id("#" + strings.TrimPrefix(name, "#"))
	if !ok {
		return name
	}
	return id
}

// well says which names stand for nothing yet, and what works all the same.
func (n *names) well(ctx context.Context) string {
	var said []string
	if lacking := n.lacking(); len(lacking) > 0 {
		said = append(said, fmt.Sprintf("%s not found in Slack yet; everybody else is paged, and these once they are found%s", strings.Join(lacking, ", "), n.progress(ctx, lacking)))
		for _, name := range lacking {
			if why := n.why(name); why != "" {
				said = append(said, why)
			}
		}
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

// progress says how far Slack's lists were read in which names are looked for.
func (n *names) progress(ctx context.Context, lacking []string) (said string) {
	for _, list := range []struct {
		kind directory.Kind
		of   string
	}{{directory.Person, "people"}, {directory.Channel, "channels"}} {
		wanted := slices.ContainsFunc(lacking, func(name string) bool { return kindOf(name) == list.kind && !isMail(name) })
		if l, err := n.dir.Listing(ctx, list.kind); wanted && err == nil && (l.Cursor != "" || !l.Whole()) {
			said += fmt.Sprintf(" (%d %s read so far)", l.Read, list.of)
		}
	}
	return said
}
