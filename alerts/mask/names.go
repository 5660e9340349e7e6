package mask

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The one list of names whose values are hidden, however the pair is written:
// in queries, JSON, forms, multipart bodies, HTML, headers and free text.
var (
	// secretWords are whole words of a name: user_pw and userPw, not upward.
	secretWords = set(`pass passe clave pwd pw psd pswd mdp senha passwort haslo hasło
		secret secrets token tokens jwt auth oauth authorization authentication
		session sess sid state ticket sig sign signature credential credentials cookie cookies bearer
		otp totp mfa tfa pin puk captcha csrf xsrf nonce verify verification verifier assertion saml
		invite invitation recovery recover answer hash licence license
		email mail phone tel telephone mobile fax card cvv cvc csc ccv cvn ssn iban bic mynumber
		firstname lastname fullname realname surname forename birthday birthdate dob postcode`)
	// lastWords say it only at the end of a name: api_key, but not key_words.
	lastWords = set("key keys code codes")
	// parts are so telling that they count inside of a longer word too.
	parts = byFirst(`password passwd passwort passphrase passcode kennwort wachtwoord contrase parole motdepasse
		secret token session sessid cookie credential apikey accesskey privatekey signature captcha csrf xsrf
		email authoriz authent samlre bearer jwt cvv2 verificationcode codeverifier codechallenge onetime
		firstname lastname familyname givenname fullname realname birthda creditcard cardnumber
		パスワード 暗証 認証 トークン 秘密 メール 電話 カード マイナンバー 氏名 お名前 住所 生年月日 密码 密碼 口令 合言葉 비밀번호 암호 пароль`)
	// passwordParts name a password without doubt, so that even "password x" is
	// a pair.
	passwordParts = byFirst("password passwd passwort passphrase passcode kennwort wachtwoord パスワード 暗証番号 密码 密碼 口令 合言葉 비밀번호 암호 пароль")
	passwordWords = set("pwd pw otp")
	// harmless are words with a telling part that name nothing secret.
	harmless = set("tokenize tokenizer tokenization secretary secretariat passwordless")
)

// longestName is how much of a name is looked at.
const longestName = 128

// SecretName reports whether the value of a field, parameter, header or cookie
// of that name is nobody's business.
func SecretName(name string) bool {
	return told(name, func(words []string, joined string) bool {
		last := words[len(words)-1]
		if lastWords[last] || len(words) > 1 && (last == "name" && personal[words[len(words)-2]]) {
			return true
		}
		for _, w := range words {
			if secretWords[w] {
				return true
			}
		}
		return !harmless[joined] && containsAny(joined, parts)
	})
}

// personal are the words that make a "name" that of a person.
var personal = set("first last family given full real middle maiden")

// passwordName reports whether a name can only be that of a password.
func passwordName(name string) bool {
	return told(name, func(words []string, joined string) bool {
		return passwordWords[words[len(words)-1]] || !harmless[joined] && containsAny(joined, passwordParts)
	})
}

// told splits a name into its words in small letters and asks whether they say
// it; joined is all of them without what stood between.
func told(name string, say func(words []string, joined string) bool) bool {
	if len(name) > longestName {
		name = name[len(name)-longestName:]
	}
	if !ascii(name) {
		name = norm.NFKC.String(name)
	}
	words := make([]string, 0, 8)
	from, before := -1, rune(0)
	for i, r := range name {
		letter := unicode.IsLetter(r)
		if from >= 0 && (!letter || unicode.IsUpper(r) && unicode.IsLower(before)) {
			words, from = append(words, strings.ToLower(name[from:i])), -1
		}
		if letter && from < 0 {
			from = i
		}
		before = r
	}
	if from >= 0 {
		words = append(words, strings.ToLower(name[from:]))
	}
	if len(words) == 0 {
		return false
	}
	return say(words, strings.Join(words, ""))
}

// byFirst keeps words by their first byte, so that few are tried at each place.
func byFirst(words string) *[256][]string {
	var by [256][]string
	for _, w := range strings.Fields(words) {
		by[w[0]] = append(by[w[0]], w)
	}
	return &by
}

func containsAny(s string, parts *[256][]string) bool {
	for i := range len(s) {
		for _, p := range parts[s[i]] {
			if strings.HasPrefix(s[i:], p) {
				return true
			}
		}
	}
	return false
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
