package slackapp

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
	"toban/rotation"
)

// submission is a form that somebody sent.
type submission struct {
	who
	key    string // the view's id: Slack delivers twice now and then
	form   string
	hidden string // what the form carried unseen: a channel, a page, an incident
	values map[string]map[string]slack.BlockAction
	now    time.Time
}

// faults are what is wrong with a form, by the input that it stands under.
type faults map[string]string

func (s submission) value(name string) slack.BlockAction { return s.values[name][name] }
func (s submission) choice(name string) string           { return s.value(name).SelectedOption.Value }

func (s submission) text(name string) string { return strings.TrimSpace(s.value(name).Value) }

func (s submission) user(name string) rotation.PersonID {
	return rotation.PersonID(s.value(name).SelectedUser)
}

func (s submission) moment(name string) time.Time {
	return time.Unix(s.value(name).SelectedDateTime, 0)
}

// inline shows an error under an input; none where nothing is wrong.
func (s submission) inline(ctx context.Context, a *App, name string, err error) faults {
	if err == nil {
		return nil
	}
	text := a.explain(err, s.who, "")
	if text == "" {
		return nil
	}
	return faults{name: a.unmarked(ctx, text)}
}

var (
	anyMention = regexp.MustCompile(`<[@#]([A-Z0-9]+)>`)
	dateToken  = regexp.MustCompile(`<!date\^[^|>]*\|([^>]*)>`)
	marks      = strings.NewReplacer("*", "", "`", "", "&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// unmarked makes plain text of mrkdwn: errors in a form cannot be marked up,
// and a mention there would be shown as the bare id.
func (a *App) unmarked(ctx context.Context, text string) string {
	text = dateToken.ReplaceAllString(text, "$1")
	text = anyMention.ReplaceAllStringFunc(text, func(m string) string {
		id := anyMention.FindStringSubmatch(m)[1]
		if p, err := a.People.Person(ctx, rotation.PersonID(id)); err == nil && p.Name != "" {
			return "@" + p.Name
		}
		return id
	})
	return marks.Replace(text)
}

// form is what happens to a form that was sent, what that takes, and under
// which input an error stands that belongs to none in particular.
type form struct {
	needs permission
	first string
	take  func(a *App, ctx context.Context, s submission) (*slack.ModalViewRequest, faults, error)
}

// forms is what each form does, by its callback id.
var forms = map[string]form{
	view.FormSwap:     {change, view.InputTheirs, saves((*App).submitSwap)},
	view.FormOverride: {change, view.InputPerson, saves((*App).submitOverride)},
	view.FormPage:     {change, view.InputText, saves((*App).submitPage)},
	view.FormDeclare:  {change, view.InputTitle, saves((*App).submitDeclare)},
	view.FormUpdate:   {change, view.InputText, saves((*App).submitUpdate)},
	view.FormSuppress: {change, view.InputReason, saves((*App).submitSuppress)},
	view.FormTrain:    {seeInside, "", (*App).nextWindow},
}

// saves is a form after which none follows.
func saves(take func(*App, context.Context, submission) (faults, error)) func(*App, context.Context, submission) (*slack.ModalViewRequest, faults, error) {
	return func(a *App, ctx context.Context, s submission) (*slack.ModalViewRequest, faults, error) {
		found, err := take(a, ctx, s)
		return nil, found, err
	}
}

// submit does what a form says. Slack shows what is wrong in the form itself,
// so that nothing typed is lost.
func (a *App) submit(ctx context.Context, user string, s submission) any {
	f, known := forms[s.form]
	if !known {
		a.Log.Warn("a form of an unknown kind was sent", "form", s.form, "person", user)
		return nil
	}
	by, err := a.admit(ctx, user, f.needs)
	var next *slack.ModalViewRequest
	var found faults
	if s.who = by; err == nil {
		next, found, err = f.take(a, ctx, s)
	}
	if err != nil {
		found = s.inline(ctx, a, cmp.Or(f.first, s.anyInput()), err)
	}
	switch {
	case len(found) > 0:
		return wrong(found)
	case next != nil:
		return slack.NewUpdateViewSubmissionResponse(next)
	}
	return nil
}

// anyInput is an input that the form has.
func (s submission) anyInput() string {
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		return name
	}
	return ""
}

func wrong(f faults) *slack.ViewSubmissionResponse {
	return slack.NewErrorsViewSubmissionResponse(f)
}

// submitPage pages whom the form names; a person goes before the rotation.
func (a *App) submitPage(ctx context.Context, s submission) (faults, error) {
	h := alerts.ByHand{Key: s.key, By: s.id, Person: s.user(view.InputPerson), Text: s.text(view.InputText)}
	if h.Person == "" {
		h.Rotation = a.rotationNamed(s.choice(view.InputRotation))
	}
	switch n := len([]rune(h.Text)); {
	case n == 0:
		return faults{view.InputText: s.say.Plain(msg.FormErrorText, nil)}, nil
	case n > view.MaxPageText:
		return faults{view.InputText: s.say.Plain(msg.FormErrorTooLong, msg.Args{"Length": n, "Limit": view.MaxPageText})}, nil
	case h.Person == "" && h.Rotation == "":
		return faults{view.InputPerson: s.say.Plain(msg.FormErrorTarget, nil)}, nil
	}
	if h.Person != "" {
		if err := a.usable(ctx, h.Person, s.who, beCalled); err != nil {
			return faults{view.InputPerson: a.unmarked(ctx, err.Error())}, nil
		}
	}
	answer, err := a.pageByHand(ctx, h, s.who, s.now)
	if err != nil {
		return nil, err
	}
	a.tell(ctx, press{by: s.who, channel: s.hidden}, answer)
	return nil, nil
}
