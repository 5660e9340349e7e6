package enrich

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"toban/alerts"
	"toban/alerts/waf"
)

// Settings say what is looked up. Without [Looker.Logs] only what the bot
// itself has saved is.
type Settings struct {
	Query   string        // finds the WAF's logs, whatever was done with the request
	Indexes []string      // of logs; empty: all
	Match   alerts.Match  // tags of the alerts that are about blocked requests
	Wait    time.Duration // how long the first sight of such an alert may wait
	// Facets are Datadog's names of what is counted.
	Facets  map[waf.Facet]string
	Action  string // Datadog's name of what the WAF did with a request
	Deploys string // search for events of deploys; empty: not asked
	PerHour int    // log queries
}

// asksDeploys and asksBeside report whether Datadog is asked about an alert's
// deploys, and about what the WAF stopped on its host meanwhile.
func (s Settings) asksDeploys(a alerts.Alert) bool { return s.Deploys != "" && tag(a, "service") != "" }

func (s Settings) asksBeside(a alerts.Alert) bool {
	return host(a) != "" && s.Query != "" && s.Facets[waf.ByHost] != ""
}

// isWAF reports whether an alert is about blocked requests: by its tags, or
// because its monitor looks at the WAF's logs.
func (s Settings) isWAF(a alerts.Alert) bool {
	if s.Query != "" && strings.Contains(a.Query, s.Query) {
		return true
	}
	return len(s.Match) > 0 && s.Match.Fits(slices.Concat(a.Tags, group(a.Scope)))
}

// query finds the WAF's logs of an alert. A log monitor's group is named by
// what it groups logs by, so it is a search already; of a metric's group only
// the web ACL and the rule mean something in logs.
//
// A group may be named by what a client sent, such as its agent: nothing of it
// gets to be more of the search than one value.
func (s Settings) query(a alerts.Alert) (query, host string) {
	terms := []string{whole(s.Query)}
	for _, tag := range group(a.Scope) {
		name, value, _ := strings.Cut(tag, ":")
		if value == "" || name == "monitor" || s.Match[name].Fits(value) {
			continue
		}
		switch {
		case a.Type == "log_alert":
			terms = append(terms, name+":"+quoted(value))
		case name == "webacl" || name == "web_acl":
			terms = append(terms, "@webaclId:*"+unsaid.ReplaceAllString(value, "?")+"*")
		case name == "rule":
			terms = append(terms, s.Facets[waf.ByRule]+":"+quoted(value))
		default:
			continue
		}
		if name == "host" || strings.HasSuffix(name, ".host") || strings.HasPrefix(name, "web") {
			host = value
		}
	}
	return strings.Join(terms, " "), host
}

// group splits a scope into its tags. What is not one belongs to the value
// before it: agents and paths have commas of their own.
func group(scope string) (tags []string) {
	for piece := range strings.SplitSeq(scope, ",") {
		tag := strings.TrimSpace(piece)
		name, _, ok := strings.Cut(tag, ":")
		switch {
		case ok && attribute.MatchString(name):
			tags = append(tags, tag)
		case len(tags) > 0:
			tags[len(tags)-1] += "," + piece
		}
	}
	return tags
}

var (
	attribute = regexp.MustCompile(`^@?\pL[\pL\pN_./-]*$`)         // a name that can be searched for
	literal   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`) // a value that needs no quotes
	unsaid    = regexp.MustCompile(`[^A-Za-z0-9._-]`)              // "?" stands for it
)

// whole is a configured search as one term, so that what is added narrows all
// of it.
func whole(search string) string {
	if strings.Contains(search, " OR ") {
		return "(" + search + ")"
	}
	return search
}

func (s Settings) stopped(query string) string { return query + " -" + s.Action + ":ALLOW" }
func (s Settings) passed(query string) string  { return query + " " + s.Action + ":ALLOW" }

// quoted writes a value as Datadog's search takes it literally.
func quoted(value string) string {
	if literal.MatchString(value) && !slices.Contains([]string{"AND", "OR", "NOT"}, value) {
		return value
	}
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, value)
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// stretch is the time that an alert is about: what its monitor looked
// at, or the five minutes before it began.
func stretch(a alerts.Alert) (from, until time.Time) {
	if !a.From.IsZero() && a.From.Before(a.Until) && a.Until.Sub(a.From) <= 24*time.Hour {
		return a.From, a.Until
	}
	return a.OpenedAt.Add(-5 * time.Minute), a.OpenedAt
}

// host is the name by which a WAF could know the thing that an alert is about;
// empty for a machine inside.
func host(a alerts.Alert) string {
	for _, name := range []string{"http.host", "http.url_details.host", "url.host", "domain", "host"} {
		value := tag(a, name)
		if strings.Count(value, ".") > 0 && !strings.HasPrefix(value, "ip-") && !strings.HasSuffix(value, ".internal") &&
			!strings.HasSuffix(value, ".local") && strings.ContainsFunc(value, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
			return value
		}
	}
	return ""
}

// tag is the value of an alert's tag, by its scope first: that names the one
// group, the tags all of the monitor.
func tag(a alerts.Alert, name string) string {
	if value := alerts.Tag(group(a.Scope), name); value != "" {
		return value
	}
	return alerts.Tag(a.Tags, name)
}
