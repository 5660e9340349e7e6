package slackapp

import "testing"

func TestASeverityStandsAtTheBeginning(t *testing.T) {
	for _, tt := range []struct{ typed, severity, title string }{
		{"sev1 checkout is down", "sev1", "checkout is down"},
		{"SEV1: checkout is down", "sev1", "checkout is down"},
		{"[sev1] checkout is down", "sev1", "checkout is down"},
		{"【SEV1】決済が止まっている", "sev1", "決済が止まっている"},
		{"sev 2 checkout is slow", "sev2", "checkout is slow"},
		{"Sev-2 - slow", "sev2", "slow"},
		{"severity 3: slow", "sev3", "slow"},
		{"ｓｅｖ１　決済", "sev1", "決済"},
		{"重大度1 決済が止まっている", "sev1", "決済が止まっている"},
		{"重大度 ２：遅い", "sev2", "遅い"},
		{"sev4", "sev4", ""},
		{"S3 is down", "", "S3 is down"},
		{"s1 is a server", "", "s1 is a server"},
		{"2 of 3 nodes are down", "", "2 of 3 nodes are down"},
		{"seven nodes", "", "seven nodes"},
		{"sev2x fails", "", "sev2x fails"},
		{"the sev1 page is broken", "", "the sev1 page is broken"},
		{"sev9 foo", "refused", "foo"},
		{"重大度0 foo", "refused", "foo"},
		{"sev12 foo", "refused", "foo"},
	} {
		severity, title, found, err := leadingSeverity(tt.typed)
		if err != nil {
			severity = "refused"
		}
		if string(severity) != tt.severity || title != tt.title || found != (tt.severity != "") {
			t.Errorf("%q: %q, %q, %v", tt.typed, severity, title, found)
		}
	}
}
