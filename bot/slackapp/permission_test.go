package slackapp

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"toban/bot/slackapp/view"
	fake "toban/fixtures/slack"
	"toban/rotation"
)

func TestWhoMayDoWhat(t *testing.T) {
	for p := permission(0); p <= permissions; p++ {
		for s := Unknown; s <= Left; s++ {
			want := denied
			switch {
			case p == seeDuty:
				want = allowed
			case p == 0 || p == permissions:
			case s == Member:
				want = allowed
			case s == Unknown && (p == respond || p == beCalled):
				want = unverified
			}
			if got := decide(s, p); got != want {
				t.Errorf("standing %d, permission %d: %d, want %d", s, p, got, want)
			}
		}
	}
}

// TestEveryDeedNamesItsPermission walks the tables: what is registered without
// one would be denied to everybody, and here it is found before that.
func TestEveryDeedNamesItsPermission(t *testing.T) {
	named := func(what string, p permission) {
		if p <= 0 || p >= permissions {
			t.Errorf("%s names no permission", what)
		}
	}
	for _, c := range commands() {
		for _, s := range c.subs {
			named(c.name+" "+s.word, s.needs)
			if inside := slices.Contains([]string{"/scan", "/waf"}, c.name); inside && s.word != "help" && decide(Guest, s.needs) != denied {
				t.Errorf("guests may read %s %s", c.name, s.word)
			}
		}
	}
	for id, d := range deeds {
		named(id, d.needs)
		if decide(Guest, d.needs) != denied && id != view.WhenChoose { // the command behind it asks again
			t.Errorf("guests may press %s", id)
		}
	}
	for id, f := range forms {
		named(id, f.needs)
		if decide(Guest, f.needs) != denied {
			t.Errorf("guests may send %s", id)
		}
	}
}

// TestStandingIsReadFromTheProfile has the people whom a workspace meets.
func TestStandingIsReadFromTheProfile(t *testing.T) {
	const home, company = "T1", "E1"
	of := func(team string, change func(*slack.User)) slack.User {
		u := slack.User{ID: "U1", TeamID: team}
		if change != nil {
			change(&u)
		}
		return u
	}
	grid := func(teams ...string) func(*slack.User) {
		return func(u *slack.User) { u.Enterprise = slack.EnterpriseUser{EnterpriseID: company, Teams: teams} }
	}
	for _, tt := range []struct {
		why  string
		user slack.User
		home string
		want Standing
	}{
		{"one of us", of("T1", nil), home, Member},
		{"a guest", of("T1", func(u *slack.User) { u.IsRestricted = true }), home, Guest},
		{"a single-channel guest", of("T1", func(u *slack.User) { u.IsUltraRestricted = true }), home, Guest},
		{"of another company, in a channel we share", of("T2", nil), home, Foreign},
		{"of another company, in none", of("T1", func(u *slack.User) { u.IsStranger = true }), home, Foreign},
		{"of our organization, and of our workspace too", of("T2", grid("T2", "T1")), home, Member},
		{"of our organization, named by it", of("E1", grid("T1")), home, Member},
		{"of our organization, in another workspace", of("T2", grid("T2")), home, Foreign},
		{"of another organization", of("T2", func(u *slack.User) { u.Enterprise = slack.EnterpriseUser{EnterpriseID: "E2", Teams: []string{"T2"}} }), home, Foreign},
		{"the app belongs to the whole organization", of("T2", grid("T2")), company, Member},
		{"a guest of our organization", of("T2", func(u *slack.User) { grid("T1")(u); u.IsRestricted = true }), home, Guest},
		{"a bot", of("T1", func(u *slack.User) { u.IsBot = true }), home, Robot},
		{"a workflow", of("T1", func(u *slack.User) { u.IsWorkflowBot = true }), home, Robot},
		{"Slackbot", of("T1", func(u *slack.User) { u.ID = "USLACKBOT" }), home, Robot},
		{"deactivated", of("T1", func(u *slack.User) { u.Deleted = true }), home, Left},
		{"deactivated, of another company", of("T2", func(u *slack.User) { u.Deleted = true }), home, Left},
		{"a profile without a workspace", of("", nil), home, Unknown},
		{"we do not know where we are", of("T1", nil), "", Unknown},
	} {
		if got := standingOf(tt.user, tt.home); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.why, got, tt.want)
		}
	}
}

// profile is what Slack sends of somebody with an event.
func profile(t *testing.T, r *rig, name string) slack.User {
	t.Helper()
	u, err := r.api.client.GetUserInfoContext(t.Context(), string(r.person(name)))
	if err != nil {
		t.Fatal(err)
	}
	return *u
}

func TestProfilesStayFreshByThemselves(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := NewDirectory(r.api)
		go func() {
			_ = d.Run(t.Context(), func() []rotation.PersonID { return []rotation.PersonID{r.person("ana")} }, func(rotation.PersonID, Person, error) {})
		}()
		time.Sleep(3 * 24 * time.Hour)
		defer r.Fail(fake.Fault{Method: "users.info", Status: 503})()
		if p, err := d.Person(t.Context(), r.person("ana")); err != nil || p.Standing != Member {
			t.Errorf("who is on call is known without asking: %+v, %v", p, err)
		}
		if _, err := d.Person(t.Context(), r.person("gus")); err == nil {
			t.Error("nobody told who gus is")
		}
		time.Sleep(2 * 24 * time.Hour)
		if p, err := d.Person(t.Context(), r.person("ana")); err == nil {
			t.Errorf("a profile of two days ago is believed: %+v", p)
		}
	})
}

func TestAChangedProfileIsBelievedAtOnce(t *testing.T) {
	bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
		d := NewDirectory(r.api)
		_, _ = d.Person(t.Context(), r.person("ana"))
		r.Change("ana", func(u *fake.User) { u.IsRestricted = true })
		changed := profile(t, r, "ana")
		defer r.Fail(fake.Fault{Method: "users.info", Status: 503})()
		d.Learn(t.Context(), changed)
		if p, err := d.Person(t.Context(), r.person("ana")); err != nil || p.Standing != Guest {
			t.Errorf("she is a guest now: %+v, %v", p, err)
		}
	})
}

func TestSomebodyWhomSlackDoesNotShow(t *testing.T) {
	for _, word := range []string{"user_not_found", "user_not_visible"} {
		bubble(t, sampleTeam(), func(t *testing.T, r *rig) {
			defer r.Fail(fake.Fault{Method: "users.info", Error: word})()
			a := &App{People: NewDirectory(r.api)}
			if p, err := a.profile(t.Context(), "U0UNSEEN1"); err != nil || p.Standing != Foreign {
				t.Errorf("%s: %+v, %v", word, p, err)
			}
			if _, err := a.People.Person(t.Context(), "U0UNSEEN1"); !errors.Is(err, ErrNobody) || !strings.Contains(err.Error(), "U0UNSEEN1") {
				t.Errorf("%s: %v", word, err)
			}
		})
	}
}

// A name is shown where nothing marks it off: in menus, and in errors of forms.
func TestNamesHideNothing(t *testing.T) {
	u := slack.User{ID: "U1", TeamID: "T1", Name: "ana", Profile: slack.UserProfile{DisplayName: "\u200b\u3164", RealName: "Ana\u202e\u200b Sato"}}
	if got := personOf(u, "T1").Name; got != "Ana Sato" {
		t.Errorf("%q", got)
	}
}
