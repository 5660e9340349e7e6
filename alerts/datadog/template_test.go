package datadog

import (
	"strings"
	"testing"

	stand "toban/fixtures/datadog"
)

// The embedded Datadog writes the template down itself, so that a slip here is
// noticed.
func TestTemplateIsTheOneThatTheEmbeddedDatadogSends(t *testing.T) {
	if Template() != stand.DefaultPayload {
		t.Error("template.json and the payload in fixtures/datadog differ")
	}
}

func TestSetupShowsAddressAndTemplate(t *testing.T) {
	got := Setup("https://toban.example.com/")
	for _, want := range []string{"https://toban.example.com/datadog\n", Template(), "Authorization"} {
		if !strings.Contains(got, want) {
			t.Errorf("setup lacks %q", want)
		}
	}
}
