package incident

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestChannelName(t *testing.T) {
	day := time.Date(2026, 12, 2, 20, 0, 0, 0, time.UTC) // already the 3rd in Tokyo
	tokyo := time.FixedZone("JST", 9*3600)
	for _, tt := range []struct{ why, title, want string }{
		{"plain English", "Payment API is slow", "inc-7-payment-api-is-slow"},
		{"punctuation parts words, apostrophes do not", "Can't log in: 5xx on /cart (eu-west-1)!", "inc-7-cant-log-in-5xx-on-cart-eu-west-1"},
		{"accents are dropped", "Größe naïve Ångström Łódź", "inc-7-grosse-naive-angstrom-lodz"},
		{"full-width letters", "ＡＰＩ　ｅｒｒｏｒ", "inc-7-api-error"},
		{"a title that nobody reads has no part of a name", "決済 API", "inc-7-20261203"},
		{"nor has one of other letters", "сервер down", "inc-7-20261203"},
		{"nothing is left", "🔥", "inc-7-20261203"},
		{"emoji beside words", "🔥 checkout 🔥", "inc-7-checkout"},
		{"an underscore is a letter", "order_items table", "inc-7-order_items-table"},
		{"cut in the middle", strings.Repeat("abcdefgh ", 12) + "stopped", "inc-7-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-stopped"},
		{"what denies stays", "Checkout " + strings.Repeat("abcdefgh ", 9) + "is not reachable", "inc-7-checkout-abcdefgh-abcdefgh-abcdefgh-abcdefgh-abcdefgh-is-not-reachable"},
		{"one endless word is cut anywhere", strings.Repeat("a", 200), "inc-7-" + strings.Repeat("a", 74)},
	} {
		in := Incident{Number: 7, Title: tt.title, Severity: Sev2, DeclaredAt: day}
		m := &Manager{Config: Config{Zone: tokyo}}
		if got := m.plannedName(t.Context(), in); got != tt.want {
			t.Errorf("%s: %q becomes %s, want %s", tt.why, tt.title, got, tt.want)
		}
	}
	if got := ChannelName("drill", Incident{Number: 12}, []string{"x"}, time.UTC); got != "drill-12-x" {
		t.Errorf("with a prefix: %s", got)
	}
}

func TestAReadingNamesTheChannel(t *testing.T) {
	in := Incident{Number: 12, Title: "管理画面に入れない", DeclaredAt: time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)}
	m := &Manager{Read: func(context.Context, string) ([]string, error) { return []string{"kanri", "gamen", "hairenai"}, nil }}
	if got := m.plannedName(t.Context(), in); got != "inc-12-kanri-gamen-hairenai" {
		t.Errorf("read: %s", got)
	}
	var told error
	m.Trouble = func(err error) { told = err }
	m.Read = func(context.Context, string) ([]string, error) { return nil, errors.New("too slow") }
	if got := m.plannedName(t.Context(), in); got != "inc-12-20261130" || told == nil {
		t.Errorf("not read: %s, %v", got, told)
	}
}

func TestEveryTitleMakesANameThatSlackTakes(t *testing.T) {
	slack := regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,79}$`)
	rapid.Check(t, func(rt *rapid.T) {
		in := Incident{Number: rapid.IntRange(1, 99999).Draw(rt, "number"), Severity: Sev1, Title: rapid.String().Draw(rt, "title")}
		name := (&Manager{}).plannedName(t.Context(), in)
		seen := map[string]bool{}
		for try := 1; try <= manyNames; try++ {
			n := numbered(name, try)
			if !slack.MatchString(n) || strings.HasSuffix(n, "-") || seen[n] {
				rt.Fatalf("%q: try %d is named %q", in.Title, try, n)
			}
			seen[n] = true
		}
	})
}

func TestTopic(t *testing.T) {
	in := Incident{Title: "*Payment* <!channel> & _more_ order_items", Severity: Sev2, State: Open, DeclaredBy: "U1"}
	if got, want := Topic(in), "SEV2 · open · ∗Payment∗ &lt;!channel&gt; &amp; ˍmoreˍ order_items · IC: – · <@U1>"; got != want {
		t.Errorf("topic %q, want %q", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		in.Title = rapid.StringN(1, 200, -1).Draw(t, "title")
		topic := Topic(in)
		if n := units(topic); n > maxTopic || !strings.HasSuffix(topic, " · IC: – · <@U1>") {
			t.Fatalf("%d units: %s", n, topic)
		}
	})
	in.Title = strings.Repeat("&", 200)
	if got := Topic(in); !strings.HasSuffix(got, "&amp;… · IC: – · <@U1>") || units(got) > maxTopic {
		t.Errorf("half an escape is left: %s", got)
	}
}

func TestParseSeverity(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Severity
	}{
		{"sev1", Sev1},
		{"SEV2", Sev2},
		{"Sev-3", Sev3},
		{"s4", Sev4},
		{" 1 ", Sev1},
		{"ＳＥＶ２", Sev2},
		{"sev 2", Sev2},
		{"", ""},
		{"sev5", ""},
		{"sev", ""},
		{"high", ""},
		{"sev22", ""},
		{"sevs1", ""},
	} {
		got, err := ParseSeverity(tt.in)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("severity %q = %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

// Reading takes much memory. A process that is killed while it reads is not
// followed by one that is killed for the same: the date names the channel.
func TestATitleIsReadByOneProcessOnly(t *testing.T) {
	m, store, rooms := newHouse()
	d := slow
	d.Title = "決済が止まっている"
	in := declared(t, m, d)
	ctx, die := context.WithCancel(t.Context())
	m.Read = func(context.Context, string) ([]string, error) {
		die()
		return nil, ctx.Err()
	}
	store.meanwhile = func(int) {
		if ctx.Err() != nil { // nothing of what comes after is saved: it was killed
			panic("killed")
		}
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = m.Due(ctx, t0)
	}()
	store.meanwhile = nil
	next := another(m, store, "second")
	next.Read = func(context.Context, string) ([]string, error) {
		t.Error("it is read again")
		return nil, nil
	}
	if _, err := settle(next, t0.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if in = get(t, m, in.ID); in.Step != Ready || !regexp.MustCompile(`^inc-1-2\d{7}$`).MatchString(in.Name) {
		t.Errorf("%+v, Slack saw %v", in, rooms.events)
	}
}
