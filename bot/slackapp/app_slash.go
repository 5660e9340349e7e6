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
	r, w := a.answer(ctx, cmd)
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

// read finds which subcommand is meant. What is none of ours, or half typed, is
// answered with help.
func (a *App) read(cmd slack.SlashCommand) *call {
	c := &call{line: split(cmd.Text), channel: cmd.ChannelID, trigger: cmd.TriggerID, responseURL: cmd.ResponseURL, now: a.now()}
	c.sub = subcommand{needs: seeDuty, run: (*App).help}
	for _, known := range commands() {
		if known.name == cmd.Command {
			c.command = known
			a.readSub(c)
		}
	}
	return c
}

func (a *App) readSub(c *call) {
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
		sub = subcommand{needs: seeDuty, run: func(_ *App, _ context.Context, c *call) (reply, error) {
			return c.command.help(c.who, unknownWord(c, word)), nil
		}}
	}
	c.sub = sub
}

// run does what a command says.
func (a *App) run(ctx context.Context, c *call) (reply, error) {
	r, err := c.sub.run(a, ctx, c)
	if err != nil && c.sub.asks() {
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
func (a *App) help(_ context.Context, c *call) (reply, error) {
	if c.command.name == "" { // none of ours
		return said(c.say.Say(msg.HelpHello, nil)), nil
	}
	return c.command.help(c.who, ""), nil
}

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
