package slackapp

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// A Look is one page of the history of a channel, or of a thread in it.
type Look struct {
	Channel string
	Thread  string // timestamp of the message it hangs on; empty: the channel itself
	Since   time.Time
	Cursor  string
}

// Found is a message of ours that a Look came upon.
type Found struct {
	Message string // its id in the outbox
	TS      string
	Rev     int
}

const lookPage = 200

// Look reads one page and names every message of ours in it. next is the
// cursor of the page after it; empty: none.
func (a *API) Look(ctx context.Context, l Look, each func(Found)) (next string, err error) {
	var page []slack.Message
	if l.Thread == "" {
		page, next, err = a.history(ctx, l)
	} else {
		page, next, err = a.replies(ctx, l)
	}
	for _, m := range page {
		if m.Metadata.EventType != EventType {
			continue
		}
		id, _ := m.Metadata.EventPayload["message"].(string)
		rev, _ := m.Metadata.EventPayload["rev"].(float64)
		each(Found{Message: id, TS: m.Timestamp, Rev: int(rev)})
	}
	return next, err
}

func (a *API) history(ctx context.Context, l Look) (page []slack.Message, next string, err error) {
	err = a.Call(ctx, "conversations.history", func(ctx context.Context, c *slack.Client) error {
		r, err := c.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: l.Channel, Cursor: l.Cursor, Oldest: stamp(l.Since), Limit: lookPage, Inclusive: true, IncludeAllMetadata: true,
		})
		if err == nil {
			page, next = r.Messages, r.ResponseMetaData.NextCursor
		}
		return err
	})
	return page, next, err
}

func (a *API) replies(ctx context.Context, l Look) (page []slack.Message, next string, err error) {
	err = a.Call(ctx, "conversations.replies", func(ctx context.Context, c *slack.Client) error {
		page, _, next, err = c.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: l.Channel, Timestamp: l.Thread, Cursor: l.Cursor, Oldest: stamp(l.Since), Limit: lookPage,
			Inclusive: true, IncludeAllMetadata: true,
		})
		return err
	})
	return page, next, err
}

// stamp writes an instant as Slack does.
func stamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
