package datadog

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"toban/alerts"
	stand "toban/fixtures/datadog"
)

// wire carries requests straight to the webhook.
type wire struct{ http.Handler }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// TestEmbeddedDatadogIsUnderstood fires every sample monitor through its life
// and expects each group to become one alert whose events tell the same.
func TestEmbeddedDatadogIsUnderstood(t *testing.T) {
	for _, tt := range []struct{ why, payload string }{
		{"with our template", Template()},
		{"with Datadog's default body", `{"body":"$EVENT_MSG","last_updated":"$LAST_UPDATED","event_type":"$EVENT_TYPE","title":"$EVENT_TITLE","date":"$DATE","org":{"id":"$ORG_ID","name":"$ORG_NAME"},"id":"$ID"}`},
	} {
		t.Run(tt.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := &saved{}
				d := stand.New(stand.Options{
					WebhookURL: "http://bot/datadog", Token: "s", Payload: tt.payload,
					Client: &http.Client{Transport: wire{NewWebhook(to, []string{"s"}, quiet, nil)}},
				})
				defer d.Close()
				transitions := []string{"Triggered", "Re-Triggered", "Warn", "Re-Warn", "No Data", "Re-No Data", "Renotify", "Recovered"}
				groups := 0
				for _, m := range stand.SampleMonitors() {
					for _, scope := range m.Groups {
						groups++
						for _, transition := range transitions {
							if _, err := d.Fire(m.ID, scope, transition, stand.Shots{}); err != nil {
								t.Fatal(err)
							}
							time.Sleep(time.Minute)
						}
						var a *alerts.Alert
						for i, e := range to.take() {
							if e.Transition != alerts.Transition(transitions[i]) {
								t.Errorf("%s: %s understood as %s", m.Name, transitions[i], e.Transition)
							}
							next, outcome := alerts.Apply(a, e, e.At)
							if a != nil && a.Key != next.Key || outcome == alerts.Stale {
								t.Errorf("%s %s: %s: %+v", m.Name, e.Transition, outcome, e)
							}
							a = &next
						}
						if a.State != alerts.AlertRecovered || a.Deliveries != len(transitions)-1 { // all but the recovery
							t.Errorf("%s {%s}: %+v", m.Name, scope, a)
						}
					}
				}
				for _, delivery := range d.State().Deliveries {
					if delivery.Status != 200 {
						t.Errorf("%+v", delivery)
					}
				}
				if groups != 15 {
					t.Errorf("%d groups", groups)
				}
			})
		})
	}
}
