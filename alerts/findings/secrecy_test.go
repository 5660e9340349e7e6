package findings

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The team's command knows what it needs to reach AWS, and none of our secrets.
func TestTheCommandInheritsNoSecret(t *testing.T) {
	for name, value := range map[string]string{
		"SLACK_BOT_TOKEN": "hush-1", "TOBAN_WEBHOOK_TOKEN": "hush-2", "DATABASE_URL": "hush-3", "DD_API_KEY": "hush-4", "SOMEBODY_ELSES_SECRET": "hush-5",
		"AWS_PROFILE": "security", "TZ": "Asia/Tokyo",
	} {
		t.Setenv(name, value)
	}
	err := execute(t.Context(), []string{"sh", "-c", "env | cut -c1-40 | sort >&2; exit 1"}, nil)
	failed, ok := errors.AsType[*commandError](err)
	if !ok || strings.Contains(failed.said, "hush") || !strings.Contains(failed.said, "AWS_PROFILE=security") || !strings.Contains(failed.said, "PATH=") {
		t.Errorf("the command was handed %v", failed)
	}
}

// Where we have nothing to hand on, the command gets nothing, not everything.
func TestTheCommandInheritsNoSecretOfABareEnvironment(t *testing.T) {
	if got := handed([]string{"SLACK_BOT_TOKEN=hush"}); got == nil || len(got) > 0 {
		t.Errorf("a command with the environment %#v inherits ours", got)
	}
}

// Whoever asked by https is not led to http, where anybody could answer.
func TestADocumentByHTTPSIsNotLedToHTTP(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	defer plain.Close()
	var to string
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/document" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		_, _ = w.Write([]byte("{}"))
	}))
	defer secure.Close()
	before := documents.Transport
	documents.Transport = secure.Client().Transport
	defer func() { documents.Transport = before }()
	to = plain.URL
	if _, err := download(context.Background(), secure.URL+"/document"); err == nil || !strings.Contains(err.Error(), "led from https to http") {
		t.Errorf("led to http: %v", err)
	}
	to = secure.URL + "/elsewhere"
	if _, err := download(context.Background(), secure.URL+"/document"); err != nil {
		t.Errorf("led to https: %v", err)
	}
	to = secure.URL + "/document"
	if _, err := download(context.Background(), secure.URL+"/document"); err == nil {
		t.Error("led around for ever")
	}
}
