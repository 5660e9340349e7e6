package alerts

import "testing"

func TestWhatATagMustBe(t *testing.T) {
	for _, tt := range []struct {
		pattern, value string
		fits           bool
	}{
		{"checkout", "checkout", true},
		{"checkout", "checkout-api", false},
		{"check*", "checkout", true},
		{"check*", "check", true},
		{"check*", "recheck", false},
		{"*-api", "checkout-api", true},
		{"a.b*", "a.b1", true},
		{"a.b*", "axb1", false}, // a full stop is a full stop
		{"*", "anything/at all", true},
		{"~checkout|cart", "cart", true},
		{"~checkout|cart", "cart-api", false}, // the whole value
		{"~^check.*$", "checkout", true},
		{"~(?i)checkout", "CheckOut", true},
		{"~prod-[0-9]{2}", "prod-01", true},
		{"~prod-[0-9]{2}", "prod-1", false},
	} {
		p, err := ParsePattern(tt.pattern)
		if err != nil || p.Fits(tt.value) != tt.fits || p.String() != tt.pattern {
			t.Errorf("%s on %s: %v, %v; want %v", tt.pattern, tt.value, p.Fits(tt.value), err, tt.fits)
		}
	}
	for _, wrong := range []string{"~", "~(", "~a)(b", "~[z-a]", "~(?=x)"} {
		if _, err := ParsePattern(wrong); err == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestARouteLooksAtTagsAndGroup(t *testing.T) {
	glob, _ := ParsePattern("check*")
	r := Route{Match: Match{"service": glob, "env": Exactly("prod")}}
	for _, tt := range []struct {
		a    Alert
		fits bool
	}{
		{Alert{Tags: []string{"service:cart", "service:checkout", "env:prod"}}, true},
		{Alert{Tags: []string{"env:prod"}, Scope: "host:a,service:checkout"}, true},
		{Alert{Tags: []string{"service:checkout"}}, false},
		{Alert{Tags: []string{"service:cart", "env:prod"}}, false},
	} {
		if r.Matches(tt.a) != tt.fits {
			t.Errorf("%v, group %q: want %v", tt.a.Tags, tt.a.Scope, tt.fits)
		}
	}
}
