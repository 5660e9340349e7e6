package slackapp

import (
	"strings"
	"testing"

	"toban/bot/msg"
)

// A question changes nothing, however it is answered, and so does not say it;
// a refused command does.
func TestQuestionsDoNotSayThatNothingChanged(t *testing.T) {
	wrong := []string{"bogus", "someday", "12/32", "platform 13/45", "11/26 3:00 11/27 bogus", "tonight", "来週", "12/3 25:00", "in 999 years", "@nobody", "Nothing"}
	for _, who := range []string{uAna, uBo, uGuest} { // who read English, Japanese and little
		for _, cmd := range commands() {
			for _, sub := range cmd.subs {
				if !sub.asks() {
					continue
				}
				atOffice(t, func(d *office) {
					for _, word := range wrong {
						answer := d.types(who, cGeneral, cmd.name+" "+sub.word+" "+word)
						for _, lang := range []string{msg.English, msg.Japanese} {
							if found := msg.For(lang).Plain(msg.Unchanged, nil); strings.Contains(answer, found) {
								t.Errorf("%s %s %s: %q says %q", cmd.name, sub.word, word, answer, found)
							}
						}
					}
				})
			}
		}
	}
	atOffice(t, func(d *office) {
		has(t, "an unreadable time in a question", d.types(uAna, cGeneral, "/oncall who someday"), "neither a rotation nor a time that I can read. Rotations: ")
		has(t, "in Japanese", d.types(uBo, cGeneral, "/oncall 誰 platform いつか"), "読み取れません。 `12/3`")
		has(t, "a refused swap", d.types(uAna, cGeneral, "/oncall swap @bo 11/26 someday"), "Nothing changed.")
		has(t, "a refused cover in Japanese", d.types(uBo, cGeneral, "/oncall 代わり platform @cy いつか"), "何も変わっていません。")
	})
}
