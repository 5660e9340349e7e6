package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV2"

	"toban/alerts"
)

// Deploys returns the events of a stretch of time that match query, latest
// first.
func (c *Client) Deploys(ctx context.Context, query string, from, until time.Time, limit int) ([]alerts.Deploy, error) {
	if c == nil {
		return nil, ErrNotConfigured
	}
	body := datadogV2.EventsListRequest{
		Filter: &datadogV2.EventsQueryFilter{
			Query: datadog.PtrString(query), From: datadog.PtrString(millis(from)), To: datadog.PtrString(millis(until)),
		},
		Sort: datadogV2.EVENTSSORT_TIMESTAMP_DESCENDING.Ptr(),
		Page: &datadogV2.EventsRequestPage{Limit: datadog.PtrInt32(int32(limit))},
	}
	var deploys []alerts.Deploy
	err := c.call(ctx, "events", func(ctx context.Context) (*http.Response, error) {
		deploys = nil
		found, resp, err := c.events.SearchEvents(ctx, *datadogV2.NewSearchEventsOptionalParameters().WithBody(body))
		if err != nil {
			return resp, err
		}
		for _, e := range found.Data {
			a := e.GetAttributes()
			inner := a.GetAttributes()
			d := alerts.Deploy{
				At: a.GetTimestamp().UTC(), Title: inner.GetTitle(),
				Service: alerts.Tag(a.Tags, "service"), Version: alerts.Tag(a.Tags, "version"),
			}
			if d.Title == "" {
				d.Title, _, _ = strings.Cut(a.GetMessage(), "\n")
			}
			if page := c.page(); page != "" && e.GetId() != "" {
				d.Link = page + "/event/explorer?event=" + url.QueryEscape(e.GetId())
			}
			deploys = append(deploys, d)
		}
		return resp, nil
	})
	return deploys, asked(err)
}

// page is the address of Datadog's own pages: sites of a region have none of
// their own for the app (docs.datadoghq.com/getting_started/site).
func (c *Client) page() string {
	site, known := strings.CutPrefix(c.site, "api.")
	switch {
	case !known:
		return ""
	case strings.Count(site, ".") > 1:
		return "https://" + site
	default:
		return "https://app." + site
	}
}

// Events returns the events of a stretch of time that match query as Datadog
// writes them, JSON, latest first, and whether there are more.
func (c *Client) Events(ctx context.Context, query string, from, until time.Time, limit int) (bodies [][]byte, more bool, err error) {
	if c == nil {
		return nil, false, ErrNotConfigured
	}
	body := datadogV2.EventsListRequest{
		Filter: &datadogV2.EventsQueryFilter{
			Query: datadog.PtrString(query), From: datadog.PtrString(millis(from)), To: datadog.PtrString(millis(until)),
		},
		Sort: datadogV2.EVENTSSORT_TIMESTAMP_DESCENDING.Ptr(),
		Page: &datadogV2.EventsRequestPage{Limit: datadog.PtrInt32(int32(limit))},
	}
	err = c.call(ctx, "events", func(ctx context.Context) (*http.Response, error) {
		bodies = nil
		found, resp, err := c.events.SearchEvents(ctx, *datadogV2.NewSearchEventsOptionalParameters().WithBody(body))
		if err != nil {
			return resp, err
		}
		for _, e := range found.Data {
			raw, err := json.Marshal(e)
			if err != nil {
				return resp, fmt.Errorf("an event: %w", err)
			}
			bodies = append(bodies, raw)
		}
		meta := found.GetMeta()
		page := meta.GetPage()
		more = page.GetAfter() != ""
		return resp, nil
	})
	return bodies, more, asked(err)
}
