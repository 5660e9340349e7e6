package mask

import (
	"regexp"
	"strings"
)

// What stands behind a door in a path lets somebody in. Behind a wide door it
// may be a secret of letters alone, and there may be a part or two between;
// behind a narrow one, where names of things stand too, only a part with a digit
// is taken for one, and only the next.
var wideDoors = set(`reset resets recover recovery invite invites invitation invitations join verify verification
	confirm confirmation activate activation unsubscribe password passwords passcode magic magiclink link
	webhook webhooks otp mfa fa totp onetime share shared shares`)

// reach is how many parts behind a wide door are looked at.
const reach = 3

// narrowDoors are beside all names of secrets.
var narrowDoors = set("callback login signin sso sessions")

var (
	version    = regexp.MustCompile(`^v\d$`)
	longLetter = regexp.MustCompile(`[A-Za-z]{8,}`)
)

// plainWords are the long words that stand behind a door and open nothing.
var plainWords = regexp.MustCompile(`(?i)^(passwords?|passcode|passwordless|forgotten|complete|completed|confirm(ed|ation)|success(ful|fully)?|instructions?|challenge|register(ed)?|registration|verif(y|ied|ication)|activat(e|ed|ion)|invitations?|unsubscribed?|subscri(be|ption)s?|newsletters?|notifications?|preferences|settings|accept(ed|ance)|declined|rejected|request(ed|s)?|required|telephone|identity|documents?|certificates?|authenticat(e|ed|or|ion)|security|recovery|username|accounts?|customers?|organi[sz]ations?|workspaces?|teammates?|colleagues?|calendar|templates?|services|webhooks?|incoming|outgoing|callbacks?|messages?|payments?|checkout|shipments?|delivery|deliveries|inventory|mailchimp|sendgrid|salesforce|bitbucket|intercom|pagerduty|razorpay|telegram|whatsapp|facebook|linkedin|microsoft|cloudflare|atlassian)$`)

// hideBehindDoors masks the parts of a path that let somebody in.
func hideBehindDoors(s string) string {
	if !strings.Contains(s, "/") {
		return s
	}
	parts := strings.Split(s, "/")
	wide := 0 // parts that still stand behind a wide door
	for i := 1; i < len(parts); i++ {
		before, part := parts[i-1], parts[i][:segmentEnd(parts[i])]
		wide--
		ofPath := !strings.ContainsAny(before, " ()")
		switch {
		case !ofPath:
			wide = 0
		case wideDoor(before):
			wide = reach
		}
		digit := digitsIn(part) > 0 && !version.MatchString(part)
		if wide > 0 && (digit || opens(part)) || ofPath && digit && (narrowDoors[strings.ToLower(before)] || SecretName(before)) {
			parts[i] = Stars + parts[i][len(part):]
		}
	}
	return strings.Join(parts, "/")
}

// wideDoor judges by the last word of a part: password-reset, 2fa.
func wideDoor(part string) bool {
	return told(part, func(words []string, joined string) bool {
		return wideDoors[words[len(words)-1]] || wideDoors[joined]
	})
}

// segmentEnd is where the name that a part of a path begins with ends.
func segmentEnd(part string) int {
	for i := range len(part) {
		if c := part[i]; !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.~=-", c) >= 0) {
			return i
		}
	}
	return len(part)
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
