package slackapp

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/incident"
	fake "toban/fixtures/slack"
	"toban/rotation"
)

func (r *rig) person(name string) rotation.PersonID { return rotation.PersonID(r.As(name).ID) }

func TestAChannelIsMadeOnce(t *testing.T) {
	o := sampleTeam()
	for i := range 250 { // more than one page of channels
		o.Team.Channels = append(o.Team.Channels, fake.Channel{Name: fmt.Sprintf("old-%03d", i)})
	}
	bubble(t, o, func(t *testing.T, r *rig) {
		rooms := NewRooms(r.api)
		r.Fail(fake.Fault{Method: "conversations.create", Cut: fake.CutAfter, Times: 1})
		_, err := rooms.CreateChannel(t.Context(), "inc-1-checkout")
		if _, ok := errors.AsType[*incident.RoomError](err); err == nil || ok {
			t.Fatalf("a lost answer gave %v, want an error that a repeat may mend", err)
		}
		id, err := rooms.CreateChannel(t.Context(), "inc-1-checkout")
		if err != nil || id != r.Channel("inc-1-checkout").ID {
			t.Errorf("asked again: %q, %v", id, err)
		}
		if _, err := rooms.CreateChannel(t.Context(), "general"); !errors.Is(err, incident.ErrNameTaken) {
			t.Errorf("somebody else's channel: %v", err)
		}
		_, err = rooms.CreateChannel(t.Context(), "No Good!")
		if room, ok := errors.AsType[*incident.RoomError](err); !ok || room.Why != "invalid_name_specials" {
			t.Errorf("a name that Slack refuses: %v", err)
		}
	})
}

func TestWhoCannotBeInvitedIsNamedAndTheOthersAreIn(t *testing.T) {
	for _, named := range []bool{true, false} { // does Slack say because of whom?
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			rooms := NewRooms(r.api)
			id, err := rooms.CreateChannel(t.Context(), "inc-2")
			if err != nil {
				t.Fatal(err)
			}
			if !named {
				r.Fail(fake.Fault{Method: "conversations.invite", Error: "user_disabled", Times: 1})
			}
			bot := rotation.PersonID(r.BotUser())
			refused, err := rooms.Invite(t.Context(), id, []rotation.PersonID{r.person("ana"), r.person("old"), bot, "U0NOBODY", r.person("bo")})
			if err != nil {
				t.Fatal(err)
			}
			var who []rotation.PersonID
			for _, no := range refused {
				who = append(who, no.Who)
				if no.Why == "" {
					t.Errorf("no reason for %s", no.Who)
				}
			}
			if !slices.Equal(who, []rotation.PersonID{r.person("old"), "U0NOBODY"}) {
				t.Errorf("refused: %v", refused)
			}
			if in := r.Channel(id).Members; !slices.Contains(in, r.As("ana").ID) || !slices.Contains(in, r.As("bo").ID) {
				t.Errorf("in the channel: %v", in)
			}
			if refused, err := rooms.Invite(t.Context(), id, []rotation.PersonID{r.person("ana"), r.person("cy")}); err != nil || len(refused) > 0 {
				t.Errorf("somebody who is in already: %v, %v", refused, err)
			}
		})
	}
}

func TestTopicAndPinMayBeRepeated(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		rooms := NewRooms(r.api)
		at, ts, err := r.api.Post(t.Context(), "#alerts", "", Words{Text: "card"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := errors.Join(rooms.SetTopic(t.Context(), at, "sev1, ana"), rooms.Pin(t.Context(), at, ts)); err != nil {
				t.Error(err)
			}
		}
		c := r.Channel("alerts")
		if c.Topic != "sev1, ana" || !slices.Equal(c.Pins, []string{ts}) {
			t.Errorf("the channel is %+v", c)
		}
		r.ArchiveChannel("alerts")
		if _, ok := errors.AsType[*incident.RoomError](rooms.SetTopic(t.Context(), at, "again")); !ok {
			t.Error("an archived channel is not told as final")
		}
	})
}

func TestPeopleByTheNamesThatPeopleUse(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := NewDirectory(r.api)
		for word, want := range map[string]string{
			"@ana": "ana", "ana": "ana", "ANA": "ana", "@Ana Ito": "ana", "ana@acme.test": "ana",
			"<mailto:ana@acme.test|ana@acme.test>": "ana", "<@" + r.As("ana").ID + ">": "ana", "<@" + r.As("ana").ID + "|ana>": "ana",
			r.As("ana").ID: "ana", "@bo": "bo", "@old": "old",
		} {
			if id, err := d.Find(t.Context(), word); err != nil || id != r.person(want) {
				t.Errorf("%s is %s (%v), want %s", word, id, err, want)
			}
		}
		if _, err := d.Find(t.Context(), "@Bo Berg"); err == nil || err.Error() != fmt.Sprintf("@Bo Berg may be @bo (%s) or @bo2 (%s)", r.As("bo").ID, r.As("bo2").ID) {
			t.Errorf("two people of one name: %v", err)
		}
		for _, word := range []string{"@nobody", "nobody@acme.test", "<@U0NOBODY00>", "@"} {
			if _, err := d.Find(t.Context(), word); !errors.Is(err, ErrNobody) {
				t.Errorf("%s: %v", word, err)
			}
		}
		if n := r.Stats().Calls["users.list"]; n != 1 {
			t.Errorf("the list of people was fetched %d times", n)
		}
		for _, word := range []string{"#alerts", "alerts", r.Channel("alerts").ID, "<#" + r.Channel("alerts").ID + "|alerts>"} {
			if id, err := d.FindChannel(t.Context(), word); err != nil || id != r.Channel("alerts").ID {
				t.Errorf("%s is %s, %v", word, id, err)
			}
		}
		if _, err := d.FindChannel(t.Context(), "#nowhere"); !errors.Is(err, ErrNobody) {
			t.Errorf("no such channel: %v", err)
		}
	})
}

func TestProfilesAreRememberedForAWhile(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := NewDirectory(r.api)
		calls := func() int { return r.Stats().Calls["users.info"] }
		ana, err := d.Person(t.Context(), r.person("ana"))
		if err != nil || ana.Name != "Ana Ito" || ana.Lang() != "ja" || ana.Zone.String() != "Asia/Tokyo" || !ana.CanServe() {
			t.Errorf("ana is %+v, %v", ana, err)
		}
		for _, name := range []string{"gus", "old"} {
			if p, err := d.Person(t.Context(), r.person(name)); err != nil || p.CanServe() {
				t.Errorf("%s could be on call: %+v, %v", name, p, err)
			}
		}
		asked := calls()
		_, _ = d.Person(t.Context(), r.person("ana"))
		if calls() != asked {
			t.Error("asked Slack again at once")
		}
		r.Change("ana", func(u *fake.User) { u.DisplayName = "Ana" })
		d.Learn(t.Context(), profile(t, r, "ana"))
		if ana, _ = d.Person(t.Context(), r.person("ana")); ana.Name != "Ana" {
			t.Errorf("after her profile changed she is %s", ana.Name)
		}
		time.Sleep(2 * time.Hour)
		defer r.Fail(fake.Fault{Method: "users.info", Status: 503})()
		if ana, err = d.Person(t.Context(), r.person("ana")); err != nil || ana.Name != "Ana" {
			t.Errorf("while Slack is away: %+v, %v", ana, err)
		}
	})
}

func TestAProfileIsAskedForOnceByAll(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := NewDirectory(r.api)
		defer r.Fail(fake.Fault{Method: "users.info", Delay: time.Second})()
		done := make(chan error)
		for range 20 {
			go func() { _, err := d.Person(t.Context(), r.person("ana")); done <- err }()
		}
		for range 20 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := r.Stats().Calls["users.info"]; n != 1 {
			t.Errorf("Slack was asked %d times", n)
		}
	})
}

func TestNamesWithoutAZone(t *testing.T) {
	if p := personOf(slack.User{ID: "U1", Name: "ana"}, "T1"); p.Name != "ana" || p.Zone != nil || p.Lang() != "en" {
		t.Errorf("a bare profile is %+v", p)
	}
}
