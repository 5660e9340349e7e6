package config

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v4"

	"toban/alerts/scan"
)

// Findings is how teams are kept to what was found.
type Findings struct {
	Announce scan.Severity   // from which on a finding has a message of its own
	Nudge    []time.Duration // between askings, while nobody reacts; the last one again and again
	Weekly   string          // cron expression in the team's zone; empty: no weekly list
	Hook     []string        // command that tells the source what people did; empty: none
}

func defaultFindings() Findings {
	return Findings{Announce: scan.High, Nudge: []time.Duration{24 * time.Hour, 72 * time.Hour, 168 * time.Hour}, Weekly: "0 10 * * 1"}
}

func (r *reader) findingsOf(c *Config) take {
	severities := []string{"low", "medium", "high", "critical"}
	return func(n *yaml.Node, path string) {
		r.object(n, path, map[string]take{
			"announce": func(n *yaml.Node, path string) {
				r.choice(n, path, n.Value, severities, func(s string) { c.Findings.Announce = scan.Severity(s) })
			},
			"nudge": func(n *yaml.Node, path string) {
				c.Findings.Nudge = nil
				r.list(n, path, "durations such as 24h", func(n *yaml.Node, path string) {
					var d time.Duration
					r.duration(&d, time.Hour, 90*24*time.Hour)(n, path)
					c.Findings.Nudge = append(c.Findings.Nudge, d)
				})
			},
			"weekly": r.text(&c.Findings.Weekly, checkCron),
			"hook":   r.texts(&c.Findings.Hook, "a command and its arguments", checkFilled),
		})
	}
}

func checkCron(s string) string {
	if _, err := cron.ParseStandard(s); err == nil && !strings.HasPrefix(s, "@every") && !strings.HasPrefix(s, "TZ=") && !strings.HasPrefix(s, "CRON_TZ=") {
		return ""
	}
	return `minute, hour, day, month and weekday as cron writes them, such as "0 10 * * 1" for Mondays at 10:00`
}
