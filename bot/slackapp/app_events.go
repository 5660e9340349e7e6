package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/bot/slackapp/view"
)

// event is the part of an events_api payload that we use.
type event struct {
	EventID string `json:"event_id"`
	Event   struct {
		Type        string          `json:"type"`
		Subtype     string          `json:"subtype"`
		User        json.RawMessage `json:"user"` // an id, or in user_change a whole profile
		BotID       string          `json:"bot_id"`
		Channel     json.RawMessage `json:"channel"`
		ChannelType string          `json:"channel_type"`
		Tab         string          `json:"tab"`
		TS          string          `json:"ts"`
		EventTS     string          `json:"event_ts"`
	} `json:"event"`
}

// event answers what happens without a command. Slack delivers events at least
// once, now and then under two ids, and again after an error.
func (a *App) event(ctx context.Context, e Envelope) error {
	ev, ok := decode[event](a, e)
	if !ok {
		return nil
	}
	keys := []string{"event " + ev.EventID, "at " + ev.Event.Type + " " + quoted(ev.Event.Channel) + " " + ev.Event.EventTS}
	if ev.Event.EventTS == "" {
		keys = keys[:1]
	}
	if a.seen.before(time.Now(), keys) {
		return nil
	}
	if err := a.happened(ctx, ev); err != nil {
		a.seen.forget(keys) // Slack's retry is the next chance
		return fmt.Errorf("event %s (%s): %w", ev.EventID, ev.Event.Type, err)
	}
	return nil
}

func (a *App) happened(ctx context.Context, ev event) error {
	user, channel := quoted(ev.Event.User), quoted(ev.Event.Channel)
	switch ev.Event.Type {
	case "app_home_opened":
		if ev.Event.Tab != "" && ev.Event.Tab != "home" {
			return nil
		}
		return a.publishHome(ctx, user, "")
	case "message":
		// Only what a person says to the bot itself, never its own words.
		if ev.Event.ChannelType != "im" || ev.Event.BotID != "" || ev.Event.Subtype != "" || user == "" {
			return nil
		}
		words, err := a.hello(ctx, user)
		if err == nil {
			_, _, err = a.Talk.Post(ctx, channel, "", words, outbox.Noting)
		}
		return err
	case "app_mention":
		if ev.Event.BotID != "" || user == "" {
			return nil
		}
		words, err := a.hello(ctx, user)
		if err == nil {
			err = a.Talk.Whisper(ctx, channel, user, "", words)
		}
		return err
	case "user_change", "team_join":
		var changed slack.User
		if json.Unmarshal(ev.Event.User, &changed) == nil && changed.ID != "" {
			if people, ok := a.People.(learner); ok {
				people.Learn(ctx, changed)
			}
			return a.retry(ctx, changed.ID)
		}
	case "member_joined_channel": // anybody, and all day long in a big company
		if d, ok := a.People.(*Directory); ok && d.isUs(ctx, user) {
			return a.backAgain(ctx, channel)
		}
	case "channel_unarchive", "group_unarchive":
		return a.backAgain(ctx, channel)
	case "channel_archive", "group_archive", "channel_deleted", "group_deleted", "channel_left", "group_left":
		a.look(ctx, channel)
	case "channel_rename", "group_rename", "channel_created":
		var changed struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(ev.Event.Channel, &changed) == nil {
			a.look(ctx, changed.ID)
		}
	}
	return nil
}

// backAgain notes that a channel may take messages again before it asks Slack
// what the channel is: what is saved must not wait for Slack.
func (a *App) backAgain(ctx context.Context, channel string) error {
	err := a.retry(ctx, channel)
	a.look(ctx, channel)
	return err
}

// look reads anew what a channel is: one of the config may go by another name
// now, or another by its name.
func (a *App) look(ctx context.Context, channel string) {
	d, ok := a.People.(*Directory)
	if !ok || channel == "" {
		return
	}
	if _, err := d.Channel(ctx, channel); err != nil && !errors.Is(err, ErrNobody) {
		a.Log.Info("what became of a channel cannot be read; it is asked again later", "channel", channel, "err", err)
	}
}

// retry has a place tried again that Slack may have refused until now.
func (a *App) retry(ctx context.Context, place string) error {
	if a.Places == nil || place == "" {
		return nil
	}
	return a.Places.Retry(ctx, place)
}

// learner takes the profiles that come with events. [Directory] is one.
type learner interface {
	Learn(ctx context.Context, u slack.User)
}

// hello says what the bot is for; everybody may read that.
func (a *App) hello(ctx context.Context, user string) (Words, error) {
	w, err := a.admit(ctx, user, seeDuty)
	text, blocks := view.Said(w.say.Say(msg.HelpHello, nil))
	return Words{Text: text, Blocks: blocks}, err
}

// quoted reads a JSON string; anything else is none.
func quoted(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// seenFor is how long an event is remembered. Slack retries for five minutes.
const seenFor = 15 * time.Minute

// seen remembers which events came lately, so that nobody is answered twice.
// What must not happen twice is kept from it by its key in the store.
type seen struct {
	mu  sync.Mutex
	at  map[string]time.Time
	due time.Time // when old ones are swept out next
}

// before reports whether any of keys came before, and notes them all.
func (s *seen) before(now time.Time, keys []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil || now.After(s.due) {
		kept := map[string]time.Time{}
		for k, at := range s.at {
			if now.Sub(at) < seenFor {
				kept[k] = at
			}
		}
		s.at, s.due = kept, now.Add(seenFor)
	}
	known := false
	for _, k := range keys {
		_, had := s.at[k]
		known = known || had
		s.at[k] = now
	}
	return known
}

func (s *seen) forget(keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		delete(s.at, k)
	}
}
