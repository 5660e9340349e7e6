package view

import (
	"time"

	"github.com/slack-go/slack"

	"toban/bot/incident"
	"toban/bot/msg"
	"toban/rotation"
)

// Forms and their callback ids, which are the ids of the buttons that open
// them, without [OpensForm]. Each input's block id is its name here; errors
// are shown under the block of that name.
const (
	FormSwap     = "swap"
	FormOverride = "override"
	FormPage     = "page"
	FormDeclare  = PageDeclare
	FormUpdate   = IncidentUpdate

	InputMine, InputTheirs               = "mine", "theirs"
	InputRotation, InputPerson           = "rotation", "person"
	InputFrom, InputUntil                = "from", "until"
	InputText, InputTitle, InputSeverity = "text", "title", "severity"
	maxPageText, maxTitle, maxUpdate     = 500, incident.MaxTitle, incident.MaxUpdate
)

// MaxPageText is the longest text of a page that a person sends.
const MaxPageText = maxPageText

// Choice is one entry of a form's menu.
type Choice struct{ Value, Label, Group string }

func form(m msg.Catalog, callback string, title, submit msg.Key, hidden string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, PrivateMetadata: hidden,
		Title: plain(m.Plain(title, nil), 24), Submit: plain(m.Plain(submit, nil), 24), Close: plain(m.Plain(msg.FormClose, nil), 24),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func input(m msg.Catalog, name string, label msg.Key, element slack.BlockElement) *slack.InputBlock {
	return slack.NewInputBlock(name, plain(m.Plain(label, nil), 2000), nil, element)
}

// menu lists choices; initial is the value chosen from the start, if it is
// among them.
func menu(m msg.Catalog, name string, choices []Choice, initial string) *slack.SelectBlockElement {
	s := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(m.Plain(msg.FormChoose, nil), 75), name)
	seen := map[string]bool{}
	for _, c := range choices {
		if len(s.Options) == 100 || seen[c.Value] || c.Value == "" || len(c.Value) > 150 {
			continue
		}
		seen[c.Value] = true
		o := option(c.Value, c.Label)
		s.Options = append(s.Options, o)
		if c.Value == initial {
			s.InitialOption = o
		}
	}
	return s
}

func userMenu(m msg.Catalog, name string, initial rotation.PersonID) *slack.SelectBlockElement {
	s := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain(m.Plain(msg.FormChoose, nil), 75), name)
	s.InitialUser = string(initial)
	return s
}

func textInput(m msg.Catalog, name, initial string, hint msg.Key, limit int, lines bool) *slack.PlainTextInputBlockElement {
	if r := []rune(initial); len(r) > limit {
		initial = string(r[:limit])
	}
	return slack.NewPlainTextInputBlockElement(plain(m.Plain(hint, nil), 150), name).
		WithInitialValue(initial).WithMaxLength(limit).WithMultiline(lines)
}

// SwapForm asks for two shifts: one of mine and, in the same rotation, one of
// somebody else's. A shift names its rotation, its day and its person, so
// nothing else needs to be asked.
func SwapForm(mine, theirs []Choice, chosenMine, chosenTheirs, channel string, x Context, m msg.Catalog) slack.ModalViewRequest {
	if len(mine) == 0 || len(theirs) == 0 {
		text := msg.FormNoneMine
		if len(mine) > 0 {
			text = msg.FormNoneTheirs
		}
		v := form(m, FormSwap, msg.FormSwapTitle, msg.FormSwapSubmit, "", section(m.Say(text, nil)))
		v.Submit = nil
		return v
	}
	return form(m, FormSwap, msg.FormSwapTitle, msg.FormSwapSubmit, channel,
		input(m, InputMine, msg.FormSwapMine, menu(m, InputMine, mine, chosenMine)),
		input(m, InputTheirs, msg.FormSwapTheirs, menu(m, InputTheirs, theirs, chosenTheirs)),
		slack.NewContextBlock("", mrkdwn(withZone(m.Say(msg.FormSwapHint, nil), x, m))))
}

// OverrideForm asks who is on call in whose place, from when until when.
func OverrideForm(rotations []Choice, chosen string, who rotation.PersonID, from, until time.Time, channel string, x Context, m msg.Catalog) slack.ModalViewRequest {
	moment := func(name string, at time.Time) *slack.DateTimePickerBlockElement {
		p := slack.NewDateTimePickerBlockElement(name)
		p.InitialDateTime = at.Unix()
		return p
	}
	return form(m, FormOverride, msg.FormOverrideTitle, msg.FormOverrideSubmit, channel,
		input(m, InputRotation, msg.FormOverrideRotation, menu(m, InputRotation, rotations, chosen)),
		input(m, InputPerson, msg.FormOverridePerson, userMenu(m, InputPerson, who)),
		input(m, InputFrom, msg.FormOverrideFrom, moment(InputFrom, from)),
		input(m, InputUntil, msg.FormOverrideUntil, moment(InputUntil, until)),
		slack.NewContextBlock("", mrkdwn(m.Say(msg.FormOverrideZone, msg.Args{"Zone": ZoneOf(x.zone())}))))
}

// PageForm asks whom to page and why.
func PageForm(rotations []Choice, chosen string, who rotation.PersonID, text, channel string, m msg.Catalog) slack.ModalViewRequest {
	person := input(m, InputPerson, msg.FormPagePerson, userMenu(m, InputPerson, who)).WithOptional(true)
	person.Hint = plain(m.Plain(msg.FormPagePersonHint, nil), 2000)
	blocks := []slack.Block{input(m, InputText, msg.FormPageText, textInput(m, InputText, text, msg.FormPagePlaceholder, maxPageText, true))}
	if len(rotations) > 0 {
		blocks = append(blocks, input(m, InputRotation, msg.FormPageRotation, menu(m, InputRotation, rotations, chosen)).WithOptional(true))
	}
	return form(m, FormPage, msg.FormPageTitle, msg.FormPageSubmit, channel, append(blocks, person)...)
}

// DeclareForm asks what is wrong and how bad it is. from is the page that it
// is declared from, or the channel of the command that opened it.
func DeclareForm(title string, severity incident.Severity, from string, m msg.Catalog) slack.ModalViewRequest {
	means := map[incident.Severity]msg.Key{
		incident.Sev1: msg.IncidentSev1Means, incident.Sev2: msg.IncidentSev2Means,
		incident.Sev3: msg.IncidentSev3Means, incident.Sev4: msg.IncidentSev4Means,
	}
	var choices []Choice
	for _, s := range []incident.Severity{incident.Sev1, incident.Sev2, incident.Sev3, incident.Sev4} {
		choices = append(choices, Choice{Value: string(s), Label: m.Plain(msg.FormDeclareOption, msg.Args{"Severity": Severity(s, m), "Means": m.Plain(means[s], nil)})})
	}
	return form(m, FormDeclare, msg.FormDeclareTitle, msg.FormDeclareSubmit, from,
		input(m, InputTitle, msg.FormDeclareWhat, textInput(m, InputTitle, title, msg.FormDeclarePlaceholder, maxTitle, false)),
		input(m, InputSeverity, msg.FormDeclareSeverity, menu(m, InputSeverity, choices, string(severity))),
		slack.NewContextBlock("", mrkdwn(m.Say(msg.FormDeclareHint, nil))))
}

// UpdateForm asks how an incident stands.
func UpdateForm(id string, m msg.Catalog) slack.ModalViewRequest {
	return form(m, FormUpdate, msg.FormUpdateTitle, msg.FormUpdateSubmit, id,
		input(m, InputText, msg.FormUpdateText, textInput(m, InputText, "", msg.FormUpdatePlaceholder, maxUpdate, true)))
}
