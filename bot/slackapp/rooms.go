package slackapp

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/slack-go/slack"

	"toban/bot/incident"
	"toban/rotation"
)

// Rooms are the channels in which incidents are mended.
type Rooms struct {
	api *API

	mu  sync.Mutex
	bot string // our user id, once it is known
}

var _ incident.Rooms = (*Rooms)(nil)

// NewRooms returns the rooms of the API's workspace.
func NewRooms(api *API) *Rooms { return &Rooms{api: api} }

// CreateChannel makes a public channel, or returns the one of that name which
// we made before: its answer was lost.
func (r *Rooms) CreateChannel(ctx context.Context, name string) (id string, err error) {
	err = r.api.Call(ctx, "conversations.create", func(ctx context.Context, c *slack.Client) error {
		made, err := c.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name})
		if err == nil {
			id = made.ID
		}
		return err
	})
	if WordOf(err) == "name_taken" {
		return r.ours(ctx, name)
	}
	return id, roomError("create "+name, err)
}

// ours finds the channel called name, if this bot made it.
func (r *Rooms) ours(ctx context.Context, name string) (id string, err error) {
	bot, err := r.me(ctx)
	if err != nil {
		return "", roomError("create "+name, err)
	}
	err = r.eachOfOurs(ctx, func(c slack.Channel) bool {
		if c.Name == name && c.Creator == bot && !c.IsArchived {
			id = c.ID
		}
		return id == ""
	})
	switch {
	case err != nil:
		return "", roomError("look for "+name, err)
	case id == "":
		return "", incident.ErrNameTaken
	}
	return id, nil
}

// eachOfOurs goes through the public channels that the bot is in, until each
// says that it has seen enough. Whoever makes a channel is in it, and these are
// few where a workspace has tens of thousands.
func (r *Rooms) eachOfOurs(ctx context.Context, each func(slack.Channel) bool) error {
	list := &slack.GetConversationsForUserParameters{Limit: 999, Types: []string{"public_channel"}, ExcludeArchived: true}
	for {
		var page []slack.Channel
		err := r.api.Call(ctx, "users.conversations", func(ctx context.Context, c *slack.Client) (err error) {
			page, list.Cursor, err = c.GetConversationsForUserContext(ctx, list)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			if !each(c) {
				return nil
			}
		}
		if list.Cursor == "" {
			return nil
		}
	}
}

func (r *Rooms) me(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bot == "" {
		me, err := r.api.WhoAmI(ctx)
		if err != nil {
			return "", err
		}
		r.bot = me.UserID
	}
	return r.bot, nil
}

// maxTopic is how long a topic may be.
const maxTopic = 250

// SetTopic makes topic the channel's topic.
func (r *Rooms) SetTopic(ctx context.Context, channel, topic string) error {
	return roomError("set the topic", r.api.Call(ctx, "conversations.setTopic", func(ctx context.Context, c *slack.Client) error {
		_, err := c.SetTopicOfConversationContext(ctx, channel, cut(topic, maxTopic))
		return err
	}))
}

// Pin pins a message.
func (r *Rooms) Pin(ctx context.Context, channel, ts string) error {
	err := r.api.Call(ctx, "pins.add", func(ctx context.Context, c *slack.Client) error {
		return c.AddPinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
	})
	if WordOf(err) == "already_pinned" {
		return nil
	}
	return roomError("pin the card", err)
}

// mostInvited is how many people Slack takes in one call.
const mostInvited = 100

// Invite brings people in and returns those who could not be.
func (r *Rooms) Invite(ctx context.Context, channel string, who []rotation.PersonID) (refused []incident.Refusal, err error) {
	for some := range slices.Chunk(who, mostInvited) {
		no, err := r.inviteSome(ctx, channel, some)
		refused = append(refused, no...)
		if err != nil {
			return refused, roomError("invite", err)
		}
	}
	return refused, nil
}

// inviteSome invites everybody at once. Slack takes all or nobody: those it
// names as the reason are left out, and the others asked again. When it names
// nobody, each is asked alone.
func (r *Rooms) inviteSome(ctx context.Context, channel string, who []rotation.PersonID) (refused []incident.Refusal, err error) {
	for len(who) > 0 {
		err := r.invite(ctx, channel, who)
		word := WordOf(err)
		fault, _ := errors.AsType[*Fault](err)
		switch {
		case err == nil:
			return refused, nil
		case fault == nil || fault.Kind != Refused || !aboutPeople(word):
			return refused, err
		}
		named := blamed(err)
		left := slices.DeleteFunc(slices.Clone(who), func(p rotation.PersonID) bool { return named[p] != "" })
		switch {
		case len(left) < len(who):
			for _, p := range who {
				if why := named[p]; why != "" && !isIn(why) {
					refused = append(refused, incident.Refusal{Who: p, Why: why})
				}
			}
			who = left
		case len(who) == 1:
			if !isIn(word) {
				refused = append(refused, incident.Refusal{Who: who[0], Why: word})
			}
			return refused, nil
		default:
			for _, p := range who {
				no, err := r.inviteSome(ctx, channel, []rotation.PersonID{p})
				refused = append(refused, no...)
				if err != nil {
					return refused, err
				}
			}
			return refused, nil
		}
	}
	return refused, nil
}

func (r *Rooms) invite(ctx context.Context, channel string, who []rotation.PersonID) error {
	var ids []string
	for _, p := range who {
		ids = append(ids, string(p))
	}
	return r.api.Call(ctx, "conversations.invite", func(ctx context.Context, c *slack.Client) error {
		_, err := c.InviteUsersToConversationContext(ctx, channel, ids...)
		return err
	})
}

// blamed names the people because of whom Slack refused an invitation.
func blamed(err error) map[rotation.PersonID]string {
	out := map[rotation.PersonID]string{}
	said, _ := errors.AsType[slack.SlackErrorResponse](err)
	for _, e := range said.Errors {
		if i := e.ConversationsInviteResponseError; i != nil && !i.Ok {
			out[rotation.PersonID(i.User)] = i.Error
		}
	}
	return out
}

// isIn reports whether a refusal means that the person is in the channel.
func isIn(word string) bool { return word == "already_in_channel" || word == "cant_invite_self" }

// aboutPeople reports whether a refusal is due to somebody invited, and not to
// the channel or to us.
func aboutPeople(word string) bool {
	switch word {
	case "channel_not_found", "not_in_channel", "is_archived", "no_user", "too_many_users", "method_not_supported_for_channel_type":
		return false
	}
	return !deadToken(word)
}

// roomError marks what somebody has to change before it works.
func roomError(deed string, err error) error {
	fault, ok := errors.AsType[*Fault](err)
	if !ok || fault.Kind != Refused {
		return err
	}
	why := fault.Word
	if fault.Detail != "" {
		why += " (" + fault.Detail + ")"
	}
	return &incident.RoomError{Deed: deed, Why: why}
}
