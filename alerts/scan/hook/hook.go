// Package hook takes findings and scan results that are sent to POST /findings,
// and answers the one question that SNS asks first: is this address meant to
// subscribe to that topic?
package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"toban/alerts/scan"
	"toban/alerts/webhook"
)

// Receiver takes what was decoded and returns once it is safely on disk.
type Receiver interface {
	Receive(context.Context, []scan.Item) error
}

// New returns the handler of POST /findings. topics are the ARNs of the SNS
// topics that may subscribe; where there are any, every SNS envelope must be of
// one of them and signed by SNS. client fetches AWS's certificates and confirms
// (nil: an ordinary one).
func New(to Receiver, secrets, topics []string, client *http.Client, log *slog.Logger, count func(status int, took time.Duration)) *webhook.Webhook {
	s := newSNS(topics, client, log)
	return webhook.New(webhook.Options{
		Name: "findings", Secrets: secrets, Basic: true, Log: log, Count: count, Shorten: "send fewer findings at once",
		Take: func(body []byte, h http.Header, now time.Time) (webhook.Delivery, error) {
			var m message
			if err := json.Unmarshal(body, &m); err == nil && (m.Type == "SubscriptionConfirmation" || m.Type == "UnsubscribeConfirmation") {
				return webhook.Delivery{ID: m.MessageID, Save: func(ctx context.Context) error { return s.confirm(ctx, m, now) }}, nil
			}
			// SNS's raw delivery names the message in the header alone.
			items, envelopes, err := scan.Open(body, h.Get("X-Amz-Sns-Message-Id"), now)
			switch kind := h.Get("Content-Type"); {
			case err != nil && !mayBeJSON(kind):
				return webhook.Delivery{}, &webhook.Refusal{
					Status: http.StatusUnsupportedMediaType, Text: fmt.Sprintf("a body of type %.60q is not understood", kind), Hint: "send the JSON as AWS sends it",
				}
			case err != nil:
				return webhook.Delivery{}, &webhook.Refusal{Status: http.StatusBadRequest, Text: err.Error()}
			}
			return webhook.Delivery{
				ID: fmt.Sprintf("%d taken", len(items)), Save: func(ctx context.Context) error {
					if err := s.vouch(ctx, envelopes); err != nil {
						return err
					}
					return to.Receive(ctx, items)
				},
				Logs: []any{"items", len(items)},
			}, nil
		},
	})
}

// mayBeJSON reports whether a body of a type could be meant as JSON: SNS calls
// it plain text.
func mayBeJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return contentType == "" || err == nil && (strings.HasPrefix(kind, "text/plain") || strings.HasSuffix(kind, "json") || kind == "application/octet-stream")
}
