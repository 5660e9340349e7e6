package mask

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shape is a secret that is known by its form wherever it stands. To look for one
// costs microseconds, for the words without which there is none, nanoseconds.
type shape struct {
	words []string // in small letters; one of them is there
	form  *regexp.Regexp
	to    string
}

var shapes = []shape{
	{[]string{"eyj"}, regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){0,4}`), Stars}, // JWT
	{[]string{"://"}, regexp.MustCompile(`(?i)(://)[^/\s:@]*:[^/\s@]+@`), "${1}" + Stars + "@"},
	{[]string{"://"}, regexp.MustCompile(`(?i)(://)[^/\s:@.]{16,}@`), "${1}" + Stars + "@"},
	{[]string{"@", "%40"}, regexp.MustCompile(`(?i)[._+-]*[a-z0-9][a-z0-9._+-]*(@|%40)[a-z0-9-]+(\.[a-z0-9-]+)+`), Stars}, // e-mail address
	{[]string{"akia", "asia", "aroa", "aida"}, regexp.MustCompile(`\b(AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}`), Stars},
	{ // keys whose makers gave them a beginning of their own
		[]string{"xox", "xapp", "gh", "github_pat", "gl", "npm", "sk", "pk", "rk", "whsec", "do", "shp", "pypi", "hf_", "dckr", "lin_", "figd", "ntn_", "atl", "att", "sntr", "dapi", "nr", "pmak", "tfp_", "gocspx", "sq0", "xkeysib", "key-", "age-secret", "rubygems", "cfpat", "pscale", "doppler", "dp.", "fly", "vercel", "netlify", "tk_", "r8_", "sbp_", "tskey-", "pat-"},
		regexp.MustCompile(`\b(xox[a-z]|xapp|gh[pousr]|github_pat|gl[a-z]{2,6}|npm|sk|pk|rk|whsec|do[opr]_v1|shp[a-z]{2}|pypi|hf|dckr_pat|lin_api|figd|ntn|atlasv1|ATATT3|ATCTT3|sntry[su]|dapi|NRAK|nr[a-z]{2}|PMAK|tfp|GOCSPX|sq0[a-z]{3}|xkeysib|key|AGE-SECRET-KEY|rubygems|CFPAT|pscale_(?:tkn|pw|oauth)|dp\.[a-z]{2}|fm2|tk|r8|sbp|tskey-(?:auth|api|client)|pat-[a-z]{2}\d?)[-_.]?[-_.0-9][A-Za-z0-9_-]{8,}`), Stars,
	},
	{[]string{"sg.", "hv", "ya29.", "1//0", "aiza", "atlasv1."}, regexp.MustCompile(`\b(SG|hv[sbr]|ya29|[A-Za-z0-9]+\.atlasv1)\.[\w.-]{6,}|\b1//0[\w-]{10,}|\bAIza[\w-]{20,}`), Stars},
	{[]string{"bearer", "basic", "digest"}, regexp.MustCompile(`(?i)\b(bearer|basic|digest)(\s|%20|\+)+[a-z0-9._~+/=-]{6,}`), Stars},
	{[]string{"private"}, regexp.MustCompile(`(?is)-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(-----END[A-Z0-9 ]*-----|$)`), Stars},
	{[]string{"-u", "user"}, regexp.MustCompile(`((?:^|[\s"'])(?:-u|-U|--(?:proxy-)?user)[\s=]*["']?[^\s:"']+:)[^\s"']+`), "${1}" + Stars}, // curl
	{[]string{"mysql", "mariadb", "sshpass", "redis-cli", "mongo"}, regexp.MustCompile(`(?i)((?:mysql|mariadb|sshpass|redis-cli|mongo)\S*\s(?:[^|;&]*\s)?(?:-p|-a)\s?)[^\s-][^\s]*`), "${1}" + Stars},
	{[]string{"identified"}, regexp.MustCompile(`(?i)(\bidentified\s+(?:with\s+\S+\s+)?by\s+)('[^']*'?|"[^"]*"?|\S+)`), "${1}" + Stars}, // SQL
	{[]string{"services/t"}, regexp.MustCompile(`(/services/)T[A-Z0-9]+/B[A-Z0-9]+/[\w.~=-]+`), "${1}" + Stars},                         // where Slack takes messages
	{[]string{"/api/webhooks/"}, regexp.MustCompile(`(/api/webhooks/)\d+/[\w-]+`), "${1}" + Stars},                                      // where Discord does
	{[]string{"bot"}, regexp.MustCompile(`\b(bot)?\d{8,10}:[A-Za-z0-9_-]{30,}`), Stars},                                                 // Telegram
	{[]string{"sharedaccess", "accountkey"}, regexp.MustCompile(`(?i)((?:sharedaccess\w*|accountkey)=)[^;\s&]+`), "${1}" + Stars},       // Azure
}

var (
	cardLike  = regexp.MustCompile(`\b\d(?:[ ./_+-]?\d){12,18}\b`)
	phoneLike = regexp.MustCompile(`(?:\+81[ -]?|\b0)\d{1,4}[ -]?\d{1,4}[ -]?\d{3,4}\b`)
	longToken = regexp.MustCompile(`[A-Za-z0-9_+-]{32,}={0,2}`)
	awsSecret = regexp.MustCompile(`\b[A-Za-z0-9/+]{40}\b`)
	coded     = regexp.MustCompile(`[A-Za-z0-9+/_-]{12,}={0,2}`)
	userPass  = regexp.MustCompile(`^[\w.@+-]+:[!-~]+$`)
)

// shapeWords are the words of all shapes.
var shapeWords = func() *[256][]string {
	var all []string
	for _, one := range shapes {
		all = append(all, one.words...)
	}
	return byFirst(strings.Join(all, "\n"))
}()

func hideShapes(s, lower string) string {
	for _, one := range shapes {
		if slices.ContainsFunc(one.words, func(word string) bool { return strings.Contains(lower, word) }) {
			s = one.form.ReplaceAllString(s, one.to)
		}
	}
	return s
}

// hide puts stars where secrets are, in s as it stands.
func hide(s string) string {
	lower := strings.ToLower(s)
	if containsAny(lower, shapeWords) {
		s = hideShapes(s, lower)
	}
	s = hideBehindDoors(hidePairs(hideFields(s)))
	digits, run := shapeOf(s)
	if digits >= 10 {
		s = replace(cardLike, s, isCard)
		s = replace(phoneLike, s, func(t string) bool { return digitsIn(t) >= 10 })
	}
	if run >= 32 {
		s = replace(longToken, s, func(t string) bool { return digitsIn(t) > 0 })
	}
	if len(s) >= 40 && digits > 0 {
		s = replace(awsSecret, s, func(t string) bool {
			return digitsIn(t) > 0 && strings.ToLower(t) != t && strings.ToUpper(t) != t
		})
	}
	if run >= 12 {
		s = replace(coded, s, holdsSecret)
	}
	return strings.ReplaceAll(s, Stars+Stars, Stars)
}

// isCard believes long runs of digits; with signs that other numbers have too
// between them only where the check digit is right.
func isCard(t string) bool {
	if !strings.ContainsAny(t, "./_") {
		return true
	}
	sum, double := 0, false
	for i := len(t) - 1; i >= 0; i-- {
		if t[i] < '0' || t[i] > '9' {
			continue
		}
		d := int(t[i] - '0')
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum, double = sum+d, !double
	}
	return sum%10 == 0
}

// holdsSecret reports that a text is base64 of something to hide: the inside of
// Basic, or a pair.
func holdsSecret(t string) bool {
	t = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(t, "="))
	raw, err := base64.RawStdEncoding.DecodeString(t)
	if err != nil || !readable(raw) {
		return false
	}
	text := string(raw)
	return userPass.MatchString(text) || hideInLayers(text) != text
}

func readable(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError || !unicode.IsPrint(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && r != 0 {
			return false
		}
		b = b[n:]
	}
	return true
}

func replace(form *regexp.Regexp, s string, secret func(string) bool) string {
	return form.ReplaceAllStringFunc(s, func(t string) string {
		if secret(t) {
			return Stars
		}
		return t
	})
}

func digitsIn(s string) (n int) {
	n, _ = shapeOf(s)
	return n
}

// shapeOf counts digits, and the longest run of what keys are made of.
func shapeOf(s string) (digits, longest int) {
	run := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
			run++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '-', c == '+', c == '/' && run > 0:
			run++
		default:
			run = 0
		}
		longest = max(longest, run)
	}
	return digits, longest
}
