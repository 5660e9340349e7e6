package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/DataDog/datadog-api-client-go/v2/api/datadog"
	"github.com/DataDog/datadog-api-client-go/v2/api/datadogV2"

	"toban/alerts/enrich"
	"toban/alerts/waf"
)

// SearchLogs returns the newest logs that match, at most limit (1,000).
func (c *Client) SearchLogs(ctx context.Context, q enrich.LogQuery, limit int) (enrich.LogPage, error) {
	if c == nil {
		return enrich.LogPage{}, ErrNotConfigured
	}
	body := datadogV2.LogsListRequest{
		Filter: filter(q), Sort: datadogV2.LOGSSORT_TIMESTAMP_DESCENDING.Ptr(),
		Page: &datadogV2.LogsListRequestPage{Limit: datadog.PtrInt32(int32(min(limit, 1000)))},
	}
	var page enrich.LogPage
	err := c.call(ctx, "logs", func(ctx context.Context) (*http.Response, error) {
		page = enrich.LogPage{}
		found, resp, err := c.logs.ListLogs(ctx, *datadogV2.NewListLogsOptionalParameters().WithBody(body))
		if err != nil {
			return resp, err
		}
		for _, log := range found.Data {
			if log.Attributes == nil || log.Attributes.Attributes == nil {
				page.Partial = "a log without attributes"
				continue
			}
			raw, err := json.Marshal(log.Attributes.Attributes)
			if err != nil {
				return resp, fmt.Errorf("a log's attributes: %w", err)
			}
			page.Logs = append(page.Logs, raw)
		}
		meta := found.GetMeta()
		next := meta.GetPage()
		page.More = next.GetAfter() != ""
		page.Partial = join(page.Partial, partial(meta))
		if found.Data == nil {
			page.Partial = join(page.Partial, empty)
		}
		return resp, nil
	})
	return page, asked(err)
}

// AggregateLogs counts all logs that match. An answer that Datadog cut short
// says so in Partial: it comes with HTTP 200.
func (c *Client) AggregateLogs(ctx context.Context, q enrich.LogQuery, a enrich.Aggregation) (enrich.LogCounts, error) {
	if c == nil {
		return enrich.LogCounts{}, ErrNotConfigured
	}
	body := datadogV2.LogsAggregateRequest{Filter: filter(q), Compute: []datadogV2.LogsCompute{{Aggregation: datadogV2.LOGSAGGREGATIONFUNCTION_COUNT}}}
	for _, facet := range a.Distinct {
		body.Compute = append(body.Compute, datadogV2.LogsCompute{
			Aggregation: datadogV2.LOGSAGGREGATIONFUNCTION_CARDINALITY, Metric: datadog.PtrString(facet),
		})
	}
	if a.By != "" { // unless told otherwise Datadog sorts by name
		body.GroupBy = []datadogV2.LogsGroupBy{{
			Facet: a.By, Limit: datadog.PtrInt64(int64(a.Limit)),
			Sort: &datadogV2.LogsAggregateSort{
				Type: datadogV2.LOGSAGGREGATESORTTYPE_MEASURE.Ptr(), Aggregation: datadogV2.LOGSAGGREGATIONFUNCTION_COUNT.Ptr(),
				Order: datadogV2.LOGSSORTORDER_DESCENDING.Ptr(),
			},
		}}
	}
	var counts enrich.LogCounts
	err := c.call(ctx, "logs", func(ctx context.Context) (*http.Response, error) {
		counts = enrich.LogCounts{Distinct: map[string]int{}}
		found, resp, err := c.logs.AggregateLogs(ctx, body)
		if err != nil {
			return resp, err
		}
		data := found.GetData()
		for _, b := range data.Buckets {
			n, ok := numberOf(b.Computes["c0"])
			if !ok {
				return resp, errors.New("an answer without a count")
			}
			counts.Total += n
			if a.By != "" {
				counts.Groups = append(counts.Groups, waf.Count{Key: textOf(b.By[a.By]), N: uint64(n)})
				continue
			}
			for i, facet := range a.Distinct {
				counts.Distinct[facet], _ = numberOf(b.Computes["c"+strconv.Itoa(i+1)])
			}
		}
		counts.Partial = partial(found.GetMeta())
		if found.Data == nil {
			counts.Partial = join(counts.Partial, empty)
		}
		return resp, nil
	})
	return counts, asked(err)
}

func filter(q enrich.LogQuery) *datadogV2.LogsQueryFilter {
	indexes := q.Indexes
	if len(indexes) == 0 {
		indexes = []string{"*"}
	}
	return &datadogV2.LogsQueryFilter{
		Query: datadog.PtrString(q.Query), Indexes: indexes,
		From: datadog.PtrString(millis(q.From)), To: datadog.PtrString(millis(q.Until)),
	}
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// partial says why an answer does not cover all that was asked.
func partial(meta datadogV2.LogsResponseMetadata) string {
	why := ""
	if meta.GetStatus() == datadogV2.LOGSAGGREGATERESPONSESTATUS_TIMEOUT {
		why = "timeout"
	}
	for _, w := range meta.GetWarnings() {
		text := w.GetDetail()
		if text == "" {
			text = w.GetTitle()
		}
		why = join(why, text)
	}
	return why[:min(len(why), 200)]
}

// empty is said of an answer that lacks even an empty list: nothing was found is
// something else.
const empty = "an empty answer"

func join(a, b string) string {
	if a == "" || b == "" || a == b {
		return a + b
	}
	return a + "; " + b
}

func numberOf(v datadogV2.LogsAggregateBucketValue) (int, bool) {
	switch {
	case v.LogsAggregateBucketValueSingleNumber != nil:
		n := *v.LogsAggregateBucketValueSingleNumber
		return int(n), n >= 0 && n < 1<<53
	case v.LogsAggregateBucketValueSingleString != nil:
		n, err := strconv.Atoi(*v.LogsAggregateBucketValueSingleString)
		return n, err == nil && n >= 0
	}
	return 0, false
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case nil:
		return "-"
	default:
		return fmt.Sprint(v)
	}
}

// asked gives an error the form in which package enrich knows it.
func asked(err error) error {
	if errors.Is(err, ErrForbidden) {
		return fmt.Errorf("%w: %w", enrich.ErrRefused, err)
	}
	return err
}

// Again is when the next call may be made.
func (e *LimitError) Again() time.Time { return e.Until }
