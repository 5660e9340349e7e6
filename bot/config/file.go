package config

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// readFile reads the whole file, as far as it can be read.
func readFile(data []byte, file string) (Config, []Finding) {
	c := Config{
		File: file, Language: "en", Incidents: Incidents{Prefix: "inc"},
		WAF: defaultWAF(), Deploys: "tags:deployment", Scans: Scans{Every: 5 * time.Minute}, Findings: defaultFindings(),
	}
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil && len(bytes.TrimSpace(data)) > 0 {
		return c, []Finding{unreadable(data, err, file)}
	}
	r := &reader{file: file, lines: map[string]int{"": 1}}
	c.lines = r.lines
	if line := endless(&document, map[*yaml.Node]bool{}); line > 0 {
		r.wrong("", line, "an alias of something that it is in itself", "aliases of other things only")
		return c, r.findings
	}
	if len(document.Content) == 1 && !isNull(document.Content[0]) {
		r.top(&c, document.Content[0])
	}
	if !r.names("channels.alerts") {
		r.at("channels.alerts", "nothing", aChannel+"; alerts that no route sends elsewhere go there")
	}
	if c.Channels.Incidents == "" {
		c.Channels.Incidents = c.Channels.Alerts
	}
	return c, r.findings
}

func (r *reader) top(c *Config, n *yaml.Node) {
	var seen names
	r.object(n, "", map[string]take{
		"language": r.text(&c.Language, func(s string) string {
			if s == "ja" || s == "en" {
				return ""
			}
			return "ja or en"
		}),
		"channels": func(n *yaml.Node, path string) {
			r.object(n, path, map[string]take{
				"alerts":       r.text(&c.Channels.Alerts, checkChannel),
				"incidents":    r.text(&c.Channels.Incidents, checkChannel),
				"stakeholders": r.text(&c.Channels.Stakeholders, checkChannel),
				"support":      r.text(&c.Channels.Support, checkChannel),
				"fallback":     r.text(&c.Channels.Fallback, checkChannel),
			})
		},
		"rotations":   r.rotations(c, &seen),
		"escalations": r.escalations(c, &seen),
		"routes":      r.routes(c, &seen),
		"incidents":   r.incidents(c, &seen),
		"waf":         r.waf(c),
		"deploys":     r.deploys(c),
		"teams":       r.teams(c, &seen),
		"scans":       r.scans(c),
		"findings":    r.findingsOf(c),
	})
	seen.check(r)
}

var prefixForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,19}$`)

func (r *reader) incidents(c *Config, seen *names) take {
	return func(n *yaml.Node, path string) {
		r.object(n, path, map[string]take{
			"prefix": r.text(&c.Incidents.Prefix, func(s string) string {
				if prefixForm.MatchString(s) {
					return ""
				}
				return "at most 20 of a–z, 0–9, - and _"
			}),
			"invite": func(n *yaml.Node, path string) {
				r.list(n, path, `"rotation:NAME" and people`, func(n *yaml.Node, path string) {
					to, ok := readTarget(n.Value)
					if !ok || to.Channel != "" {
						r.wrong(path, n.Line, found(n), `"rotation:NAME" or `+aPerson)
						return
					}
					seen.use("rotation", to.Rotation, path)
					c.Incidents.Invite = append(c.Incidents.Invite, to)
				})
			},
		})
	}
}

// endless returns the line of an alias that stands for something around it, or
// 0; around holds what n is inside of.
func endless(n *yaml.Node, around map[*yaml.Node]bool) int {
	if around[n] {
		return n.Line
	}
	around[n] = true
	defer delete(around, n)
	for _, inner := range append(n.Content[:len(n.Content):len(n.Content)], n.Alias) {
		if inner == nil {
			continue
		}
		if line := endless(inner, around); line > 0 {
			return max(line, 1)
		}
	}
	return 0
}

// unreadable tells where the text stops being YAML, and the most usual reason.
func unreadable(data []byte, err error, file string) Finding {
	f := Finding{File: file, Line: 1, Text: "found no readable YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	at, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return f
	}
	f.Line = max(at.Mark.Line, 1)
	f.Text = "found no readable YAML: " + strings.TrimPrefix(at.Message, "yaml: ")
	if at.Mark.Line == 0 {
		return f
	}
	if lines := strings.Split(string(data), "\n"); f.Line <= len(lines) {
		line := strings.TrimSpace(lines[f.Line-1])
		switch {
		case unquoted.MatchString(line):
			f.Text += `; names that begin with @ must be in quotes, like "@hana"`
		case strings.HasPrefix(lines[f.Line-1], "\t"):
			f.Text += "; YAML is indented with blanks, not with tabs"
		case line != "":
			f.Text += fmt.Sprintf(" near %.60q", line)
		}
	}
	return f
}

var unquoted = regexp.MustCompile(`(^|[\s:,\[-])@`)
