package slackapp

import (
	"encoding/json"
	"testing"
	"time"

	"toban/bot/outbox"
)

func (d *office) homeText() string {
	d.t.Helper()
	if d.shown.home == nil {
		return ""
	}
	return everything("", d.shown.home.Blocks.BlockSet)
}

func TestHomeShowsWhatConcernsMe(t *testing.T) {
	atOffice(t, func(d *office) {
		d.fires()
		d.types(uAna, cGeneral, "/oncall swap @bo 11/26 11/27")
		opened := map[string]any{"type": "app_home_opened", "user": uAna, "channel": "D1", "tab": "home", "event_ts": "1.1"}
		if err := d.happens("Ev1", opened); err != nil {
			t.Fatal(err)
		}
		has(t, "Ana", d.homeText(), "You are on call now", "1 page is waiting for you", "page.acknowledge", "swap.withdraw", "<@U00000BO>", "support")
		d.happens("Ev2", map[string]any{"type": "app_home_opened", "user": uBo, "tab": "home", "event_ts": "1.2"})
		has(t, "Bo", d.homeText(), "現在、あなたは当番ではありません", "swap.accept", "!page.acknowledge")

		homes := d.shown.homes
		d.happens("Ev1", opened)
		d.happens("Ev9", opened) // Slack sometimes gives one event two ids
		if d.shown.homes != homes {
			t.Error("a repeated event was answered again")
		}
		d.happens("Ev3", map[string]any{"type": "app_home_opened", "user": uAna, "tab": "messages", "event_ts": "1.3"})
		if d.shown.homes != homes {
			t.Error("the messages tab needs no Home")
		}

		press := func(who string) {
			raw := map[string]any{
				"type": "block_actions", "user": map[string]any{"id": who}, "trigger_id": "T1", "view": map[string]any{"type": "home", "id": "V1"},
				"actions": []any{map[string]any{"action_id": "page.acknowledge", "block_id": "b", "type": "button", "value": "P1"}},
			}
			if _, err := d.Handle(d.t.Context(), envelope(t, "interactive", raw)); err != nil {
				t.Fatal(err)
			}
		}
		press(uAna)
		has(t, "a press on the Home tab redraws it", d.homeText(), "You are on it")
		press(uBo)
		has(t, "an explanation stands there too", d.homeText(), "<@U0000ANA> がすでに対応しています")

		d.lives.down = errStoreDown
		again := map[string]any{"type": "app_home_opened", "user": uCy, "tab": "home", "event_ts": "1.4"}
		if err := d.happens("Ev4", again); err == nil {
			t.Error("a failed event must come again")
		}
		d.lives.down = nil
		homes = d.shown.homes
		if err := d.happens("Ev4", again); err != nil || d.shown.homes != homes+1 {
			t.Error("Slack's retry was taken for a repeat")
		}
	})
}

func TestWordsToTheBotAreAnswered(t *testing.T) {
	atOffice(t, func(d *office) {
		d.happens("E1", map[string]any{"type": "message", "channel_type": "im", "user": uBo, "channel": "D1", "text": "hi", "event_ts": "2.1"})
		if d.shown.posts != 1 {
			t.Error("a direct message was met with silence")
		}
		d.happens("E2", map[string]any{"type": "message", "channel_type": "im", "bot_id": "B1", "user": "UBOT", "channel": "D1", "event_ts": "2.2"})
		d.happens("E3", map[string]any{"type": "message", "channel_type": "im", "subtype": "message_changed", "channel": "D1", "event_ts": "2.3"})
		d.happens("E4", map[string]any{"type": "message", "channel_type": "channel", "user": uBo, "channel": cGeneral, "event_ts": "2.4"})
		if d.shown.posts != 1 {
			t.Error("the bot talks to itself")
		}
		d.happens("E5", map[string]any{"type": "app_mention", "user": uBo, "channel": cGeneral, "event_ts": "2.5"})
		has(t, "a mention", d.shown.private, "こんにちは", "/oncall ヘルプ")
		if err := d.happens("E6", map[string]any{"type": "user_change", "user": map[string]any{"id": uBo}, "event_ts": "2.6"}); err != nil {
			t.Error(err)
		}
		if err := d.happens("E7", map[string]any{"type": "something_new", "channel": map[string]any{"id": "C1"}}); err != nil {
			t.Error(err)
		}
	})
}

func TestUnreadableEnvelopesAreLetGo(t *testing.T) {
	atOffice(t, func(d *office) {
		for _, e := range []Envelope{
			{Type: "slash_commands", Payload: json.RawMessage(`{"user_id": 7}`)},
			{Type: "interactive", Payload: json.RawMessage(`[]`)},
			{Type: "events_api", Payload: json.RawMessage(`"x"`)},
			{Type: "from_the_future"},
		} {
			if ack, err := d.Handle(d.t.Context(), e); ack != nil || err != nil {
				t.Errorf("%s: %v, %v", e.Type, ack, err)
			}
		}
	})
}

func TestRenderSpeaksTheReadersLanguage(t *testing.T) {
	atOffice(t, func(d *office) {
		d.fires()
		d.types(uAna, cGeneral, "/oncall swap @bo 11/26 11/27")
		d.types(uAna, cGeneral, "/oncall override platform @cy 11/30")
		d.types(uAna, cGeneral, "/incident declare sev2 Down")
		d.types(uAna, "C0INC1", "/incident update Better")
		swap, cover, in := d.lives.order[0], d.lives.overrides["platform"][0].ID, d.lives.declared[0]
		for _, tt := range []struct {
			kind        outbox.Kind
			subject, to string
			want        []string
		}{
			{outbox.Alert, "A1", cPlatform, []string{"P1 アラート", "<@U0000ANA> を呼び出しています", "次は <@U0000DEE>、<#C0PLATFORM> を", "page.escalate"}},
			{outbox.Page, "P1", uAna, []string{"P1 Alert", "You are being paged", "Toban pages <@U0000DEE>, <#C0PLATFORM> next"}},
			{outbox.Storm, "T1", cPlatform, []string{"アラートが 20 件"}},
			{outbox.Storm, "T1", uAna, []string{"20 alerts at once"}},
			{outbox.StormNames, "T1/1", cPlatform, []string{"181〜181"}},
			{outbox.Swap, swap, uBo, []string{"あなたが引き受ける", "swap.accept"}},
			{outbox.SwapAsker, swap, uAna, []string{"You asked <@U00000BO>", "swap.withdraw"}},
			{outbox.SwapChannel, swap, cPlatform, []string{"お願いしました", "!swap."}},
			{outbox.Override, cover, uCy, []string{"You are on call for *platform*"}},
			{outbox.Override, cover, cPlatform, []string{"<@U00000CY> が *platform* の当番です"}},
			{outbox.Incident, in.ID, "C0INC1", []string{"Sev 2 インシデント #1", "incident.resolve"}},
			{outbox.Digest, in.ID, cGeneral, []string{"<#C0INC1>", "!incident.resolve"}},
			{outbox.Update, in.ID + "/" + in.Updates[0].ID, "C0INC1", []string{"Better"}},
		} {
			r, ok, err := d.Render(d.t.Context(), outbox.Message{Kind: tt.kind, Subject: tt.subject, To: tt.to})
			if err != nil || !ok {
				t.Errorf("%s to %s: %v, %v", tt.kind, tt.to, ok, err)
			}
			has(t, string(tt.kind)+" to "+tt.to, everything(r.Text, r.Blocks), tt.want...)
		}
		for _, gone := range []outbox.Message{{Kind: outbox.WAFDetail, Subject: "A1/path"}, {Kind: outbox.WAFDetail, Subject: "A9/path"}, {Kind: outbox.Finding, Subject: "F9"}, {Kind: outbox.Nudge, Subject: "gone/x/y"}, {Kind: outbox.Alert, Subject: "A9"}, {Kind: outbox.Swap, Subject: "S9"}, {Kind: outbox.Digest, Subject: "I9"}, {Kind: outbox.Update, Subject: in.ID + "/U9"}, {Kind: outbox.StormNames, Subject: "T1"}, {Kind: outbox.Storm, Subject: "T9"}, {Kind: outbox.Override, Subject: "O9"}} {
			if _, ok, err := d.Render(d.t.Context(), gone); ok || err != nil {
				t.Errorf("%s %s is gone: %v, %v", gone.Kind, gone.Subject, ok, err)
			}
		}
		if _, ok, err := d.Render(d.t.Context(), outbox.Message{Kind: "new"}); ok || err == nil {
			t.Error("an unknown kind must be noticed")
		}
	})
}

func TestMornings(t *testing.T) {
	for _, tt := range []struct{ now, want time.Time }{
		{time.Date(2026, 11, 23, 3, 0, 0, 0, tokyo), time.Date(2026, 11, 23, 9, 0, 0, 0, tokyo)},
		{time.Date(2026, 11, 23, 9, 0, 0, 0, tokyo), time.Date(2026, 11, 24, 9, 0, 0, 0, tokyo)},
		{time.Date(2027, 3, 27, 22, 0, 0, 0, berlin), time.Date(2027, 3, 28, 9, 0, 0, 0, berlin)},
	} {
		if got := nextMorning(tt.now, tt.now.Location()); !got.Equal(tt.want) {
			t.Errorf("after %s: %s", tt.now, got)
		}
	}
}

func TestRenderWhatIsKnown(t *testing.T) {
	atOffice(t, func(d *office) {
		d.blocks(1)
		messages := []outbox.Message{
			{Kind: outbox.WAFDetail, Subject: "A1/path", To: cPlatform}, {Kind: outbox.Finding, Subject: "F1", To: cPlatform},
		}
		for _, kind := range []outbox.Kind{outbox.FindingsMore, outbox.Nudge, outbox.FindingsWeek, outbox.Protection} {
			messages = append(messages, outbox.Message{Kind: kind, Subject: string(kind) + "/payments/2026-11-23", To: cPlatform})
		}
		for _, m := range messages {
			r, ok, err := d.Render(d.t.Context(), m)
			if err != nil || !ok || r.Text == "" || len(r.Blocks) == 0 {
				t.Errorf("%s: %+v, %v, %v", m.Kind, r, ok, err)
			}
		}
		d.desk.down = errStoreDown
		for _, m := range messages[1:] {
			if _, ok, err := d.Render(d.t.Context(), m); ok || err == nil {
				t.Errorf("%s: a store that is down is no message that is gone", m.Kind)
			}
		}
	})
}
