package findings

import (
	"path"
	"slices"
	"strings"
	"time"

	"toban/alerts/scan"
)

// owner returns the first team that a finding is the work of, and why.
func (d *Desk) owner(f scan.Finding) (Team, string) {
	tags := map[string][]string{}
	var buckets []string
	for _, r := range f.Resources {
		for name, value := range r.Tags {
			name = strings.ToLower(name)
			tags[name] = append(tags[name], value)
		}
		if name, ok := bucketOf(r); ok {
			buckets = append(buckets, name)
		}
	}
	return d.ownerOf(tags, buckets, f.Account)
}

func (d *Desk) ownerOf(tags map[string][]string, buckets []string, account string) (Team, string) {
	for _, t := range d.Settings.Teams {
		for name, wanted := range t.Tags {
			for _, value := range tags[strings.ToLower(name)] {
				if slices.ContainsFunc(wanted, func(w string) bool { return Fits(w, value) }) {
					return t, name + ":" + value
				}
			}
		}
		for _, b := range buckets {
			if slices.ContainsFunc(t.Buckets, func(w string) bool { return Fits(w, b) }) {
				return t, "bucket " + b
			}
		}
		if account != "" && slices.Contains(t.Accounts, account) {
			return t, "account " + account
		}
	}
	return d.team(""), ""
}

// ByTag returns the first team that owns one of the tags; tag gives the value of
// each by its name.
func ByTag(teams []Team, tag func(name string) string) (t Team, owned bool) {
	for _, t := range teams {
		for name, wanted := range t.Tags {
			if value := tag(name); value != "" && slices.ContainsFunc(wanted, func(w string) bool { return Fits(w, value) }) {
				return t, true
			}
		}
	}
	return Team{}, false
}

// team returns a team by its name; the default for one that is no longer there.
func (d *Desk) team(name string) Team {
	for _, t := range d.Settings.Teams {
		if t.Name == name {
			if t.Zone == nil {
				t.Zone = d.Settings.Zone
			}
			return t
		}
	}
	return Team{Channel: d.Settings.Default, Zone: d.Settings.Zone}
}

func (t Team) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// Fits compares a name with one that may end in *. People write "Team: Payments"
// as they like, and Datadog makes it all small.
func Fits(wanted, name string) bool {
	wanted, name = strings.ToLower(wanted), strings.ToLower(name)
	ok, err := path.Match(wanted, name)
	return wanted == name || err == nil && ok
}

func bucketOf(r scan.Resource) (string, bool) {
	name, ok := strings.CutPrefix(r.ID, "arn:aws:s3:::")
	if !ok {
		_, name, ok = strings.Cut(r.ID, ":s3:::") // other partitions
	}
	name, _, _ = strings.Cut(name, "/")
	return name, ok && name != ""
}
