package view

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"toban/bot/msg"
)

// HelpLine is one subcommand: how it is typed and what it does.
type HelpLine struct{ Usage, Does string }

// Help draws the help of a command. first is what was wrong with what the
// person typed, if anything; it comes before everything else. dates says that
// the command takes some.
func Help(title, first string, lines []HelpLine, examples []string, dates bool, x Context, m msg.Catalog) (string, []slack.Block) {
	var blocks []slack.Block
	text := title
	if first != "" {
		text = first
		blocks = append(blocks, section(first))
	}
	rows := []string{"*" + title + "*"}
	for _, l := range lines {
		rows = append(rows, m.Say(msg.HelpLine, msg.Args{"Usage": l.Usage, "Does": l.Does}))
	}
	blocks = append(blocks, sections(rows)...)
	var code []string
	for _, e := range examples {
		code = append(code, string(msg.Code(e)))
	}
	if len(code) > 0 {
		blocks = append(blocks, section("*"+m.Say(msg.HelpExamples, nil)+"*\n"+strings.Join(code, "\n")))
	}
	about := m.Say(msg.HelpForm, nil)
	if dates {
		about += "\n" + m.Say(msg.HelpDates, msg.Args{"Zone": ZoneOf(x.zone())})
	}
	return text, append(blocks, note(about)...)
}

// Which asks which of several times was meant by what was typed.
func Which(typed string, choices []Choice, m msg.Catalog) (string, []slack.Block) {
	text := m.Say(msg.WhenWhich, msg.Args{"Text": typed})
	var row []slack.BlockElement
	for i, c := range choices {
		row = append(row, slack.NewButtonBlockElement(WhenChoose+"/"+strconv.Itoa(i+1), c.Value, plain(c.Label, 75)))
	}
	return text, []slack.Block{section(text), slack.NewActionBlock("when", row...)}
}

// Said draws a short private answer.
func Said(text string) (string, []slack.Block) {
	text = cutMrkdwn(text, 3000)
	return text, []slack.Block{section(text)}
}
