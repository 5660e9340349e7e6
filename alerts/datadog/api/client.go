// Package api answers one question: what does Datadog itself say now?
//
// It holds the only use of Datadog's SDK. A nil [Client] is a bot without
// Datadog keys: every method answers [ErrNotConfigured]. Calls never outlive
// their context, and only what Datadog refused for its rate limit is repeated;
// a repeated POST could mute twice.
package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV1"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV2"
)

// Keys say which Datadog organisation to talk to.
type Keys struct {
	API, App string // DD_API_KEY, DD_APP_KEY
	Site     string // DD_SITE; empty: datadoghq.com
	URL      string // DD_API_URL: scheme and host that stand in for every call
}

// Client talks to one Datadog organisation.
type Client struct {
	keys      map[string]datadog.APIKey
	site      string
	auth      *datadogV1.AuthenticationApi
	monitors  *datadogV1.MonitorsApi
	downtimes *datadogV2.DowntimesApi
	logs      *datadogV2.LogsApi
	events    *datadogV2.EventsApi

	mu    sync.Mutex
	until map[string]time.Time // by kind of call: not before
}

// callTime bounds one call; the SDK's own client would wait for ever.
const callTime = 10 * time.Second

// New returns a client, or nil when k holds no keys. client is nil outside
// tests.
func New(k Keys, client *http.Client) (*Client, error) {
	switch {
	case k.API == "" && k.App == "":
		return nil, nil
	case k.API == "":
		return nil, errors.New("DD_APP_KEY is set but DD_API_KEY is not")
	case k.App == "":
		return nil, errors.New("DD_API_KEY is set but DD_APP_KEY is not")
	}
	scheme, host, err := k.server()
	if err != nil {
		return nil, err
	}
	cfg := datadog.NewConfiguration()
	// Naming the host here serves sites that the SDK's list does not know, and
	// stand-ins alike.
	cfg.Scheme, cfg.Host = scheme, host
	cfg.HTTPClient = careful(client)
	sdk := datadog.NewAPIClient(cfg)
	return &Client{
		keys:      map[string]datadog.APIKey{"apiKeyAuth": {Key: k.API}, "appKeyAuth": {Key: k.App}},
		site:      host,
		auth:      datadogV1.NewAuthenticationApi(sdk),
		monitors:  datadogV1.NewMonitorsApi(sdk),
		downtimes: datadogV2.NewDowntimesApi(sdk),
		logs:      datadogV2.NewLogsApi(sdk),
		events:    datadogV2.NewEventsApi(sdk),
		until:     map[string]time.Time{},
	}, nil
}

func (k Keys) server() (scheme, host string, err error) {
	if k.URL != "" {
		u, err := url.Parse(k.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			return "", "", fmt.Errorf("DD_API_URL %q: expected scheme and host alone, such as http://127.0.0.1:8126", k.URL)
		}
		return u.Scheme, u.Host, nil
	}
	site := k.Site
	if site == "" {
		site = "datadoghq.com"
	}
	if strings.ContainsAny(site, "/: ") || !strings.Contains(site, ".") {
		return "", "", fmt.Errorf("DD_SITE %q: expected a site such as datadoghq.eu or ap1.datadoghq.com", site)
	}
	return "https", "api." + site, nil
}

// careful returns a copy of client with a time limit that follows no
// redirects: the keys travel in headers that would be sent along.
func careful(client *http.Client) *http.Client {
	c := http.Client{}
	if client != nil {
		c = *client
	}
	if c.Timeout == 0 {
		c.Timeout = callTime
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Transport = bounded{c.Transport}
	return &c
}

// maxAnswer is the largest answer that is read, in bytes: a thousand logs have
// a few megabytes, and the SDK would read whatever comes.
const maxAnswer = 32 << 20

// bounded ends an answer that is larger than anybody can want with an error.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	next := b.RoundTripper
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
	}
	return resp, err
}

// signed returns ctx with the keys in the way the SDK wants them.
func (c *Client) signed(ctx context.Context) context.Context {
	return context.WithValue(ctx, datadog.ContextAPIKeys, c.keys)
}
