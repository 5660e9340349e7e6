package api

import (
	"testing"
	"time"
)

func TestTheAppsAddress(t *testing.T) {
	for site, want := range map[string]string{"": "https://app.datadoghq.com", "datadoghq.eu": "https://app.datadoghq.eu", "us3.datadoghq.com": "https://us3.datadoghq.com", "ddog-gov.com": "https://app.ddog-gov.com"} {
		c, err := New(Keys{API: "a", App: "b", Site: site}, nil)
		if err != nil || c.page() != want {
			t.Errorf("%s: %s, %v", site, c.page(), err)
		}
	}
}

func TestDeploysAreEventsInPeoplesWords(t *testing.T) {
	s := &scripted{body: `{"data":[
		{"id":"AgAA1","type":"event","attributes":{"timestamp":"2026-12-08T11:48:00.000Z","tags":["service:checkout","version:v42"],"attributes":{"title":"Deployed checkout"}}},
		{"id":"AgAA2","type":"event","attributes":{"timestamp":"2026-12-08T11:40:00.000Z","message":"rolled back\nby ana","tags":[]}},
		{"type":"event","attributes":{}}],"meta":{"status":"done"}}`}
	c, _ := connect(t, s, Keys{API: "api", App: "app", Site: "ap1.datadoghq.com"})
	deploys, err := c.Deploys(t.Context(), "tags:deployment service:checkout", query.From, query.Until, 4)
	if err != nil || len(deploys) != 3 {
		t.Fatalf("%+v, %v", deploys, err)
	}
	if d := deploys[0]; d.Title != "Deployed checkout" || d.Service != "checkout" || d.Version != "v42" || !d.At.Equal(time.Date(2026, 12, 8, 11, 48, 0, 0, time.UTC)) ||
		d.Link != "https://ap1.datadoghq.com/event/explorer?event=AgAA1" {
		t.Errorf("%+v", d)
	}
	if d := deploys[1]; d.Title != "rolled back" || d.Version != "" {
		t.Errorf("the first line stands in for a title: %+v", d)
	}
	ask := s.asked[0]
	for want, asked := range map[any]any{
		"POST /api/v2/events/search": s.paths[0], "tags:deployment service:checkout": at(t, ask, "filter", "query"), "1796731200000": at(t, ask, "filter", "to"),
		"-timestamp": at(t, ask, "sort"), float64(4): at(t, ask, "page", "limit"),
	} {
		if asked != want {
			t.Errorf("asked %v, want %v in %v", asked, want, ask)
		}
	}
	bodies, more, err := c.Events(t.Context(), "source:x", query.From, query.Until, 100)
	if err != nil || len(bodies) != 3 || more {
		t.Errorf("%d, %v, %v", len(bodies), more, err)
	}
	s.body = `{"data":[],"meta":{"page":{"after":"c"}}}`
	if _, more, err := c.Events(t.Context(), "source:x", query.From, query.Until, 100); err != nil || !more {
		t.Errorf("%v, %v", more, err)
	}
}
