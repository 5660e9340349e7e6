package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// rotationNamed returns the rotation that text names, in any case of letters.
func (a *App) rotationNamed(text string) string {
	for _, r := range a.Settings.Rotations {
		if strings.EqualFold(r.Name, text) {
			return r.Name
		}
	}
	return ""
}

func (a *App) rotationNames() []string {
	var names []string
	for _, r := range a.Settings.Rotations {
		names = append(names, r.Name)
	}
	return names
}

// takeRotation reads the name of a rotation, if that is what comes next.
func (a *App) takeRotation(c *call) string {
	word, ok := c.next()
	if !ok {
		return ""
	}
	name := a.rotationNamed(word)
	if name != "" {
		c.at++
	}
	return name
}

// takePerson reads a person, if that is what comes next; the empty id means
// that something else does.
func (a *App) takePerson(ctx context.Context, c *call) (rotation.PersonID, error) {
	word, ok := c.next()
	if !ok {
		return "", nil
	}
	id, lookup, ok := personWord(word)
	if !ok {
		return "", nil
	}
	c.at++
	switch {
	case lookup == "me":
		return c.id, nil
	case id == "":
		found, err := a.People.Find(ctx, lookup)
		if err != nil {
			if many, ok := errors.AsType[*AmbiguousError](err); ok {
				return "", refusal(c.say.Say(msg.ErrorAmbiguous, msg.Args{"Text": view.Cut(readable(word), 80), "List": c.say.List(mentions(many.People)...)}))
			}
			a.Log.Info("nobody found", "text", lookup, "err", err)
			return "", refusal(c.say.Say(msg.ErrorNotPerson, msg.Args{"Text": view.Cut(readable(word), 80)}))
		}
		id = string(found)
	}
	return rotation.PersonID(id), a.usable(ctx, rotation.PersonID(id), c.who)
}

func mentions(people []Person) []msg.Markup {
	var all []msg.Markup
	for _, p := range people[:min(len(people), 10)] {
		all = append(all, msg.Person(p.ID))
	}
	return all
}

// usable refuses people who cannot be on call: guests, bots, those who left.
func (a *App) usable(ctx context.Context, id rotation.PersonID, w who) error {
	p, err := a.People.Person(ctx, id)
	if err != nil {
		a.Log.Info("a person that somebody named cannot be read", "person", id, "err", err)
		return refusal(w.say.Say(msg.ErrorNotPerson, msg.Args{"Text": string(id)}))
	}
	if !p.CanServe() {
		return refusal(w.say.Say(msg.ErrorNotUsable, msg.Args{"Who": msg.Person(id)}))
	}
	return nil
}

// takeWhen reads a date or an instant; ok is false when no word is left.
func (c *call) takeWhen(base time.Time, zone *time.Location) (w when, ok bool, err error) {
	words := c.dateWords()
	if len(words) == 0 {
		return when{}, false, nil
	}
	w, used, err := parseWhen(words, c.now, base, zone)
	c.at += used
	return w, err == nil, err
}

// dateWords are the words that are left, without the little words that people
// put around dates: "from", "until", から, まで.
func (c *call) dateWords() []string {
	for c.at < len(c.line.words) && slices.Contains([]string{"from", "to", "until", "till", "-", "〜", "~", "から", "まで", "と", "and", "for", "at"}, strings.ToLower(c.line.words[c.at].text)) {
		c.at++
	}
	words := c.line.texts(c.at)
	for i, w := range words {
		for _, end := range []string{"から", "まで"} {
			words[i] = strings.TrimSuffix(w, end)
			w = words[i]
		}
	}
	return words
}

// done refuses words that nobody understood: half a command is not guessed at.
func (c *call) done() error {
	if c.at >= len(c.line.words) {
		return nil
	}
	return refusal(c.say.Say(msg.ErrorWhenExtra, msg.Args{"Text": view.Cut(c.line.rest(c.at), 100), "Usage": msg.Code(c.usage())}))
}

// fitting returns the one rotation that a command can mean when it names none:
// the channel's own, or the only one of which all people are members.
func (a *App) fitting(all map[string]*rotation.Schedule, c *call, people ...rotation.PersonID) string {
	fits := rotation.RotationsFor(all, c.now, people...)
	for _, r := range a.Settings.Rotations {
		if r.Channel != "" && r.Channel == c.channel && (len(people) == 0 || slices.Contains(fits, r.Name)) {
			return r.Name
		}
	}
	if len(fits) == 1 {
		return fits[0]
	}
	return ""
}

// whichRotation is the refusal that asks for a name.
func (a *App) whichRotation(c *call) error {
	names := a.rotationNames()
	example := c.command.name + " " + c.line.words[0].text
	if len(names) > 0 {
		example += " " + names[0] + " …"
	}
	return refusal(c.say.Say(msg.ErrorWhichRotation, msg.Args{"List": view.Cut(joined(names), 1000), "Example": example}))
}
