package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"toban/alerts/datadog/api"
	"toban/alerts/enrich"
	"toban/alerts/findings"
	"toban/bot/config"
)

// checkDatadog tries the keys, and what is asked with them.
func checkDatadog(ctx context.Context, cfg config.Config) []finding {
	client, err := api.New(api.Keys{
		API: cfg.DatadogAPIKey.Reveal(), App: cfg.DatadogAppKey.Reveal(), Site: cfg.DatadogSite, URL: cfg.DatadogAPIURL,
	}, &http.Client{Timeout: 15 * time.Second})
	if err == nil {
		err = client.Check(ctx)
	}
	switch {
	case errors.Is(err, api.ErrNotConfigured) && cfg.Scans.Logs+cfg.Scans.Events != "":
		return []finding{{bad, "datadog: scans.datadog is set, but there are no keys (DD_API_KEY, DD_APP_KEY) to search with"}}
	case errors.Is(err, api.ErrNotConfigured):
		return []finding{{note, "datadog: no keys (DD_API_KEY, DD_APP_KEY): alerts come in by webhook, and nothing is asked of Datadog"}}
	case err != nil:
		return []finding{{bad, fmt.Sprintf("datadog: %v", err)}}
	}
	found := []finding{{fine, "datadog: both keys are accepted"}}
	if cfg.WAF.Query != "" {
		found = append(found, checkLogs(ctx, cfg, client))
	}
	found = append(found, checkSearches(ctx, cfg, client)...)
	if cfg.Deploys != "" {
		now := time.Now()
		if _, err := client.Deploys(ctx, cfg.Deploys, now.Add(-time.Hour), now, 1); err != nil {
			found = append(found, finding{note, fmt.Sprintf("datadog: events cannot be read, so no deploys are shown under alerts (permission events_read): %v", err)})
		}
	}
	return found
}

// checkLogs looks for a day of the WAF's logs.
func checkLogs(ctx context.Context, cfg config.Config, client *api.Client) finding {
	now := time.Now()
	c, err := client.AggregateLogs(ctx, enrich.LogQuery{
		Query: cfg.WAF.Query, From: now.Add(-24 * time.Hour), Until: now, Indexes: cfg.WAF.Indexes,
	}, enrich.Aggregation{})
	switch {
	case errors.Is(err, enrich.ErrRefused):
		return finding{bad, fmt.Sprintf("datadog: the application key may not read logs (permissions logs_read_data, logs_read_index_data), so what the WAF blocked cannot be looked up: %v", err)}
	case err != nil:
		return finding{bad, fmt.Sprintf("datadog: logs cannot be counted: %v", err)}
	case c.Total == 0:
		return finding{note, fmt.Sprintf("datadog: no log of the last 24 hours fits waf.query %q: alerts about blocked requests will have no summary", cfg.WAF.Query)}
	}
	return finding{fine, fmt.Sprintf("datadog: %d logs of the last 24 hours fit waf.query", c.Total)}
}

// checkSearches looks for a day of the logs and events that findings are read of.
func checkSearches(ctx context.Context, cfg config.Config, client *api.Client) (found []finding) {
	now := time.Now()
	if query := cfg.Scans.Logs; query != "" {
		switch c, err := client.AggregateLogs(ctx, enrich.LogQuery{Query: query, From: now.Add(-24 * time.Hour), Until: now}, enrich.Aggregation{}); {
		case err != nil:
			found = append(found, finding{bad, fmt.Sprintf("datadog: scans.datadog.logs cannot be searched, so findings in logs are not seen: %v", err)})
		case c.Total == 0:
			found = append(found, finding{note, fmt.Sprintf("datadog: no log of the last 24 hours fits scans.datadog.logs %q", query)})
		default:
			found = append(found, finding{fine, fmt.Sprintf("datadog: %d logs of the last 24 hours fit scans.datadog.logs", c.Total)})
		}
	}
	if query := cfg.Scans.Events; query != "" {
		if _, _, err := client.Events(ctx, query, now.Add(-24*time.Hour), now, 1); err != nil {
			found = append(found, finding{bad, fmt.Sprintf("datadog: scans.datadog.events cannot be searched, so findings in events are not seen: %v", err)})
		}
	}
	return found
}

// checkScans tries the scanner's document, what it leaves out, and the command
// that tells the source what people did.
func checkScans(ctx context.Context, cfg config.Config, offline bool) (found []finding) {
	if doc := cfg.Scans.Document; doc != "" && !(offline && strings.Contains(doc, "://")) {
		p, err := findings.ReadDocument(ctx, doc)
		if err != nil {
			found = append(found, finding{bad, fmt.Sprintf("scans.document: %v", err)})
		} else if !p.Lists {
			found = append(found, finding{note, "scans.document: it lists no buckets, so it does not tell what is scanned"})
		} else if bare := p.Uncovered(cfg.Scans.Buckets); len(bare) > 0 {
			found = append(found, finding{note, fmt.Sprintf("scans.document: no scanner looks at %s", strings.Join(bare, ", "))})
		} else {
			found = append(found, finding{fine, fmt.Sprintf("scans.document: %d buckets are protected", len(p.Buckets))})
		}
	}
	if len(cfg.Findings.Hook) > 0 {
		if _, err := exec.LookPath(cfg.Findings.Hook[0]); err != nil {
			found = append(found, finding{bad, fmt.Sprintf("findings.hook: %v", err)})
		}
	}
	return found
}
