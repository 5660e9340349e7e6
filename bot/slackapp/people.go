package slackapp

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"

	"toban/bot/directory"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/rotation"
)

// A Person is what Slack tells of somebody.
type Person struct {
	ID     rotation.PersonID
	Name   string         // as Slack shows it
	Handle string         // unique, without "@"
	Locale string         // such as ja-JP; empty: not told
	Zone   *time.Location // nil: not told
	// Standing says what the person may do here; Unknown until Slack told.
	Standing Standing
}

// Lang is the language to speak in, "ja" or "en".
func (p Person) Lang() string {
	if strings.HasPrefix(p.Locale, "ja") {
		return "ja"
	}
	return "en"
}

// CanServe reports whether the person could be on call.
func (p Person) CanServe() bool { return decide(p.Standing, serve) == allowed }

const (
	personFor  = time.Hour      // how long a profile is believed without asking
	personMost = 24 * time.Hour // how long one is believed while Slack does not answer
	unknownFor = time.Minute    // how long it is believed that there is no such person
	mostPeople = 5000           // profiles kept
)

// People tells who somebody is. [Directory] does it.
type People interface {
	Person(ctx context.Context, id rotation.PersonID) (Person, error)
	// Find understands a mention, an id, an e-mail address or an @name.
	Find(ctx context.Context, word string) (rotation.PersonID, error)
}

var _ People = (*Directory)(nil)

// A Directory knows people and channels by the names that other people use.
// It remembers what Slack told for a while.
type Directory struct {
	api   *API
	store Entries
	asked singleflight.Group // many handlers ask about the same person at once

	life    context.Context // of reading lists
	end     context.CancelFunc
	running sync.WaitGroup

	holder string // of the leases for lists

	mu     sync.Mutex
	onKept func() // may be nil
	team   string // the workspace's id, once it is known
	us     string // the bot's own id, likewise
	people map[rotation.PersonID]known
}

type known struct {
	person Person
	err    error
	until  time.Time // from then on Slack is asked first
	usedAt time.Time // when somebody wanted to know last
}

// NewDirectory returns a Directory that forgets all with the process.
func NewDirectory(api *API) *Directory { return NewDirectoryIn(directory.NewMemory(), api) }

// NewDirectoryIn returns a Directory that keeps names in store until Close.
func NewDirectoryIn(store Entries, api *API) *Directory {
	d := &Directory{api: api, store: store, holder: rand.Text(), people: map[rotation.PersonID]known{}}
	d.life, d.end = context.WithCancel(context.Background())
	return d
}

// ErrNobody means that Slack knows nobody, or no channel, of that name.
var ErrNobody = directory.ErrNobody

// AmbiguousError means that a name stands for several people.
type AmbiguousError struct {
	Word   string
	People []Person
}

func (e *AmbiguousError) Error() string {
	var names []string
	for _, p := range e.People {
		names = append(names, fmt.Sprintf("@%s (%s)", p.Handle, p.ID))
	}
	return fmt.Sprintf("%s may be %s", e.Word, strings.Join(names, " or "))
}

// Person returns the profile of id. While Slack does not answer, a profile of
// the last day is better than none.
func (d *Directory) Person(ctx context.Context, id rotation.PersonID) (Person, error) {
	k, ok := d.use(id)
	if ok && time.Now().Before(k.until) {
		return k.person, k.err
	}
	p, err := d.ask(ctx, id, outbox.Noting)
	if err != nil && ok && k.err == nil && !errors.Is(err, ErrNobody) && time.Now().Before(k.until.Add(personMost-personFor)) {
		return k.person, nil
	}
	return p, err
}

// ask fetches a profile, once for all who want it now. Whoever stops waiting
// does not stop the others.
func (d *Directory) ask(ctx context.Context, id rotation.PersonID, u outbox.Urgency) (Person, error) {
	answer := d.asked.DoChan(fmt.Sprint("person ", id, " ", u), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), CallWithin)
		defer cancel()
		p, err := d.fetch(ctx, id, u)
		return p, err
	})
	select {
	case a := <-answer:
		p, _ := a.Val.(Person)
		return p, a.Err
	case <-ctx.Done():
		return Person{}, ctx.Err()
	}
}

func (d *Directory) fetch(ctx context.Context, id rotation.PersonID, u outbox.Urgency) (p Person, err error) {
	home, err := d.home(ctx)
	if err != nil {
		return p, err
	}
	err = d.api.call(ctx, nil, Call{Method: "users.info", Urgency: u}, func(ctx context.Context, c *slack.Client) (string, error) {
		u, err := c.GetUserInfoContext(ctx, string(id))
		if err == nil {
			p = personOf(*u, home)
			d.keepEntries(ctx, entryOf(*u))
		}
		return "", err
	})
	switch WordOf(err) {
	case "":
		if err == nil {
			d.keep(id, known{person: p, until: time.Now().Add(personFor)})
		}
	case "user_not_found", "user_not_visible":
		err = fmt.Errorf("%s: %w", id, ErrNobody)
		d.keep(id, known{err: err, until: time.Now().Add(unknownFor)})
	}
	return p, err
}

func (d *Directory) keep(id rotation.PersonID, k known) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.usedAt = d.people[id].usedAt; k.usedAt.IsZero() {
		k.usedAt = time.Now()
	}
	if len(d.people) >= mostPeople {
		now, n := time.Now(), 0
		for other, o := range d.people { // old ones, and some more if that is not enough
			if now.After(o.until) || n < mostPeople/10 {
				delete(d.people, other)
				n++
			}
		}
	}
	d.people[id] = k
}

func personOf(u slack.User, home string) Person {
	p := Person{ID: rotation.PersonID(u.ID), Handle: u.Name, Locale: u.Locale, Standing: standingOf(u, home)}
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		p.Name = cmp.Or(p.Name, strings.TrimSpace(msg.Clean(name)))
	}
	if zone, err := time.LoadLocation(u.TZ); err == nil && u.TZ != "" {
		p.Zone = zone
	} else if u.TZOffset != 0 {
		p.Zone = time.FixedZone(u.TZLabel, u.TZOffset)
	}
	return p
}
