package slackapp

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts/findings"
	"toban/alerts/scan"
	"toban/bot/msg"
	"toban/bot/slackapp/view"
)

// TODO(views): plain stand-ins until package view draws findings; each of these
// then becomes the function of that name there.

const (
	formSuppress = view.FindingSuppress
	inputReason  = "reason"
)

func viewFindingList(list []findings.Record, total int, _ view.Context, _ msg.Catalog) (string, []slack.Block) {
	text := fmt.Sprint(len(list), " / ", total)
	for _, r := range list {
		text += "\n" + string(r.Finding.Severity) + " " + msg.Escape(r.Finding.Title)
	}
	return view.Said(text)
}

func viewMalware(latest []scan.Result, by map[scan.Verdict]int, _ time.Time, _ view.Context, _ msg.Catalog) (string, []slack.Block) {
	text := fmt.Sprint(len(latest), by)
	for _, r := range latest {
		text += "\n" + string(r.Verdict) + " " + msg.Escape(r.Bucket+"/"+r.Key)
	}
	return view.Said(text)
}

func viewCoverage(p scan.Protection, uncovered []string, _ time.Time, _ view.Context, _ msg.Catalog) (string, []slack.Block) {
	return view.Said(msg.Escape(fmt.Sprint(p.Engine, " ", uncovered)))
}

func viewFinding(r findings.Record, _ view.Context, _ msg.Catalog) (string, []slack.Block) {
	return view.Said(msg.Escape(r.Finding.Title))
}

func viewBulletin(b findings.Bulletin, records []findings.Record, _ view.Context, _ msg.Catalog) (string, []slack.Block) {
	return view.Said(fmt.Sprint(b.Kind, " ", b.Team, " ", len(records)))
}

func viewSuppressForm(r findings.Record, until time.Time, m msg.Catalog) slack.ModalViewRequest {
	plain := func(text string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
	}
	day := slack.NewDatePickerBlockElement(view.InputUntil)
	day.InitialDate = until.Format(time.DateOnly)
	reason := slack.NewPlainTextInputBlockElement(nil, inputReason).WithMaxLength(findings.MaxReason).WithMultiline(true)
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: formSuppress, PrivateMetadata: r.ID,
		Title: plain("Suppress"), Submit: plain("OK"), Close: plain(m.Plain(msg.FormClose, nil)),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock(inputReason, plain("?"), nil, reason), slack.NewInputBlock(view.InputUntil, plain("?"), nil, day),
		}},
	}
}
