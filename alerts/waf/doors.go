package waf

import (
	"regexp"
	"strings"
)

// What stands behind such a part of a path lets somebody in. Behind a door it may
// be a secret of letters alone; behind the others, where names of things stand
// too, only what has a digit is taken for one.
var (
	doors     = regexp.MustCompile(`(?i)(reset|invit(e|ation)s?|verify|verification|confirm|activate|unsubscribe|passwords?|magic(-?link)?|webhooks?)$`)
	halfDoors = regexp.MustCompile(`(?i)(tokens?|sessions?|callback)$`)
)

// doorWords are those without one of which there is no door.
var doorWords = []string{"reset/", "invit", "verif", "confirm/", "activate/", "unsubscribe/", "password", "magic", "link/", "webhook", "token", "session", "callback/"}

var (
	segment    = regexp.MustCompile(`^[\w.~=-]+`)
	version    = regexp.MustCompile(`^v\d$`)
	longLetter = regexp.MustCompile(`[A-Za-z]{8,}`)
)

// plainWords are the long words that stand behind a door and open nothing.
var plainWords = regexp.MustCompile(`(?i)^(passwords?|passcode|passwordless|forgotten|complete|completed|confirm(ed|ation)|success(ful|fully)?|instructions?|challenge|register(ed)?|registration|verif(y|ied|ication)|activat(e|ed|ion)|invitations?|unsubscribed?|subscri(be|ption)s?|newsletters?|notifications?|preferences|settings|accept(ed|ance)|declined|rejected|request(ed|s)?|required|telephone|identity|documents?|certificates?|authenticat(e|ed|or|ion)|security|recovery|username|accounts?|customers?|organi[sz]ations?|workspaces?|teammates?|colleagues?|calendar|templates?|services|webhooks?|incoming|outgoing|callbacks?|messages?|payments?|checkout|shipments?|delivery|deliveries|inventory|mailchimp|sendgrid|salesforce|bitbucket|intercom|pagerduty|razorpay|telegram|whatsapp|facebook|linkedin|microsoft|cloudflare|atlassian)$`)

// hideBehindDoors masks the parts of a path that let somebody in.
func hideBehindDoors(s string) string {
	parts := strings.Split(s, "/")
	for i := 1; i < len(parts); i++ {
		before, part := parts[i-1], segment.FindString(parts[i])
		door := doors.MatchString(before)
		if door && opens(part) || (door || halfDoors.MatchString(before)) && digitsIn(part) > 0 && !version.MatchString(part) {
			parts[i] = masked + parts[i][len(part):]
		}
	}
	return strings.Join(parts, "/")
}

// opens reports that a part of a path has letters in a row that are no word.
func opens(part string) bool {
	for _, letters := range longLetter.FindAllString(part, -1) {
		if !plainWords.MatchString(letters) {
			return true
		}
	}
	return false
}
