package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"

	"toban/alerts/enrich"
)

var (
	// ErrNotConfigured means that the bot runs without Datadog keys.
	ErrNotConfigured = errors.New("no Datadog keys are configured (DD_API_KEY, DD_APP_KEY)")
	// ErrForbidden means that Datadog does not accept the keys.
	ErrForbidden = errors.New("the keys are refused")
	// ErrNotFound means that Datadog has no such monitor or downtime.
	ErrNotFound = errors.New("no such monitor or downtime in Datadog")
)

// LimitError says that Datadog's rate limit leaves no call before Until.
type LimitError struct{ Until time.Time }

func (e *LimitError) Error() string {
	return "rate limit: no further call to Datadog before " + e.Until.UTC().Format(time.RFC3339)
}

const (
	maxTries = 3
	// maxWait is the longest that a call waits for its turn; later is too late
	// to help with an alert.
	maxWait = 30 * time.Second
)

// call makes a call of one kind, in its turn, and says in our words what went
// wrong.
func (c *Client) call(ctx context.Context, kind string, do func(context.Context) (*http.Response, error)) error {
	for try := 1; ; try++ {
		if err := c.turn(ctx, kind); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		resp, err := do(c.signed(ctx))
		c.heed(kind, resp)
		if resp != nil && resp.StatusCode == http.StatusTooManyRequests && try < maxTries {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", kind, c.explain(kind, resp, err))
		}
		return nil
	}
}

// turn waits until the rate limit allows a call of this kind.
func (c *Client) turn(ctx context.Context, kind string) error {
	c.mu.Lock()
	until := c.until[kind]
	c.mu.Unlock()
	wait := time.Until(until)
	if wait <= 0 {
		return ctx.Err()
	}
	if deadline, ok := ctx.Deadline(); wait > maxWait || ok && deadline.Before(until) {
		return &LimitError{Until: until}
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// heed remembers what the answer says about the calls that are left.
func (c *Client) heed(kind string, resp *http.Response) {
	if resp == nil {
		return
	}
	refused := resp.StatusCode == http.StatusTooManyRequests
	if !refused && resp.Header.Get("X-Ratelimit-Remaining") != "0" {
		return
	}
	seconds, err := strconv.Atoi(resp.Header.Get("X-Ratelimit-Reset"))
	if err != nil || seconds < 0 {
		if !refused {
			return
		}
		seconds = 5
	}
	c.mu.Lock()
	c.until[kind] = time.Now().Add(time.Duration(seconds) * time.Second)
	c.mu.Unlock()
}

// explain says what err of the SDK means to us.
func (c *Client) explain(kind string, resp *http.Response, err error) error {
	if resp == nil && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer from %s: %w", c.site, err)
	}
	if resp == nil {
		return fmt.Errorf("%w: no answer from %s: %w", enrich.ErrDown, c.site, err)
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return fmt.Errorf("%s: the answer is too large", c.site)
	}
	switch {
	case resp.StatusCode/100 == 2:
		return fmt.Errorf("%s answered %s, but it cannot be read: %.100s", c.site, resp.Status, err)
	case resp.StatusCode >= 500:
		return fmt.Errorf("%w: %s answered %s: %.300s", enrich.ErrDown, c.site, resp.Status, said(err))
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w at %s (a key belongs to one site: see DD_SITE)", ErrForbidden, c.site)
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusTooManyRequests:
		c.mu.Lock()
		defer c.mu.Unlock()
		return &LimitError{Until: c.until[kind]}
	}
	return fmt.Errorf("%s answered %s: %.300s", c.site, resp.Status, said(err))
}

// said is what Datadog's answer says of an error.
func said(err error) string {
	if e, ok := errors.AsType[datadog.GenericOpenAPIError](err); ok && len(e.ErrorBody) > 0 {
		return strings.TrimSpace(string(e.ErrorBody))
	}
	return err.Error()
}
