package slackapp

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// call is one slash command on its way through a handler.
type call struct {
	who
	command command
	sub     subcommand
	line    line
	at      int // the first word behind the subcommand that nobody has read yet
	// Once dating, times is what nobody has read yet, and read is what was
	// understood so far, written so that it can be read in one way only.
	dating      bool
	times, read string
	named       bool // a rotation, or all of them
	channel     string
	trigger     string
	// responseURL takes what is answered later.
	responseURL string
	now         time.Time
}

// key makes the deed of a command that Slack delivers twice happen once.
func (c *call) key() string { return c.trigger }

// usage is how the subcommand should be typed.
func (c *call) usage() string { return c.command.usage(c.sub, c.say) }

// next returns the word that comes next, folded, and whether there is one.
func (c *call) next() (string, bool) {
	if c.at >= len(c.line.words) {
		return "", false
	}
	return c.line.words[c.at].text, true
}

// slash answers a slash command, always with something.
func (a *App) slash(ctx context.Context, e Envelope) (any, error) {
	cmd, ok := decode[slack.SlashCommand](a, e)
	if !ok {
		return nil, nil
	}
	w := a.person(ctx, cmd.UserID)
	r := a.answer(ctx, cmd, w)
	if r.form != nil {
		if err := a.Talk.OpenView(ctx, cmd.TriggerID, *r.form); err != nil {
			a.Log.Warn("a form could not be opened", "form", r.form.CallbackID, "person", w.id, "err", err)
			r = said(w.say.Say(msg.ErrorNoForm, msg.Args{"Usage": strings.TrimSpace(cmd.Command + " " + a.usageOf(cmd, w))}))
		}
	}
	return a.hand(ctx, e, cmd, r), nil
}

func firstWord(text string) string {
	if words := split(text).texts(0); len(words) > 0 {
		return words[0]
	}
	return ""
}

// hand puts the answer into the acknowledgement, or sends it by the command's
// own address where it does not fit.
func (a *App) hand(ctx context.Context, e Envelope, cmd slack.SlashCommand, r reply) any {
	if r.text == "" {
		return nil
	}
	answer := message{ResponseType: slack.ResponseTypeEphemeral, Text: r.text, Blocks: r.blocks}
	raw, err := json.Marshal(answer)
	if err == nil && e.AcceptsPayload && len(raw) < tooBig {
		return answer
	}
	hook := &slack.WebhookMessage{ResponseType: slack.ResponseTypeEphemeral, Text: r.text, Blocks: &slack.Blocks{BlockSet: r.blocks}}
	if err := a.Talk.Respond(context.WithoutCancel(ctx), cmd.ResponseURL, hook); err != nil {
		a.Log.Warn("a command's answer could not be sent", "command", cmd.Command, "person", cmd.UserID, "err", err)
	}
	return nil
}

// runCommand finds what is meant and does it.
func (a *App) runCommand(ctx context.Context, cmd slack.SlashCommand, w who) (reply, error) {
	for _, known := range commands() {
		if known.name != cmd.Command {
			continue
		}
		c := &call{who: w, command: known, line: split(cmd.Text), channel: cmd.ChannelID, trigger: cmd.TriggerID, responseURL: cmd.ResponseURL, now: time.Now()}
		return a.runSub(ctx, c)
	}
	return said(w.say.Say(msg.HelpHello, nil)), nil
}

func (a *App) runSub(ctx context.Context, c *call) (reply, error) {
	word, typed := c.next()
	if !typed {
		word = c.command.bare
	} else {
		c.at = 1
	}
	sub, ok := c.command.find(word)
	if !ok && c.command.name == "/oncall" && a.rotationNamed(word) != "" { // "/oncall platform"
		c.at = 0
		sub, ok = c.command.find("who")
	}
	if by := facetNamed(word); !ok && c.command.name == "/waf" && by != "" { // "/waf path 1h"
		c.at = 0
		sub, ok = c.command.find("top")
	}
	if !ok {
		return c.command.help(c.who, unknownWord(c, word)), nil
	}
	c.sub = sub
	if sub.changes && c.guest {
		return reply{}, refusal(c.say.Say(msg.ErrorGuest, nil))
	}
	r, err := sub.run(a, ctx, c)
	if err != nil && !sub.changes {
		err = &unread{err}
	}
	return r, err
}

func unknownWord(c *call, word string) string {
	word = view.Cut(readable(word), 60)
	if guess, ok := c.command.nearest(word); ok {
		return c.say.Say(msg.HelpDidYouMean, msg.Args{"Word": word, "Guess": c.command.name + " " + guess})
	}
	return c.say.Say(msg.HelpUnknown, msg.Args{"Word": word})
}

// help is the handler of every help subcommand.
func (a *App) help(_ context.Context, c *call) (reply, error) { return c.command.help(c.who, ""), nil }

// usageOf is how the arguments of what was typed should look.
func (a *App) usageOf(cmd slack.SlashCommand, w who) string {
	first := split(cmd.Text).texts(0)
	for _, known := range commands() {
		if known.name == cmd.Command && len(first) > 0 {
			if sub, ok := known.find(first[0]); ok {
				return strings.TrimPrefix(known.usage(sub, w.say), known.name+" ")
			}
		}
	}
	return ""
}
