package main

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"toban/fixtures/slack"
)

// storyStep is one kind of line and what it does. The words of its pattern are
// handed on.
type storyStep struct {
	pattern *regexp.Regexp
	do      func(w *storyWorld, said []string) error
}

// storySteps are all kinds of lines. The first that fits counts.
var storySteps = func() (steps []storyStep) {
	for _, s := range []struct {
		pattern string
		do      func(*storyWorld, []string) error
	}{
		{overSockets, func(*storyWorld, []string) error { return nil }},
		{`a company of (\d+) people and (\d+) channels`, func(*storyWorld, []string) error { return nil }},
		// what people do
		{`@(\w+) types in (#\S+): (/.+)`, (*storyWorld).types},
		{`@(\w+) writes in (DM|#\S+): (.+)`, (*storyWorld).writes},
		{`@(\w+) presses (.+) (in DM|in #\S+|at Home)(?: under: (.+))?`, (*storyWorld).presses},
		{`@(\w+) chooses (.+) from (.+) (in DM|in #\S+|at Home)(?: under: (.+))?`, (*storyWorld).chooses},
		{`@(\w+) fills the form: (.+)`, (*storyWorld).fills},
		{`@(\w+) closes the form`, func(w *storyWorld, m []string) error { return w.As(m[0]).CloseAll() }},
		{`@(\w+) opens Home`, func(w *storyWorld, m []string) error { w.As(m[0]).OpenHome(); return nil }},
		{`@(\w+) leaves the company`, func(w *storyWorld, m []string) error { w.Deactivate(m[0]); return nil }},
		{`@(\w+) comes back to the company`, func(w *storyWorld, m []string) error { w.Reactivate(m[0]); return nil }},
		{`@(\w+) is called @(\w+) now`, func(w *storyWorld, m []string) error {
			w.Change(m[0], func(u *slack.User) { u.Name, u.RealName, u.DisplayName = m[1], m[1], "" })
			return nil
		}},
		{`somebody new is called @(\w+)`, func(w *storyWorld, m []string) error { w.AddUser(slack.User{Name: m[0], RealName: m[0]}); return nil }},
		{`@(\w+) shows the name (.+)`, func(w *storyWorld, m []string) error {
			w.Change(m[0], func(u *slack.User) { u.DisplayName = m[1] })
			return nil
		}},
		{`@(\w+) becomes a guest`, func(w *storyWorld, m []string) error { w.MakeGuest(m[0]); return nil }},
		{`@(\w+) joins (#\S+) from another company`, (*storyWorld).joinsFromElsewhere},
		// what they see
		{`(#\S+) shows(?: (once|twice|\d+ times))?: (.+)`, (*storyWorld).channelShows},
		{`(#\S+) does not show: (.+)`, (*storyWorld).channelLacks},
		{`@(\w+) sees(?: (once|twice|\d+ times))? in DM: (.+)`, (*storyWorld).dmShows},
		{`@(\w+) does not see in DM: (.+)`, (*storyWorld).dmLacks},
		{`@(\w+) has no DM`, (*storyWorld).hasNoDM},
		{`@(\w+) reads: (.+)`, (*storyWorld).readsAlone},
		{`@(\w+) reads nothing`, (*storyWorld).readsNothing},
		{`@(\w+) sees the form: (.+)`, (*storyWorld).seesForm},
		{storyComplains, (*storyWorld).formComplains},
		{`@(\w+) sees at Home: (.+)`, (*storyWorld).homeShows},
		{`@(\w+) does not see at Home: (.+)`, (*storyWorld).homeLacks},
		{`(#\S+) pins: (.+)`, (*storyWorld).pins},
		{`(#\S+) has the topic: (.+)`, (*storyWorld).hasTopic},
		{`@(\w+) is in (#\S+)`, (*storyWorld).isIn},
		{`@(\w+) is not in (#\S+)`, (*storyWorld).isNotIn},
		{`there is no (#\S+)`, (*storyWorld).noChannel},
		// what the world does
		{`datadog: fire (\d+) (\S+) (.+?)(?: as a storm of (\d+))?(?: (twice|\d+ times))?`, (*storyWorld).fires},
		{`webhook: (\S+)`, (*storyWorld).posts},
		{`findings: (\S+)`, (*storyWorld).finds},
		{`datadog: has the log (\S+) of (\S+)`, (*storyWorld).hasLog},
		{`datadog: gives up counting (once|twice|\d+ times)`, (*storyWorld).givesUp},
		{`datadog: takes (\S+) over logs (once|twice|\d+ times)`, (*storyWorld).thinks},
		{`datadog: was asked for logs (once|twice|\d+ times)`, (*storyWorld).logsWereAsked},
		{`wait (\S+)`, (*storyWorld).waits},
		{`restart`, func(w *storyWorld, _ []string) error { return w.again(w.stop()) }},
		{`kill`, func(w *storyWorld, _ []string) error { w.kill(); return w.again(nil) }},
		{`the bot stops`, func(w *storyWorld, _ []string) error { return w.stop() }},
		{`the bot starts`, func(w *storyWorld, _ []string) error { return w.again(nil) }},
		{`the config becomes (\S+)`, (*storyWorld).reconfigure},
		{`the log says: (.+)`, (*storyWorld).logs},
		{`slack: (\S+) fails with (\d+)` + storyFew, (*storyWorld).failsWith},
		{`slack: (\S+) says (\w+)` + storyFew, (*storyWorld).saysError},
		{`slack: (\S+) is limited for (\S+)` + storyFew, (*storyWorld).limits},
		{`slack: (\S+) takes (\S+)` + storyFew, (*storyWorld).takesLong},
		{`slack: finishes (\S+) after (\S+)` + storyFew, (*storyWorld).finishesLate},
		{`slack: loses the answer to (\S+)` + storyFew, (*storyWorld).losesAnswer},
		{`slack: heals`, func(w *storyWorld, _ []string) error { w.Heal(); return nil }},
		{`slack: sends the next one twice`, func(w *storyWorld, _ []string) error { w.RepeatEnvelopes(1); return nil }},
		{`slack: cuts every socket`, func(w *storyWorld, _ []string) error { w.CutSockets(); return nil }},
		{`slack: cuts one socket`, func(w *storyWorld, _ []string) error { w.CutSocket(); return nil }},
		{`slack: stops sending`, func(w *storyWorld, _ []string) error { w.MuteSockets(); return nil }},
		{`slack: asks for a new socket`, func(w *storyWorld, _ []string) error { w.Disconnect("refresh_requested"); return nil }},
		{`slack: archives (#\S+)`, func(w *storyWorld, m []string) error { w.ArchiveChannel(m[0]); return nil }},
		{`slack: restores (#\S+)`, func(w *storyWorld, m []string) error { w.UnarchiveChannel(m[0]); return nil }},
		{`slack: invites the bot to (#\S+)`, func(w *storyWorld, m []string) error { w.InviteBot(m[0]); return nil }},
		{`slack: renames (#\S+) to #(\S+)`, func(w *storyWorld, m []string) error { w.RenameChannel(m[0], m[1]); return nil }},
		{`slack: makes #([^\s#]+)`, func(w *storyWorld, m []string) error { w.CreateChannel(m[0]); return nil }},
		{`slack: deletes (#\S+)`, func(w *storyWorld, m []string) error { w.DeleteChannel(m[0]); return nil }},
		{`slack: makes (#\S+) private`, func(w *storyWorld, m []string) error { w.MakePrivate(m[0]); return nil }},
		{`slack was asked for (\S+) (once|twice|\d+ times)`, (*storyWorld).slackWasAsked},
		{`readyz says: (.+)`, (*storyWorld).readyzSays},
		{`slack: removes the bot from (#\S+)`, func(w *storyWorld, m []string) error { w.KickBot(m[0]); return nil }},
	} {
		steps = append(steps, storyStep{regexp.MustCompile(`^` + s.pattern + `$`), s.do})
	}
	return steps
}()

// storyFew says where and how often a fault strikes; "always" until it is healed.
const storyFew = `(?: in (#\S+)| to @(\w+))? (once|twice|\d+ times|always)`

// storyComplains is the only kind of line that may follow a form that was not
// taken.
const storyComplains = `@(\w+)'s form complains: (.+)`

// step does what one line says.
func (w *storyWorld) step(text string) error {
	for _, s := range storySteps {
		said := s.pattern.FindStringSubmatch(text)
		if said == nil {
			continue
		}
		if err := w.complaint; err != nil && s.pattern.String() != "^"+storyComplains+"$" {
			return fmt.Errorf("before it a form was not taken: %w", err)
		}
		return s.do(w, said[1:])
	}
	return fmt.Errorf("nobody knows what this line means; the comment in story_test.go lists what there is")
}

// again starts the bot after it ended with err.
func (w *storyWorld) again(err error) error {
	if err == nil {
		w.start()
	}
	return err
}

// times reads "twice" and the like; an empty word is one's own default.
func times(word string, otherwise int) int {
	switch word {
	case "":
		return otherwise
	case "once":
		return 1
	case "twice":
		return 2
	case "always":
		return 0
	}
	n, _ := strconv.Atoi(word[:len(word)-len(" times")])
	return n
}

func (w *storyWorld) reconfigure(said []string) error {
	text, ok := w.script.files[said[0]]
	if !ok {
		return fmt.Errorf("there is no file %s", said[0])
	}
	w.script.config = []byte(text)
	return nil
}

func (w *storyWorld) logs(said []string) error {
	w.expected = append(w.expected, said[0])
	return nil
}

func (w *storyWorld) waits(said []string) error {
	if !w.net.timed() {
		return fmt.Errorf("time does not pass by itself over sockets")
	}
	d, err := time.ParseDuration(said[0])
	time.Sleep(d)
	return err
}

// fault has Slack go wrong where and as often as the last three words say.
func (w *storyWorld) fault(f slack.Fault, said []string) error {
	f.Times = times(said[2], 0)
	if name := said[0] + said[1]; said[1] != "" {
		f.Channel = w.User(name).ID
	} else if name != "" {
		f.Channel = w.Channel(name).ID
	}
	w.Fail(f)
	return nil
}

func (w *storyWorld) failsWith(said []string) error {
	status, err := strconv.Atoi(said[1])
	if err != nil {
		return err
	}
	return w.fault(slack.Fault{Method: said[0], Status: status}, said[2:])
}

func (w *storyWorld) saysError(said []string) error {
	return w.fault(slack.Fault{Method: said[0], Error: said[1]}, said[2:])
}

func (w *storyWorld) limits(said []string) error {
	d, err := time.ParseDuration(said[1])
	if err != nil {
		return err
	}
	return w.fault(slack.Fault{Method: said[0], Status: 429, RetryAfter: d}, said[2:])
}

func (w *storyWorld) takesLong(said []string) error {
	d, err := time.ParseDuration(said[1])
	if err != nil {
		return err
	}
	return w.fault(slack.Fault{Method: said[0], Delay: d}, said[2:])
}

func (w *storyWorld) finishesLate(said []string) error {
	d, err := time.ParseDuration(said[1])
	if err != nil {
		return err
	}
	return w.fault(slack.Fault{Method: said[0], Late: d}, said[2:])
}

func (w *storyWorld) losesAnswer(said []string) error {
	return w.fault(slack.Fault{Method: said[0], Cut: slack.CutAfter}, said[1:])
}
