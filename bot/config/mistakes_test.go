package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"toban/rotation"
)

// base is a configuration without mistakes; the cases add to it.
const base = `channels: {alerts: "#alerts"}
rotations:
  - {name: platform, zone: Asia/Tokyo, start: 2026-11-23T10:00:00+09:00, kind: daily, handoff: "10:00", members: ["@ana"]}
escalations:
  - {name: platform, steps: [{notify: ["rotation:platform"], wait: 5m}]}
`

func TestMistakes(t *testing.T) {
	const (
		keys     = "channels, deploys, escalations, findings, incidents, language, rotations, routes, scans, teams or waf"
		person   = `a person: "@name", an e-mail or a Slack user id`
		room     = `a channel such as "#alerts" (lower-case, in quotes) or its Slack id`
		whom     = `"rotation:NAME", "channel:#name", "@name", an e-mail or a Slack user id`
		tagValue = "expected a value, a text with * for anything, or ~ and a regular expression such as ~checkout|cart"
		value    = `a value (write names that begin with # or @ in quotes, like "#alerts")`
	)
	for _, tt := range []struct {
		why, file string
		want      []string
	}{
		{"no mistake", base, nil},
		{"an empty file", "", []string{"1: channels.alerts: found nothing, expected " + room + "; alerts that no route sends elsewhere go there"}},
		{"two files in one", base + "---\n" + base, []string{`1: found no readable YAML: expected single document, found multiple`}},
		{"an alias inside what it stands for", "channels: {alerts: \"#a\"}\nrotations:\n - &r {name: x, members: [*r]}", []string{"3: found an alias of something that it is in itself, expected aliases of other things only"}},
		{"only comments", "# nothing\n---\n", []string{"1: channels.alerts: found nothing, expected " + room + "; alerts that no route sends elsewhere go there"}},
		{"a slip in a key", base + "route: []", []string{`6: route: found an unknown key, expected ` + keys + `; did you mean "routes"?`}},
		{"another product's key", base + "zzzzzzzzz: []", []string{`6: zzzzzzzzz: found an unknown key, expected ` + keys}},
		{"a key twice", base + "channels: {}", []string{"6: channels: found the key twice, expected it once"}},
		{"a rotation that was another one that is still there", strings.Replace(base, "escalations:", `  - {name: b, was: platform, zone: Asia/Tokyo, start: 2026-11-23T10:00:00+09:00, kind: daily, handoff: "10:00", members: []}
  - {name: c, was: old, zone: Asia/Tokyo, start: 2026-11-23T10:00:00+09:00, kind: daily, handoff: "10:00", members: []}
  - {name: d, was: old, zone: Asia/Tokyo, start: 2026-11-23T10:00:00+09:00, kind: daily, handoff: "10:00", members: []}
escalations:`, 1), []string{
			`4: rotations[1].was: found the rotation "platform", which is still defined, expected the name that this rotation had before`,
			`6: rotations[3].was: found "old" again, expected a name that no other rotation had`,
		}},
		{"a regular expression that is none", base + "routes:\n  - {match: {service: \"~check(\"}, escalation: platform}\n", []string{
			"7: routes[0].match.service: found \"~check(\" (error parsing regexp: missing closing ): `check(`), expected a value, a text with * for anything, or ~ and a regular expression such as ~checkout|cart",
		}},
		{"what looks like a pattern and fits no tag", base + "routes:\n  - {match: {env: \"!prod\", service: \"a|b\", team: \"a, b\", \"host*\": x, \"env:prod\": y, zone: \" a\"}}\n", []string{
			"7: routes[0].match.env: found \"!prod\", " + tagValue,
			"7: routes[0].match.service: found \"a|b\", " + tagValue,
			"7: routes[0].match.team: found \"a, b\", " + tagValue,
			"7: routes[0].match.host*: found the name of a tag with a sign in it, expected the part before the colon alone, such as service",
			"7: routes[0].match.env:prod: found the name of a tag with a sign in it, expected the part before the colon alone, such as service",
			"7: routes[0].match.zone: found \" a\", " + tagValue,
		}},
		{"signs in a regular expression", base + "routes:\n  - {match: {env: \"~!prod|a{1,2}\"}}\n", nil},
		{"a route behind a wider glob", base + "routes:\n  - {match: {service: \"check*\"}}\n  - {match: {service: checkout}}\n  - {match: {service: \"~c.*\"}}\n", []string{
			"8: routes[1]: found a route that is never reached, expected it before routes[0] in line 7, which takes all that it matches",
		}},
		{"a list where a mapping belongs", "channels: [a]", []string{
			"1: channels: found a list, expected a mapping with the keys alerts, fallback, incidents, stakeholders or support",
			"1: channels.alerts: found nothing, expected " + room + "; alerts that no route sends elsewhere go there",
		}},
		{"an unquoted channel is a comment", "channels:\n  alerts: #alerts\n", []string{"2: channels.alerts: found nothing, expected " + value}},
		{"an unquoted person", base + "incidents: {invite: [@hana]}\n", []string{`6: found no readable YAML: found character that cannot start any token; names that begin with @ must be in quotes, like "@hana"`}},
		{"tabs", "channels:\n\talerts: x\n", []string{"2: found no readable YAML: found character that cannot start any token; YAML is indented with blanks, not with tabs"}},
		{"a channel with capitals", `channels: {alerts: "#Alerts"}`, []string{`1: channels.alerts: found "#Alerts", expected ` + room}},
		{"a channel without #", `channels: {alerts: alerts}`, []string{`1: channels.alerts: found "alerts", expected ` + room}},
		{"an unknown language", base + "language: de", []string{`6: language: found "de", expected ja or en`}},

		{
			"an unknown zone", "rotations: [{name: a, zone: Asia/Tokio, start: 2026-11-23T10:00:00Z, kind: hours, members: []}]\n" + `channels: {alerts: "#a"}`,
			[]string{`1: rotations[0].zone: expected an IANA time zone such as Asia/Tokyo, not "Asia/Tokio"`},
		},
		{"many mistakes in one rotation", `channels: {alerts: "#a"}
rotations:
  - name: a
    zone: Mars
    start: yesterday
    kind: dayly
    every: -1
    handof: "10:00"
    members: [ana, "@bo"]
    channel: platform
    overrides:
      - {start: 2026-11-23T10:00:00Z, end: 2026-11-24T10:00:00Z, user: bo}
`, []string{
			`3: rotations[0].handoff: expected a local time from "00:00" to "23:59", not ""`,
			`4: rotations[0].zone: expected an IANA time zone such as Asia/Tokyo, not "Mars"`,
			`5: rotations[0].start: expected an RFC 3339 instant such as 2026-11-23T10:00:00+09:00, not "yesterday"`,
			`6: rotations[0].kind: expected daily, weekly or hours, not "dayly"`,
			`7: rotations[0].every: expected a whole number from 1 on, not "-1"`,
			`8: rotations[0].handof: found an unknown key, expected a key of a rotation; did you mean "handoff"?`,
			`9: rotations[0].members[0]: found "ana", expected ` + person,
			`10: rotations[0].channel: found "platform", expected ` + room,
			`12: rotations[0].overrides[0].user: found "bo", expected ` + person,
		}},
		{
			"a rotation with a name that is taken", base[:strings.Index(base, "escal")] + base[strings.Index(base, "  - {name"):strings.Index(base, "escal")],
			[]string{`4: rotations[1].name: found "platform" again, expected a name that no other rotation has; rotations[0].name is the same`},
		},
		{
			"a rotation that is no mapping", `channels: {alerts: "#a"}` + "\nrotations: [platform]",
			[]string{`2: rotations[0]: found "platform", expected a rotation: a mapping with name, zone, start, kind, handoff and members`},
		},

		{
			"a rotation that is not defined", base + `  - {name: b, steps: [{notify: ["rotation:platfrom"], wait: 5m}]}`,
			[]string{`6: escalations[1].steps[0].notify[0]: found the rotation "platfrom", which is not defined, expected platform; did you mean "platform"?`},
		},
		{
			"an escalation that is taken", base + `  - {name: platform, steps: [{notify: ["@ana"], wait: 5m}]}`,
			[]string{`6: escalations[1].name: found "platform" again, expected a name that no other escalation has; escalations[0].name is the same`},
		},
		{
			"a name that means something else", base + `  - {name: "person:ana", steps: [{notify: ["@ana"], wait: 5m}]}`,
			[]string{`6: escalations[1].name: found "person:ana", expected ` + aName},
		},
		{"no steps", base + "  - {name: b, steps: []}", []string{`6: escalations[1].steps: found an empty list, expected at least one step, or nobody is ever paged`}},
		{"steps forgotten", base + "  - {name: b}", []string{`6: escalations[1].steps: found nothing, expected at least one step, or nobody is ever paged`}},
		{"wait forgotten", base + `  - {name: b, steps: [{notify: ["@ana"]}]}`, []string{`6: escalations[1].steps[0].wait: found nothing, expected how long they have to answer, such as 5m`}},
		{"nobody in a step", base + `  - {name: b, steps: [{notify: [], wait: 5m}]}`, []string{`6: escalations[1].steps[0].notify: found an empty list, expected somebody to notify: ` + whom}},
		{"a bad duration", base + `  - {name: b, steps: [{notify: ["@ana"], wait: 5 minutes}]}`, []string{`6: escalations[1].steps[0].wait: found "5 minutes", expected a duration from 1s to 24h such as 45s, 5m or 1h30m`}},
		{"a duration without a unit", base + `  - {name: b, steps: [{notify: ["@ana"], wait: 300}]}`, []string{`6: escalations[1].steps[0].wait: found "300", expected a duration from 1s to 24h such as 45s, 5m or 1h30m`}},
		{"a negative repeat", base + `  - {name: b, repeat: -1, steps: [{notify: ["@ana"], wait: 5m}]}`, []string{`6: escalations[1].repeat: found "-1", expected a whole number from 0 to 100`}},
		{"a target of no kind", base + `  - {name: b, steps: [{notify: ["#platform", hana], wait: 5m}]}`, []string{
			`6: escalations[1].steps[0].notify[0]: found "#platform", expected ` + whom,
			`6: escalations[1].steps[0].notify[1]: found "hana", expected ` + whom,
		}},

		{"an escalation that is not defined", base + "routes: [{escalation: plattform}]", []string{`6: routes[0].escalation: found the escalation "plattform", which is not defined, expected platform; did you mean "platform"?`}},
		{"routes after one that takes all", base + "routes:\n  - {escalation: platform}\n  - {match: {env: prod}, escalation: platform}\n", []string{
			`8: routes[1]: found a route that is never reached, expected it before routes[0] in line 7, which takes all that it matches`,
		}},
		{"a route that an earlier one covers", base + "routes:\n  - {match: {env: prod}, priority: [P1, P2]}\n  - {match: {env: prod, service: a}, priority: [P2]}\n  - {match: {env: prod}}\n", []string{
			`8: routes[1]: found a route that is never reached, expected it before routes[0] in line 7, which takes all that it matches`,
		}},
		{"unknown priorities and levels", base + "routes: [{priority: [P0], level: [bad], match: {env: [a]}}]", []string{
			`6: routes[0].priority[0]: found "P0", expected P1, P2, P3, P4 or P5`,
			`6: routes[0].level[0]: found "bad", expected alert, warn or no_data`,
			`6: routes[0].match.env: found a list, expected the value of the tag, such as prod`,
		}},

		{"incident settings", base + `incidents: {prefix: "Inc!", invite: ["channel:#a", "rotation:none"]}`, []string{
			`6: incidents.prefix: found "Inc!", expected at most 20 of a–z, 0–9, - and _`,
			`6: incidents.invite[0]: found "channel:#a", expected "rotation:NAME" or ` + person,
			`6: incidents.invite[1]: found the rotation "none", which is not defined, expected platform`,
		}},

		{
			"what is known about blocked requests", base + `waf: {query: "", wait: 1m, facets: {adress: "@a", path: "no facet"}, match: waf, queries_per_hour: 0}` + "\n", []string{
				`6: waf.query: found an empty text, expected a search as Datadog's search bar takes it, such as source:waf`,
				`6: waf.wait: found "1m", expected a duration from 0s to 30s such as 45s, 5m or 1h30m`,
				`6: waf.facets.adress: found an unknown key, expected action, address, agent, country, host, method, path or rule; did you mean "address"?`,
				`6: waf.facets.path: found "no facet", expected a facet as Datadog names it, such as @network.client.ip`,
				`6: waf.match: found "waf", expected tags and their values, such as {service: checkout, env: prod}`,
				`6: waf.queries_per_hour: found "0", expected a whole number from 1 to 100000`,
			},
		},
		{
			"a team that owns nothing, and one twice", base + "teams:\n  - {name: a, channel: \"#a\"}\n  - {name: a, rotation: platfrom, accounts: [123], buckets: [\"*x*\"]}\n", []string{
				"7: teams[0]: found a team that owns nothing, expected tags, accounts or buckets by which its findings are known",
				`8: teams[1].accounts[0]: found "123", expected the 12 digits of an AWS account, in quotes, like "123456789012"`,
				`8: teams[1].buckets[0]: found "*x*", expected the name of a bucket, or its beginning and a *, such as uploads-*`,
				"8: teams[1].channel: found nothing, expected " + room,
				`8: teams[1].name: found "a" again, expected a name that no other team has; teams[0].name is the same`,
				`8: teams[1].rotation: found the rotation "platfrom", which is not defined, expected platform; did you mean "platform"?`,
			},
		},
		{
			"where findings come from, and how teams are kept to them", base + `scans: {topics: [security], document: "http://example.com/x", datadog: {every: 1s}}
findings: {announce: bad, nudge: [1m], weekly: "Monday"}` + "\n", []string{
				`6: scans.topics[0]: found "security", expected the ARN of an SNS topic, such as arn:aws:sns:ap-northeast-1:123456789012:security`,
				`6: scans.document: found "http://example.com/x", expected a file or an https:// address`,
				`6: scans.datadog.every: found "1s", expected a duration from 1m to 24h such as 45s, 5m or 1h30m`,
				`7: findings.announce: found "bad", expected low, medium, high or critical`,
				`7: findings.nudge[0]: found "1m", expected a duration from 1h to 2160h such as 45s, 5m or 1h30m`,
				`7: findings.weekly: found "Monday", expected minute, hour, day, month and weekday as cron writes them, such as "0 10 * * 1" for Mondays at 10:00`,
			},
		},
	} {
		got := mistakes(t, tt.file, nothing)
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], "toban.yaml:")
		}
		want := tt.want
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.why, diff)
		}
	}
}

func TestAliasesAreFollowed(t *testing.T) {
	file := base + "  - name: b\n    steps: &ladder\n      - {notify: [\"@ana\"], wait: 1m}\n  - {name: c, steps: *ladder}\n"
	if got := mistakes(t, file, nothing); got != nil {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Example)
	f.Add(base)
	f.Add("a: &a [*a]")
	f.Add("rotations: &a\n - *a\n")
	f.Add("rotations:\n - &r {name: x, members: [*r], edits: [*r], channel: *r}")
	f.Add("channels: {alerts: {}}\nroutes: [[]]\nescalations: [{steps: [{notify: {}}]}]\nrotations: [{members: [[[{user: x}]]]}]")
	f.Fuzz(func(t *testing.T, file string) {
		c, err := Parse([]byte(file), "f", nothing)
		if err == nil {
			c.Resolve(Lookup{
				Person:  func(s string) (p rotation.PersonID, ok bool) { return p, false },
				Channel: func(s string) (string, bool) { return "", false },
			})
		} else if err.Error() == "" {
			t.Error("an error that says nothing")
		}
	})
}
