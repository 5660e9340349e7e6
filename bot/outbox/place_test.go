package outbox

import (
	"strings"
	"testing"
)

func TestWhereAMessageGoesThatItsPlaceRefuses(t *testing.T) {
	ranks := [][]string{{"Cfallback"}, {"Calerts"}, {"Uana", "Ubo"}}
	alert := Message{Kind: Alert, To: "Ccheckout"}
	for _, tt := range []struct {
		why     string
		instead [][]string
		m       Message
		closed  string
		want    string
	}{
		{"to the fallback channel", ranks, alert, "Ccheckout", "Cfallback"},
		{"none is named", [][]string{{""}, {"Calerts"}, {"Uana", "Ubo"}}, alert, "Ccheckout", "Calerts"},
		{"that is closed too", ranks, alert, "Ccheckout Cfallback", "Calerts"},
		{"no channel is left: the people, together", ranks, alert, "Ccheckout Cfallback Calerts", "Uana Ubo"},
		{"of them, those who are there", ranks, alert, "Ccheckout Cfallback Calerts Uana", "Ubo"},
		{"nobody is left", ranks, alert, "Ccheckout Cfallback Calerts Uana Ubo", ""},
		{"the fallback channel itself", ranks, Message{Kind: Alert, To: "Cfallback"}, "Cfallback", "Calerts"},
		{"the only channel there is", [][]string{{""}, {"Calerts"}}, Message{Kind: Alert, To: "Calerts"}, "Calerts", ""},
		{"a storm", ranks, Message{Kind: Storm, To: "Ccheckout"}, "Ccheckout", "Cfallback"},
		{"an incident's update", ranks, Message{Kind: Update, To: "Cinc"}, "Cinc", "Cfallback"},
		{"a page to a channel", ranks, Message{Kind: Page, To: "Ccheckout"}, "Ccheckout", "Cfallback"},
		{"a page to a person goes on by itself", ranks, Message{Kind: Page, To: "Uana"}, "Uana", ""},
		{"and so do many", ranks, Message{Kind: Storm, To: "Uana"}, "Uana", ""},
		{"a swap asked of somebody who left", ranks, Message{Kind: Swap, To: "Uold"}, "Uold", "Cfallback"},
		{"an alert that was seen there and has news", ranks, Message{Kind: Alert, To: "Ccheckout", TS: "1.2"}, "Ccheckout", "Cfallback"},
		{"an incident's card that was seen there", ranks, Message{Kind: Incident, To: "Cinc", TS: "1.2"}, "Cinc", ""},
	} {
		p := Places{Instead: tt.instead, Closed: map[string]bool{}}
		for _, c := range strings.Fields(tt.closed) {
			p.Closed[c] = true
		}
		if got := strings.Join(p.For(tt.m), " "); got != tt.want {
			t.Errorf("%s: shown in %q, want %q", tt.why, got, tt.want)
		}
	}
}
