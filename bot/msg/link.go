package msg

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Link shows label as a link to address. A label that names another host than
// the one it leads to is not believed: the host is shown. What is no web
// address is not linked.
func Link(address, label string) Markup {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(address) > 2000 {
		return Markup(Escape(label))
	}
	safe := strings.NewReplacer("|", "%7C", "<", "%3C", ">", "%3E", "&", "&amp;").Replace(u.String())
	label = strings.NewReplacer("|", "¦", "\n", " ").Replace(honest(label, u))
	return Markup("<" + safe + "|" + Escape(label) + ">")
}

// Host is where a link leads, for those who read it; empty: nowhere.
func Host(address string) string {
	if u, err := url.Parse(strings.TrimSpace(address)); err == nil {
		return u.Hostname()
	}
	return ""
}

var (
	apart    = regexp.MustCompile(`[\s()\[\]{}<>"'“”「」、,;|]+`)
	likeHost = regexp.MustCompile(`^(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}$`)
	hasWeb   = regexp.MustCompile(`(?i)[a-z]+://|www\.`)
)

// honest is the label, with the link's host where it names another one. A whole
// address gives way to it; behind what may be a file's name it is added.
func honest(label string, to *url.URL) string {
	plain := norm.NFKC.String(clean(label))
	switch {
	case !namesAnother(plain, to):
		return label
	case hasWeb.MatchString(plain):
		return to.Hostname()
	}
	return label + " (" + to.Hostname() + ")"
}

func namesAnother(label string, to *url.URL) bool {
	for _, word := range apart.Split(label, -1) {
		if _, rest, ok := strings.Cut(word, "://"); ok {
			word = rest
		}
		if end := strings.IndexAny(word, "/?#\\"); end >= 0 {
			word = word[:end]
		}
		name, host, user := strings.Cut(word, "@")
		if !user {
			host = name
		} else if likeHost.MatchString(strings.Split(name, ":")[0]) {
			return true // a host in the place of a user
		}
		host, _, _ = strings.Cut(host, ":")
		host = strings.TrimRight(host, ".!?。")
		if likeHost.MatchString(host) && !strings.EqualFold(strings.TrimPrefix(host, "www."), strings.TrimPrefix(to.Hostname(), "www.")) {
			return true
		}
	}
	return false
}
