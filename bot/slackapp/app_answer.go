package slackapp

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/incident"
	"toban/bot/msg"
	"toban/bot/outbox"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// reply is what one person is told: words, or a form that opens. The zero
// reply says nothing, because what happened shows by itself.
type reply struct {
	text   string
	blocks []slack.Block
	form   *slack.ModalViewRequest
}

func said(text string) reply { return answered(view.Said(text)) }

func answered(text string, blocks []slack.Block) reply { return reply{text: text, blocks: blocks} }

func opens(v slack.ModalViewRequest) reply { return reply{form: &v} }

// message is the reply as Slack takes it in an acknowledgement: for one person.
type message struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Blocks       []slack.Block `json:"blocks,omitempty"`
}

// tooBig is where Slack silently ignores an acknowledgement (20 KB), less what
// its frame needs.
const tooBig = 16 << 10

// refusal is an error in the person's own words.
type refusal string

func (r refusal) Error() string { return string(r) }

// unread is an error of somebody who only wanted to look.
type unread struct{ error }

func (e *unread) Unwrap() error { return e.error }

// explain says an error in words that help the person; none where nothing
// needs saying. What they cannot mend is logged under an id that they can name.
func (a *App) explain(err error, w who, example string) string {
	if said, ok := errors.AsType[refusal](err); ok {
		return string(said)
	}
	if errors.Is(err, rotation.ErrRepeated) {
		return ""
	}
	if e, ok := errors.AsType[*whenError](err); ok && e.orRotation && e.why == notADate {
		return w.say.Say(msg.ErrorWhenOrRotation, msg.Args{"Text": view.Cut(readable(e.text), 100), "List": view.Cut(joined(a.rotationNames()), 1000)})
	}
	for _, words := range []func(error, who) string{aboutDates, aboutOverrides, aboutSwaps, aboutIncidents, aboutFindings} {
		if text := words(err, w); text != "" {
			return text
		}
	}
	if unknown, ok := errors.AsType[*rotation.UnknownRotationError](err); ok {
		args := msg.Args{"Text": view.Cut(unknown.Rotation, 80), "List": view.Cut(joined(unknown.Candidates), 1000)}
		if unknown.Rotation != "" {
			return w.say.Say(msg.ErrorRotation, args)
		}
		if len(unknown.Candidates) > 0 {
			example += " " + unknown.Candidates[0] + " …"
		}
		return w.say.Say(msg.ErrorWhichRotation, msg.Args{"List": args["List"], "Example": example})
	}
	if errors.Is(err, alerts.ErrNotFound) {
		return w.say.Say(msg.PageSaidUnknown, nil)
	}
	id, key := rand.Text()[:8], msg.ErrorNotSaved
	if _, looked := errors.AsType[*unread](err); looked {
		key = msg.ErrorNotRead
	}
	a.Log.Error("a deed failed; the person was told that nothing changed", "log", id, "person", w.id, "err", err)
	return w.say.Say(key, msg.Args{"ID": id})
}

func aboutDates(err error, w who) string {
	e, ok := errors.AsType[*whenError](err)
	if !ok {
		return ""
	}
	key := map[doubt]msg.Key{noSuchDay: msg.ErrorWhenDay, noSuchTime: msg.ErrorWhenTime}[e.why]
	if key == "" {
		key = msg.ErrorWhen
	}
	return w.say.Say(key, msg.Args{"Text": view.Cut(readable(e.text), 100)})
}

func aboutIncidents(err error, w who) string {
	if open, ok := errors.AsType[*incident.AlreadyOpenError](err); ok {
		return w.say.Say(msg.IncidentSaidAlready, msg.Args{"Channel": roomOf(open.Incident)})
	}
	if e, ok := errors.AsType[*incident.InputError](err); ok {
		switch {
		case e.Problem == incident.TooLong:
			return w.say.Say(msg.IncidentErrorTooLong, msg.Args{"Length": e.Length, "Limit": e.Limit})
		case e.Problem == incident.Unknown:
			return w.say.Say(msg.IncidentErrorSeverity, msg.Args{"Found": view.Cut(e.Found, 60)})
		case e.Field == "title":
			return w.say.Say(msg.IncidentErrorTitleEmpty, nil)
		}
		return w.say.Say(msg.IncidentErrorTextEmpty, nil)
	}
	if errors.Is(err, incident.ErrNotFound) {
		return w.say.Say(msg.IncidentSaidGone, nil)
	}
	return ""
}

// tell says something to one person where they pressed: through the press's
// own address, else in the channel, else on their Home tab.
func (a *App) tell(ctx context.Context, p press, text string) {
	if text == "" {
		return
	}
	words, blocks := view.Said(text)
	a.show(ctx, p, reply{text: words, blocks: blocks})
}

// show is tell for what is more than a sentence. On a Home tab there is only
// room for the text.
func (a *App) show(ctx context.Context, p press, r reply) {
	// The deed may have used up its time; the person hears of it all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 700*time.Millisecond)
	defer cancel()
	var err error
	switch {
	case p.responseURL != "":
		err = a.Talk.Respond(ctx, p.responseURL, &slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: false, Text: r.text, Blocks: &slack.Blocks{BlockSet: r.blocks}})
	case p.channel != "":
		words := Words{Text: r.text, Blocks: r.blocks}
		err = a.Talk.Whisper(ctx, p.channel, string(p.by.id), "", words)
		if f, ok := errors.AsType[*Fault](err); ok && f.Kind == Refused { // a form was opened where the bot is not
			_, _, err = a.Talk.Post(ctx, string(p.by.id), "", words, outbox.Noting)
		}
	default:
		err = a.publishHome(ctx, string(p.by.id), r.text)
	}
	if err != nil {
		a.Log.Warn("an explanation could not be given", "person", p.by.id, "err", err)
	}
}
