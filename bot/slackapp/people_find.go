package slackapp

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/rotation"
)

var (
	mentionedPerson  = regexp.MustCompile(`^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$`)
	mentionedChannel = regexp.MustCompile(`^<#([CG][A-Z0-9]+)(?:\|[^>]*)?>$`)
	aPersonID        = regexp.MustCompile(`^[UW][A-Z0-9]{6,}$`)
	aChannelID       = regexp.MustCompile(`^[CGD][A-Z0-9]{6,}$`)
	aMailLink        = regexp.MustCompile(`^<mailto:([^|>]+)(?:\|[^>]*)?>$`)
)

// A roster is a list that Slack gave, by name.
type roster[T any] struct {
	by     map[string][]T
	cameAt time.Time
}

func (r roster[T]) fresh(most time.Duration) bool {
	return !r.cameAt.IsZero() && time.Since(r.cameAt) < most
}

// Find is FindPerson for those who need the id alone.
func (d *Directory) Find(ctx context.Context, word string) (rotation.PersonID, error) {
	p, err := d.FindPerson(ctx, word)
	return p.ID, err
}

// FindPerson understands a mention, an id, an e-mail address or an @name.
// It returns [ErrNobody], or an [AmbiguousError] when several people match.
func (d *Directory) FindPerson(ctx context.Context, word string) (Person, error) {
	word = strings.TrimSpace(word)
	if m := mentionedPerson.FindStringSubmatch(word); m != nil {
		return d.Person(ctx, rotation.PersonID(m[1]))
	}
	if aPersonID.MatchString(word) {
		return d.Person(ctx, rotation.PersonID(word))
	}
	if m := aMailLink.FindStringSubmatch(word); m != nil {
		word = m[1]
	}
	if strings.Contains(strings.TrimPrefix(word, "@"), "@") {
		return d.byMail(ctx, word)
	}
	name := nameKey(strings.TrimPrefix(word, "@"))
	if name == "" {
		return Person{}, ErrNobody
	}
	people, err := lookup(ctx, d, &d.roster, "people", name, d.listPeople)
	if err != nil {
		return Person{}, err
	}
	return choose(word, name, people)
}

// choose picks the one meant: whose handle it is, else the only one so called.
// People who left count only when nobody else is so called.
func choose(word, name string, people []Person) (Person, error) {
	for _, left := range []bool{false, true} {
		var meant []Person
		for _, p := range people {
			if (p.Standing == Left) != left {
				continue
			}
			if nameKey(p.Handle) == name {
				return p, nil
			}
			if !slices.ContainsFunc(meant, func(o Person) bool { return o.ID == p.ID }) {
				meant = append(meant, p)
			}
		}
		switch {
		case len(meant) == 1:
			return meant[0], nil
		case len(meant) > 1:
			return Person{}, &AmbiguousError{Word: word, People: meant}
		}
	}
	return Person{}, fmt.Errorf("%s: %w", word, ErrNobody)
}

func (d *Directory) byMail(ctx context.Context, mail string) (p Person, err error) {
	home, err := d.home(ctx)
	if err != nil {
		return p, err
	}
	err = d.api.Call(ctx, "users.lookupByEmail", func(ctx context.Context, c *slack.Client) error {
		u, err := c.GetUserByEmailContext(ctx, mail)
		if err == nil {
			p = personOf(*u, home)
		}
		return err
	})
	if WordOf(err) == "users_not_found" {
		err = fmt.Errorf("%s: %w", mail, ErrNobody)
	}
	return p, err
}

// FindChannel understands a mention, an id or a #name, and returns the id.
func (d *Directory) FindChannel(ctx context.Context, word string) (id string, err error) {
	word = strings.TrimSpace(word)
	if m := mentionedChannel.FindStringSubmatch(word); m != nil {
		return m[1], nil
	}
	if aChannelID.MatchString(word) {
		return word, nil
	}
	ids, err := lookup(ctx, d, &d.channels, "channels", nameKey(strings.TrimPrefix(word, "#")), d.listChannels)
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("%s: %w", word, ErrNobody)
	}
	if err != nil {
		return "", err
	}
	d.api.known.learn(word, ids[0])
	return ids[0], nil
}

// lookup reads a name from a roster, and fetches the roster when it is old, or
// when it does not have the name and is not quite new.
func lookup[T any](ctx context.Context, d *Directory, r *roster[T], what, name string, list func(context.Context) (map[string][]T, error)) ([]T, error) {
	d.mu.Lock()
	have := *r
	d.mu.Unlock()
	if found := have.by[name]; len(found) > 0 && have.fresh(rosterFor) || have.fresh(rosterRest) {
		return found, nil
	}
	answer := d.asked.DoChan(what, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
		defer cancel()
		by, err := list(ctx)
		if err != nil {
			return nil, err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		*r = roster[T]{by, time.Now()}
		return by, nil
	})
	select {
	case a := <-answer:
		if by, ok := a.Val.(map[string][]T); ok && a.Err == nil {
			return by[name], nil
		}
		if found := have.by[name]; len(found) > 0 {
			return found, nil // old, and better than nothing
		}
		return nil, a.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (d *Directory) listPeople(ctx context.Context) (map[string][]Person, error) {
	home, err := d.home(ctx)
	if err != nil {
		return nil, err
	}
	by, n := map[string][]Person{}, 0
	pages := d.api.client.GetUsersPaginated(slack.GetUsersOptionLimit(200))
	for more := true; more && n < mostRoster; {
		err := d.api.Call(ctx, "users.list", func(ctx context.Context, _ *slack.Client) (err error) {
			pages, err = pages.Next(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, u := range pages.Users {
			p := personOf(u, home)
			for _, name := range []string{u.Name, u.Profile.DisplayName, u.Profile.RealName, u.RealName} {
				if name = nameKey(name); name != "" && !slices.ContainsFunc(by[name], func(o Person) bool { return o.ID == p.ID }) {
					by[name] = append(by[name], p)
				}
			}
		}
		n += len(pages.Users)
		more = pages.Cursor != ""
	}
	return by, nil
}

func (d *Directory) listChannels(ctx context.Context) (map[string][]string, error) {
	by := map[string][]string{}
	err := d.api.eachChannel(ctx, func(c slack.Channel) bool {
		if !c.IsArchived {
			by[nameKey(c.Name)] = append(by[nameKey(c.Name)], c.ID)
		}
		return len(by) < mostRoster
	})
	return by, err
}

// eachChannel goes through all channels that the bot may see until each says
// that it has seen enough. Private ones are left out where their scope is
// missing.
func (a *API) eachChannel(ctx context.Context, each func(slack.Channel) bool) error {
	list := &slack.GetConversationsParameters{Limit: 1000, Types: []string{"public_channel", "private_channel"}}
	for {
		var page []slack.Channel
		var next string
		err := a.Call(ctx, "conversations.list", func(ctx context.Context, c *slack.Client) (err error) {
			page, next, err = c.GetConversationsContext(ctx, list)
			return err
		})
		if WordOf(err) == "missing_scope" && len(list.Types) > 1 {
			list.Types = list.Types[:1]
			continue
		}
		if err != nil {
			return err
		}
		for _, c := range page {
			if !each(c) {
				return nil
			}
		}
		if next == "" {
			return nil
		}
		list.Cursor = next
	}
}

// nameKey makes two spellings of a name the same.
func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
