package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"

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
		c.named = true
	}
	return name
}

// takeAll reads the word for all rotations.
func (c *call) takeAll() bool {
	word, _ := c.next()
	all := slices.Contains([]string{"all", "全部", "すべて", "全て", "全員"}, strings.ToLower(word))
	if all {
		c.at++
	}
	return all
}

// rotationOf is the rotation that a channel belongs to, if any.
func (a *App) rotationOf(channel string) string {
	for _, r := range a.Settings.Rotations {
		if r.Channel != "" && a.channelID(r.Channel) == channel {
			return r.Name
		}
	}
	return ""
}

// takePerson reads a person to whom p can be done, if that is what comes next;
// the empty id means that something else does.
func (a *App) takePerson(ctx context.Context, c *call, p permission) (rotation.PersonID, error) {
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
	return rotation.PersonID(id), a.usable(ctx, rotation.PersonID(id), c.who, p)
}

func mentions(people []Person) []msg.Markup {
	var all []msg.Markup
	for _, p := range people[:min(len(people), 10)] {
		all = append(all, msg.Person(p.ID))
	}
	return all
}

// usable refuses people who may not be put on call, or not be paged: guests,
// people of other workspaces, bots, those who left.
func (a *App) usable(ctx context.Context, id rotation.PersonID, w who, p permission) error {
	ctx, cancel := context.WithTimeout(ctx, profileWithin)
	defer cancel()
	named, err := a.People.Person(ctx, id)
	switch {
	case errors.Is(err, ErrNobody):
		return refusal(w.say.Say(msg.ErrorNotPerson, msg.Args{"Text": string(id)}))
	case err != nil:
		a.Log.Warn("a person that somebody named cannot be looked up", "person", id, "err", err)
		named = Person{ID: id}
	}
	if decide(named.Standing, p) == denied {
		return unusable(named, w.say)
	}
	return nil
}

// grammar is how the caller's times are read: on their own clock.
func (c *call) grammar() grammar {
	return grammar{now: c.now, anchor: c.now, zone: c.zone, dayFirst: c.say.Lang() != msg.Japanese}
}

// takeWhen reads a time; ok is false when no word is left. Where it is not
// certain which one is meant, the error is the question.
func (c *call) takeWhen(g grammar) (w when, ok bool, err error) {
	first := !c.dating
	c.times, c.read = c.unread()
	c.dating = true
	found, rest, err := g.read(c.times)
	if e, refused := errors.AsType[*whenError](err); refused && e.text == "" {
		return when{}, false, nil
	} else if refused && first && !c.named {
		e.orRotation = true
	}
	if err != nil {
		return when{}, false, err
	}
	if len(found) > 1 {
		if _, _, err := g.ending(found[0]).read(rest); rest != "" && err != nil { // no question whose answer is refused
			return when{}, false, err
		}
		return when{}, false, c.which(found, rest)
	}
	c.times, c.read = rest, c.read+" "+found[0].exact()
	return found[0], true, nil
}

// unread is what nobody has read as a time yet, and what stands before it.
func (c *call) unread() (times, read string) {
	if c.dating {
		return c.times, c.read
	}
	return strings.Join(c.line.texts(c.at), " "), c.beforeTimes()
}

// beforeTimes is what was typed before the first time.
func (c *call) beforeTimes() string {
	if c.at >= len(c.line.words) {
		return c.line.raw
	}
	return c.line.raw[:c.line.words[c.at].from]
}

// takeSpan reads from when until when. Where only an end is said, the span
// begins now; days say their own end.
func (c *call) takeSpan() (from, until when, hasFrom, hasUntil bool, err error) {
	g := c.grammar()
	g.lengths = true
	if from, hasFrom, err = c.takeWhen(g); err != nil || !hasFrom {
		return from, until, hasFrom, false, err
	}
	if until, hasUntil, err = c.takeWhen(g.ending(from)); err != nil || hasUntil {
		return from, until, true, hasUntil, err
	}
	switch {
	case from.ends:
		return g.instant(c.now), from, true, true, nil
	case from.alone && from.days.first != from.days.last:
		until = g.daysOf(oneDay(from.days.last))
		from.days.last = from.days.first
		return from, until, true, true, nil
	}
	return from, until, true, false, nil
}

// done refuses words that nobody understood: half a command is not guessed at.
func (c *call) done() error {
	extra := c.line.rest(c.at)
	if c.dating {
		extra = c.times
	}
	if extra == "" {
		return nil
	}
	return refusal(c.say.Say(msg.ErrorWhenExtra, msg.Args{"Text": view.Cut(extra, 100), "Usage": msg.Code(c.usage())}))
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
