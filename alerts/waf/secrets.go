package waf

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// secretName finds the names whose values are nobody's business. It is wide on
// purpose: a masked search word costs less than a posted token.
var secretName = regexp.MustCompile(`(?i)(pass|pwd|secret|token|api[-_.]?key|apikey|access[-_.]?key|^key$|[-_.]key$|auth|sess|^sid$|[-_.]sid$|^state$|ticket|jwt|sig$|signature|credential|cookie|bearer|otp|^code$|[-_.]code$|captcha|csrf|xsrf|nonce|e?mail|phone|^tel$|card|cvv|cvc|ssn|iban|my_?number|kennwort|senha|contrase|^mdp$|(?:^|[^a-z])(?:pw|ps[wd]|pin|mfa|verify|verification|invite|recovery|answer|hash|licen[cs]e)(?:[^a-z]|$)|wachtwoord|has[łl]o|密[码碼]|비밀번호|パスワード|暗証|認証|トークン|秘密|メール|電話|カード|マイナンバー)`)

// shape is a secret that is known by its form wherever it stands. To look for one
// costs microseconds, for the words without which there is none, nanoseconds.
type shape struct {
	words []string // in small letters; one of them is there
	form  *regexp.Regexp
	to    string
}

// nameThen is what is written before a secret in free text.
const nameThen = `(?i)((?:[\w.-]*(?:pass(?:word|wd|wort|phrase|code)?|pwd|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|secret[-_.]?key|sess(?:ion)?(?:[-_.]?id)?|credentials?)|wachtwoord|hasło|密[码碼]|비밀번호|\bsid|\bpw|\bpin|\bmfa|\botp|\bjwt|パスワード|暗証番号)\]?["']?\s*(?:=|:|：|＝|%3d|%3a|\bis\s|は)\s*)`

var names = []string{"pass", "pwd", "secret", "token", "key", "sess", "credential", "sid", "pw", "pin", "mfa", "otp", "jwt", "wachtwoord", "hasło", "密码", "密碼", "비밀번호", "パスワード", "暗証番号"}

var shapes = []shape{
	{[]string{"cookie", "authorization", "x-"}, regexp.MustCompile(`(?i)((?:cookie|authorization|x-[\w-]*(?:key|token|secret|auth)[\w-]*)\s*[:=]\s*)[^\r\n]+`), "${1}" + masked},
	{[]string{"eyj"}, regexp.MustCompile(`eyJ[A-Za-z0-9_-]{5,}(\.[A-Za-z0-9_-]*){0,4}`), masked}, // JWT
	{[]string{"://"}, regexp.MustCompile(`(?i)(://)[^/\s:@]*:[^/\s@]+@`), "${1}" + masked + "@"},
	{[]string{"@", "%40"}, regexp.MustCompile(`(?i)[._+-]*[a-z0-9][a-z0-9._+-]*(@|%40)[a-z0-9-]+(\.[a-z0-9-]+)+`), masked}, // e-mail address
	{[]string{"akia", "asia"}, regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,}`), masked},
	{[]string{"xox", "xapp", "gh", "glpat", "npm", "sk", "pk", "rk"}, regexp.MustCompile(`\b(xox[a-z]|xapp|gh[pousr]|github_pat|glpat|npm|sk|pk|rk)[-_][A-Za-z0-9_-]{8,}`), masked}, // keys that say so
	{[]string{"sg.", "hv"}, regexp.MustCompile(`\b(SG|hv[sb])\.[\w.-]{6,}`), masked},
	{[]string{"bearer", "basic", "digest"}, regexp.MustCompile(`(?i)\b(bearer|basic|digest)(\s|%20|\+)+[a-z0-9._~+/=-]{6,}`), masked},
	{[]string{"private key"}, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY.*`), masked},
	{names, regexp.MustCompile(nameThen + `"[^"]*"?`), `${1}"` + masked + `"`},
	{names, regexp.MustCompile(nameThen + `'[^']*'?`), `${1}'` + masked + `'`},
	{names, regexp.MustCompile(nameThen + `[^\s"'&;,<>]+`), "${1}" + masked},
	{[]string{"<"}, regexp.MustCompile(`(?i)(<[\w:]*(?:passw|pwd|secret|token|api_?key)[^>]*>)[^<]+`), "${1}" + masked},
	{[]string{"services/t"}, regexp.MustCompile(`(/services/)T[A-Z0-9]+/B[A-Z0-9]+/[\w.~=-]+`), "${1}" + masked}, // where Slack takes messages
}

var (
	cardLike  = regexp.MustCompile(`\b\d(?:[ +-]?\d){12,18}\b`)
	phoneLike = regexp.MustCompile(`(?:\+81[ -]?|\b0)\d{1,4}[ -]?\d{1,4}[ -]?\d{3,4}\b`)
	longToken = regexp.MustCompile(`[A-Za-z0-9_+-]{32,}={0,2}`)
	awsSecret = regexp.MustCompile(`\b[A-Za-z0-9/+]{40}\b`)
	coded     = regexp.MustCompile(`[A-Za-z0-9+/]{12,}={0,2}`)
	userPass  = regexp.MustCompile(`^[\w.@+-]+:[!-~]+$`)
)

// hide puts stars where secrets are.
func hide(s string) string {
	lower := strings.ToLower(s)
	for _, one := range shapes {
		if slices.ContainsFunc(one.words, func(word string) bool { return strings.Contains(lower, word) }) {
			s = one.form.ReplaceAllString(s, one.to)
		}
	}
	if slices.ContainsFunc(doorWords, func(word string) bool { return strings.Contains(lower, word) }) {
		s = hideBehindDoors(s)
	}
	digits, run := shapeOf(s)
	if digits >= 10 {
		s = cardLike.ReplaceAllString(s, masked)
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
		s = replace(coded, s, func(t string) bool { // the inside of Basic
			text, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(t, "="))
			return err == nil && userPass.Match(text)
		})
	}
	return strings.ReplaceAll(s, masked+masked, masked)
}

func replace(form *regexp.Regexp, s string, secret func(string) bool) string {
	return form.ReplaceAllStringFunc(s, func(t string) string {
		if secret(t) {
			return masked
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
