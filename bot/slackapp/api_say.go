package slackapp

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/outbox"
)

// maxText is how much text a message has at most: chat.update refuses more
// than 4,000 characters, and what was posted must stay editable.
const maxText = 3900

// Words are what a message says.
type Words struct {
	Text      string // what a locked phone shows, and all there is without blocks
	Blocks    []slack.Block
	Metadata  *slack.SlackMetadata
	Broadcast bool // of a message in a thread: show it in the channel too
}

// errNoStamp means an answer that says ok and does not say where the message is.
var errNoStamp = errors.New("the answer names no message")

// Post posts one message to channel, which is a channel id, a #name or a user
// id, and says where it stands.
func (a *API) Post(ctx context.Context, channel, thread string, w Words, u outbox.Urgency) (at, ts string, err error) {
	return a.post(ctx, nil, channel, thread, w, u)
}

// posting is the call that posts to channel.
func (a *API) posting(channel string, u outbox.Urgency) Call {
	return Call{Method: postMethod, Channel: a.known.canonical(channel), Urgency: u}
}

func (a *API) post(ctx context.Context, slot *Slot, channel, thread string, w Words, u outbox.Urgency) (at, ts string, err error) {
	err = a.call(ctx, slot, a.posting(channel, u), func(ctx context.Context, client *slack.Client) (string, error) {
		options := append(w.options(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		if thread != "" {
			options = append(options, slack.MsgOptionTS(thread))
		}
		if thread != "" && w.Broadcast {
			options = append(options, slack.MsgOptionBroadcast())
		}
		at, ts, err = client.PostMessageContext(ctx, channel, options...)
		if err == nil && ts == "" {
			err = errNoStamp
		}
		return at, err
	})
	if err == nil {
		a.known.learn(channel, at)
	}
	return at, ts, err
}

// Edit makes a posted message say w instead.
func (a *API) Edit(ctx context.Context, channel, ts string, w Words, u outbox.Urgency) error {
	return a.edit(ctx, nil, channel, ts, w, u)
}

func (a *API) edit(ctx context.Context, slot *Slot, channel, ts string, w Words, u outbox.Urgency) error {
	return a.call(ctx, slot, Call{Method: updateMethod, Urgency: u}, func(ctx context.Context, client *slack.Client) (string, error) {
		_, _, _, err := client.UpdateMessageContext(ctx, channel, ts, w.options()...)
		return "", err
	})
}

const updateMethod = "chat.update"

func (w Words) options() []slack.MsgOption {
	options := []slack.MsgOption{slack.MsgOptionText(cut(w.Text, maxText), false)}
	if len(w.Blocks) > 0 {
		options = append(options, slack.MsgOptionBlocks(w.Blocks...))
	}
	if w.Metadata != nil {
		options = append(options, slack.MsgOptionMetadata(*w.Metadata))
	}
	return options
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// Whisper posts what only user sees. It may be lost: nothing important goes
// this way alone.
func (a *API) Whisper(ctx context.Context, channel, user, thread string, w Words) error {
	return a.Call(ctx, "chat.postEphemeral", func(ctx context.Context, client *slack.Client) error {
		options := w.options()
		if thread != "" {
			options = append(options, slack.MsgOptionTS(thread))
		}
		_, err := client.PostEphemeralContext(ctx, channel, user, options...)
		return err
	})
}

// Respond answers through the response_url of a command or a press.
func (a *API) Respond(ctx context.Context, responseURL string, m *slack.WebhookMessage) error {
	ctx, cancel := context.WithTimeout(ctx, CallWithin)
	defer cancel()
	began := time.Now()
	fault := faultOf("response_url", slack.PostWebhookCustomHTTPContext(ctx, responseURL, a.http, m), true)
	a.access.Metrics.called("response_url", fault, time.Since(began))
	if fault != nil {
		return fault
	}
	return nil
}

// OpenView shows a form to whoever pressed.
func (a *API) OpenView(ctx context.Context, trigger string, v slack.ModalViewRequest) error {
	return a.Call(ctx, "views.open", func(ctx context.Context, c *slack.Client) error {
		_, err := c.OpenViewContext(ctx, trigger, v)
		return err
	})
}

// PushView shows a form on top of the one that is open.
func (a *API) PushView(ctx context.Context, trigger string, v slack.ModalViewRequest) error {
	return a.Call(ctx, "views.push", func(ctx context.Context, c *slack.Client) error {
		_, err := c.PushViewContext(ctx, trigger, v)
		return err
	})
}

// UpdateView changes an open form.
func (a *API) UpdateView(ctx context.Context, view string, v slack.ModalViewRequest) error {
	return a.Call(ctx, "views.update", func(ctx context.Context, c *slack.Client) error {
		_, err := c.UpdateViewContext(ctx, v, "", "", view)
		return err
	})
}

// PublishHome draws user's Home tab.
func (a *API) PublishHome(ctx context.Context, user string, v slack.HomeTabViewRequest) error {
	return a.Call(ctx, "views.publish", func(ctx context.Context, c *slack.Client) error {
		_, err := c.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: v})
		return err
	})
}

// OpenDM returns the conversation with a person.
func (a *API) OpenDM(ctx context.Context, user string) (channel string, err error) {
	if channel = a.known.canonical(user); channel != user {
		return channel, nil
	}
	err = a.Call(ctx, "conversations.open", func(ctx context.Context, c *slack.Client) error {
		conv, _, _, err := c.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}, ReturnIM: true})
		if err == nil {
			channel = conv.ID
		}
		return err
	})
	if err == nil {
		a.known.learn(user, channel)
	}
	return channel, err
}

// Join makes the bot a member of a public channel.
func (a *API) Join(ctx context.Context, channel string) error {
	return a.Call(ctx, "conversations.join", func(ctx context.Context, c *slack.Client) error {
		_, _, _, err := c.JoinConversationContext(ctx, channel)
		return err
	})
}

// aliases remember which channel a #name or a user id stands for, so that one
// channel is one channel under every name it goes by.
type aliases struct {
	mu sync.Mutex
	of map[string]string
}

func (a *aliases) canonical(channel string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if id := a.of[channel]; id != "" {
		return id
	}
	return channel
}

func (a *aliases) learn(name, id string) {
	if id == "" || id == name {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil || len(a.of) > 10000 {
		a.of = map[string]string{}
	}
	a.of[name] = id
}
