package view

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/msg"
)

// FormTrain is the callback id of the training form.
const FormTrain = WAFTrain

// TrainingWindows is how many windows a training shows, where there are so many.
const TrainingWindows = 10

// Training is how far somebody got: the alerts whose windows are shown, and
// what they said of each so far.
type Training struct {
	Alerts []string   `json:"a"`
	Said   []waf.Kind `json:"s,omitempty"`
}

// Input names the input for the window whose turn it is. Each has its own: Slack
// keeps what was chosen in an input of the same name.
func (t Training) Input() string { return "verdict" + strconv.Itoa(len(t.Said)+1) }

// TrainForm draws the window whose turn it is, without the verdict on it.
func TrainForm(t Training, c alerts.Case, x Context, m msg.Catalog) slack.ModalViewRequest {
	hidden, err := json.Marshal(t)
	if err != nil {
		hidden = nil // ids and words always marshal
	}
	r := c.Context.WAF
	var choices []Choice
	for _, k := range Verdicts {
		choices = append(choices, Choice{Value: string(k), Label: Verdict(k, m)})
	}
	ask := input(m, t.Input(), msg.WafTrainAsk, menu(m, t.Input(), choices, ""))
	submit := msg.WafTrainNext
	if len(t.Said)+1 >= len(t.Alerts) {
		submit = msg.WafTrainEnd
	}
	var few []slack.Block
	if len(t.Said) == 0 && len(t.Alerts) < TrainingWindows {
		few = note(m.Say(msg.WafTrainFew, msg.Args{"N": len(t.Alerts)}))
	}
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: FormTrain, PrivateMetadata: string(hidden),
		Title:  plain(m.Plain(msg.WafTrainTitle, msg.Args{"Count": len(t.Said) + 1, "Of": len(t.Alerts)}), 24),
		Submit: plain(m.Plain(submit, nil), 24), Close: plain(m.Plain(msg.WafTrainClose, nil), 24),
		Blocks: slack.Blocks{BlockSet: append(few, section(gist(r, x, m)+"\n"+strings.Join(lists(r, m), "\n")), ask)},
	}
}

// Trained is one window after the training.
type Trained struct {
	Case alerts.Case
	Said waf.Kind
}

// Record is what the record says of a window: a person, if one did, else the
// bot.
func (t Trained) Record() (kind waf.Kind, byPerson bool) {
	if c := t.Case.Context.Correction; c != nil {
		return c.Kind, true
	}
	return t.Case.Context.WAF.Verdict.Kind, false
}

// TrainResult draws how somebody's answers compare with the record.
func TrainResult(all []Trained, x Context, m msg.Catalog) slack.ModalViewRequest {
	right := 0
	var lines []string
	for _, t := range all {
		kind, byPerson := t.Record()
		by := msg.WafTrainByBot
		if byPerson {
			by = msg.WafTrainByPerson
		}
		title := Cut(t.Case.Alert.Title, 80)
		if host := t.Case.Context.WAF.Host; host != "" { // the titles of one monitor are all the same
			title += " · " + Cut(host, 60)
		}
		line := m.Say(msg.WafTrainLine, msg.Args{
			"Title": title, "At": m.Moment(t.Case.Alert.OpenedAt, x.zone()), "You": Verdict(t.Said, m),
			"Record": m.Plain(by, msg.Args{"Verdict": Verdict(kind, m)}),
		})
		if kind == t.Said {
			right++
			line = "✓ " + line
		} else {
			line = "– " + line
			for _, why := range t.Case.Context.WAF.Verdict.Reasons {
				line += "\n      " + reason(why, m)
			}
		}
		lines = append(lines, line)
	}
	score := m.Say(msg.WafTrainScore, msg.Args{"Right": right, "Of": len(all)})
	blocks := []slack.Block{section("*" + score + "*\n" + m.Say(msg.WafTrainLearn, nil))}
	blocks = append(blocks, sections(lines)...)
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: FormTrain, Title: plain(m.Plain(msg.WafTrainDone, nil), 24),
		Close: plain(m.Plain(msg.WafTrainBye, nil), 24), Blocks: slack.Blocks{BlockSet: blocks},
	}
}
