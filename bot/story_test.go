package main

// Stories are conversations with the whole bot: the real serve, a real SQLite
// file, the embedded Slack and Datadog. Each file of fixtures/data/scenarios is
// one. Above its first "-- name --" stands what the story proves; then come,
// each under its own "-- name --",
//
//	toban.yaml   the team's config; the sample team's where it is left out
//	environment  lines NAME=value in place of the bot's own; empty: not set
//	story        what happens, one act or one expectation a line; # begins a
//	             remark where a blank follows it
//	any others   bodies that a line "webhook: NAME" posts; {{ms -30s}} in them
//	             is that instant in milliseconds
//
// A story begins on Tuesday 8 December 2026 at 10:30 in Tokyo, inside a bubble
// in which time passes by itself. In the sample team Ana has the pager of
// platform then, Bo the second one, and Mei that of checkout. A story that says
// "over sockets too" is played a second time over loopback, where its clock is
// that of the machine; it waits for nothing that takes long.
//
// What people do:
//
//	@ana types in #platform: /oncall who
//	@ana writes in DM: hello                  (or in #channel)
//	@mei presses Acknowledge in DM            (or in #channel, at Home; the newest
////	@mei presses Resolve in DM under: RDS      message that has it, or that reads so)
//	@mei chooses For 30 minutes from Snooze in DM
//	@ana fills the form: Rotation = platform | From = 2026-12-08 12:00
//	@ana closes the form
//	@ana opens Home
//	@bo leaves the company; @bo comes back to the company; @bo becomes a guest
//	@ana is called @anna now; @ana shows the name Anna B; somebody new is called @zoe
//	@kai joins #checkout from another company     (by Slack Connect)
//
// What they then see. An expectation waits until it is met, ten seconds at
// most; "…" stands for anything, blanks and line ends are the same, and the stars
// of bold type are left out. "not" and a number wait until all is quiet first.
// What somebody reads is in their own language and zone; channels are shown in
// Tokyo's.
//
//	#checkout shows: P2 Alert … @mei          a message that reads so
//	#checkout shows twice: P2 Alert           exactly two of them (also 3 times)
//	#checkout does not show: P2 Alert
//	@mei sees in DM: …   @mei sees twice in DM: …   @mei does not see in DM: …
//	@mei has no DM
//	@mei reads: …        what only she was shown since she last did something
//	@mei reads nothing
//	@mei sees the form: …       @mei's form complains: …
//	@mei sees at Home: …        @mei does not see at Home: …
//	#inc-1-x pins: …     #inc-1-x has the topic: …
//	@bo is in #inc-1-x   @bo is not in #inc-1-x   there is no #inc-2
//
// What the world does:
//
//	datadog: fire 24100101 service:checkout,env:prod Triggered   (- for no scope)
//	datadog: fire 24100101 service:checkout,env:prod Triggered 3 times
//	datadog: fire 24100102 service:web Triggered as a storm of 60
//	webhook: late.json
//	wait 5m
//	restart; kill; the bot stops; the bot starts
//	the config becomes later.yaml                       (from the next start on)
//	slack: chat.postMessage fails with 503 2 times      (in #checkout, to @mei)
//	slack: chat.postMessage says is_archived once
//	slack: chat.postMessage is limited for 20s once
//	slack: chat.postMessage takes 4s once
//	slack: loses the answer to chat.postMessage once
//	slack: finishes chat.postMessage after 12s once     (whether or not the bot waits)
//	slack: heals
//	slack: sends the next one twice
//	slack: cuts every socket; slack: cuts one socket; slack: asks for a new socket
//	slack: link fails with 503 always                   (its handshakes; also takes 4s)
//	slack: stops sending        (on the sockets that are open; our pings are answered)
//	slack: archives #checkout; slack: removes the bot from #checkout
//	slack: restores #checkout; slack: invites the bot to #checkout
//	slack: renames #checkout to #tills; slack: makes #checkout; slack: deletes #checkout
//	slack: makes #checkout private
//	readyz says: … slack channels: ok
//	slack was asked for users.list 51 times      (at most, in the whole story)
//	a company of 50000 people and 20000 channels (beside the team's, from the start)
//
// A kill breaks every connection at once before the bot is ended, so that it
// can neither hear nor say another word; kill -9 of a real process is another
// test. After each story nothing may have been posted twice, no call may have
// run into Slack's limits, and the bot must not have logged an error but those
// that a line "the log says: …" expects.

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"toban/fixtures"
)

// storyBegins is the instant at which stories begin.
var storyBegins = time.Date(2026, 12, 8, 1, 30, 0, 0, time.UTC)

func TestStories(t *testing.T) {
	for _, s := range scripts(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(storyBegins))
				s.play(t, newStoryPipes())
			})
		})
	}
}

func TestStoriesOverSockets(t *testing.T) {
	for _, s := range scripts(t) {
		if s.overSockets() {
			t.Run(s.name, func(t *testing.T) { s.play(t, newStorySockets(t)) })
		}
	}
}

// script is one scenario.
type script struct {
	name   string
	config []byte
	files  map[string]string
	lines  []scriptLine
}

// scriptLine is one act or expectation, and where it stands.
type scriptLine struct {
	at   string
	text string
}

func scripts(t *testing.T) []script {
	t.Helper()
	files, err := filepath.Glob("../fixtures/data/scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var all []script
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := readScript(filepath.Base(file), string(text))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

var scriptMark = regexp.MustCompile(`^-- (.+) --$`)

// readScript takes a txtar archive apart.
func readScript(file, text string) (script, error) {
	s := script{name: strings.TrimSuffix(file, ".txtar"), config: fixtures.Config(), files: map[string]string{}}
	part := ""
	for i, line := range strings.Split(text, "\n") {
		if m := scriptMark.FindStringSubmatch(line); m != nil {
			part = m[1]
			continue
		}
		said := strings.TrimSpace(line)
		switch {
		case part != "story":
			s.files[part] += line + "\n"
		case said != "" && said != "#" && !strings.HasPrefix(said, "# "):
			s.lines = append(s.lines, scriptLine{fmt.Sprintf("%s:%d", file, i+1), said})
		}
	}
	if config, ok := s.files["toban.yaml"]; ok {
		s.config = []byte(config)
	}
	if strings.TrimSpace(s.files[""]) == "" || len(s.lines) == 0 {
		return s, fmt.Errorf("%s: a scenario says what it proves, and has a story", file)
	}
	return s, nil
}

const overSockets = "over sockets too"

func (s script) overSockets() bool { return len(s.lines) > 0 && s.lines[0].text == overSockets }

var storyCompany = regexp.MustCompile(`^a company of (\d+) people and (\d+) channels$`)

// company is how many people and channels more there are than the sample team's.
func (s script) company() (people, channels int) {
	for _, line := range s.lines {
		if m := storyCompany.FindStringSubmatch(line.text); m != nil {
			people, _ = strconv.Atoi(m[1])
			channels, _ = strconv.Atoi(m[2])
		}
	}
	return people, channels
}

// play tells the story to its end, or to the first line that does not hold.
func (s script) play(t *testing.T, net storyNet) {
	w := newStoryWorld(t, s, net)
	defer w.close()
	w.start()
	for _, line := range s.lines {
		if err := w.step(line.text); err != nil {
			t.Errorf("%s: %s\n\t%v", line.at, line.text, err)
			return
		}
	}
	if w.complaint != nil {
		t.Errorf("%s: a form was not taken: %v", s.name, w.complaint)
	}
}
