package slackapp

import (
	"context"
	"regexp"
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

// submit saves what a form says. Slack shows what is wrong in the form itself,
// so that nothing typed is lost.
func (a *App) submit(ctx context.Context, s submission) any {
	handlers := map[string]func(*App, context.Context, submission) (faults, error){
		view.FormSwap:     (*App).submitSwap,
		view.FormOverride: (*App).submitOverride,
		view.FormPage:     (*App).submitPage,
		view.FormDeclare:  (*App).submitDeclare,
		view.FormUpdate:   (*App).submitUpdate,
		view.FormSuppress: (*App).submitSuppress,
	}
	if s.form == view.FormTrain { // changes nothing, so guests may
		return a.step(ctx, s)
	}
	handle := handlers[s.form]
	if handle == nil {
		a.Log.Warn("a form of an unknown kind was sent", "form", s.form, "person", s.id)
		return nil
	}
	first := firstInput[s.form]
	if s.guest {
		return wrong(faults{first: a.unmarked(ctx, s.say.Say(msg.ErrorGuest, nil))})
	}
	found, err := handle(a, ctx, s)
	if err != nil {
		found = s.inline(ctx, a, first, err)
	}
	if len(found) > 0 {
		return wrong(found)
	}
	return nil
}

// step answers a form that goes on in another one.
func (a *App) step(ctx context.Context, s submission) any {
	next, found := a.nextWindow(ctx, s)
	switch {
	case len(found) > 0:
		return wrong(found)
	case next != nil:
		return slack.NewUpdateViewSubmissionResponse(next)
	}
	return nil
}

// firstInput is where an error stands that belongs to no input in particular.
var firstInput = map[string]string{
	view.FormSwap: view.InputTheirs, view.FormOverride: view.InputPerson, view.FormPage: view.InputText,
	view.FormDeclare: view.InputTitle, view.FormUpdate: view.InputText,
	view.FormSuppress: view.InputReason,
}

func wrong(f faults) *slack.ViewSubmissionResponse {
	return slack.NewErrorsViewSubmissionResponse(f)
}

// submitPage pages whom the form names; a person goes before the rotation.
func (a *App) submitPage(ctx context.Context, s submission) (faults, error) {
	h := alerts.ByHand{Key: s.key, By: s.id, Person: s.user(view.InputPerson), Text: s.text(view.InputText)}
	if h.Person == "" {
		h.Rotation = s.choice(view.InputRotation)
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
		if err := a.usable(ctx, h.Person, s.who); err != nil {
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
