package config

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"toban/rotation"
)

// TestTheSampleTeam: the demo's configuration and its workspace fit together.
func TestTheSampleTeam(t *testing.T) {
	const folder = "../../fixtures/data/team/"
	data, err := os.ReadFile(folder + "team.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var team struct {
		Users []struct {
			ID, Name, Email, TZ, Locale string
			Restricted                  bool `yaml:"is_restricted"`
			Deleted                     bool
		}
		Channels []struct {
			ID, Name string
			Members  []string
		}
	}
	if err := yaml.Load(data, &team); err != nil {
		t.Fatal(err)
	}
	c, err := Load(folder+"toban.yaml", nothing)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	guests, gone := 0, 0
	for _, u := range team.Users {
		names[u.Name] = true
		if _, err := time.LoadLocation(u.TZ); err != nil || userID.FindString(u.ID) == "" || u.Locale == "" {
			t.Errorf("%s: zone %q, id %q, locale %q", u.Name, u.TZ, u.ID, u.Locale)
		}
		if u.Restricted {
			guests++
		}
		if u.Deleted {
			gone++
		}
	}
	if len(team.Users) != 8 || guests != 1 || gone != 1 {
		t.Errorf("%d people, %d guests, %d gone", len(team.Users), guests, gone)
	}
	for _, ch := range team.Channels {
		for _, m := range ch.Members {
			if !names[m] {
				t.Errorf("#%s has %q, who is nobody", ch.Name, m)
			}
		}
	}
	c, missing := c.Resolve(Lookup{
		Person: func(s string) (rotation.PersonID, bool) {
			for _, u := range team.Users {
				if (s == "@"+u.Name || s == u.Email) && !u.Restricted && !u.Deleted {
					return rotation.PersonID(u.ID), true
				}
			}
			return "", false
		},
		Channel: func(s string) (string, bool) {
			for _, ch := range team.Channels {
				if s == "#"+ch.Name {
					return ch.ID, true
				}
			}
			return "", false
		},
	})
	if len(missing) > 0 {
		t.Errorf("not in the workspace: %v", missing)
	}
	first, second := c.Rotations[0].Members, c.Rotations[1].Members
	for i := range first {
		if first[i] == second[i] || !slices.Contains(second, first[i]) {
			t.Errorf("turn %d: %s is first and %s second", i, first[i], second[i])
		}
	}
	for _, p := range c.Escalations {
		for _, s := range p.Steps {
			if s.Wait > 2*time.Minute {
				t.Errorf("%s waits %s, too long to watch", p.Name, s.Wait)
			}
		}
	}
	if !strings.HasPrefix(c.Channels.Alerts, "C") {
		t.Error("channels are not resolved")
	}
}
