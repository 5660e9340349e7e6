package slackapp

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"toban/bot/directory"
	"toban/rotation"
)

var (
	mentionedPerson  = regexp.MustCompile(`^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$`)
	mentionedChannel = regexp.MustCompile(`^<#([CG][A-Z0-9]+)(?:\|[^>]*)?>$`)
	aPersonID        = regexp.MustCompile(`^[UW][A-Z0-9]{6,}$`)
	aChannelID       = regexp.MustCompile(`^[CGD][A-Z0-9]{6,}$`)
	aMailLink        = regexp.MustCompile(`^<mailto:([^|>]+)(?:\|[^>]*)?>$`)
)

// IsID reports whether a word is the id of a person or channel.
func IsID(word string) bool { return aPersonID.MatchString(word) || aChannelID.MatchString(word) }

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
	e, err := d.named(ctx, directory.Person, word)
	if err != nil {
		return Person{}, manyOf(word, err)
	}
	return d.Person(ctx, rotation.PersonID(e.ID))
}

// named finds whom or what a name stands for. A handle or a channel's name is
// nobody else's and found at once; for other names the whole list must have
// been read once. What is not there is asked of Slack, unless it was lately.
func (d *Directory) named(ctx context.Context, kind directory.Kind, word string) (directory.Entry, error) {
	for asked := false; ; asked = true {
		e, sure, err := d.kept(ctx, kind, word)
		if err != nil && !isChoice(err) {
			return e, err
		}
		l, lErr := d.store.Listing(ctx, kind)
		if lErr != nil {
			return e, lErr
		}
		if sure || asked || rests(l) || l.Whole() && !errors.Is(err, directory.ErrNobody) && !e.Gone {
			return e, err
		}
		if err := d.List(ctx, kind); err != nil {
			return e, err
		}
	}
}

// isChoice reports whether err says that nobody, or several, are so called.
func isChoice(err error) bool {
	_, several := errors.AsType[*directory.AmbiguousError](err)
	return several || errors.Is(err, directory.ErrNobody)
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
			d.keepEntries(ctx, entryOf(*u))
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
	e, err := d.named(ctx, directory.Channel, word)
	if err != nil {
		return "", err
	}
	d.api.known.learn(word, e.ID)
	return e.ID, nil
}
