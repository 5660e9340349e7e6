package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// Tokens are the hashes of the shared secrets that may sign a request. Hashes
// have one length, so comparing them tells nothing about a secret's length.
type Tokens [][sha256.Size]byte

// NewTokens returns the hashes of secrets; empty ones do not count.
func NewTokens(secrets []string) Tokens {
	var ts Tokens
	for _, s := range secrets {
		if s = strings.TrimSpace(s); s != "" {
			ts = append(ts, sha256.Sum256([]byte(s)))
		}
	}
	return ts
}

// Allow reports whether r carries one of ts: as a bearer, in our own header, or,
// with basic, as the password of basic authentication, where the sender knows no
// other way.
func (ts Tokens) Allow(r *http.Request, basic bool) bool {
	scheme, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		bearer = ""
	}
	if _, password, ok := r.BasicAuth(); basic && ok {
		bearer = password
	}
	return ts.has(bearer) || ts.has(r.Header.Get("X-Toban-Token"))
}

// has compares with every token, so the time taken does not say which fits.
func (ts Tokens) has(given string) bool {
	if given = strings.TrimSpace(given); given == "" {
		return false
	}
	sum := sha256.Sum256([]byte(given))
	found := 0
	for _, t := range ts {
		found |= subtle.ConstantTimeCompare(t[:], sum[:])
	}
	return found == 1
}
