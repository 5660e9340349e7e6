package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV2"
)

// Mute silences one group of a monitor in Datadog until then and returns the
// downtime's id. The empty scope is the whole monitor.
func (c *Client) Mute(ctx context.Context, monitorID, scope string, until time.Time) (id string, err error) {
	if c == nil {
		return "", ErrNotConfigured
	}
	monitor, err := number(monitorID)
	if err != nil {
		return "", err
	}
	once := datadogV2.NewDowntimeScheduleOneTimeCreateUpdateRequest()
	once.SetEnd(until.UTC().Truncate(time.Second))
	schedule := datadogV2.DowntimeScheduleOneTimeCreateUpdateRequestAsDowntimeScheduleCreateRequest(once)
	body := datadogV2.DowntimeCreateRequest{Data: datadogV2.DowntimeCreateRequestData{
		Type: datadogV2.DOWNTIMERESOURCETYPE_DOWNTIME,
		Attributes: datadogV2.DowntimeCreateRequestAttributes{
			Message: *datadog.NewNullableString(datadog.PtrString("Snoozed in Slack by Toban.")),
			MonitorIdentifier: datadogV2.DowntimeMonitorIdentifierIdAsDowntimeMonitorIdentifier(
				datadogV2.NewDowntimeMonitorIdentifierId(monitor)),
			Schedule: &schedule,
			Scope:    searchScope(scope),
		},
	}}
	err = c.call(ctx, "mute", func(ctx context.Context) (*http.Response, error) {
		made, resp, err := c.downtimes.CreateDowntime(ctx, body)
		if err != nil {
			return resp, err
		}
		data := made.GetData()
		if id = data.GetId(); id == "" {
			return resp, errors.New("the answer names no downtime")
		}
		return resp, nil
	})
	return id, err
}

// Unmute ends a downtime. One that has ended already is no error.
func (c *Client) Unmute(ctx context.Context, id string) error {
	if c == nil {
		return ErrNotConfigured
	}
	err := c.call(ctx, "unmute", func(ctx context.Context) (*http.Response, error) {
		return c.downtimes.CancelDowntime(ctx, id)
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// searchScope spells a scope as downtimes want it.
func searchScope(scope string) string {
	if scope == "" {
		return "*"
	}
	return strings.ReplaceAll(scope, ",", " AND ")
}
