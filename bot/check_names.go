package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"toban/bot/config"
	"toban/bot/directory"
	"toban/bot/slackapp"
	"toban/bot/store"
	"toban/rotation"
)

// checkNames looks at every person and channel of the config. Where the
// database can be read, it knows what the running bot does.
func checkNames(ctx context.Context, cfg config.Config, api *slackapp.API) (found []finding) {
	kept := knownNames{Memory: directory.NewMemory()}
	if db, err := store.Open(ctx, cfg.DatabaseURL.Reveal()); err == nil {
		defer db.Close()
		kept.db = db
		closed, _ := db.Closed(ctx)
		for _, c := range closed {
			found = append(found, finding{bad, "slack: " + describe(c)})
		}
	}
	dir := slackapp.NewDirectoryIn(kept, api)
	defer dir.Close()
	n, err := newNames(ctx, cfg, dir, kept, slog.New(slog.DiscardHandler))
	if err != nil {
		return append(found, finding{bad, fmt.Sprintf("slack: %v", err)})
	}
	if isatty.IsTerminal(os.Stderr.Fd()) { // it may take minutes in a large company
		fmt.Fprintf(os.Stderr, "asking Slack about people and channels (%d names) …\n", len(n.all()))
	}
	n.follow(ctx)
	n.find(ctx)
	n.settle(ctx)
	l := &inspector{ctx: ctx, names: n, serving: serving(cfg, time.Now()), why: map[string]string{}, outside: map[string]bool{}}
	l.mayPost, err = api.MayPostAnywhere(ctx)
	if err != nil {
		return append(found, finding{bad, fmt.Sprintf("slack: %v", err)})
	}
	_, wrong := cfg.Resolve(config.Lookup{Person: l.person, Channel: l.channel, Why: l.because})
	for _, f := range wrong {
		found = append(found, finding{bad, f.String()})
	}
	found = append(found, l.notes...)
	if len(l.outside) > 0 {
		found = append(found, finding{note, fmt.Sprintf("slack: Toban is in none of %s; it can post there all the same, and joins where it has to read; to be sure, write /invite @Toban there", strings.Join(slices.Sorted(maps.Keys(l.outside)), ", "))})
	}
	if len(wrong) == 0 {
		found = append(found, finding{fine, fmt.Sprintf("slack: all %d people and channels that the config names are there", len(l.why))})
	}
	return found
}

// inspector answers whether what a config names can be used, and why not. It
// asks about each name once.
type inspector struct {
	ctx     context.Context
	names   *names
	serving map[rotation.PersonID]bool // who is on call, or told, from now on
	mayPost bool                       // in public channels that the bot is not in

	why     map[string]string // by name; empty: it can be used
	outside map[string]bool   // channels that the bot is not in, and can post to
	notes   []finding
}

func (l *inspector) because(written string) string { return l.why[written] }

func (l *inspector) person(written string) (rotation.PersonID, bool) {
	return rotation.PersonID(written), l.once(written, l.lookAtPerson)
}

func (l *inspector) channel(written string) (string, bool) {
	return written, l.once(written, l.lookAtChannel)
}

func (l *inspector) once(written string, look func(written, id string) string) bool {
	why, seen := l.why[written]
	if !seen {
		if id, ok := l.names.id(written); ok {
			why = look(written, id)
		} else if why = l.names.why(written); why == "" {
			why = fmt.Sprintf("found %q, unknown to Slack, expected %s", written, usable(written))
		}
		l.why[written] = why
	}
	return why == ""
}

func usable(written string) string {
	if strings.HasPrefix(written, "#") {
		return "a public channel, or a private one that Toban was invited to"
	}
	return "a member of the workspace"
}

// lookAtPerson says why somebody cannot be on call. Who left may stay in what
// is over.
func (l *inspector) lookAtPerson(written, id string) string {
	if !l.serving[rotation.PersonID(written)] {
		return ""
	}
	p, err := l.names.dir.Person(l.ctx, rotation.PersonID(id))
	switch why := unfit(p, err); {
	case why != "":
		return fmt.Sprintf("found %s, who is %s, expected a full member of the workspace: others cannot be on call or answer a page", called(written, id, "@"+p.Handle), why)
	case err != nil:
		return unasked(written, err)
	}
	return ""
}

func (l *inspector) lookAtChannel(written, id string) string {
	c, err := l.names.dir.ChannelState(l.ctx, id)
	name := called(written, id, "#"+c.Name)
	switch {
	case errors.Is(err, slackapp.ErrNobody):
		return fmt.Sprintf("found %s, which is not there or is private and without Toban, expected a channel that Toban can post to: write /invite @Toban there", called(written, id, ""))
	case err != nil:
		return unasked(written, err)
	case c.Archived:
		return fmt.Sprintf("found %s, which is archived, expected a channel in use: nothing can be posted there", name)
	case !c.Member && !l.mayPost:
		return fmt.Sprintf("found %s, which Toban is not in, expected one that it is in, as the bot token lacks chat:write.public: write /invite @Toban there", name)
	case !c.Member:
		l.outside["#"+c.Name] = true
	}
	if strings.HasPrefix(written, "#") && !strings.EqualFold(written, "#"+c.Name) {
		l.notes = append(l.notes, finding{note, fmt.Sprintf("slack: %s is called #%s now; it is followed, and %s should say so", written, c.Name, l.names.cfg.File)})
	}
	return ""
}

func unasked(written string, err error) string {
	return fmt.Sprintf("found %q, which could not be asked of Slack: %v", written, err)
}

// called writes a name as the config has it, and what Slack calls it beside it.
func called(written, id, name string) string {
	for _, other := range []string{name, id} {
		if len(other) > 1 && !strings.EqualFold(other, written) {
			return fmt.Sprintf("%q (%s)", written, other)
		}
	}
	return fmt.Sprintf("%q", written)
}

// knownNames is what the database knows of Slack's names; db may be nil. A check
// changes nothing there: what it learns itself is forgotten.
type knownNames struct {
	*directory.Memory
	db *store.DB
}

// Named returns what is known by now.
func (k knownNames) Named(ctx context.Context, kind directory.Kind, key string) ([]directory.Entry, error) {
	found, err := k.Memory.Named(ctx, kind, key)
	if err != nil || k.db == nil {
		return found, err
	}
	kept, err := k.db.Named(ctx, kind, key)
	for _, e := range kept {
		if newer, _ := k.Memory.Entry(ctx, e.ID); newer.ID == "" {
			found = append(found, e)
		}
	}
	return found, err
}

// Entry returns what is known by now.
func (k knownNames) Entry(ctx context.Context, id string) (directory.Entry, error) {
	e, err := k.Memory.Entry(ctx, id)
	if err != nil || e.ID != "" || k.db == nil {
		return e, err
	}
	return k.db.Entry(ctx, id)
}

// Listing says how far a list was read, by the bot or here.
func (k knownNames) Listing(ctx context.Context, kind directory.Kind) (directory.Listing, error) {
	l, err := k.Memory.Listing(ctx, kind)
	if err != nil || !l.BeganAt.IsZero() || k.db == nil {
		return l, err
	}
	return k.db.Listing(ctx, kind)
}

// Names returns what the names of the config stood for.
func (k knownNames) Names(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	if k.db == nil {
		return ids, nil
	}
	kept, err := k.db.Names(ctx)
	maps.Copy(ids, kept)
	return ids, err
}

// KeepNames keeps nothing.
func (k knownNames) KeepNames(context.Context, map[string]string) error { return nil }

// Move moves nothing.
func (k knownNames) Move(context.Context, string, string) error { return nil }

// Leave leaves everything where it is.
func (k knownNames) Leave(context.Context, string, string, time.Time) (int, error) { return 0, nil }
