package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toban/bot/config"
	"toban/fixtures"
	"toban/fixtures/datadog"
)

func lines(found []finding) string {
	var all []string
	for _, f := range found {
		all = append(all, f.grade.String()+" "+f.text)
	}
	return strings.Join(all, "\n")
}

func TestCheckSaysWhatCannotBeLookedUp(t *testing.T) {
	dd := datadog.New(datadog.Options{APIKey: "api", AppKey: "app"})
	defer dd.Close()
	server := httptest.NewServer(dd)
	defer server.Close()
	noLogs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/logs/") || strings.Contains(r.URL.Path, "/events") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		dd.ServeHTTP(w, r)
	}))
	defer noLogs.Close()
	more := "" // scans of the config
	check := func(url, api string) string {
		env := map[string]string{"DD_API_KEY": api, "DD_APP_KEY": "app", "DD_API_URL": url}
		if api == "" && more != "" {
			delete(env, "DD_APP_KEY")
		}
		cfg, err := config.Parse([]byte(strings.Replace(string(fixtures.Config()), "\nscans:\n", "\nscans:\n"+more, 1)), "toban.yaml", func(name string) string { return env[name] })
		if err != nil {
			t.Fatal(err)
		}
		return lines(checkDatadog(t.Context(), cfg))
	}
	says := func(got, want string) {
		t.Helper()
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
	says(check(server.URL, ""), "BAD  datadog: DD_APP_KEY is set but DD_API_KEY is not")
	says(check(server.URL, "wrong"), "BAD  datadog:")
	says(check(server.URL, "api"), `note datadog: no log of the last 24 hours fits waf.query "source:waf"`)
	if _, err := dd.Fire(24100103, "host:api.example.com", "Triggered", datadog.Shots{}); err != nil {
		t.Fatal(err)
	}
	says(check(server.URL, "api"), "logs of the last 24 hours fit waf.query")
	refused := check(noLogs.URL, "api")
	says(refused, "BAD  datadog: the application key may not read logs (permissions logs_read_data")
	says(refused, "note datadog: events cannot be read")
	more = "  datadog: {logs: \"source:securityhub\", events: \"source:guardduty\"}\n"
	says(check(server.URL, "api"), `note datadog: no log of the last 24 hours fits scans.datadog.logs "source:securityhub"`)
	dd.Log(time.Now().Add(-time.Hour), map[string]string{"source": "securityhub"}, map[string]any{"a": 1})
	says(check(server.URL, "api"), "ok   datadog: 1 logs of the last 24 hours fit scans.datadog.logs")
	refused = check(noLogs.URL, "api")
	says(refused, "BAD  datadog: scans.datadog.logs cannot be searched")
	says(refused, "BAD  datadog: scans.datadog.events cannot be searched")
	says(check(server.URL, ""), "BAD  datadog: scans.datadog is set, but there are no keys")
}

func TestCheckReadsTheScannersDocument(t *testing.T) {
	doc := filepath.Join(t.TempDir(), "scanner.json")
	write := func(text string) {
		if err := os.WriteFile(doc, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := config.Config{Scans: config.Scans{Document: doc, Buckets: []string{"uploads", "export"}}}
	says := func(offline bool, want string) {
		t.Helper()
		if got := lines(checkScans(t.Context(), cfg, offline)); got != want && (want == "" || !strings.HasPrefix(got, want)) {
			t.Errorf("want %q, got %q", want, got)
		}
	}
	says(true, "BAD  scans.document: open ")
	write(`{"hello":1}`)
	says(true, "BAD  scans.document: this is no scanner's configuration")
	write(`{"scanTaggingEnabled":true,"quarantine":{"action":"Move"},"scanList":{}}`)
	says(true, "note scans.document: it lists no buckets")
	write(`{"scanTaggingEnabled":true,"avEventProtectedBuckets":["uploads"]}`)
	says(true, "note scans.document: no scanner looks at export")
	write(`{"scanTaggingEnabled":true,"avEventProtectedBuckets":["uploads","export"]}`)
	says(true, "ok   scans.document: 2 buckets are protected")
	cfg.Scans.Document = "https://127.0.0.1:1/scanner.json"
	says(true, "")
	says(false, "BAD  scans.document: no answer")
	cfg.Scans.Document, cfg.Findings.Hook = "", []string{filepath.Join(filepath.Dir(doc), "none")}
	says(true, "BAD  findings.hook:")
}
