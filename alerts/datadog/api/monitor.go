package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"

	"toban/alerts"
)

// Check reports whether Datadog accepts both keys. Datadog's own check looks
// at the API key alone, so the application key is tried on the call that needs
// it.
func (c *Client) Check(ctx context.Context) error {
	if c == nil {
		return ErrNotConfigured
	}
	err := c.call(ctx, "validate DD_API_KEY", func(ctx context.Context) (*http.Response, error) {
		said, resp, err := c.auth.Validate(ctx)
		if err == nil && !said.GetValid() {
			err = errors.New("the key is not valid")
		}
		return resp, err
	})
	if err != nil {
		return err
	}
	return c.call(ctx, "list monitors with DD_APP_KEY", func(ctx context.Context) (*http.Response, error) {
		one := datadogV1.NewListMonitorsOptionalParameters().WithPage(0).WithPageSize(1)
		_, resp, err := c.monitors.ListMonitors(ctx, *one)
		return resp, err
	})
}

// State is what Datadog says now about one group of a monitor.
type State struct {
	// Transition is what would have brought a fresh alert here; empty when
	// Datadog does not judge the group: ignored, skipped, unknown, gone.
	Transition alerts.Transition
	// Since is when it got there, where Datadog tells.
	Since time.Time
}

// monitor is the part of Datadog's answer that counts here. It is read from
// the body: the SDK keeps a whole monitor aside as unparsed when one word in
// it, such as a new type, is unknown to it, and fails when a field that nobody
// needs here is missing.
type monitor struct {
	OverallState string `json:"overall_state"`
	State        struct {
		Groups map[string]group `json:"groups"`
	} `json:"state"`
}

type group struct {
	Status    string `json:"status"`
	Triggered int64  `json:"last_triggered_ts"`
	Resolved  int64  `json:"last_resolved_ts"`
	NoData    int64  `json:"last_nodata_ts"`
}

// State asks for the state of the group that scope names, as in
// [alerts.Event]; the empty scope is the monitor as a whole.
func (c *Client) State(ctx context.Context, monitorID, scope string) (State, error) {
	if c == nil {
		return State{}, ErrNotConfigured
	}
	id, err := number(monitorID)
	if err != nil {
		return State{}, err
	}
	var m monitor
	err = c.call(ctx, "get monitor", func(ctx context.Context) (*http.Response, error) {
		all := datadogV1.NewGetMonitorOptionalParameters().WithGroupStates("all")
		_, resp, err := c.monitors.GetMonitor(ctx, id, *all)
		if resp == nil || resp.StatusCode != http.StatusOK {
			return resp, err
		}
		body, err := datadog.ReadBody(resp)
		if err != nil {
			return resp, err
		}
		return resp, json.Unmarshal(body, &m)
	})
	if err != nil {
		return State{}, fmt.Errorf("monitor %s: %w", monitorID, err)
	}
	return m.of(scope), nil
}

func (m monitor) of(scope string) State {
	if scope == "" {
		if whole, ok := m.State.Groups["*"]; ok {
			return whole.state()
		}
		return group{Status: m.OverallState}.state()
	}
	for name, g := range m.State.Groups {
		if sorted(name) == sorted(scope) {
			return g.state()
		}
	}
	return State{}
}

func (g group) state() State {
	switch g.Status {
	case "Alert":
		return State{alerts.Triggered, since(g.Triggered)}
	case "Warn":
		return State{alerts.Warned, since(g.Triggered)}
	case "No Data":
		return State{alerts.NoData, since(g.NoData)}
	case "OK":
		return State{alerts.Recovered, since(g.Resolved)}
	}
	return State{}
}

func since(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// sorted spells a group's tags in one order; Datadog keeps the monitor's.
func sorted(scope string) string {
	tags := strings.Split(scope, ",")
	for i, tag := range tags {
		tags[i] = strings.TrimSpace(tag)
	}
	slices.Sort(tags)
	return strings.Join(tags, ",")
}

func number(monitorID string) (int64, error) {
	id, err := strconv.ParseInt(monitorID, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("monitor %q: %w", monitorID, ErrNotFound)
	}
	return id, nil
}
