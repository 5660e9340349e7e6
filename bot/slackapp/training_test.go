package slackapp

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"toban/alerts"
	"toban/alerts/waf"
	"toban/bot/slackapp/view"
)

// verdictOf names the input of a form that asks for a verdict.
func verdictOf(shown slack.ModalViewRequest) string {
	for _, b := range shown.Blocks.BlockSet {
		if in, ok := b.(*slack.InputBlock); ok {
			return in.BlockID
		}
	}
	return ""
}

// says answers the window that a form shows and returns the form after it.
func (d *office) says(who string, shown slack.ModalViewRequest, kind waf.Kind) slack.ModalViewRequest {
	d.t.Helper()
	r := d.submits(who, shown.CallbackID, "V1", shown.PrivateMetadata, map[string]any{verdictOf(shown): map[string]any{"selected_option": map[string]any{"value": string(kind)}}})
	if r == nil || r.ResponseAction != slack.RAUpdate || r.View == nil {
		d.t.Fatalf("no form follows: %+v", r)
	}
	if n := len(r.View.PrivateMetadata); n > 3000 {
		d.t.Errorf("%d characters travel unseen", n)
	}
	return *r.View
}

func formText(v slack.ModalViewRequest) string { return everything("", v.Blocks.BlockSet) }

func TestTraining(t *testing.T) {
	atOffice(t, func(d *office) {
		has(t, "none yet", d.types(uBo, cGeneral, "/waf 訓練"), "まだありません")
		d.blocks(12)
		c := d.pages.by["P1"]
		c.Context.Correction = &alerts.Correction{Kind: waf.Targeted, By: uBo, At: time.Now()}
		d.types(uAna, cGeneral, "/waf train")
		first := *d.shown.form
		d.typesAgain(uAna, cGeneral, "/waf train")
		if first.PrivateMetadata != d.shown.form.PrivateMetadata {
			t.Error("a command that is delivered twice asks something else")
		}
		d.types(uCy, cGeneral, "/waf train")
		if first.PrivateMetadata == d.shown.form.PrivateMetadata {
			t.Error("everybody is asked the same")
		}
		var asked view.Training
		if err := json.Unmarshal([]byte(first.PrivateMetadata), &asked); err != nil || len(asked.Alerts) != 10 {
			t.Fatalf("asked %v, %v", asked, err)
		}
		has(t, "the verdict is not given away", formText(first), "/.env", "!Blocked by the WAF", "!Only")

		shown := first
		for i := range 10 {
			if wrong := d.sends(uAna, shown.CallbackID, "V1", shown.PrivateMetadata, map[string]any{}); i == 0 && wrong[verdictOf(shown)] == "" {
				t.Errorf("without an answer: %v", wrong)
			}
			twice := d.says(uAna, shown, waf.Scan)
			before := verdictOf(shown)
			if shown = d.says(uAna, shown, waf.Scan); verdictOf(shown) == before {
				t.Error("Slack would choose in the next window what was chosen in this one")
			}
			if twice.PrivateMetadata != shown.PrivateMetadata {
				t.Error("a form that is sent twice shows something else")
			}
		}
		right := 0
		for _, id := range asked.Alerts {
			if n := number(id[1:]); n%3 == 1 && n != 1 {
				right++
			}
		}
		has(t, "the result", formText(shown), numeral(right)+" of 10", "indiscriminate scan (Toban)", "flood (Toban)")
		person := strings.Contains(formText(shown), "targeted attempt (a person)")
		if chosen := strings.Contains(first.PrivateMetadata, `"A1"`); person != chosen {
			t.Errorf("the person's correction counts: %v, shown: %v", person, chosen)
		}
		if r := d.submits(uAna, shown.CallbackID, "V1", shown.PrivateMetadata, nil); r != nil {
			t.Errorf("the result has nothing to send: %+v", r)
		}
	})
}

func TestTrainingWithLessThanTen(t *testing.T) {
	atOffice(t, func(d *office) {
		d.blocks(3)
		has(t, "guests may not", d.presses(uGuest, "waf.train", "x"), "Only full members")
		d.presses(uAna, "waf.train", "x")
		has(t, "by button, and they hear that there are few", d.shown.formText(), "1 of 3", "Only 3 past alerts")
		shown := d.says(uAna, *d.shown.form, waf.Unsure)
		var asked view.Training
		if err := json.Unmarshal([]byte(shown.PrivateMetadata), &asked); err != nil {
			t.Fatal(err)
		}
		delete(d.pages.by, "P"+asked.Alerts[2][1:]) // forgotten meanwhile
		if r := d.submits(uGuest, shown.CallbackID, "V1", shown.PrivateMetadata, map[string]any{asked.Input(): map[string]any{"selected_option": map[string]any{"value": "flood"}}}); len(r.Errors) != 1 {
			t.Errorf("a guest went on with somebody's training: %+v", r)
		}
		has(t, "what is gone is left out", formText(d.says(uAna, shown, waf.Flood)), "of 2")
		d.pages.down = errStoreDown
		has(t, "the store is down", d.types(uBo, cGeneral, "/waf train"), "読み込めません", "!disk")
		d.pages.down, d.shown.fail = nil, errStoreDown
		d.presses(uAna, "waf.train", "x")
		has(t, "no form", d.shown.private, "could not be opened", "/waf train")
	})
}
