package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"toban/fixtures/slack"
)

// TestKillBetweenSteps kills the bot after the first step of a page, keeps it
// away until the second is overdue, and kills it again once Slack has that and
// the bot does not know.
func TestKillBetweenSteps(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	bot := newLoadBot(t, w, sqliteURL(t))
	bot.start()
	one := newBurst(1, "load:hasty", bot)
	waitFor(t, one.background(t), "the alert is accepted")
	told := func(who string) func() bool { return func() bool { return len(w.DM(who)) > 0 } }
	w.until(t, 10*time.Second, "ken is paged", told("ken"))
	bot.kill()

	<-time.After(4 * time.Second) // down when the second step falls due
	if told("bo")() {
		t.Fatal("bo is paged by a bot that does not run")
	}
	w.Fail(slack.Fault{Method: "chat.postMessage", Channel: w.As("bo").ID, Times: 1, Cut: slack.CutAfter})
	bot.start()
	w.until(t, 10*time.Second, "bo is paged", told("bo"))
	bot.kill()
	bot.start()
	if err := w.As("bo").Press(w.DM("bo")[0], "page.acknowledge"); err != nil {
		t.Error(err)
	}
	w.until(t, 10*time.Second, "every copy says so", func() bool {
		return inHand(w.DM("ken")) && inHand(w.DM("bo")) && inHand(w.Messages("alerts"))
	})
	if ken, bo := len(w.DM("ken")), len(w.DM("bo")); ken != 1 || bo != 1 {
		t.Errorf("ken has %d messages and bo %d, want one each", ken, bo)
	}
	w.complain(t, 1)
}

// inHand reports whether the first message no longer asks for an answer.
func inHand(messages []slack.Message) bool {
	return len(messages) > 0 && !strings.Contains(fmt.Sprint(messages[0].Blocks), "page.acknowledge")
}

// TestKillWhileAnIncidentIsSetUp kills the bot when Slack has made the channel
// and the bot does not know.
func TestKillWhileAnIncidentIsSetUp(t *testing.T) {
	t.Parallel()
	w := startSlack(t, slack.Options{})
	bot := newLoadBot(t, w, sqliteURL(t))
	bot.start()
	w.Fail(slack.Fault{Method: "conversations.create", Times: 1, Cut: slack.CutAfter})
	if reply := w.As("hana").Command("alerts", "/incident declare sev2 Nobody can pay"); reply.Err != nil {
		t.Fatal(reply.Err)
	}
	rooms := func() (found []slack.ChannelState) {
		for _, c := range w.Channels() {
			if strings.HasPrefix(c.Name, "inc-") {
				found = append(found, c)
			}
		}
		return found
	}
	w.until(t, 10*time.Second, "the channel is there", func() bool { return len(rooms()) > 0 })
	bot.kill()
	bot.start()
	// The killed bot had the step in hand for 30 s.
	w.until(t, 40*time.Second, "the card is pinned", func() bool { return len(rooms()[0].Pins) > 0 })
	if found := rooms(); len(found) != 1 || found[0].Topic == "" || len(found[0].Pins) != 1 {
		t.Errorf("the incident's channels are %+v", found)
	}
	cards := w.posted(rooms()[0].Name, "incident")
	w.until(t, 10*time.Second, "the digest is there", func() bool { return len(w.posted("incidents", "digest")) > 0 })
	if digests := w.posted("incidents", "digest"); len(cards) != 1 || len(digests) != 1 {
		t.Errorf("%d cards and %d digests, want one of each", len(cards), len(digests))
	}
	w.tidy(t)
}
