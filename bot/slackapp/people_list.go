package slackapp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/directory"
	"toban/bot/outbox"
	"toban/rotation"
)

// Entries keep what Slack told of people and channels.
type Entries interface {
	// Named returns those of a kind that have a key; see [directory.Key].
	Named(ctx context.Context, kind directory.Kind, key string) ([]directory.Entry, error)
	// Entry returns one by id; a zero one is not known.
	Entry(ctx context.Context, id string) (directory.Entry, error)
	Listing(ctx context.Context, kind directory.Kind) (directory.Listing, error)
	// Keep remembers entries, and how far the list was read that they come
	// from; nil: from none.
	Keep(ctx context.Context, entries []directory.Entry, l *directory.Listing, at time.Time) error
	// Lease grants one holder at a time the reading of a list.
	Lease(ctx context.Context, name, holder string, at time.Time, ttl time.Duration) (bool, error)
	Release(ctx context.Context, name, holder string) error
}

const (
	listPage   = 1000             // Slack's most; a company of 50,000 is read in 50 calls
	lessPage   = 200              // what Slack recommends, when that is too much for it
	listWithin = 10 * time.Minute // one stretch of reading; the next goes on from there
	listRest   = 30 * time.Second // between two lists, when a name is not in the first
	listMost   = time.Hour        // between two lists, at most
	listLease  = time.Minute      // after which another replica goes on, when one has died
	listLook   = 2 * time.Second  // between two looks at what another replica has read
)

// rests reports whether a whole list was read so lately that it is believed to
// be all there is: the longer that took, the longer.
func rests(l directory.Listing) bool {
	rest := min(max(listRest, 4*l.EndedAt.Sub(l.BeganAt)), listMost)
	return l.Whole() && l.Cursor == "" && time.Since(l.EndedAt) < rest
}

// Fill is List, unless that was done lately.
func (d *Directory) Fill(ctx context.Context, kind directory.Kind) error {
	if l, err := d.store.Listing(ctx, kind); err != nil || rests(l) {
		return err
	}
	return d.List(ctx, kind)
}

// List reads the list of all people or channels from where it was left, page by
// page, and keeps each page. Callers at the same time share one reading; one
// who stops waiting does not stop it.
func (d *Directory) List(ctx context.Context, kind directory.Kind) error {
	answer := d.asked.DoChan("list "+string(kind), func() (any, error) {
		if !d.begin() {
			return nil, context.Canceled
		}
		defer d.running.Done()
		ctx, cancel := context.WithTimeout(d.life, listWithin)
		defer cancel()
		return nil, d.listAlone(ctx, kind)
	})
	select {
	case a := <-answer:
		return a.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin notes that a list is being read; false once the Directory is closed.
func (d *Directory) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.life.Err() != nil {
		return false
	}
	d.running.Add(1)
	return true
}

// Close ends the reading of lists and waits for it; each page read is kept.
func (d *Directory) Close() {
	d.mu.Lock()
	d.end()
	d.mu.Unlock()
	d.running.Wait()
}

// listAlone reads a list while no other replica does: Slack's tempo is for all
// of them. What another one reads is kept for this one too.
func (d *Directory) listAlone(ctx context.Context, kind directory.Kind) error {
	lease := "slack list " + string(kind)
	asked := time.Now()
	for {
		held, err := d.store.Lease(ctx, lease, d.holder, time.Now(), listLease)
		switch l, lErr := d.store.Listing(ctx, kind); {
		case err != nil || lErr != nil:
			return errors.Join(err, lErr)
		case held && rests(l) && !l.EndedAt.Before(asked): // another one has done it meanwhile
			return d.release(ctx, lease)
		case held:
			return errors.Join(d.readList(ctx, kind, lease, l), d.release(ctx, lease))
		}
		d.tellKept()
		select {
		case <-time.After(listLook):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *Directory) release(ctx context.Context, lease string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeWithin)
	defer cancel()
	return d.store.Release(ctx, lease, d.holder)
}

func (d *Directory) readList(ctx context.Context, kind directory.Kind, lease string, l directory.Listing) error {
	resumed := l.Cursor != ""
	if !resumed {
		l.BeganAt, l.Read = time.Now(), 0
	}
	for {
		page, next, err := d.api.listed(ctx, kind, l.Cursor)
		if WordOf(err) == "invalid_cursor" && resumed { // it has grown too old
			l.Cursor, l.Read, l.BeganAt, resumed = "", 0, time.Now(), false
			continue
		}
		if err != nil {
			return err
		}
		l.Cursor, l.Read = next, l.Read+len(page)
		if next == "" {
			l.EndedAt = time.Now()
		}
		if err := d.store.Keep(ctx, page, &l, time.Now()); err != nil {
			return err
		}
		d.tellKept()
		if next == "" {
			return nil
		}
		if held, err := d.store.Lease(ctx, lease, d.holder, time.Now(), listLease); err != nil || !held {
			return err // another one goes on from here
		}
	}
}

// OnKept has f called whenever something new is kept of people or channels. It
// must not wait.
func (d *Directory) OnKept(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.onKept = f
}

func (d *Directory) tellKept() {
	d.mu.Lock()
	f := d.onKept
	d.mu.Unlock()
	if f != nil {
		f()
	}
}

// listed reads one page of a list.
func (a *API) listed(ctx context.Context, kind directory.Kind, cursor string) ([]directory.Entry, string, error) {
	if kind == directory.Person {
		return a.listedPeople(ctx, cursor)
	}
	return a.listedChannels(ctx, cursor)
}

func (a *API) listedPeople(ctx context.Context, cursor string) (page []directory.Entry, next string, err error) {
	for _, limit := range []int{listPage, lessPage} {
		err = a.call(ctx, nil, Call{Method: "users.list", Urgency: outbox.Telling}, func(ctx context.Context, c *slack.Client) (string, error) {
			list := c.GetUsersPaginated(slack.GetUsersOptionLimit(limit))
			list.Cursor = cursor
			list, err := list.Next(ctx)
			page, next = nil, list.Cursor
			for _, u := range list.Users {
				page = append(page, entryOf(u))
			}
			return "", err
		})
		if f, ok := errors.AsType[*Fault](err); !ok || f.Kind != Doubtful {
			break // else so many at once may be too much for it
		}
	}
	return page, next, err
}

func (a *API) listedChannels(ctx context.Context, cursor string) (page []directory.Entry, next string, err error) {
	list := &slack.GetConversationsParameters{Limit: listPage, Types: []string{"public_channel", "private_channel"}, Cursor: cursor}
	for {
		err = a.call(ctx, nil, Call{Method: "conversations.list", Urgency: outbox.Telling}, func(ctx context.Context, c *slack.Client) (string, error) {
			found, more, err := c.GetConversationsContext(ctx, list)
			page, next = nil, more
			for _, channel := range found {
				page = append(page, channelEntry(channel))
			}
			return "", err
		})
		if WordOf(err) != "missing_scope" || len(list.Types) == 1 {
			return page, next, err
		}
		list.Types = list.Types[:1] // private ones are left out where their scope is missing
	}
}

// Channel asks Slack what a channel is now and keeps it. ErrNobody: there is
// none that the bot may see.
func (d *Directory) Channel(ctx context.Context, id string) (directory.Entry, error) {
	c, err := d.channel(ctx, id)
	return channelEntry(c), err
}

// A ChannelState says what a channel is, to the bot too.
type ChannelState struct {
	Name     string // without "#"
	Archived bool
	Member   bool // the bot is in it
}

// ChannelState asks Slack what a channel is now. ErrNobody: there is none that
// the bot may see.
func (d *Directory) ChannelState(ctx context.Context, id string) (ChannelState, error) {
	c, err := d.channel(ctx, id)
	return ChannelState{Name: c.Name, Archived: c.IsArchived, Member: c.IsMember}, err
}

func (d *Directory) channel(ctx context.Context, id string) (found slack.Channel, err error) {
	err = d.api.Call(ctx, "conversations.info", func(ctx context.Context, c *slack.Client) error {
		channel, err := c.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		if err == nil {
			found = *channel
			d.keepEntries(ctx, channelEntry(found))
		}
		return err
	})
	if WordOf(err) == "channel_not_found" {
		err = ErrNobody
		if e, kept := d.store.Entry(ctx, id); kept == nil {
			e.ID, e.Kind, e.Gone, e.Lost = id, directory.Channel, true, true
			d.keepEntries(ctx, e)
		}
	}
	return found, err
}

// KnownChannel is FindChannel by what is known already: a message does not wait
// for a list.
func (d *Directory) KnownChannel(ctx context.Context, word string) (id string, err error) {
	if aChannelID.MatchString(word) {
		return word, nil
	}
	e, _, err := d.kept(ctx, directory.Channel, word)
	return e.ID, err
}

// KnownPerson is who has an @name by what is known already.
func (d *Directory) KnownPerson(ctx context.Context, word string) (id string, err error) {
	e, sure, err := d.kept(ctx, directory.Person, word)
	if l, lErr := d.Listing(ctx, directory.Person); lErr != nil || !sure && !l.Whole() {
		return "", cmp.Or(lErr, ErrNobody) // there may be others so called
	}
	return e.ID, manyOf(word, err)
}

// kept finds whom or what a name stands for in what was read so far; sure: no
// other one can be meant.
func (d *Directory) kept(ctx context.Context, kind directory.Kind, word string) (e directory.Entry, sure bool, err error) {
	key := directory.Key(word)
	if key == "" {
		return e, false, ErrNobody
	}
	found, err := d.store.Named(ctx, kind, key)
	if err != nil {
		return e, false, err
	}
	e, err = directory.Choose(word, found)
	return e, err == nil && directory.Key(e.Name) == key && !e.Gone, err
}

// manyOf makes an error about several people one of this package.
func manyOf(word string, err error) error {
	several, ok := errors.AsType[*directory.AmbiguousError](err)
	if !ok {
		return err
	}
	many := &AmbiguousError{Word: word}
	for _, e := range several.People {
		many.People = append(many.People, Person{ID: rotation.PersonID(e.ID), Handle: e.Name})
	}
	return many
}

// Entry is what is kept of a person or channel; a zero one is not known.
func (d *Directory) Entry(ctx context.Context, id string) (directory.Entry, error) {
	return d.store.Entry(ctx, id)
}

// Listing says how far a list was read.
func (d *Directory) Listing(ctx context.Context, kind directory.Kind) (directory.Listing, error) {
	return d.store.Listing(ctx, kind)
}

// Named returns all channels that bear a name now, as far as was read.
func (d *Directory) Named(ctx context.Context, word string) ([]directory.Entry, error) {
	return d.store.Named(ctx, directory.Channel, directory.Key(word))
}

// keepEntries remembers what Slack told in passing, if that is new; it is not
// missed if that fails.
func (d *Directory) keepEntries(ctx context.Context, entries ...directory.Entry) {
	entries = slices.DeleteFunc(entries, func(e directory.Entry) bool {
		kept, err := d.store.Entry(ctx, e.ID)
		return err == nil && kept.Equal(e)
	})
	if len(entries) > 0 && d.store.Keep(ctx, entries, nil, time.Now()) == nil {
		d.tellKept()
	}
}

func entryOf(u slack.User) directory.Entry {
	e := directory.Entry{ID: u.ID, Kind: directory.Person, Name: u.Name, Email: u.Profile.Email, Team: u.TeamID, Gone: u.Deleted}
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName} {
		if name != "" {
			e.Others = append(e.Others, name)
		}
	}
	return e
}

func channelEntry(c slack.Channel) directory.Entry {
	return directory.Entry{ID: c.ID, Kind: directory.Channel, Name: c.Name, Team: c.ContextTeamID, Gone: c.IsArchived}
}
